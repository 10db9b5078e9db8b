"""A quarter as plain rows that a form can change, the definition that changed rows give, and what is wrong with them.

A draft is a dict: `name`, `source`, `start`, `end` (dates), `explanation` (of the dates), `confirmed` (whether somebody
says that carried-over targets are right), `measures` (a list of rows), `readings` (name → value), `subjects` (a list of
`key`, `name`, `who`). A row is one measure:

| key                                                     | value                                                      |
| ------------------------------------------------------- | ---------------------------------------------------------- |
| `id`, `section`, `target`                               | as in a quarter's file; a target of None: tracked          |
| `on`                                                    | whether the quarter asks for it                            |
| `own`                                                   | text (`name`, `why`, `how`, `record`) → what someone wrote |
| `which`, `migrated`, `case_type`,                       | which cases                                                |
| `contact_details_held`                                  |                                                            |
| `by`, `length`, `start`, `cut_off`, `note`              | the clock; `by` is one of `WAYS`                           |
| `kind`, and the fields of every kind of evidence        | what counts; those of another kind wait, and say nothing   |

`reading:name` stands for the value of that reading. A text that nobody wrote follows what is set: it is that of the
quarter built on as long as the same is asked of the same cases, else the one of a `Card`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from typing import Any, get_args

from asreport.evidence import KINDS
from asreport.policy.carrying_over import id_of
from asreport.policy.quarter import Definition, Quarter, QuarterError, defined
from asreport.policy.quarter_file import available_quarters, load_quarter
from asreport.policy.quarter_writing import base_of

Row = dict[str, Any]
Draft = dict[str, Any]
Card = Callable[[str, bool, str, bool], Mapping[str, str]]  # wording.card
Faults = dict[str, list[str]]  # where, as `measures.student-plan.target` → what is wrong there

TEXTS = ("name", "why", "how", "record")
WAYS = ("business_days", "weeks", "cut_off", "none")
REFERENCE = "reading:"
# The fields of each kind of evidence that a quarter's file sets; what a provider has marked is in its settings.
FIELDS = {
    str(get_args(kind.model_fields["kind"].annotation)[0]): tuple(
        name for name in kind.model_fields if name not in ("kind", "marked")
    )
    for kind in KINDS
}

_CASES: Row = {"which": "referred_in_period", "migrated": False, "case_type": "any", "contact_details_held": False}
_CLOCK = ("by", "length", "start", "cut_off", "note")
# What a measure's texts speak of beyond what their {names} say: with another one they would be wrong.
_SPOKEN_OF = ("kind", "subject", "migrated", "case_type", "recorded_by_cut_off", "types")
_WHERE = "the quarter"
_ID = re.compile(r"q[1-4]-\d{4}")
_DATES_SET = "These dates were set for this quarter; both of them belong to the period."


def draft_of(quarter: Quarter, card: Card) -> Draft:
    """A quarter as rows. Measures of the quarter it builds on that it does not ask for stand last, not `on`."""
    definition, known = quarter.definition, _known(quarter)
    asked = definition["measures"]
    others = [name for name in known if name not in asked and name not in quarter.left_out]
    return {
        "name": definition["name"],
        "source": definition["source"],
        **definition["period"],
        "confirmed": False,
        "measures": [row_of(quarter, name, card) for name in [*asked, *others]],
        "readings": {name: definition["readings"][name]["default"] for name in quarter.readings},
        "subjects": [{"key": key, **deepcopy(subject)} for key, subject in definition["subjects"].items()],
    }


def row_of(quarter: Quarter, measure_id: str, card: Card) -> Row:
    """A measure of a quarter, or of one that it builds on, as a row: so one that was left out is put back."""
    known = _known(quarter)
    row = _row(measure_id, known[measure_id], _usual(known))
    row["on"] = measure_id in quarter.measures
    texts = followed(row, quarter, card)
    row["own"] = {name: known[measure_id][name] for name in TEXTS if known[measure_id][name] != texts[name]}
    return row


def new_row(draft: Draft, quarter: Quarter) -> Row:
    """A row to fill in: a plan for new cases, within 20 business days of referral, without a target."""
    known = _known(quarter)
    row = _row("", {"section": next(iter(quarter.sections)), "evidence": {"kind": "plan"}}, _usual(known))
    return with_id(row | {"by": "business_days", "length": 20}, draft, quarter)


def with_id(row: Row, draft: Draft, quarter: Quarter) -> Row:
    """A new row under an id of its kind that no measure has."""
    taken = {one["id"] for one in draft["measures"]} | set(_known(quarter)) | set(quarter.left_out)
    number = next(n for n in range(1, len(taken) + 2) if f"{row['kind']}-{n}" not in taken)
    return row | {"id": f"{row['kind']}-{number}"}


def followed(row: Row, quarter: Quarter, card: Card) -> dict[str, str]:
    """The texts of a row that nobody wrote themselves, with their {names}."""
    base = base_of(quarter)
    own = base.definition["measures"] if base else quarter.definition["measures"]
    like = own.get(row["id"]) or (_known(quarter).get(row["id"]) if row["id"] in quarter.left_out else None)
    if like:
        before = _row(row["id"], like, row)
        if all(before[name] == row[name] for name in _SPOKEN_OF if name in ("kind", *_CASES, *FIELDS[row["kind"]])):
            return {name: like[name] for name in TEXTS}
    recorded = bool(row["recorded_by_cut_off"]) and "recorded_by_cut_off" in FIELDS[row["kind"]]
    return dict(card(row["kind"], row["migrated"], row["case_type"], recorded))


def edited(draft: Draft, quarter: Quarter, card: Card) -> Definition:
    """The definition that a changed draft of a quarter gives, whether right or wrong: `checked` says.

    What was not changed stays as the quarter's own definition has it. A quarter that was carried over is no longer
    once its targets are confirmed or any of them is changed; moved to another calendar quarter, it takes that one's id.
    """
    raw, known = quarter.definition, _known(quarter)
    raw["name"], raw["source"] = draft["name"], draft["source"]
    period = {name: draft[name] for name in ("start", "end", "explanation")}
    if period["explanation"] == raw["period"]["explanation"] and period != raw["period"]:
        period["explanation"] = _DATES_SET
    if period != raw["period"]:
        raw["period"] = period
        _follow_dates(raw, quarter)
    for name, value in draft["readings"].items():
        if value != raw["readings"][name]["default"]:
            raw["readings"][name] |= {"value": value, "default": value}
    raw["subjects"] = {one["key"]: {name: one[name] for name in one if name != "key"} for one in draft["subjects"]}
    rows, usual = [row for row in draft["measures"] if row["on"]], _usual(known)
    targets = {name: measure.get("target") for name, measure in raw["measures"].items()}
    raw["measures"] = {
        row["id"]: _measure(row, known.get(row["id"], {}), followed(row, quarter, card), usual) for row in rows
    }
    changed = [row for row in rows if row["id"] in targets and row["target"] != targets[row["id"]]]
    if draft["confirmed"] or changed:
        raw.pop("carried_over_from", None)
        raw.pop("left_out", None)
    elif quarter.left_out:
        raw["left_out"] = {name: words for name, words in quarter.left_out.items() if name not in raw["measures"]}
    return raw


def checked(draft: Draft, quarter: Quarter, card: Card) -> tuple[Quarter | None, Faults]:
    """The quarter of a draft, or None and everything that is wrong with it, by where."""
    faults = _blanks(draft)
    try:
        then = defined(edited(draft, quarter, card), _WHERE)
    except QuarterError as error:
        for line in str(error).splitlines():
            path, _, rule = line.removeprefix(f"{_WHERE}, ").removesuffix(".").partition(": ")
            if not any(path == known or path.startswith(f"{known}.") for known in faults):
                what = rule.partition("; write for example ")[0].replace("Input should be", "it must be")
                faults.setdefault(path, []).append(what)
        return None, faults
    names = Counter(measure.name for measure in then.measures.values())
    for measure in then.measures.values():
        if names[measure.name] > 1:  # pages and files tell measures by their names
            faults.setdefault(f"measures.{measure.id}.name", []).append("another measure has this name: write another")
    return (None if faults else then), faults


def texts_of(row: Row, draft: Draft, quarter: Quarter, card: Card) -> dict[str, str]:
    """The name and the card of a row in words, as far as they can be said while something in the draft is wrong."""
    texts = followed(row, quarter, card)
    named = [subject for subject in draft["subjects"] if subject["name"].strip()]
    alone = edited(draft | {"measures": [row | {"on": True}], "subjects": named}, quarter, card)
    try:
        measure = defined(alone | {"period": quarter.definition["period"]}, _WHERE).measures[row["id"]]
    except QuarterError:
        plain = {**texts, **row["own"]}
        return {name: " ".join(re.sub(r"\{\w*\}", "", plain[name]).split()) for name in TEXTS}
    return {name: getattr(measure, name) for name in TEXTS}


def references(quarter: Quarter, name: str) -> list[str]:
    """The readings that a field of a measure takes its value from, here or in the quarters built on: `reading:…`."""
    rows = [_row(one, measure, _usual({})) for one, measure in _known(quarter).items()]
    return list(dict.fromkeys(row[name] for row in rows if str(row[name]).startswith(REFERENCE)))


def _blanks(draft: Draft) -> Faults:
    """What a form can leave open and a file cannot."""
    faults: Faults = {}

    def fault(path: str, what: str) -> None:
        faults.setdefault(path, []).append(what)

    if not draft["name"].strip():
        fault("name", "the quarter needs a name")
    for name in ("start", "end"):
        if draft[name] is None:
            fault("period", "the quarter needs a first and a last day")
    for name, value in draft["readings"].items():
        if not value:
            fault(f"readings.{name}", "one at least is needed")
    for subject in draft["subjects"]:
        if not subject["name"].strip():
            fault(f"subjects.{subject['key']}", "a Subject is the text that an Event has in AS-CMS; it cannot be empty")
    rows = [row for row in draft["measures"] if row["on"]]
    if not rows:
        fault("measures", "at least one measure must be on")
    for row in rows:
        for path, what in _blanks_of(row):
            fault(f"measures.{row['id']}.{path}", what)
    return faults


def _blanks_of(row: Row) -> list[tuple[str, str]]:
    blanks = [(name, "it cannot be empty") for name, text in row["own"].items() if not text.strip()]
    if row["by"] in ("business_days", "weeks") and row["length"] is None:
        blanks.append(("clock", "say how many"))
    if row["by"] == "cut_off" and row["cut_off"] is None:
        blanks.append(("clock", "say by which day"))
    if row["by"] == "none" and row["which"] == "deadline_in_period":
        blanks.append(("cases", "without a deadline none falls in the period: choose other cases, or a deadline"))
    blanks += [("evidence", "one at least must count") for name in FIELDS[row["kind"]] if row[name] == []]
    return blanks


# A measure and its row


def _known(quarter: Quarter) -> dict[str, Any]:
    """The definitions of the quarter's measures, and of those of the quarters that it builds on, by id."""
    earlier = [name for name in (quarter.id, *quarter.extends) if name in available_quarters()]
    every: dict[str, Any] = {}
    for measures in (quarter.definition["measures"], *(load_quarter(n).definition["measures"] for n in earlier)):
        every |= {name: measure for name, measure in measures.items() if name not in every}
    return every


