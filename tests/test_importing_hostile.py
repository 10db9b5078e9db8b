"""Uploads that are no file at all. Files that are broken or mean harm are in tests/exports/hostile."""

from asreport.importing import read_exports
from asreport.importing.findings import BLOCKS


def test_nothing_uploaded() -> None:
    exports = read_exports([])
    assert exports.tables == {} and exports.findings.empty and exports.files == () and exports.taken_on is None


def test_a_missing_file_and_a_folder(tmp_path) -> None:
    exports = read_exports([tmp_path / "none.csv", str(tmp_path)])
    assert list(exports.findings["severity"]) == [BLOCKS, BLOCKS]
