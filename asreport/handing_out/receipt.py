"""The receipt: what it takes to reproduce a result."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from asreport.assessing.assessment import Assessment
from asreport.handing_out.pseudonyms import Pseudonyms, plain_with_pseudonyms
from asreport.importing import Exports
from asreport.policy.quarter_file import replaced_quarters
from asreport.policy.quarter_writing import as_toml
from asreport.version import __version__

_POLICY = {"name", "source", "period", "sections", "readings", "subjects", "resemblance", "measures"}


def receipt(exports: Exports, result: Assessment, hidden: Pseudonyms | None = None) -> dict[str, Any]:
    """Name, SHA-256, table and row count of each export, and all that was chosen; plain data, ready for JSON.

    The quarter is in it whole: as it was applied (`policy`), and as the file that gives it again (`quarter_file`).
    `in_place_of_built_in`: the quarters, of it and those it builds on, in whose place this installation has its own.

    `hidden`: the pseudonyms that stand for students' names in what the receipt goes with, and then in the receipt too:
    in names of files, accepted subjects and settings. The digests stay, so that the files can be told by them.
    """
    plain = _receipt(exports, result, f"pseudonyms of key {hidden.key_id}" if hidden else "as recorded")
    return plain_with_pseudonyms(plain, hidden) if hidden else plain


def _receipt(exports: Exports, result: Assessment, student_names: str) -> dict[str, Any]:
    period = result.quarter.period
    return {
        "asreport": __version__,
        "holiday_calendar": f"holidays {metadata.version('holidays')}",
        "quarter": result.quarter.id,
        "quarter_name": result.quarter.name,
        "carried_over_from": result.quarter.carried_over_from,
        "in_place_of_built_in": [
            name for name in replaced_quarters() if name in (result.quarter.id, *result.quarter.extends)
        ],
        "left_out": list(result.quarter.left_out.values()),
        "policy": result.quarter.model_dump(mode="json", include=_POLICY),
        "quarter_file": as_toml(result.quarter),
        "period": {"start": period.start.isoformat(), "end": period.end.isoformat()},
        "as_at": result.as_at.isoformat(),
        "readings": {name: reading.value for name, reading in result.quarter.readings.items()},
        "chosen_otherwise": result.quarter.departures,
        "student_names": student_names,
        "settings": exports.settings.model_dump(mode="json"),
        "exports": [
            {
                "name": file.name,
                "sha256": file.sha256,
                "tables": [
                    {"table": part.table, "sheet": part.sheet, "rows_read": part.rows_read, "rows_used": part.rows_used}
                    for part in file.parts
                    if part.table
                ],
            }
            for file in exports.files
            if file.is_export
        ],
    }
