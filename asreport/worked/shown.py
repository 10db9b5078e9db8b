"""Which worked cases hold under a quarter in force, and computed ones for the measures that it has otherwise.

What is shown is never wrong: an example is shown where the quarter in force, taken over the period the example was
written for, gives the written answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from asreport.assessing.assessment import Assessment, assess
from asreport.policy.quarter import Measure, Quarter
from asreport.policy.quarter_file import built_in
from asreport.worked import ANSWERS, NOT_IN_MEASURE, WorkedExample, load_worked

_TRIED = 8  # examples of which the one that shows most is computed


@dataclass(frozen=True)
class Shown:
    """The examples of one theme that hold, and how many do not and are left out."""

    examples: tuple[WorkedExample, ...]
    left_out: int


def themes(quarter: Quarter) -> list[str]:
    """The themes of the examples for a quarter, in their order, computed ones first."""
    written = [example.theme for example in _written_for(quarter)]
    return list(dict.fromkeys([*([_computed_theme(quarter)] if _otherwise(quarter) else []), *written]))


def shown(quarter: Quarter, theme: str) -> Shown:
    """The examples of a theme as they hold under a quarter."""
    if theme == _computed_theme(quarter):
        return Shown(tuple(_computed(quarter)), 0)
    examples = [example for example in _written_for(quarter) if example.theme == theme]
    holding = tuple(example for example in examples if holds(example, quarter))
    return Shown(holding, len(examples) - len(holding))


def holds(example: WorkedExample, quarter: Quarter) -> bool:
    """Whether a quarter, over the period the example was written for, gives the written answers."""
    written = built_in(example.quarter)
    measures = (example.measure, *example.also)
    if any(name not in quarter.measures for name in measures):
        return False
    if all(_as_written(name, written, quarter) for name in measures):
        return True  # the tests have run it
    return not wrong_answers(example, _assessed(example, quarter))


def wrong_answers(example: WorkedExample, result: Assessment) -> list[str]:
    """What an assessment of an example's tables says otherwise than the example, a line a case or figure."""
    wrong = []
    for measure in (example.measure, *example.also):
        answers = result.case_results[result.case_results["measure_id"] == measure]
        wrong += [f"{measure}: {line}" for line in _disagreements(_by_case(example.expected), _by_case(answers))]
        figures = result.attainment.set_index("measure_id").astype("object").loc[measure]
        for name, wanted in example.expected_attainment.items():
            got = figures[name]
            if not (pd.isna(got) if wanted == "" else not pd.isna(got) and got == wanted):
                wrong.append(f"{measure}: {name} is {got!r}, not {wanted!r}")
    return wrong


def _written_for(quarter: Quarter) -> Iterator[WorkedExample]:
    """The examples written for a quarter or for those it builds on."""
    for name in dict.fromkeys((quarter.id, *quarter.extends)):
        yield from load_worked(name)


def _assessed(example: WorkedExample, quarter: Quarter) -> Assessment:
    """The example's tables, judged by its own measures alone over the period it was written for."""
    period = built_in(example.quarter).period
    measures = {name: quarter.measures[name] for name in (example.measure, *example.also)}
    judged = quarter.model_copy(update={"measures": measures, "period": period})
    return assess(example.tables, judged, example.as_at)


def _as_written(name: str, written: Quarter, quarter: Quarter) -> bool:
    """Whether a measure, and all that its verdicts and figures hang on, is as in the quarter it was written for."""
    same_readings = all(
        quarter.readings[one].value == written.readings[one].value
        for one in {*written.readings_of(name), *quarter.readings_of(name)}
    )
    same_words = (quarter.subjects, quarter.resemblance) == (written.subjects, written.resemblance)
    return same_readings and same_words and _alike(written.measures[name], quarter.measures[name])


def _alike(one: Measure, other: Measure) -> bool:
    def policy(measure: Measure) -> tuple[object, ...]:
        return measure.cases, measure.clock, measure.evidence, measure.target

    return policy(one) == policy(other)


# Computed examples


