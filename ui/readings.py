"""The readings: how the guide is read where it is silent, what each other choice would do, and choosing it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import asreport
from asreport.analysing.reading_effects import (
    Value,
    changed_readings,
    effect,
    entries,
    moves,
    reading_effects,
    with_readings,
)
from asreport.policy.quarter import Reading
from asreport.words.catalogue import OUTCOMES
from asreport.words.sentences import effect_on_figure, percent
from ui import session
from ui.charts.readings import from_now_to_then, in_words
from ui.session import Loaded
from ui.shared import safe_markdown

AT_ONCE = 5_000  # cases up to which effects are worked out unasked
_EFFECTS = "reading effects"


def effects_on(now: Loaded, measure_id: str) -> None:
    """A line for each other choice of a reading that would move a measure's figure. Writes nothing that is not true of
    the upload shown; where it has not been worked out, where to ask for it."""
    effects = _effects(now)
    if effects is None:
        st.page_link("pages/measured.py", label="How far would other readings move it?", icon=":material/tune:")
        return
    own = effects[(effects["measure_id"] == measure_id) & moves(effects)]
    lines = [
        f"Read otherwise ({safe_markdown(row['title'])}: {safe_markdown(now.words(row['words']))}): "
        f"**{safe_markdown(effect_on_figure(row))}**."
        for _, row in own.iterrows()
    ]
    st.caption("  \n".join(lines) or "No other reading would move this figure.")


def choose(now: Loaded) -> None:
    """Every reading with its choices and what each would do, and below, what is chosen and not applied yet."""
    quarter, effects = now.result.quarter, _effects(now)
    if effects is None:
        _work_out(now)
    chosen = {name: _card(now, name, reading, effects) for name, reading in quarter.readings.items()}
    differing = [quarter.readings[name].title for name, v in chosen.items() if v != quarter.readings[name].value]
    if differing:
        _not_applied(now, chosen)
    if differing or changed_readings(quarter):
        _bar(now, chosen, differing)


def _bar(now: Loaded, chosen: dict[str, Value], differing: list[str]) -> None:
    """What to do with the choice. It stays in sight while the readings above are looked through."""
    back = st.get_option(f"theme.{st.context.theme.type or 'light'}.secondaryBackgroundColor")
    st.html(f"<style>.st-key-readings-bar {{position: sticky; bottom: .5rem; z-index: 5; background: {back}}}</style>")
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="readings-bar"):
        if differing:
            st.markdown(f":material/edit: Chosen, not applied yet: **{safe_markdown('; '.join(differing))}**")
            if st.button("Apply these readings", type="primary", icon=":material/check:"):
                _apply(now, chosen)
        else:
            st.markdown(":material/tune: Changed readings are in force. Every page and every download says so.")
        if changed_readings(now.result.quarter) and st.button("Back to the guide’s readings", icon=":material/undo:"):
            _apply(now, {})


def _effects(now: Loaded) -> pd.DataFrame | None:
    """The effects of each other choice; None where there are too many cases to work them out unasked."""
    if len(now.result.cases) > AT_ONCE and not session.has_kept(_EFFECTS):
        return None
    effects: pd.DataFrame = session.kept(_EFFECTS, lambda: reading_effects(now.exports.tables, now.result))
    return effects


def _work_out(now: Loaded) -> None:
    """Show a button where there are many cases, and how far it has come."""
    st.write("What each other choice would do is an assessment of all cases for each. That takes a few seconds.")
    if st.button("Work out what each choice would do", icon=":material/calculate:"):
        bar = st.progress(0.0)

        def tell(share: float, text: str) -> None:
            bar.progress(share, text=safe_markdown(text))

        session.kept(_EFFECTS, lambda: reading_effects(now.exports.tables, now.result, tell))
        st.rerun()


def _card(now: Loaded, name: str, reading: Reading, effects: pd.DataFrame | None) -> Value:
    """One reading: why it is read so, its choices, and what each other one would do. Gives what is chosen."""
    with st.container(border=True, key=f"reading-card-{name}"):
        title, badge = st.columns([4, 1], vertical_alignment="center")
        title.header(reading.title)
        if reading.changed:
            badge.badge("Changed", icon=":material/tune:", color="orange")
        st.write(reading.explanation)
        choice, effect_of = st.columns([2, 3], gap="large")
        with choice:
            value = _control(now, name, reading)
        with effect_of:
            st.markdown("**What each other choice would do**")
            if effects is None:
                st.caption("Not worked out yet.")
            else:
                _each_choice(now, effects[effects["reading"] == name])
    return value


def _control(now: Loaded, name: str, reading: Reading) -> Value:
    key = f"reading-{name}-{now.number}"
    if isinstance(reading.value, str):
        options = list(reading.choices)
        chosen: str = st.radio(
            "Taken as", options, index=options.index(reading.value), key=key,
            format_func=lambda value: reading.choices[value][0].upper() + reading.choices[value][1:],
            captions=["asreport’s reading of the guide" if value == reading.default else "" for value in options],
        )  # fmt: skip
        return chosen
    listed = entries(name, now.result.quarter, now.exports.tables)
    several: list[str] = st.multiselect(
        "Taken as any of", listed, [v for v in listed if v in reading.value], key=key,
        format_func=lambda value: now.words(value.replace("_", " ")),
    )  # fmt: skip
    st.caption(f"asreport’s reading of the guide: {safe_markdown(reading.in_words(reading.default))}.")
    if not several:
        st.caption(":material/error: One at least is needed; as it stands nothing changes here.")
    # Nothing at all is no choice, and the same in another order is no change.
    return reading.value if not several or set(several) == set(reading.value) else several


def _each_choice(now: Loaded, effects: pd.DataFrame) -> None:
    if effects.empty:
        st.caption("No figure of this upload depends on it.")
    for words, rows in effects.groupby("words", sort=False):
        moved = rows[moves(rows)]
        choice = safe_markdown(now.words(str(words)))
        st.markdown(f"{choice[:1].upper()}{choice[1:]}:")
        if moved.empty:
            st.caption("No figure moves.")
        st.markdown(
            "\n".join(f"- {safe_markdown(row['measure'])}: **{safe_markdown(effect_on_figure(row))}**"
                      for _, row in moved.iterrows())
        )  # fmt: skip


def _not_applied(now: Loaded, chosen: dict[str, Value]) -> None:
    """What the choice makes of the figures, all of it together, before it is applied."""
    with st.container(border=True, key="readings-not-applied"):
        st.header("What your choice does, all of it together")
        try:
            combined = _combined(now, chosen)
        except asreport.OutsideCalendar as error:
            st.error(f"With this choice nothing can be assessed. {error}", icon=":material/error:")
            return
        if combined is not None:
            _combined_effect(combined)
        st.write("Applied, these figures are not as the Ministry computes them, and every page and download says so.")


def _combined(now: Loaded, chosen: dict[str, Value]) -> pd.DataFrame | None:
    name = f"effect of {sorted((key, str(value)) for key, value in chosen.items())}"
    wait = len(now.result.cases) > AT_ONCE and not session.has_kept(name)
    if wait and not st.button("Show what this does to each figure", icon=":material/calculate:"):
        return None
    with st.spinner("Assessing under these readings …"):
        combined: pd.DataFrame = session.kept(name, lambda: effect(now.exports.tables, now.result, chosen))
    return combined


def _combined_effect(combined: pd.DataFrame) -> None:
    moved = combined[moves(combined)]
    if moved.empty:
        st.info("No figure of this upload moves.", icon=":material/horizontal_rule:")
        return
    drawn = moved[moved["rate_percent"].notna() & moved["rate_percent_now"].notna()]
    if len(drawn):
        st.altair_chart(from_now_to_then(drawn), alt=in_words(drawn))
        st.caption("Ring: the rate now. Dot: the rate with your choice. Upright mark: the target.")
    words = {code: outcome.word for code, outcome in OUTCOMES.items()}
    columns = {"Rate": "rate_percent", "Floor": "floor_percent", "Ceiling": "ceiling_percent", "In scope": "in_scope"}
    table = {"Measure": moved["measure"]}
    for label, name in columns.items():
        as_figure = "{:,}".format if name == "in_scope" else percent
        table[label] = _from_to(moved[f"{name}_now"].map(as_figure), moved[name].map(as_figure))
    table["Outcome"] = _from_to(moved["outcome_now"].map(words), moved["outcome"].map(words))
    st.table(pd.DataFrame(table).set_index("Measure"))


def _from_to(before: pd.Series, after: pd.Series) -> pd.Series:
    return (before + " → **" + after + "**").where(before != after, before)


def _apply(now: Loaded, readings: dict[str, Value]) -> None:
    try:
        session.assess_again(with_readings(now.result.quarter, readings))
    except (asreport.QuarterError, asreport.OutsideCalendar) as error:
        st.error(str(error), icon=":material/error:")
    else:
        st.rerun()
