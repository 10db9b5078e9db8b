"""Workbooks that reach for memory in every way known: none of them costs the process that reads exports anything."""

import io
import struct
import sys
import zipfile

import openpyxl
import pytest

from asreport.importing import limits, read_exports
from asreport.importing.findings import BLOCKS

EVENTS = b"Case Number,Subject,Date\n00000001,Initial School Meeting,2026-05-04\n"


class Upload(io.BytesIO):
    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name = name


def workbook(rows: list[list[object]], **cells: object) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, value in cells.items():
        book.active[place] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(data: bytes, member: str, change) -> bytes:
    """The same workbook with one of its members changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return out.getvalue()


PLAIN = workbook([["Case Number", "Subject", "Date"], ["1", "Initial School Meeting", "2026-05-04"]])
SHEET = "xl/worksheets/sheet1.xml"


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


PACKAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADER_ROW = "<row r='1'><c r='A1' t='str'><v>Case Number</v></c></row>"


def sheet_at(place: str, rows: str, text: str = "") -> bytes:
    """A workbook of one sheet, kept where no spreadsheet program keeps it."""
    relation = "<Relationships><Relationship Id='r' Type='{}/{}' Target='{}'/></Relationships>".format
    book = f"<workbook xmlns:r='{PACKAGE}'><sheets><sheet name='S' sheetId='1' r:id='r'/></sheets></workbook>"
    return zipped(
        {
            "_rels/.rels": relation(PACKAGE, "officeDocument", "elsewhere/workbook.xml").encode(),
            "elsewhere/_rels/workbook.xml.rels": relation(PACKAGE, "worksheet", f"/{place}").encode(),
            "elsewhere/workbook.xml": book.encode(),
            "elsewhere/sharedStrings.xml": f"<sst><si><t>{text}</t></si></sst>".encode(),
            "xl/workbook.xml": b"<workbook/>",
            place: f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode(),
        }
    )


def record(kind: int, body: bytes) -> bytes:
    """A record of an .xlsb; kinds from 128 take two bytes."""
    return (bytes([kind]) if kind < 128 else bytes([kind, 1])) + bytes([len(body)]) + body


def far_binary() -> bytes:
    """An .xlsb with a number in A1 and one in XFD1048576."""

    def cell(row: int, column: int) -> bytes:
        return record(0, struct.pack("<I13x", row)) + record(5, struct.pack("<IId", column, 0, 1.0))

    name = struct.pack("<I6sI2s", 3, "rId".encode("utf-16-le"), 1, "S".encode("utf-16-le"))
    return zipped(
        {
            "xl/_rels/workbook.bin.rels": (
                f"<Relationships><Relationship Id='rId' Type='{PACKAGE}/worksheet' Target='worksheets/sheet1.bin'/>"
                "</Relationships>"
            ).encode(),
            "xl/workbook.bin": b"".join(
                [record(143, b""), record(156, struct.pack("<II", 0, 1) + name), record(144, b""), record(132, b"")]
            ),
            "xl/worksheets/sheet1.bin": b"".join(
                [
                    record(129, b"") + record(148, struct.pack("<IIII", 0, 1_048_575, 0, 16_383)) + record(145, b""),
                    cell(0, 0) + cell(1_048_575, 16_383) + record(146, b"") + record(130, b""),
                ]
            ),
        }
    )


def open_document(rows: int, columns: int) -> bytes:
    """An .ods that says of one filled cell that it is so many rows and columns."""
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<manifest/>",
            "content.xml": (
                "<office:document-content xmlns:office='o' xmlns:table='t' xmlns:text='x'><office:body>"
                f"<office:spreadsheet><table:table table:name='S'><table:table-row table:number-rows-repeated='{rows}'>"
                f"<table:table-cell office:value-type='string' table:number-columns-repeated='{columns}'>"
                "<text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>"
                "</office:body></office:document-content>"
            ).encode(),
        }
    )


FAR = "<row r='2'><c r='XFD1048576'><v>1</v></c></row>"
# Some abort the reader, some make it raise: what matters is that each is declined, and that this process stays small.
REACHING = {
    "elsewhere.xlsx": sheet_at("elsewhere/sheet.dat", HEADER_ROW + FAR),
    "small letters.xlsx": sheet_at("elsewhere/sheet.xml", HEADER_ROW + FAR.replace("XFD", "xfd")),
    "other names.xlsx": sheet_at("s.xml", HEADER_ROW + FAR.replace("<c", "<x:c").replace("</c", "</x:c")),
    "without places.xlsx": sheet_at("s.xml", f"<row>{'<c><v>1</v></c>' * 900}</row>{'<row/>' * 999_999}{FAR}"),
    "row of rows.xlsx": sheet_at("s.xml", HEADER_ROW + "<row r='4294967295'><c><v>1</v></c></row>"),
    "one text in many cells.xlsx": sheet_at("s.xml", "<row><c t='s'><v>0</v></c></row>" * 300, "x" * 15_000_000),
    "far.xlsb": far_binary(),
    "rows.ods": open_document(1_000_000, 500),
    "columns.ods": open_document(1, 1_000_000),
    "rows and columns.ods": open_document(1_000_000, 1_000_000),
}


@pytest.mark.parametrize("name", REACHING)
def test_a_workbook_that_takes_memory_is_declined(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READING_BYTES", 1 << 29)  # so that none takes long to fill it
    before = peak_memory()
    exports = read_exports([Upload(name, REACHING[name]), Upload("events.csv", EVENTS)])
    blocked = exports.findings[exports.findings["severity"] == BLOCKS]
    assert len(blocked) == 1 and blocked["finding"].iloc[0].startswith(f"{name} is ")
    assert any(said in blocked["finding"].iloc[0] for said in ("too large to read safely", "damaged"))
    assert len(exports.tables["events"]) == 1
    assert peak_memory() - before < 100


def peak_memory() -> float:
    """The most memory that this process has held, in MiB; 0 where the platform does not say."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)


def test_a_workbook_that_takes_too_long_is_declined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READING_SECONDS", 0.001)
    exports = read_exports([Upload("slow.xlsx", PLAIN)])
    assert "too large to read safely" in exports.findings["finding"].iloc[0]


def test_what_a_sheet_says_of_its_size_does_not_matter() -> None:
    declared = repacked(PLAIN, SHEET, lambda xml: xml.replace(b'ref="A1:C2"', b'ref="A1:XFD1048576"'))
    assert b"XFD1048576" in zipfile.ZipFile(io.BytesIO(declared)).read(SHEET)
    assert len(read_exports([Upload("declared.xlsx", declared)]).tables["events"]) == 1


def test_an_archive_of_too_many_files() -> None:
    exports = read_exports([Upload("many.zip", b"PK\x01\x02" * 20_000)])
    assert "far too many files" in exports.findings["finding"].iloc[0]
