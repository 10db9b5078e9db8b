"""asreport: are we on target, where are we short, which cases, why, and what to do about each.

The measure library under the app: bytes → tables → verdicts → attainment → files. It never imports streamlit.
"""

from asreport.assessment import Assessment, assess
from asreport.quarter import Quarter, QuarterError, available_quarters, load_quarter

__version__ = "0.1.0"

__all__ = [
    "Assessment",
    "Quarter",
    "QuarterError",
    "assess",
    "available_quarters",
    "load_quarter",
]
