"""The parts of all files to one table each: repeats merged, one row a case, numbers made to join, blanks filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from asreport.importing import doubts
from asreport.importing.budget import check
from asreport.importing.cross_checks import Source, note_strangers, note_swapped
from asreport.importing.export_words import WORDS
from asreport.importing.findings import AFFECTS, INFORMS, Findings, in_rows
from asreport.importing.joining import Joins, by_digits, note_joins
from asreport.importing.limits import MAX_ROWS_OF_A_STUDENT
from asreport.importing.texts import longest_forms
from asreport.policy.provider_settings import Number
from asreport.tables import BLANK, DTYPES, TABLES, with_open_questions

_CONFLICT = (
    "Rows of this case disagree in this column, so the newest export was followed, then the fuller row: "
    "correct the case in AS-CMS and export again."
)
_TWO_PROVIDERS = (
    "This case is in the exports of more than one provider, so the newest export was followed, then the fuller row, "
    "and it counts once: if the case was handed on, read only the exports of the provider who has it."
)
_PLACEHOLDER = (
    "This NSN stands in more rows than one student can have, so it counts as missing: "
    "add the students' own NSNs and export again."
)
_ABSENT = {
    ("cases", "migrated"): (AFFECTS, "No column says which cases are migrated, so every case counts as new"),
    ("cases", "contact_details_current"): (
        AFFECTS,
        "No column says whether contact details are current, so they count as unknown "
        "and every case stays in its measures",
    ),
    ("cases", "case_owner"): (
        AFFECTS,
        "No column names the case owner, so allocation to a case manager cannot be assessed",
    ),
    ("cases", "nsn"): (AFFECTS, "No column holds the NSN, so no case can be matched with ENROL"),
    ("cases", "allocation_date"): (
        AFFECTS,
        "No column says when cases were allocated to the provider, so measures that run from then cannot be assessed",
    ),
    ("cases", "owner_assigned_date"): (
        INFORMS,
        "No column says when the case owner was assigned, so whether that was by the cut-off is not checked",
    ),
    ("events", "activity_type"): (AFFECTS, "No column tells events from tasks, so every row counts as an Event"),
    ("events", "recorded_on"): (
        AFFECTS,
        "No column says when events were recorded, so the recorded-by check is skipped",
    ),
    ("plans", "steps"): (AFFECTS, "No column gives the steps of a plan, so the check for a step is skipped"),
    ("plans", "recorded_on"): (
        AFFECTS,
        "No column says when plans were recorded, so the recorded-by check is skipped",
    ),
    ("outcomes", "outcome_type"): (AFFECTS, "No column gives the kind of enrolment, so every row counts as school"),
}
_ZEROS = ["0" * digits for digits in range(1, 19)]  # an NSN that is none
_NO_STATUS = "No column says whether cases are closed, so every case counts as active"
_ADD = ": if the report can show it, add the column and export again."


def combine(
    sources: Sequence[Source], findings: Findings, digits_alone: Sequence[Number] = (), *, steps_apart: bool = False
) -> tuple[dict[str, pd.DataFrame], Joins]:
    """The tables, with the columns and dtypes of tables.py, and how they join (joining.py).

    A table that no file held is absent, and so is one that does not join. `digits_alone`: the numbers, case_number or
    nsn, that are compared by their digits alone. `steps_apart`: some sheet held the steps of plans, which are in no
    table.
    """
    if steps_apart:
        for piece in (source.piece for source in sources):
            if piece.part.table == "plans" and "steps" not in piece.frame:
                piece.open["steps"] = doubts.reason("plans", "steps", doubts.APART)
    frames = [_numbered(source, place) for place, source in enumerate(sources)]
    for key in digits_alone:
        frames = by_digits(frames, key, sources, findings)
    frames = _joinable(frames)
    tables = {}
    for table in TABLES:
        own = [place for place, source in enumerate(sources) if source.piece.part.table == table]
        if not own:
            continue
        rows = pd.concat([frames[place] for place in own], ignore_index=True)
        _note_absent(table, rows, sources, own, findings)
        merged = _one_a_case(rows, sources, findings) if table == "cases" else _without_repeats(rows, sources, findings)
        tables[table] = merged
    _drop_placeholders(tables, sources, findings)
    joins = note_joins(tables, sources, findings)
    note_swapped(tables, sources, findings)
    tables = {table: frame for table, frame in tables.items() if table not in joins.stopped}
    note_strangers(tables, sources, findings)
    finished = {
        table: with_open_questions(_finished(table, frame), _open(table, sources)) for table, frame in tables.items()
    }
    return finished, joins


def _open(table: str, sources: Sequence[Source]) -> dict[str, str]:
    """What some file of a table leaves open."""
    own = [source.piece.open for source in sources if source.piece.part.table == table]
    return {field: why for questions in own for field, why in questions.items()}


def _numbered(source: Source, place: int) -> pd.DataFrame:
    """A piece's frame with where its rows came from."""
    return source.piece.frame.assign(_source=place, _row=source.piece.rows)


