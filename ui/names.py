"""The switch for student names, in the sidebar of every page, and the key that leads back from pseudonyms."""

from __future__ import annotations

import streamlit as st

from asreport import downloads
from ui import session

_SWITCH = "student-names"


def switch() -> None:
    """Names shown or hidden, on every page and in every download; where hidden, the key."""
    if _SWITCH not in st.session_state:
        if session.lost():
            session.hide_names(True)  # they may have been hidden before, and that must never end unasked
        st.session_state[_SWITCH] = not session.names_hidden()
    with st.sidebar:
        shown = st.toggle(
            "Show student names", key=_SWITCH,
            help="Off: pages and downloads show pseudonyms such as “Student 0042”. Case numbers stay.",
        )  # fmt: skip
        session.hide_names(not shown)
        now = session.loaded()
        if now and now.hidden and len(now.hidden.key):
            key = now.hidden
            st.download_button(
                "Download the key", lambda: downloads.key_csv(key), f"student-key-{key.key_id}.csv", "text/csv",
                on_click="ignore", icon=":material/key:",
            )  # fmt: skip
            st.caption(
                "It says which pseudonym is which student. Keep it yourself, apart from the files. "
                f"Key {key.key_id} fits the files of this session alone."
            )
        elif now and now.hidden:
            st.caption("The exports hold no student names.")