def _usual(known: Mapping[str, Any]) -> Row:
    """What the first measure of the quarter says for each field of evidence: where a new measure starts from."""
    usual: Row = {"subject": "", "statuses": [], "queues": [], "types": [], "recorded_by_cut_off": False}
    for measure in reversed(list(known.values())):
        usual |= {name: _plain(value) for name, value in measure["evidence"].items() if name != "kind"}
    return usual | {"recorded_by_cut_off": False}


def _row(measure_id: str, measure: Mapping[str, Any], usual: Row) -> Row:
    cases, clock, evidence = (measure.get(name, {}) for name in ("cases", "clock", "evidence"))
    by = next((way for way in WAYS if clock.get(way) is not None), "none")
    of_kind = {name: evidence.get(name, False) for name in FIELDS[evidence["kind"]]} if len(evidence) > 1 else {}
    return {
        "id": measure_id,
        "on": True,
        "section": measure["section"],
        "own": {},
        "target": measure.get("target"),
        **{name: _plain(cases.get(name, value)) for name, value in _CASES.items()},
        "by": by,
        "length": clock.get(by) if by != "cut_off" else None,
        "start": _plain(clock.get("start", "referral_date")),
        "cut_off": clock.get("cut_off"),
        "note": clock.get("note", ""),
        "kind": evidence["kind"],
        **{name: usual[name] for fields in FIELDS.values() for name in fields},
        **{name: _plain(value) for name, value in of_kind.items()},
    }


