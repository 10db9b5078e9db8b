"""Synthetic exports of one provider for Quarter 2 2026, in the shapes that AS-CMS and ENROL exports have.

They show what asreport does without any child's data, and serve tests and benchmarks. Every measure, verdict and
reason occurs in them: a fixed set of showcase cases (`showcase.toml`) sees to that, the rest is drawn from rates.
Nothing here knows how a verdict is reached, so that the sample can put that to the test.
"""

from __future__ import annotations

MINIMUM_CASES = 80


def sample_exports(cases: int = 500, seed: int = 1) -> dict[str, bytes]:
    """The exports as file name → content, taken on Monday 6 July 2026; the same bytes for the same arguments."""
    if cases < MINIMUM_CASES:
        raise ValueError(f"A sample needs at least {MINIMUM_CASES} cases, so that every reason can occur; got {cases}.")
    if seed < 0:
        raise ValueError(f"The seed of a sample is a whole number from 0 up; got {seed}.")
    # Loaded here, as whoever reads exports of their own needs none of it.
    import numpy as np

    from asreport.sample.assemble import assemble
    from asreport.sample.draw import draw
    from asreport.sample.files import activities_csv, cases_xlsx, enrolments_csv, plans_csv
    from asreport.sample.showcase import showcase

    rng = np.random.default_rng(seed)
    shown = showcase(rng)
    exports = assemble([shown, draw(cases - len(shown.cases), rng)], rng)
    return {
        "AS-CMS cases.xlsx": cases_xlsx(exports.cases),
        "AS-CMS activities.csv": activities_csv(exports.activities),
        "AS-CMS plans.csv": plans_csv(exports.plans),
        "ENROL enrolments.csv": enrolments_csv(exports.enrolments),
    }
