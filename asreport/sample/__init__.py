"""Synthetic exports of one provider for a quarter, in the shapes that AS-CMS and ENROL exports have.

They show what asreport does without any child's data, and serve tests and benchmarks. Every measure of the quarter, and
every verdict and reason that it can give on the day the exports are taken, occurs in them: showcase cases see to that,
written for the quarter (showcase.py) or made from its measures (each_reason.py); the rest is drawn from rates. Nothing
here knows how a verdict is reached, so that the sample can put that to the test.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import numpy as np

    from asreport.policy.quarter import Quarter
    from asreport.sample.days import Days
    from asreport.sample.records import Records

MINIMUM_CASES = 80
# So many cases, at least, are drawn beside those of the showcase.
DRAWN_AT_LEAST = 20
TAKEN_AT = time(9, 14, tzinfo=ZoneInfo("Pacific/Auckland"))


def sample_exports(cases: int = 500, seed: int = 1, quarter: Quarter | None = None) -> dict[str, bytes]:
    """The exports as file name → content, the same bytes for the same arguments.

    `quarter`: the one they are about (default: the newest whose targets are confirmed). They are taken on the first
    Monday that is a business day and at least four days after the quarter's end, or after a cut-off that lies in the
    three weeks after it. Raises ValueError for fewer cases than it takes to show every reason, and for a negative seed.
    """
    if cases < MINIMUM_CASES:
        raise ValueError(f"A sample needs at least {MINIMUM_CASES} cases, so that every reason can occur; got {cases}.")
    if seed < 0:
        raise ValueError(f"The seed of a sample is a whole number from 0 up; got {seed}.")
    # Loaded here, as whoever reads exports of their own needs none of it.
    import numpy as np

    from asreport.policy.quarter_file import newest_confirmed
    from asreport.sample.days import Days
    from asreport.sample.draw import draw
    from asreport.sample.each_reason import each_reason
    from asreport.sample.showcase import is_written_for, showcase

    days = Days(quarter or newest_confirmed())
    rng = np.random.default_rng(seed)
    shown = (showcase if is_written_for(days.quarter) else each_reason)(days, rng)
    if cases < (needed := len(shown.cases) + DRAWN_AT_LEAST):
        raise ValueError(
            f"A sample of {days.quarter.name} needs at least {needed} cases, so that every reason of its "
            f"{len(days.quarter.measures)} measures can occur; got {cases}."
        )
    return exported([shown, draw(cases - len(shown.cases), days, rng)], days, rng)


def exported(parts: list[Records], days: Days, rng: np.random.Generator) -> dict[str, bytes]:
    """Sets of cases and their records as the exports of one provider: file name → content."""
    from asreport.sample.assemble import assemble
    from asreport.sample.files import activities_csv, cases_xlsx, enrolments_csv, plans_csv

    exports = assemble(parts, days.as_at, rng)
    taken = datetime.combine(days.as_at.astype(date), TAKEN_AT)
    return {
        "AS-CMS cases.xlsx": cases_xlsx(exports.cases, taken),
        "AS-CMS activities.csv": activities_csv(exports.activities, taken),
        "AS-CMS plans.csv": plans_csv(exports.plans, taken),
        "ENROL enrolments.csv": enrolments_csv(exports.enrolments),
    }
