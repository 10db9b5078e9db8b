"""How much an export, and an upload of several, may hold before asreport declines it: it must not cost others anything.

The largest export known of is a region's events over some years, about 325,000 rows of 8 columns. Each limit is a
setting: an environment variable ASREPORT_ and its name, such as ASREPORT_MAX_ROWS, takes its place.
"""

import os
import re

WRONG: list[str] = []  # a sentence for each setting that is no limit; nothing is read until it is put right


def _limit(name: str, default: int) -> int:
    variable = f"ASREPORT_{name}"
    given = os.environ.get(variable, "").strip() or str(default)  # set to nothing is not set
    if re.fullmatch(r"0*[1-9][0-9]{0,14}", given, re.ASCII):
        return int(given)
    WRONG.append(
        f"The setting {variable} is “{given[:40]}”, which is not a whole number above zero, so nothing was read: "
        f"correct it, or take it away to have {default:,}."
    )
    return default


# Of one file.
MAX_FILE_BYTES = _limit("MAX_FILE_BYTES", 500_000_000)
MAX_UNPACKED_BYTES = _limit("MAX_UNPACKED_BYTES", 500_000_000)  # all members of a workbook together, unpacked
MAX_RATIO = _limit("MAX_RATIO", 100)  # unpacked to packed; sheets written by Excel come to between 5 and 30
RATIO_MATTERS_FROM = _limit("RATIO_MATTERS_FROM", 20_000_000)  # a small sheet may well pack better than that
MAX_MEMBERS = _limit("MAX_MEMBERS", 5_000)
MAX_ROWS = _limit("MAX_ROWS", 1_048_576)  # what Excel can hold
MAX_COLUMNS = _limit("MAX_COLUMNS", 1_000)
# Rows times columns up to the furthest cell, of all sheets of a workbook together, as its reader takes memory for all
# of them: a full sheet of 12 columns, or twice the largest export with 20.
MAX_CELLS = _limit("MAX_CELLS", 13_000_000)
MAX_LETTERS = _limit("MAX_LETTERS", 200_000)  # of a cell; Salesforce's longest text has 131,072, Excel's 32,767
MAX_SHEETS = _limit("MAX_SHEETS", 50)
READING_BYTES = _limit(
    "READING_BYTES", 2 << 30
)  # of address space to read a workbook in; a full sheet of 12 columns takes half of it
READING_SECONDS = _limit("READING_SECONDS", 120)
HEADER_WITHIN = _limit("HEADER_WITHIN", 60)  # the header is looked for among the first so many rows
FOOTER_WITHIN = _limit("FOOTER_WITHIN", 40)  # the lines after the data are looked for among the last so many rows
MAX_ROWS_OF_A_STUDENT = _limit("MAX_ROWS_OF_A_STUDENT", 100)  # an NSN in more rows than that is a placeholder

# Of all files of an upload together (budget.py): two files at their own limits, and far more than a year's exports.
UPLOAD_FILES = _limit("UPLOAD_FILES", 500)  # those in zips too, and files of settings
UPLOAD_BYTES = _limit("UPLOAD_BYTES", 1_000_000_000)  # as uploaded, and what zips and workbooks among them unpack to
UPLOAD_CELLS = _limit("UPLOAD_CELLS", 26_000_000)
UPLOAD_SECONDS = _limit("UPLOAD_SECONDS", 180)  # to read them, and so many again to put together what was read
