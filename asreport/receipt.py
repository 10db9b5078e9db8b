"""The receipt: what it takes to reproduce a result."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import asreport
from asreport.assessment import Assessment
from asreport.reading import Exports


def receipt(exports: Exports, result: Assessment) -> dict[str, Any]:
    """Name, SHA-256, table and row count of each export, and all that was chosen; plain data, ready for JSON."""
    period = result.quarter.period
    return {
        "asreport": asreport.__version__,
        "holiday_calendar": f"holidays {metadata.version('holidays')}",
        "quarter": result.quarter.id,
        "period": {"start": period.start.isoformat(), "end": period.end.isoformat()},
        "as_at": result.as_at.isoformat(),
        "readings": {name: reading.value for name, reading in result.quarter.readings.items()},
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
            if not file.is_settings
        ],
    }
