"""The charts that are made once: each is valid, asks for columns that it is given, and holds nothing of an upload."""

from __future__ import annotations

from collections.abc import Iterator

import altair as alt
from conftest import Computed

from asreport.analysing.breakdown import breakdown, furthest, ranked
from asreport.analysing.route_to_target import shortest_ways
from asreport.analysing.time_to_meeting import time_to_meeting, timed_measures
from ui.charts.groups import bars_by_group, weekly_rate
from ui.charts.heat import heat_map
from ui.charts.route import route
from ui.charts.timing import time_curve


def fields(chart: object) -> Iterator[str]:
    """The columns that a chart asks for."""
    if isinstance(chart, dict):
        if isinstance(chart.get("field"), str):
            yield chart["field"]
        for part in chart.values():
            yield from fields(part)
    elif isinstance(chart, list):
        for part in chart:
            yield from fields(part)


def test_the_charts_are_valid(sample: Computed) -> None:
    """The pages draw them without looking; so they are looked at here."""
    owners_table, weeks = breakdown(sample.result, "case_owner"), breakdown(sample.result, "week")
    dated = weeks[(weeks["measure_id"] == "school-meeting-5") & weeks["group"].str.startswith("20")]
    subject, timed = next(iter(timed_measures(sample.result.quarter).items()))
    times = time_to_meeting(sample.result)
    charts = [
        heat_map(furthest(owners_table, 12)),
        *(bars_by_group(ranked(rows), "Case owner") for _, rows in owners_table.groupby("measure_id")),
        weekly_rate(dated),
        weekly_rate(dated.assign(target_percent=None)),
        time_curve(times[times["subject"] == subject], timed),
        *(route(way) for way in shortest_ways(sample.result) if len(way.steps)),
    ]
    assert len(charts) > 10
    for chart in charts:
        tables = chart.pop("datasets")
        alt.LayerChart.from_dict(chart, validate=True)
        for layer in chart["layer"]:
            assert set(fields(layer["encoding"])) <= set(tables[(layer.get("data") or chart["data"])["name"]]), layer


def test_a_chart_that_sessions_share_holds_nothing_of_an_upload(sample: Computed) -> None:
    owners_table = breakdown(sample.result, "case_owner")
    chart = heat_map(furthest(owners_table, 12))
    del chart["datasets"]
    assert not [name for name in owners_table["group"] if name in str(chart)]
    one, other = (bars_by_group(ranked(rows), "Case owner") for _, rows in list(owners_table.groupby("measure_id"))[:2])
    assert one.pop("datasets") and other.pop("datasets")
    assert one["layer"] == other["layer"]
    one["layer"].clear()  # nor does one session's change reach another
    assert bars_by_group(ranked(owners_table[owners_table["measure_id"] == "school-meeting-5"]), "Case owner")["layer"]
