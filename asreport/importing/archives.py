"""A zip of exports, such as the sample is handed out in: each file in it is read as if it had been uploaded itself."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from asreport.importing.budget import spend
from asreport.importing.grids import Unreadable
from asreport.importing.limits import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_MATTERS_FROM
from asreport.importing.workbooks import DAMAGED_ZIP, IS_WORKBOOK, open_zip

_DOCUMENT = "[Content_Types].xml"  # in a zip that is a document of an office program
_NOT_EXPORTS = {".DS_Store", "Thumbs.db"}  # what systems add to a zip of their own, and
_NOTE = re.compile(r"(?:read[ _-]?me|licen[cs]e)\b[^/]*?(?:\.(?:txt|md|rtf|pdf|docx?|html?))?", re.I)
_NOT_OF_EXPORTS = "__MACOSX"  # the folder of what they add


@dataclass(frozen=True)
class File:
    """A file that was uploaded, or stands in a zip that was: there it is unpacked when it is its turn.

    `read` raises Unreadable. `size`: bytes. `is_note`: by its name it is a note that came with the exports in a zip.
    """

    name: str
    size: int
    read: Callable[[], bytes]
    is_note: bool = False


def unpacked(name: str, data: bytes) -> list[File]:
    """The files of a zip of exports; any other file, workbooks too, as it is. Paid for out of the upload's budget.

    A zip within the zip is not opened: it is read as a file like any other. Raises Unreadable.
    """
    spend("bytes", len(data))
    itself = [File(name, len(data), lambda: data)]
    members = []
    if data.startswith(b"PK"):
        try:
            archive = open_zip(data)
            if not (IS_WORKBOOK | {_DOCUMENT}) & set(archive.namelist()):
                members = [member for member in archive.infolist() if not member.is_dir()]
                members = [member for member in members if not _is_clutter(member.filename)]
                _check(members, len(data))
        except DAMAGED_ZIP:
            members = []  # the reader of workbooks says so
    spend("files", len(members) or 1)
    spend("bytes", sum(member.file_size for member in members))
    if not members:
        return itself
    return [
        File(f"{name}/{m.filename}", m.file_size, partial(_member, archive, m), _is_note(m.filename)) for m in members
    ]


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Never more than its directory says of it, so that it has been paid for."""
    if member.flag_bits & 1:
        raise Unreadable("is protected with a password within its zip archive: unpack it, and upload it by itself")
    try:
        return archive.read(member)
    except DAMAGED_ZIP as error:
        raise Unreadable("is damaged within its zip archive: zip it again, or upload it by itself") from error


def _is_clutter(name: str) -> bool:
    *folders, own = name.replace("\\", "/").split("/")
    return not own or own in _NOT_EXPORTS or _NOT_OF_EXPORTS in folders


def _is_note(name: str) -> bool:
    return bool(_NOTE.fullmatch(name.replace("\\", "/").rpartition("/")[2]))


def _check(members: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(member.file_size for member in members)
    if not members:
        raise Unreadable("is a zip archive with nothing in it: upload the exports themselves")
    if all(member.flag_bits & 1 for member in members):
        raise Unreadable("is protected with a password: unpack it and upload the exports themselves")
    if len(members) > MAX_MEMBERS or total > MAX_UNPACKED_BYTES or total > max(MAX_RATIO * packed, RATIO_MATTERS_FROM):
        raise Unreadable("unpacks to far more than exports would, so it was not opened: upload the exports themselves")
