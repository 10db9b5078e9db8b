"""Time to meeting, on Target attainment: a curve for each first meeting, and both as a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from asreport.analysing import time_to_meeting
from asreport.policy.quarter import Measure
from asreport.words.sentences import percent
from ui import session
from ui.charts.timing import time_curve
from ui.session import Loaded


def meeting_curves(now: Loaded) -> None:
    """How soon the first meetings were held; nothing where the quarter gives no meeting a number of days."""
    result = now.result
    timed = time_to_meeting.timed_measures(result.quarter)
    if not timed:
        return
    st.header("Time to meeting")
    st.write("Of the cases whose business day has passed, how many had been met by then.")
    times = session.kept("time to meeting", lambda: time_to_meeting.time_to_meeting(result))
    names = {subject: result.quarter.subjects[subject].name for subject in timed}
    for place, (subject, measures) in zip(st.columns(len(timed)), timed.items(), strict=True):
        with place:
            st.subheader(names[subject])
            _curve(times[times["subject"] == subject], measures)
    if len(times):
        with st.expander("The same as a table", type="compact"):
            _table(times, names)


def _curve(curve: pd.DataFrame, measures: list[Measure]) -> None:
    if curve.empty:
        st.write("Nothing to draw: no case was assessed whose business days have passed.")
        return
    in_words = time_to_meeting.curve_in_words(curve, measures)
    st.markdown(in_words)
    st.vega_lite_chart(time_curve(curve, measures), alt=in_words.replace("*", ""))


def _table(times: pd.DataFrame, names: dict[str, str]) -> None:
    shares = [
        f"{percent(share)} ({met:,} of {cases:,})"
        for share, met, cases in zip(times["percent"], times["met"], times["cases"], strict=True)
    ]
    wide = times.assign(share=shares).pivot(index="business_day", columns="subject", values="share").fillna("–")
    wide = wide[[subject for subject in names if subject in wide]].rename(columns=names)
    st.table(wide.rename_axis("By business day").rename_axis(None, axis="columns"))
