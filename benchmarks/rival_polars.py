"""The counts of the eleven measures and nothing else, straight from the four CSV files with Polars: what asreport is
measured against. A rival, not a straw man: columns that are not needed are not read, and Polars plans the whole query.

python -m benchmarks.rival_polars benchmarks/data/x1-seed1

It knows the exports of the synthetic year alone: their names, headers, encodings and order of dates. It gives no
reason, no deadline, no record, no finding and no file. It follows rules.md for Q2 2026 as at 6 July 2026.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import polars as pl

AS_AT, CUT_OFF, CUT_OFF_NEN = date(2026, 7, 6), date(2026, 7, 3), date(2026, 4, 17)
START, END = date(2026, 4, 1), date(2026, 6, 30)
HOLIDAYS = [date(2026, month, day) for month, day in ((4, 3), (4, 6), (4, 27), (6, 1), (7, 10))]  # for the period alone
COUNTS = ["met", "missed", "pending", "excluded", "cannot_assess"]


def counts(folder: Path) -> pl.DataFrame:
    """A row a measure, in the order of rules.md: `measure_id` and `COUNTS`."""
    cases = _cases(folder)
    meetings = _meetings(cases, folder)
    plans = _plans(folder)
    outcomes = _outcomes(cases, folder)
    joined = cases.join(meetings, on="case", how="left").join(plans, on="case", how="left")
    # Collected once: in one plan with all measures, the joins would be computed for each of them.
    joined = joined.join(outcomes, on="case", how="left").collect().lazy()
    return pl.concat([_counted(joined, *measure) for measure in _measures()]).collect()


def _read(folder: Path, name: str, columns: dict[str, str], encoding: str = "utf8") -> pl.LazyFrame:
    table = pl.scan_csv(folder / f"{name}.csv", infer_schema=False, null_values="", encoding=encoding)  # type: ignore[arg-type]
    return table.select(pl.col(theirs).alias(own) for own, theirs in columns.items())


def _day(name: str) -> pl.Expr:
    """A date as New Zealand writes it; what follows a space is a time."""
    return pl.col(name).str.split_exact(" ", 1).struct.field("field_0").str.to_date("%d/%m/%Y")


def _cases(folder: Path) -> pl.LazyFrame:
    names = {
        "case": "Case Number",
        "type": "Case Record Type",
        "referral": "Referral Date",
        "allocation": "Allocation Date",
        "owner": "Case Owner",
        "assigned": "Owner Assigned Date",
        "migrated": "Migrated",
        "held": "Contact Details Current",
        "status": "Status",
        "closed": "Closed Date",
        "nsn": "NSN",
    }
    dates = [pl.col(name).str.to_date("%d/%m/%Y") for name in ("referral", "allocation", "assigned", "closed")]
    owner = pl.col("owner").str.to_lowercase()
    return (
        _read(folder, "cases", names)
        .with_columns(
            *dates,
            owned=owner.is_not_null() & ~owner.str.contains("queue|unassigned"),
            migrated=pl.col("migrated") == "TRUE",
            nen=pl.col("type") == "Non-Enrolled",
            out=pl.col("held").eq_missing("No"),
        )
        .filter((pl.col("referral") <= AS_AT).fill_null(True))
        .with_columns(
            active=pl.when(pl.col("closed").is_null())
            .then(pl.col("status").str.to_lowercase() != "closed")
            .otherwise(pl.col("closed") > AS_AT),
            owned=pl.col("owned") & (pl.col("assigned") <= CUT_OFF).fill_null(True),
        )
    )


def _meetings(cases: pl.LazyFrame, folder: Path) -> pl.LazyFrame:
    """The first meeting of each case that counts, with the school and with whānau."""
    names = {
        "case": "Case Number",
        "subject": "Subject",
        "held_on": "Date",
        "activity": "Activity Type",
        "recorded": "Created Date",
    }
    subject = pl.col("subject").str.to_lowercase().str.replace_all(r"\s", "")
    # No `ā` in the export's encoding: it became a question mark.
    whanau = subject.str.contains(r"^initialstudent/wh(a|ā|\W{1,2})naumeeting$")
    late = (pl.col("recorded") > CUT_OFF).fill_null(False) & (pl.col("held_on") <= CUT_OFF) & pl.col("migrated")
    first = {name: pl.col("held_on").filter(pl.col(name)).min() for name in ("school", "whanau")}
    return (
        _read(folder, "activities", names, "utf8-lossy")
        .filter(pl.col("activity") == "Event")
        .select("case", "held_on", "recorded", school=subject == "initialschoolmeeting", whanau=whanau)
        .filter(pl.col("school") | pl.col("whanau"))
        .with_columns(held_on=_day("held_on"), recorded=_day("recorded"))
        .filter(pl.col("held_on") <= AS_AT)
        .join(cases.select("case", "referral", "migrated"), on="case")
        .filter(~late & (pl.col("migrated") | (pl.col("held_on") >= pl.col("referral"))))
        .group_by("case")
        .agg(**first)
    )


def _plans(folder: Path) -> pl.LazyFrame:
    names = {"case": "Case Number", "status": "Plan Status", "steps": "Number of Steps", "recorded": "Created Date"}
    return (
        _read(folder, "plans", names)
        .filter((pl.col("status").str.to_lowercase() == "in progress") & (pl.col("steps").cast(pl.Int64) >= 1))
        .group_by("case")
        .agg(plan=pl.lit(True), plan_by_cut_off=(_day("recorded") <= CUT_OFF).fill_null(True).any())
    )


def _outcomes(cases: pl.LazyFrame, folder: Path) -> pl.LazyFrame:
    """The first outcome of each case that counts: of any kind, and at a school."""
    start = pl.coalesce("referral", "allocation")
    return (
        _read(folder, "enrolments", {"nsn": "NSN", "kind": "Enrolment Type", "began": "Enrolment Date"})
        .with_columns(began=_day("began"))
        .join(cases.select("case", "nsn", first=start), on="nsn")
        .filter((pl.col("began") <= AS_AT) & (pl.col("began") >= pl.col("first")).fill_null(True))
        .group_by("case")
        .agg(enrolled=pl.col("began").filter(pl.col("kind") == "School").min(), outcome=pl.col("began").min())
    )


Measure = tuple[str, pl.Expr, pl.Expr, pl.Expr, pl.Expr, pl.Expr]


def _measures() -> list[Measure]:
    """Of each measure: its id, its cases, which are excluded, which cannot be assessed, which are met, which over."""
    no, referral, allocation = pl.lit(False), pl.col("referral"), pl.col("allocation")
    new, old = ~pl.col("migrated"), pl.col("migrated")
    referred = new & referral.is_between(START, END).fill_null(True)
    unknown = referral.is_null()
    measures: list[Measure] = []
    for who, days in (("school", 5), ("school", 10), ("whanau", 10), ("whanau", 15)):
        by = referral.dt.add_business_days(days, holidays=HOLIDAYS, roll="backward")
        out = pl.col("out") if who == "whanau" else no
        measures.append((f"{who}-meeting-{days}", referred, out, unknown, pl.col(who) <= by, by < AS_AT))
    measures.append(("student-plan", referred, no, unknown, pl.col("plan"), no))
    by = allocation + pl.duration(weeks=10)
    lacking = unknown | allocation.is_null()
    due = new & pl.col("nen") & (lacking | by.is_between(START, END))
    measures.append(("nen-outcome", due, pl.col("out"), lacking, pl.col("outcome") <= by, by < AS_AT))
    nen, over, active = old & pl.col("nen"), pl.lit(True), old & pl.col("active")
    measures.append(("migrated-nen-enrolled", nen, no, unknown, pl.col("enrolled") <= CUT_OFF_NEN, over))
    measures.append(("migrated-allocated", active, no, no, pl.col("owned"), over))
    measures.append(("migrated-school-meeting", active, no, no, pl.col("school") <= CUT_OFF, over))
    measures.append(("migrated-whanau-meeting", active, no, no, pl.col("whanau") <= CUT_OFF, over))
    measures.append(("migrated-plan", active, no, no, pl.col("plan_by_cut_off"), over))
    return measures


def _counted(
    cases: pl.LazyFrame, name: str, about: pl.Expr, out: pl.Expr, unknown: pl.Expr, met: pl.Expr, over: pl.Expr
) -> pl.LazyFrame:
    """One row: how many cases have each verdict, the first that applies."""
    met, over = met.fill_null(False), over.fill_null(False)
    verdict = (
        pl.when(out)
        .then(pl.lit("excluded"))
        .when(unknown)
        .then(pl.lit("cannot_assess"))
        .when(met)
        .then(pl.lit("met"))
        .when(over)
        .then(pl.lit("missed"))
        .otherwise(pl.lit("pending"))
    )
    told = cases.filter(about).select(verdict=verdict)
    sums = ((pl.col("verdict") == kind).sum().alias(kind) for kind in COUNTS)
    return told.select(pl.lit(name).alias("measure_id"), *sums)


if __name__ == "__main__":
    print(counts(Path(sys.argv[1])).write_csv())