def _measure(row: Row, before: Mapping[str, Any], texts: Mapping[str, str], usual: Row) -> Definition:
    """The definition of a row; of one that was there before, with nothing changed but what the row changes."""
    measure = deepcopy(dict(before))
    began = _row(row["id"], before, usual) if before else {}
    measure |= {"section": row["section"], **texts, **row["own"]}
    if measure["why"] != before.get("why", measure["why"]):
        measure.pop("without_target", None)  # it is the end of the other text

    def differs(*names: str) -> bool:
        return not began or any(row[name] != began[name] for name in names)

    if differs(*_CASES):
        other = {name: _raw(row[name]) for name, usual_value in _CASES.items() if row[name] != usual_value}
        measure["cases"] = {"migrated": row["migrated"], "which": _raw(row["which"]), **other}
    if differs(*_CLOCK):
        same_day = not began or began["cut_off"] == row["cut_off"]
        # “15 weeks in” is said of one day, and not of another.
        measure["clock"] = _clock(row if same_day or row["note"] != began["note"] else row | {"note": ""})
        if not measure["clock"]:
            del measure["clock"]
    if differs("kind", *FIELDS[row["kind"]]):
        fields = {name: _raw(row[name]) for name in FIELDS[row["kind"]] if row[name] is not False}
        measure["evidence"] = {"kind": row["kind"], **fields}
    if row["target"] is None:
        measure.pop("target", None)
    else:
        measure["target"] = row["target"]
    return {name: value for name, value in measure.items() if name != "id"}


def _clock(row: Row) -> Definition:
    note = {"note": row["note"]} if row["note"] else {}
    if row["by"] == "cut_off":
        return {"cut_off": row["cut_off"], **note}
    return {} if row["by"] == "none" else {"start": _raw(row["start"]), row["by"]: row["length"], **note}


def _plain(value: Any) -> Any:
    return f"{REFERENCE}{value['reading']}" if isinstance(value, dict) else deepcopy(value)


def _raw(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(REFERENCE):
        return {"reading": value.removeprefix(REFERENCE)}
    return deepcopy(value)


def _follow_dates(raw: Definition, quarter: Quarter) -> None:
    """Another id for a calendar quarter that was moved to another one, so that exports of that one find it."""
    start, end = raw["period"]["start"], raw["period"]["end"]
    if not (isinstance(start, date) and isinstance(end, date) and _ID.fullmatch(quarter.id)) or end < start:
        return
    raw["id"] = id_of(start + (end - start) / 2)
    if raw["id"] != quarter.id and quarter.id in available_quarters():
        raw["extends"] = (quarter.id, *quarter.extends)
