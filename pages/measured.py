"""How it is measured: the cards, the readings in force, the worked cases, the calendar, the words."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import asreport
from asreport import wording
from asreport.business_days import count_business_days, holidays_between
from asreport.dates import in_words
from asreport.quarter import Measure, Quarter
from asreport.worked import WorkedExample, load_worked
from ui import parts, session


@st.cache_data(show_spinner=False)
def policy() -> Quarter:
    """The quarter as it comes with asreport; no user's data."""
    return asreport.load_quarter(asreport.available_quarters()[0])


@st.cache_data(show_spinner=False)
def worked() -> tuple[WorkedExample, ...]:
    """The worked cases, which the tests run too."""
    return load_worked()


def card(measure: Measure, quarter: Quarter) -> None:
    """What a measure asks, why, and how it is calculated."""
    target = "No target: tracked" if measure.target is None else f"Target {measure.target}%"
    with st.expander(f"{measure.name} · {target}"):
        st.markdown(
            f"**Why it matters.** {measure.why}\n\n**How it is calculated.** {measure.how}\n\n"
            f"**What must be recorded.** {measure.record}"
        )
        names = [quarter.readings[name].title for name in quarter.readings_of(measure.id)]
        if names:
            st.caption("Readings in force here: " + "; ".join(names) + ".")


def reading_table(quarter: Quarter) -> pd.DataFrame:
    """The readings in force, with what each is taken to mean and why."""
    period = quarter.period
    rows = [
        {
            "Reading": "The period",
            "Taken as": f"{in_words(period.start)} to {in_words(period.end)}",
            "Why": period.explanation,
        }
    ]
    for reading in quarter.readings.values():
        taken = ", ".join(reading.value) if isinstance(reading.value, list) else reading.choices[reading.value]
        rows.append({"Reading": reading.title, "Taken as": taken[0].upper() + taken[1:], "Why": reading.explanation})
    return pd.DataFrame(rows)


def worked_table(text: pd.DataFrame) -> None:
    """A text table of a worked case, in words."""
    words = wording.plainly(text).map(parts.safe_markdown)
    st.table(words.set_index(words.columns[0]))


def worked_cases(quarter: Quarter) -> None:
    """The worked cases of one theme, as the tests have them."""
    examples = worked()
    themes = list(dict.fromkeys(example.theme for example in examples))
    theme = st.selectbox("Theme", themes, key="worked-theme", persist_state="session")
    for example in (e for e in examples if e.theme == theme):
        with st.expander(example.title):
            names = [quarter.measures[measure].name for measure in (example.measure, *example.also)]
            st.caption(f"{'; '.join(names)}. As at {in_words(example.as_at)}.")
            if example.why:
                st.write(example.why)
            for table, text in example.shown.items():
                st.markdown(f"**{table.capitalize()}**")
                worked_table(text)
            if expected := example.expected_attainment:
                st.markdown("**Attainment**")
                worked_table(pd.DataFrame([{name: str(value) or "–" for name, value in expected.items()}]))


session.page_of_app()
st.title("How it is measured")
st.caption("What is asked, how it is calculated, how the guide is read where it is silent.")
now = session.loaded()
quarter = now.result.quarter if now else policy()
st.markdown(f"**{quarter.name}.** {quarter.source}.")
measures_tab, readings_tab, worked_tab, calendar_tab, words_tab = st.tabs(
    ["Measures", "Readings", "Worked cases", "Business days", "Words"]
)
with measures_tab:
    for section, title in quarter.sections.items():
        st.header(title)
        for measure in quarter.measures.values():
            if measure.section == section:
                card(measure, quarter)
with readings_tab:
    st.write("Where the guide is silent asreport takes one reading, says so, and uses it everywhere.")
    st.table(reading_table(quarter).set_index("Reading"))
with worked_tab:
    st.write("Small made-up cases with the answer each must get. asreport is tested with these very tables.")
    worked_cases(quarter)
with calendar_tab:
    st.write(
        "Business days are Monday to Friday without national public holidays. School holidays and regional anniversary "
        "days are business days. The day a clock starts is day 0; the last day counts as in time."
    )
    first, last = (
        quarter.period.start,
        max([quarter.period.end, *(m.clock.cut_off for m in quarter.measures.values() if m.clock.cut_off)]),
    )
    st.markdown(
        f"**{count_business_days(first, last)} business days** from {in_words(first)} to {in_words(last)}. "
        "National public holidays:"
    )
    holidays = holidays_between(first, last)
    st.table(
        pd.DataFrame(
            {"Holiday": holidays["holiday"], "Date": [f"{day:%A} {in_words(day)}" for day in holidays["date"]]}
        ).set_index("Holiday")
    )
with words_tab:
    st.header("Verdicts")
    st.table(pd.DataFrame({"Verdict": wording.VERDICTS, "Meaning": wording.VERDICT_MEANINGS}).set_index("Verdict"))
    st.header("Outcomes")
    st.table(
        pd.DataFrame([{"Outcome": o.word, "Meaning": o.sentence} for o in wording.OUTCOMES.values()]).set_index(
            "Outcome"
        )
    )
    st.header("Reasons, and what to check")
    reasons = wording.general_reasons(quarter).values()
    for group, title in wording.GROUPS.items():
        st.markdown(f"**{title}.** {wording.GROUP_MEANINGS[group]}")
        rows = [
            {"Reason": r.short, "Found": r.found, "Check": r.check, "Open": r.open} for r in reasons if r.group == group
        ]
        st.table(pd.DataFrame(rows).set_index("Reason"))
