"""A zip of exports, such as the sample is handed out in: each file in it is read as if it had been uploaded itself."""

from __future__ import annotations

import zipfile

from asreport.reading.grids import Unreadable
from asreport.reading.limits import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_MATTERS_FROM
from asreport.reading.workbooks import DAMAGED_ZIP, IS_WORKBOOK, open_zip

_DOCUMENT = "[Content_Types].xml"  # in a zip that is a document of an office program
_NOT_EXPORTS = ("__MACOSX/", ".DS_Store", "Thumbs.db")  # what systems add to a zip of their own


def unpacked(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """The files of a zip of exports, each with its name and bytes; any other file, workbooks too, as it is.

    A zip within the zip is not opened: it is read as a file like any other. Raises Unreadable.
    """
    if not data.startswith(b"PK"):
        return [(name, data)]
    try:
        with open_zip(data) as archive:
            if (IS_WORKBOOK | {_DOCUMENT}) & set(archive.namelist()):
                return [(name, data)]
            members = [m for m in archive.infolist() if not m.is_dir() and not _is_clutter(m.filename)]
            _check(members, len(data))
            return [(f"{name}/{member.filename}", archive.read(member)) for member in members]
    except DAMAGED_ZIP:
        return [(name, data)]  # damaged: the reader of workbooks says so


def _is_clutter(name: str) -> bool:
    return any(part in name for part in _NOT_EXPORTS)


def _check(members: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(member.file_size for member in members)
    if not members:
        raise Unreadable("is a zip archive with nothing in it: upload the exports themselves")
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable("is protected with a password: unpack it and upload the exports themselves")
    if len(members) > MAX_MEMBERS or total > MAX_UNPACKED_BYTES or total > max(MAX_RATIO * packed, RATIO_MATTERS_FROM):
        raise Unreadable("unpacks to far more than exports would, so it was not opened: upload the exports themselves")
