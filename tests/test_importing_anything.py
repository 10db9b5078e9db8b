"""Whatever is uploaded becomes tables or a finding, and soon. See anything.py for what is drawn and what must hold."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
from anything import TEXT_CELL, built, check, for_calamine_alone, mangled, workbook, zipped
from hypothesis import given
from hypothesis import strategies as st

import asreport

RANDOM = st.randoms(use_true_random=False)


def seconds() -> float:
    """Processor time of this process and of those it waited for: other work going on must not fail a test."""
    return sum(os.times()[:4])


STARTS = [
    b"",
    b"PK\x03\x04",
    b"<table>",
    b"<html",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"sep=;\n",
    b"%PDF",
    b"Case Number,Subject,Date\n",
]
SAMPLE = list(asreport.sample_exports(80).items())


@given(st.sampled_from(STARTS), st.binary(max_size=400))
def test_bytes(start: bytes, rest: bytes) -> None:
    check(("file", start + rest))


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=8), st.sampled_from(",;\t|"))
def test_text(rows: list[list[str]], separator: str) -> None:
    text = "\n".join(separator.join(row) for row in [["Case Number", "Subject", "Date"], *rows])
    check(("file.csv", text.encode("utf-8", errors="replace")))


@given(RANDOM)
def test_a_table_of_odd_headers_and_values(draw) -> None:
    check(built(draw), ("other.csv", built(draw)[1]))


@given(RANDOM)
def test_a_file_something_was_done_to(draw) -> None:
    name, data = draw.choice([*SAMPLE, built(draw)])
    data = mangled(data, draw)
    if not for_calamine_alone(data):
        check((name, data), ("whole.csv", EVENTS))


TAGS = b"<table><tr><td>Case Number<td>Subject<td>Date<tr><td>1<td>a &amp; b<td>2026-05-04</table>"


# Found by trying, each a few letters that stopped the reading or took it minutes.
@pytest.mark.parametrize(
    "after", [b"<a ", b"<a b='", b"<![ ", b"<!--", b"</a", b"<?", b"<" + b"a" * 99, b"<td ", b"<table>", b"<tr>"]
)
def test_a_page_of_tags_that_never_end(after: bytes) -> None:
    started = seconds()
    assert list(check(("page.xls", TAGS + after * 50_000)).tables["events"]["subject"]) == ["a & b"]
    assert seconds() - started < 5


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "undefined", "hex", "no-such", "utf-7"])
def test_a_page_that_says_it_is_in_no_encoding_of_pages(charset: str) -> None:
    page = f'<meta charset="{charset}">'.encode() + TAGS + b"\\ud800+2AA-"
    assert len(check(("page.xls", page)).tables["events"]) == 1


def test_a_page_with_numbers_no_computer_holds() -> None:
    page = TAGS.replace(b"<td>1<", b"<td colspan=%b>1<" % (b"9" * 5000)).replace(b"&amp;", b"&#%b;" % (b"9" * 5000))
    assert len(check(("page.xls", page)).tables["events"]) == 1


@pytest.mark.parametrize(
    "rows", [b"<tr><td colspan=1000>x" * 50_000, b"<tr><td colspan=1000>x" + b"<tr><td>x" * 50_000]
)
def test_a_page_that_unfolds_to_more_cells_than_fit(rows: bytes) -> None:
    assert "too large" in check(("page.xls", b"<table>" + rows)).findings["finding"][0]


def test_a_page_of_too_many_tables() -> None:
    assert "more than 50 tables" in check(("page.xls", TAGS * 51)).findings["finding"][0]


@pytest.mark.parametrize(
    "day",
    ["9999-12-31 23:59 UTC", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "99999-01-01T00:00Z", "1/1/0000"],
)
def test_a_day_at_the_end_of_the_calendar(day: str) -> None:
    exports = check(("e.csv", f"Case Number,Subject,Date\n1,a,{day}\n2,b,2026-05-04\n".encode()))
    assert list(exports.tables["events"]["event_date"].isna()) == [True, False]


@pytest.mark.parametrize("number", ["1e999", "inf", "-inf", "1e308"])
def test_a_number_without_end_among_dates(number: str) -> None:
    sheet = [["Case Number", "Subject", "Date"], ["1", "a", number], ["2", "b", "2026-05-04"]]
    data = workbook(sheet, lambda cell: '<c r="{0}"><v>{1}</v></c>' if cell == number else TEXT_CELL)
    assert list(check(("e.xlsx", data)).tables["events"]["event_date"].isna()) == [True, False]


def test_a_long_text_that_nearly_is_a_time() -> None:
    started = seconds()
    rows = "".join(f'{n},a,"1:00{" " * (n * 9)}x\ny"\n' for n in range(200))
    check(("e.csv", f"Case Number,Subject,Date\n999,a,2026-05-04\n{rows}".encode()))
    assert seconds() - started < 5


EVENTS = b"Case Number,Subject,Date\n1,a,2026-05-04\n"


def changed(data: bytes, mark: bytes, offset: int, to: bytes) -> bytes:
    """A zip with some bytes changed behind the first such mark."""
    at = data.index(mark) + offset
    return data[:at] + to + data[at + len(to) :]


@pytest.mark.parametrize(
    ("mark", "offset", "to"),
    [
        (b"PK\x01\x02", 42, b"\xff\xff\xff\x00"),  # a member that starts after the end
        (b"PK\x05\x06", 16, b"\xff\xff\xff\x00"),  # so does the list of members
        (b"PK\x01\x02", 10, b"\x0e\x00"),  # a way of packing that this member was not packed in
        (b"PK\x01\x02", 9, b"\x08"),  # a name that is not in the encoding it says
    ],
)
def test_a_zip_whose_list_of_members_lies(mark: bytes, offset: int, to: bytes) -> None:
    good = zipped([("\u0101.csv", EVENTS)]).replace("\u0101".encode(), b"\xff\xfe")
    assert "damaged" in check(("made.zip", changed(good, mark, offset, to))).findings["finding"][0]


def test_names_in_a_zip_lead_nowhere() -> None:
    names = ["../x.csv", "/etc/x.csv", "x.csv", "x.csv", "C:\\x.csv", " "]
    members = [(name, EVENTS.replace(b"1,", b"%d," % n)) for n, name in enumerate(names)]
    assert len(check(("made.zip", zipped(members))).tables["events"]) == len(names)


@pytest.mark.parametrize("part", ["<c ", '<c r="A1" ', '<c r="A1"><f ', "<f", '<c r="A1"' + " " * 9])
def test_a_sheet_of_tags_that_never_end(part: str) -> None:
    started = seconds()
    check(("e.xlsx", workbook([["Case Number"]], lambda _: TEXT_CELL, after="<f>" + part * 50_000)))
    assert seconds() - started < 5


@pytest.mark.parametrize(
    "cell", ["(" * 100_000, "a" + " " * 100_000 + "b", "a" + "\u0300\u0316" * 60_000, "Ã©â‚¬" * 30_000]
)
@pytest.mark.parametrize("place", ["header", "title", "value", "stamp"])
def test_a_very_long_cell(cell: str, place: str) -> None:
    cells = {"header": "Notes", "title": "Events", "value": "a", "stamp": "6/07/2026 09:14"} | {place: cell}
    text = f"{cells['title']}\n\nCase Number,Subject,Date,{cells['header']}\n1,{cells['value']},2026-05-04,x\n"
    started = seconds()
    exports = check(("e.csv", f"{text}\n\nGenerated By:  {cells['stamp']}\n".encode()))
    assert len(exports.tables["events"]) == 1
    assert seconds() - started < 5


def test_a_stamp_of_many_dates() -> None:
    started = seconds()
    check(("e.csv", EVENTS + b"\n\nGenerated By: " + b"1/1/1 " * 50_000 + b"6/07/2026 09:14\n"))
    assert seconds() - started < 5


@pytest.mark.parametrize("rows", [b"\n" * 400_000, (b"," * 999 + b"\n") * 41_000])
def test_a_text_that_unfolds_to_more_cells_than_fit(rows: bytes) -> None:
    assert "too large" in check(("e.csv", b"," * 999 + b"\n" + rows)).findings["finding"][0]


@pytest.mark.parametrize("line", ['sep="', "sep=a", "sep=\u0101", "sep= ", "sep=\r"])
def test_a_separator_that_separates_nothing(line: str) -> None:
    assert len(check(("e.csv", f"{line}\n".encode() + EVENTS)).tables["events"]) == 1


def test_a_name_that_is_in_no_encoding() -> None:
    assert check(("caf\udce9.csv", b"")).findings["file"][0] == "caf?.csv"


def test_numbers_that_a_spreadsheet_stripped_join_soon() -> None:
    cases = "".join(f"{n:08d},CA,2026-05-04\n" for n in range(30_000))
    events = "".join(f"{n},a,2026-05-04\n" for n in range(30_000))
    started = seconds()
    exports = check(
        ("c.csv", f"Case Number,Case Type,Referral Date\n{cases}".encode()),
        ("e.csv", f"Case Number,Subject,Date\n{events}".encode()),
    )
    assert set(exports.tables["cases"]["case_number"]) == set(exports.tables["events"]["case_number"])
    assert seconds() - started < 10


def test_a_workbook_that_a_mac_packed_again() -> None:
    book = workbook([["Case Number", "Subject", "Date"], ["1", "a", "2026-05-04"]], lambda _: TEXT_CELL)
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    members.append(("__MACOSX/xl/worksheets/._sheet1.xml", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"))
    assert len(check(("e.xlsx", zipped(members))).tables["events"]) == 1


def test_no_column_is_lost_beyond_a_first_row_of_any_length() -> None:
    """What lies beyond the part of a file that is looked at first is read too."""
    header = "Case Number,Subject,Date," + "n" * 199_990 + ",Event Date,Task/Event"
    stream = io.BytesIO(f"{header}\n1,x,,,2026-05-04,Event\n".encode())
    stream.name = "long.csv"
    events = asreport.read_exports([stream]).tables["events"]
    assert events["activity_type"].tolist() == ["Event"]
