"""What must hold for any world of cases, with the plain computation of judge.py as the judge."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np
import pandas as pd
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from judge import judge
from worlds import Q2, any_quarter, drawn_quarters, to_tables, worlds

import asreport
from asreport.analysing.breakdown import breakdown, groupings
from asreport.assessing.attainment import COUNTS
from asreport.assessing.verdict import VERDICTS
from asreport.policy.quarter_file import extended
from asreport.words.catalogue import REASONS

WORLDS = worlds(any_quarter())
MANY = max(200, settings().max_examples)  # of what costs little


def assess(world, tables=None, as_at=None):
    return asreport.assess(tables or to_tables(world), world.quarter, as_at=as_at or world.as_at)


def verdicts(result) -> dict:
    rows = result.case_results.astype("object").where(result.case_results.notna(), None)
    return {
        (r.measure_id, r.case_number): (r.verdict, r.reason, r.deadline, r.completed_date) for r in rows.itertuples()
    }


def as_date(value):
    return None if value is None else pd.Timestamp(value).date()


@settings(max_examples=MANY)
@given(WORLDS)
def test_the_library_agrees_with_the_plain_computation(world):
    expected, figures = judge(world.tables, world.as_at, world.quarter)
    result = assess(world)
    one_verdict_a_case_and_one_reason_for_every_verdict_but_met(result.case_results)
    found = {key: (v, r, as_date(d), as_date(c)) for key, (v, r, d, c) in verdicts(result).items()}
    assert found == expected
    for row in result.attainment.to_dict("records"):
        want = figures[row["measure_id"]]
        assert {name: row[name] for name in COUNTS} == {name: want[name] for name in COUNTS}
        assert row["outcome"] == want["outcome"]
        assert (None if pd.isna(row["still_needed"]) else row["still_needed"]) == want["still_needed"]
        for name in ("rate_percent", "floor_percent", "ceiling_percent"):
            if want[name] is None:
                assert np.isnan(row[name])
            else:
                assert 0 <= want[name] - row[name] < 0.01 + 1e-9, "floored, never rounded up"


def one_verdict_a_case_and_one_reason_for_every_verdict_but_met(results):
    assert not results.duplicated(["measure_id", "case_number"]).any()
    assert results["verdict"].isin(VERDICTS).all()
    assert (results["reason"].isna() == (results["verdict"] == "met")).all()
    assert results["reason"].dropna().isin(list(REASONS)).all()


@given(WORLDS)
def test_counts_add_up(world):
    result = assess(world)
    for row in result.attainment.to_dict("records"):
        own = result.case_results[result.case_results["measure_id"] == row["measure_id"]]
        met = row["met_due"] + row["met_early"]
        assert row["in_scope"] == met + row["missed"] + row["pending"]
        assert row["due"] == row["met_due"] + row["missed"]
        assert len(own) == row["in_scope"] + row["excluded"] + row["cannot_assess"]
    for by in groupings(result):
        parts = breakdown(result, by).groupby("measure_id")[COUNTS].sum()
        whole = result.attainment.set_index("measure_id").loc[parts.index, COUNTS]
        assert parts.to_dict() == whole.to_dict()


@given(WORLDS, st.randoms(use_true_random=False))
def test_shuffled_rows_and_extra_columns_change_nothing(world, random):
    tables = to_tables(world)
    shuffled = {
        name: table.sample(frac=1, random_state=random.randrange(2**31)).assign(unknown="x").reset_index(drop=True)
        for name, table in tables.items()
    }
    before, after = assess(world, tables), assess(world, shuffled)
    pd.testing.assert_frame_equal(before.case_results, after.case_results)
    pd.testing.assert_frame_equal(before.attainment, after.attainment)


def test_an_added_record_in_time_never_lowers_a_rate():
    reached = Counter()

    @given(WORLDS, st.data())
    def holds(world, data):
        assume("events" in world.tables and world.tables["cases"])
        tables = to_tables(world)
        before = assess(world, tables)
        meetings = {m.id: m.evidence.subject for m in world.quarter.measures.values() if m.evidence.kind == "meeting"}
        dated = before.case_results.melt(["measure_id", "case_number"], ["start_date", "deadline"]).dropna()
        dated = dated[dated["measure_id"].isin(list(meetings))]
        assume(len(dated))
        row = dated.iloc[data.draw(st.integers(0, len(dated) - 1))]
        record = {
            "case_number": row["case_number"],
            "subject": world.quarter.subjects[meetings[row["measure_id"]]].name,
            "event_date": min(row["value"], pd.Timestamp(world.as_at)),
            "activity_type": "Event",
        }
        events = tables["events"]
        added = pd.DataFrame([record]).reindex(columns=events.columns).astype(events.dtypes)
        was = reached["raised floor_percent"]
        after = assess(world, {**tables, "events": pd.concat([events, added], ignore_index=True)})
        for name in ("rate_percent", "floor_percent"):
            lower = after.attainment[name].fillna(-1) < before.attainment[name].fillna(-1)
            assert not lower.any()
            if (after.attainment[name].fillna(-1) > before.attainment[name].fillna(-1)).any():
                reached[f"raised {name}"] += 1
        reached["asserted"] += 1
        event(f"the floor was raised: {reached['raised floor_percent'] > was}")

    holds()
    assert reached["asserted"] >= 30 and reached["raised floor_percent"] >= 5, reached


def looser(one, other):
    """Whether two measures differ in nothing but that the second leaves more days of the same kind."""
    same = (one.cases, one.evidence, one.clock.start) == (other.cases, other.evidence, other.clock.start)
    days = [(m.clock.business_days or 0, m.clock.weeks or 0) for m in (one, other)]
    return same and one.cases.which != "deadline_in_period" and any(a and a < b for a, b in zip(*days, strict=True))


def with_looser_tiers(quarter):
    """The quarter, and beside each measure that counts days another that leaves twice as many."""
    tiers = {}
    for name, measure in quarter.definition["measures"].items():
        clock = measure.get("clock", {})
        if longer := {unit: 2 * clock[unit] for unit in ("business_days", "weeks") if unit in clock}:
            tiers[f"{name}-looser"] = {**measure, "clock": {**clock, **longer}}
    return extended(quarter, {"measures": tiers}, "drawn")


def test_a_looser_tier_is_met_when_the_tighter_one_is():
    reached = Counter()

    @settings(max_examples=MANY)
    @given(worlds(st.one_of(st.just(Q2), drawn_quarters().map(with_looser_tiers))))
    def holds(world):
        measures = list(world.quarter.measures.values())
        pairs = [(one.id, other.id) for one in measures for other in measures if looser(one, other)]
        assume(pairs)
        found = verdicts(assess(world))
        met = [(other, case) for (measure, case), (verdict, *_) in found.items() if verdict == "met"
               for one, other in pairs if one == measure]  # fmt: skip
        assert all(found[key][0] == "met" for key in met)
        event("a tighter tier was met" if met else "none was met")
        reached.update(world.quarter.measures[other].evidence.kind for other, _ in met)

    holds()
    assert sum(reached.values()) >= 10, reached


def test_a_later_as_at_date_never_turns_met_into_missed():
    reached = Counter()

    @given(WORLDS, st.integers(1, 60))
    def holds(world, days):
        now = verdicts(assess(world))
        met = [key for key, (verdict, *_) in now.items() if verdict == "met"]
        assume(met)
        later = verdicts(assess(world, as_at=world.as_at + timedelta(days=days)))
        still = [key for key in met if key in later]
        assert all(later[key][0] == "met" for key in still)
        event(f"met and still in scope: {bool(still)}")
        reached.update({world.quarter.measures[measure].evidence.kind for measure, _ in still})

    holds()
    assert sum(reached.values()) >= 20 and len(reached) > 1, reached
