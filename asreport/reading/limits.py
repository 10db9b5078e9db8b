"""How much a single export may hold before asreport declines it: one file must not cost other users anything.

The largest export known of is a region's events over some years, about 325,000 rows of 8 columns.
"""

MAX_FILE_BYTES = 500_000_000
MAX_UNPACKED_BYTES = 500_000_000  # all members of a workbook together, unpacked
MAX_RATIO = 100  # unpacked to packed; sheets written by Excel come to between 5 and 30
RATIO_MATTERS_FROM = 20_000_000  # a small sheet may well pack better than that
MAX_MEMBERS = 5_000
MAX_ROWS = 1_048_576  # what Excel can hold
MAX_COLUMNS = 1_000
# Rows times columns up to the furthest cell, of all sheets of a workbook together, as its reader takes memory for all
# of them: a full sheet of 12 columns, or twice the largest export with 20.
MAX_CELLS = 13_000_000
MAX_SHEETS = 50
READING_BYTES = 2 << 30  # of address space to read a workbook in; a full sheet of 12 columns takes half of it
READING_SECONDS = 120
HEADER_WITHIN = 60  # the header is looked for among the first so many rows
FOOTER_WITHIN = 40  # the lines after the data are looked for among the last so many rows
