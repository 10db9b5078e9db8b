"""asreport: are we on target, where are we short, which cases, why, and what to do about each.

The measure library under the app: bytes → tables → verdicts → attainment → files. It never imports streamlit.
"""

from asreport import program  # noqa: F401 - first of all: Ctrl-C is heeded while the rest is imported

# isort: split
from asreport.assessing.assessment import Assessment, assess
from asreport.assessing.which_quarter import WhichQuarter, quarter_for, quarter_of, quarter_of_exports, which_quarter
from asreport.business_days import OutsideCalendar
from asreport.handing_out.receipt import receipt
from asreport.handing_out.workbook import exceptions_workbook
from asreport.importing import Exports, read_exports
from asreport.importing.against_quarter import all_findings
from asreport.policy.carrying_over import carried_over, other_quarters
from asreport.policy.provider_settings import Match, Settings, SettingsError, read_settings
from asreport.policy.quarter import Quarter, QuarterError
from asreport.policy.quarter_file import available_quarters, load_quarter, newest_confirmed, unusable_quarters
from asreport.policy.quarter_writing import as_toml, differences_in_words
from asreport.sample import sample_exports
from asreport.version import __version__

__all__ = [
    "Assessment",
    "Exports",
    "Match",
    "OutsideCalendar",
    "Quarter",
    "QuarterError",
    "Settings",
    "SettingsError",
    "__version__",
    "WhichQuarter",
    "all_findings",
    "as_toml",
    "assess",
    "available_quarters",
    "carried_over",
    "differences_in_words",
    "exceptions_workbook",
    "load_quarter",
    "newest_confirmed",
    "other_quarters",
    "quarter_for",
    "quarter_of",
    "quarter_of_exports",
    "read_exports",
    "read_settings",
    "receipt",
    "sample_exports",
    "unusable_quarters",
    "which_quarter",
]