def _joinable(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Case numbers and NSNs in their longest form across all tables, so that equality joins them."""
    for key in ("case_number", "nsn"):
        keyed = [frame[key] for frame in frames if key in frame]
        if len({length for column in keyed for length in column.str.len().dropna().unique()}) < 2:
            continue  # numbers of one length never differ by leading zeros alone
        seen = pd.unique(np.concatenate([column.dropna().unique() for column in keyed]))
        forms = {number: form for number, form in longest_forms(seen.tolist()).items() if number != form}
        if forms:
            # Not replace(), which goes through all rows once for each form.
            frames = [f.assign(**{key: f[key].map(forms).fillna(f[key])}) if key in f else f for f in frames]
    return frames


def _data(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if not name.startswith("_")]


def _without_repeats(rows: pd.DataFrame, sources: Sequence[Source], findings: Findings) -> pd.DataFrame:
    """Rows of which another says the same, as overlapping exports give, once."""
    repeated = rows.duplicated(_data(rows))
    for place, count in rows.loc[repeated, "_source"].value_counts(sort=False).items():
        sources[place].say(
            findings,
            INFORMS,
            "Rows of this sheet say exactly what another row says, so each was counted once, which changes no figure.",
            value=in_rows(count),
        )
    return rows[~repeated]


def _one_a_case(rows: pd.DataFrame, sources: Sequence[Source], findings: Findings) -> pd.DataFrame:
    """One row a case: the first value that is not blank, from the newest export, then the fuller row."""
    if rows["case_number"].is_unique:
        return rows
    rows = rows[~rows.duplicated(_data(rows))]
    several = rows["case_number"].duplicated(keep=False)
    if not several.any():
        return rows
    ranked = _ranked(_stand_ins_aside(rows[several], sources), sources)
    merged = ranked.groupby("case_number", sort=False, as_index=False).first()
    _note_conflicts(ranked, merged, sources, findings)
    order = rows.drop_duplicates("case_number")["case_number"]
    together = pd.concat([rows[~several], merged], ignore_index=True).set_index("case_number")
    return together.loc[order].reset_index()[list(rows.columns)]


def _stand_ins_aside(rows: pd.DataFrame, sources: Sequence[Source]) -> pd.DataFrame:
    """Drop a referral date taken from Created Date or the like where another export has the case's referral date."""
    weak = rows["_source"].map(lambda place: "referral_date" in sources[place].piece.stand_ins).astype(bool)
    if not weak.any() or weak.all():
        return rows
    known = rows.loc[~weak & rows["referral_date"].notna(), "case_number"]
    rows = rows.copy()
    rows.loc[weak & rows["case_number"].isin(known), "referral_date"] = pd.NaT
    return rows


def _ranked(rows: pd.DataFrame, sources: Sequence[Source]) -> pd.DataFrame:
    """The rows in the order in which they are believed, which is never the order in which they stand."""
    names = _data(rows)
    oldest = date.min
    rank = pd.DataFrame(index=rows.index)
    rank["newest"] = rows["_source"].map(lambda place: -(sources[place].taken_on or oldest).toordinal())
    rank["fullest"] = -rows[names].notna().sum(axis=1)
    for name in names:
        rank[name] = rows[name].astype("str").fillna("")
    return rows.loc[rank.sort_values(list(rank.columns), kind="stable").index]


def _note_conflicts(ranked: pd.DataFrame, merged: pd.DataFrame, sources: Sequence[Source], findings: Findings) -> None:
    """List, for each case and column, that its rows disagree."""
    grouped = ranked.groupby("case_number", sort=False)
    for name in _data(ranked):
        if name == "case_number":
            continue
        disagree = grouped[name].nunique()
        numbers = disagree.index[disagree > 1]
        if not len(numbers):
            continue
        some = ranked[ranked["case_number"].isin(numbers) & ranked[name].notna()]
        shown = some[name].dt.strftime("%Y-%m-%d") if name.endswith("_date") else some[name].astype("str")
        said = shown.groupby(some["case_number"], sort=False).agg(_side_by_side)
        first = some.drop_duplicates("case_number").set_index("case_number")
        for place in first["_source"].unique():
            here = first[first["_source"] == place]
            values = [f"case {number}: {said[number]}" for number in here.index]
            sentence = _TWO_PROVIDERS if name == "provider" else _CONFLICT
            source = sources[place]
            header = source.piece.part.columns.get(name, name)
            source.say(findings, AFFECTS, sentence, row=here["_row"].tolist(), column=header, value=values)


def _side_by_side(values: pd.Series) -> str:
    check()
    return " / ".join(dict.fromkeys(values))


def _drop_placeholders(tables: dict[str, pd.DataFrame], sources: Sequence[Source], findings: Findings) -> None:
    """Blank every NSN that stands in more rows than a student can have, such as 0: it would join all with all."""
    for table in ("cases", "outcomes"):
        numbers = tables[table]["nsn"] if table in tables and "nsn" in tables[table] else pd.Series(dtype="str")
        counts = numbers.value_counts() if not numbers.is_unique else pd.Series(dtype="int64")
        placeholders = counts.index[counts > MAX_ROWS_OF_A_STUDENT]
        many, zeros = numbers.isin(placeholders), numbers.isin(_ZEROS)
        if not (many | zeros).any():
            continue
        for place, rows in tables[table][many].groupby("_source"):
            header, shown = sources[int(str(place))].header("nsn"), ", ".join(rows["nsn"].unique()[:5])
            sources[int(str(place))].say(findings, AFFECTS, _PLACEHOLDER, column=header, value=shown)
        tables[table] = tables[table].assign(nsn=numbers.mask(many | zeros))


def _note_absent(table: str, rows: pd.DataFrame, sources: Sequence[Source], own: list[int], findings: Findings) -> None:
    """Say what is taken instead of a column that a file lacks, unless another file tells it of the same cases."""
    untold: dict[str, set[int]] = {}
    for place in own:
        check()
        has = set(sources[place].piece.frame.columns)
        wanted = {name: said for (of, name), said in _ABSENT.items() if of == table and name not in has}
        if table == "cases" and not has & {"status", "closed_date"}:
            wanted["status"] = (INFORMS, _NO_STATUS)
        for name, (severity, sentence) in wanted.items():
            if name in sources[place].piece.open:
                continue  # there is a column, which is asked about
            if table == "cases":
                if name not in untold:  # told of all sources at once: there may be hundreds
                    untold[name] = _untold(rows, name, sources)
                if place not in untold[name]:
                    continue
            header = WORDS["headers"][table][name][0]
            sources[place].say(findings, severity, sentence + _ADD, column=header)


def _untold(rows: pd.DataFrame, name: str, sources: Sequence[Source]) -> set[int]:
    """The places of sources with a case that no source tells this field of."""
    names = {"status", "closed_date"} if name == "status" else {name}
    having = [at for at, source in enumerate(sources) if names & set(source.piece.part.columns)]
    cases, _ = pd.factorize(rows["case_number"])
    source = rows["_source"].to_numpy()
    told = np.zeros(len(rows), dtype=bool)  # by case
    told[cases[np.isin(source, having)]] = True
    return set(source[~told[cases]].tolist())


def _finished(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The table with the columns, dtypes and blank values of tables.py."""
    finished = {}
    for field in TABLES[table]:
        if field.name in frame:
            column = frame[field.name]
            if field.kind in BLANK:
                column = column.fillna(BLANK[field.kind])  # type: ignore[arg-type]
            finished[field.name] = column.astype(DTYPES.get(field.kind, "str"))  # type: ignore[call-overload]
    return pd.DataFrame(finished).reset_index(drop=True)
