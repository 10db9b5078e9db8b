"""Sentences made of figures, dates and names."""

from __future__ import annotations

from datetime import date

import pandas as pd

from asreport.dates import in_words
from asreport.words.catalogue import OUTCOMES, VERDICTS


def percent(value: float | None) -> str:
    """A percentage in words, as exact as it is kept: `80%`, `69.96%`, and `–` where there is none."""
    return "–" if value is None or pd.isna(value) else f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def cases(count: int) -> str:
    """`1 case`, `1,204 cases`."""
    return f"{count:,} {'case' if count == 1 else 'cases'}"


def headline(attainment: pd.DataFrame) -> str:
    """Where the targets stand, in one sentence. `attainment`: as `Assessment.attainment`."""
    targets = attainment[attainment["target_percent"].notna()]
    judged = targets[~targets["outcome"].isin(["no_data", "no_cases"])]
    if judged.empty:
        return "No target can be judged from what was uploaded."
    stands = judged["outcome"].value_counts()
    good = _either(stands, "met", "secured") or "secured"
    kinds = {
        good: ("met", "secured"),
        "open": ("open",),
        _either(stands, "missed", "out_of_reach"): ("missed", "out_of_reach"),
    }
    counts = {words: int(stands.reindex(codes).sum()) for words, codes in kinds.items()}
    targets_in_all = "1 target" if len(judged) == 1 else f"{len(judged)} targets"
    parts = [f"{counts.pop(good) or 'None'} of {targets_in_all} {good}"]
    parts += [f"{count} {words}" for words, count in counts.items() if count]
    sentence = ", ".join(parts)
    needed = int(judged.loc[judged["outcome"] == "open", "still_needed"].sum())
    if needed:
        more = "1 more case" if needed == 1 else f"{needed:,} more cases"
        sentence += f" – {more} would secure the open {'one' if counts['open'] == 1 else 'ones'}"
    sentence += "."
    if len(judged) < len(targets):
        sentence += f" {len(targets) - len(judged)} could not be judged."
    return sentence


def partly_assessed(not_assessed: dict[str, str], measures: int) -> str:
    """How many of the measures could not be assessed and why. `not_assessed`: as `Assessment.not_assessed`."""
    why, count = " ".join(dict.fromkeys(not_assessed.values())), len(not_assessed)
    return f"{why} So {count} of {measures} measures could not be assessed, and nothing here speaks of them."


def still_open(attainment: pd.DataFrame) -> list[str]:
    """What each open target needs, a sentence each. `attainment`: as `Assessment.attainment`."""
    rows = attainment[attainment["outcome"] == "open"]
    return [
        f"{name}: {needed:,} more of the {cases(pending)} still pending."
        for name, needed, pending in rows[["measure", "still_needed", "pending"]].to_numpy()
    ]


def _either(stands: pd.Series, final: str, foreseen: str) -> str:
    """The words for outcomes of one kind, of which the quarter may hold either or both."""
    words = {"met": "met", "secured": "secured", "missed": "missed", "out_of_reach": "out of reach"}
    return " or ".join(words[code] for code in (final, foreseen) if code in stands)


def verdicts_in_brief(verdicts: pd.Series) -> str:
    """How many measures of a case have each verdict: `1 missed, 4 met.`"""
    counts = verdicts.value_counts()
    order = ("missed", "cannot_assess", "pending", "excluded", "met")
    said = [f"{counts[code]} {VERDICTS[code].lower()}" for code in order if code in counts]
    return (", ".join(said) or "No assessed measure is about this case") + "."


def where_it_ends(row: pd.Series) -> str:
    """Between which percentages a measure's whole cohort will end. `row`: a row of `Assessment.attainment`."""
    floor, ceiling = percent(row["floor_percent"]), percent(row["ceiling_percent"])
    return f"ends at {floor}" if floor == ceiling else f"ends between {floor} and {ceiling}"


def what_counts_say(row: pd.Series) -> str:
    """A measure's counts in one sentence. `row`: a row of `Assessment.attainment`."""
    if row["outcome"] in ("no_data", "no_cases"):
        return OUTCOMES[row["outcome"]].sentence
    met = row["met_due"] + row["met_early"]
    parts = [f"{met:,} met of {cases(row['in_scope'])}"]
    parts += [f"{row[kind]:,} {words}" for kind, words in _ASIDE.items() if row[kind]]
    if row["outcome"] == "open":
        parts.append(f"{row['still_needed']:,} more needed")
    elif row["outcome"] == "out_of_reach":
        parts.append(f"{row['still_needed']:,} more needed, only {row['pending']:,} still pending")
    elif row["outcome"] == "missed":
        parts.append(f"{row['still_needed']:,} short of the target")
    return ", ".join(parts) + "."


def effect_on_figure(row: pd.Series) -> str:
    """What another reading makes of a measure, in part of a sentence. `row`: of `reading_effects.effect`."""
    before, after, which = row["rate_percent_now"], row["rate_percent"], ""
    if pd.isna(before) or pd.isna(after):
        before, after, which = row["floor_percent_now"], row["floor_percent"], " met so far"
    moved = f"{percent(after)}{which} instead of {percent(before)}"
    if before == after:
        moved = (
            f"still {percent(after)}{which}, with {cases(row['in_scope'])} in scope instead of {row['in_scope_now']:,}"
        )
        if row["in_scope"] == row["in_scope_now"]:
            moved = (
                f"still {percent(after)}{which}, ending between {percent(row['floor_percent'])} and "
                f"{percent(row['ceiling_percent'])}"
            )
    if row["outcome"] != row["outcome_now"]:
        moved += f"; {OUTCOMES[row['outcome']].word} instead of {OUTCOMES[row['outcome_now']].word}"
    return moved


_ASIDE = {
    "missed": "missed",
    "pending": "pending",
    "excluded": "excluded",
    "cannot_assess": "that cannot be assessed",
}


def shortest_of_target(row: pd.Series, name: str) -> str:
    """Which group is short of the target by most cases, in one sentence. `row`: the first of `breakdown.ranked`."""
    if pd.isna(row["still_needed"]):
        if not row["missed"]:
            return "No group has a missed case."
        return (
            f"No target to fall short of. Most missed: {name}, {row['missed']:,} of {cases(row['in_scope'])} in scope."
        )
    if not row["still_needed"]:
        return "No group is short of the target."
    return (
        f"Furthest from the target: {name}, short by {cases(row['still_needed'])}, "
        f"with {row['missed']:,} missed of {row['in_scope']:,} in scope."
    )


def due(deadline: date | None, as_at: date, business_days_left: int) -> str:
    """By when, seen from the as-at date: `today`, `in 3 business days, 9 July 2026`, `was due 2 July 2026`."""
    if deadline is None:
        return "no deadline"
    if deadline == as_at:
        return "today"
    if deadline < as_at:
        return f"was due {in_words(deadline)}"
    if not business_days_left:
        return f"before the next business day, {in_words(deadline)}"
    return f"in {business_days_left} business day{'s' * (business_days_left != 1)}, {in_words(deadline)}"


def together(names: list[str]) -> str:
    """Names in one text; what only a word tells apart is said once: `Meeting within 5 and 10 business days`."""
    words = [name.split() for name in names]
    if len(names) > 1 and len({len(of_name) for of_name in words}) == 1:
        differ = [n for n, column in enumerate(zip(*words, strict=True)) if len(set(column)) > 1]
        if len(differ) == 1:
            at = differ[0]
            return " ".join([*words[0][:at], " and ".join(of_name[at] for of_name in words), *words[0][at + 1 :]])
    return "; ".join(names)