def _computed_theme(quarter: Quarter) -> str:
    return f"Computed for {quarter.name}"


def _otherwise(quarter: Quarter) -> list[Measure]:
    """The measures that no quarter with worked cases has in the same way."""
    written = {example.quarter for example in _written_for(quarter)}
    known = [built_in(name).measures for name in written]
    return [
        measure
        for name, measure in quarter.measures.items()
        if known and not any(name in measures and _alike(measures[name], measure) for measures in known)
    ]


def _computed(quarter: Quarter) -> Iterator[WorkedExample]:
    """An example for each measure that is measured otherwise: the cases of one that is alike, with computed answers."""
    for measure in _otherwise(quarter):
        answered = [one for e in _nearest(measure, quarter) if (one := _answered(e, measure, quarter)) is not None]
        if answered:  # that which shows most, of equals the nearest
            yield max(answered, key=lambda one: len(set(one.shown["cases"]["verdict"]) - {NOT_IN_MEASURE}))


def _nearest(measure: Measure, quarter: Quarter) -> list[WorkedExample]:
    """The examples of the same kind of evidence, those on the same measure or subject first; not those of figures."""

    def distance(example: WorkedExample) -> tuple[bool, bool]:
        other = built_in(example.quarter).measures[example.measure]
        subject = getattr(other.evidence, "subject", None) == getattr(measure.evidence, "subject", None)
        return example.measure != measure.id, not subject

    alike = [
        example
        for example in _written_for(quarter)
        if built_in(example.quarter).measures[example.measure].evidence.kind == measure.evidence.kind
        and not example.expected_attainment
    ]
    return sorted(alike, key=distance)[:_TRIED]


def _answered(example: WorkedExample, measure: Measure, quarter: Quarter) -> WorkedExample | None:
    """The example's cases with the answers that the quarter gives for a measure; None where it has none of them."""
    named = quarter.measures[measure.id].name
    cases = example.shown["cases"].drop(columns=[*ANSWERS, "case_type", "migrated"], errors="ignore")
    asked = replace(
        example,
        title=named,
        theme=_computed_theme(quarter),
        measure=measure.id,
        also=(),
        why="",
        expected_attainment={},
        shown={**example.shown, "cases": cases.assign(verdict=NOT_IN_MEASURE)},
        about=measure.cases,
    )
    results = _assessed(asked, quarter).case_results
    answers = _by_case(results[results["measure_id"] == measure.id])
    if not answers:
        return None
    answer = {
        name: [answers.get(number, {}).get(name, "") for number in cases["case_number"]]
        for name in ANSWERS
        if name != "why"
    }
    answer["verdict"] = [verdict or NOT_IN_MEASURE for verdict in answer["verdict"]]
    return replace(asked, shown={**example.shown, "cases": cases.assign(**answer)})


# Comparing


def _texts(column: pd.Series) -> list[str]:
    """The values of a column as texts, dates as 2026-05-08, "" for a missing one."""
    return ["" if pd.isna(v) else f"{v:%Y-%m-%d}" if hasattr(v, "strftime") else str(v) for v in column]


def _by_case(frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    columns = {str(name): _texts(frame[name]) for name in frame}
    return {number: {name: columns[name][n] for name in columns} for n, number in enumerate(columns["case_number"])}


def _disagreements(expected: dict[str, dict[str, str]], got: dict[str, dict[str, str]]) -> Iterator[str]:
    """One line for each case whose answer is not the one expected."""
    for number, wanted in expected.items():
        answer = {"verdict": NOT_IN_MEASURE, **got.get(number, {})}
        compared = ["verdict"] if wanted["verdict"] == NOT_IN_MEASURE else [n for n in wanted if n != "why"]
        for name in compared:
            if wanted[name] != answer.get(name, ""):
                yield f"case {number}: {name} is {answer.get(name, '')!r}, not {wanted[name]!r} ({wanted['why']})"
    yield from (f"case {number} has a result but is not in the example" for number in sorted(set(got) - set(expected)))
