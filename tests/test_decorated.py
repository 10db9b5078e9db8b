"""Whatever is done to numbers, headers, sheets and the lines between rows of an export that is recognised: the same
verdicts, or a finding that blocks what hangs on it and names the column or the cause."""

from __future__ import annotations

import io
from datetime import date
from functools import cache

import pandas as pd
from exports.make_joins import renumbered
from exports.make_unforeseen import beside, strewn
from exports.world import Rows, world
from exports.writers import delimited
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import asreport

QUARTER = asreport.load_quarter("q2-2026")
AS_AT = date(2026, 7, 6)
TABLES = ("cases", "events", "plans", "outcomes")

NUMBERS = [
    "{}", "CASE-{}", "{} - Tester", '="{}"', "#{}", "'{}", "No. {}", "{} (open)", "5001a00000{:.5}AAK", "9{}", "{}7",
]  # fmt: skip
HEADERS = [
    "{}", "{} *", "{}¹", "{} (required)", "{} – see the guide", "Te ingoa | {}", "{}\nTe ingoa", "All[{}]",
    "Te ingoa / {}", "{} [text]", "Old {}", "{} of something", "Zz{}zz",
]  # fmt: skip


@cache
def of_the_world() -> tuple[pd.DataFrame, frozenset[str]]:
    return results(read([delimited(rows) for rows in world().values()]))


def read(files: list[bytes]) -> asreport.Exports:
    streams = []
    for number, data in enumerate(files):
        stream = io.BytesIO(data)
        stream.name = f"{number}.csv"
        streams.append(stream)
    return asreport.read_exports(streams)


def results(exports: asreport.Exports) -> tuple[pd.DataFrame, frozenset[str]]:
    result = asreport.assess(exports.tables, QUARTER, as_at=AS_AT)
    columns = ["case_number", "measure_id", "verdict", "reason"]
    rows = result.case_results[columns] if len(result.case_results) else pd.DataFrame(columns=columns)
    return rows.assign(case_number=rows["case_number"].str.extract(r"(\d{5,})")[0]), frozenset(result.not_assessed)


@settings(derandomize=True)
@given(
    st.sampled_from(TABLES), st.sampled_from(NUMBERS),
    st.sampled_from(TABLES), st.data(),
    st.sampled_from(["apart", "beside", "beside with a gap", "below"]), st.permutations(TABLES), st.booleans(),
)  # fmt: skip
def test_the_same_verdicts_or_a_finding_that_blocks(
    of_numbers: str, number: str, of_headers: str, draw: st.DataObject, sheet: str, order: list[str], strew: bool
) -> None:
    # A case that is numbered otherwise throughout its own export is another case: nothing is decorated.
    assume(of_numbers != "cases" or number not in ("9{}", "{}7"))
    tables = world()
    key = "NSN" if of_numbers == "outcomes" else "Case Number"
    tables[of_numbers] = renumbered(tables[of_numbers], key, number.format)
    head, *rows = tables[of_headers]
    place = draw.draw(st.integers(0, len(head) - 1))
    # Beside another table a header that is not known at all cannot be told from one of that table.
    known = HEADERS if sheet == "apart" else HEADERS[:5]
    header = draw.draw(st.sampled_from(known)).format(head[place])
    tables[of_headers] = [[*head[:place], header, *head[place + 1 :]], *rows]
    if strew:
        tables[order[0]] = strewn(tables[order[0]])
    first, second, *others = order
    both: list[Rows] = {
        "apart": [tables[first], tables[second]],
        "beside": [beside(tables[first], tables[second], 0)],
        "beside with a gap": [beside(tables[first], tables[second], 1)],
        "below": [[*tables[first], [None], *tables[second]]],
    }[sheet]
    exports = read([delimited(rows) for rows in [*both, *(tables[table] for table in others)]])

    found, not_assessed = results(exports)
    wanted, not_assessed_before = of_the_world()
    findings = exports.findings
    blocking = findings[findings["severity"] == "blocks"]
    if not_assessed - not_assessed_before:
        assert len(blocking)
        assert (blocking["finding"].str.len() + blocking["column"].str.len() > 60).all()
    # A column of which the name is not known any more switches off its check, and that is said.
    if findings["finding"].str.startswith("No column ").any():
        return
    wanted = wanted[~wanted["measure_id"].isin(not_assessed)].reset_index(drop=True)
    assert found.values.tolist() == wanted.values.tolist()
