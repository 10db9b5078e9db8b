"""The switch for student names, in the sidebar of every page, and the key that leads back from pseudonyms."""

from __future__ import annotations

import streamlit as st

from asreport.handing_out import downloads
from ui import download, session
from ui.session import Loaded

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
        download.shown(now)
        if now and now.hidden and len(now.hidden.key):
            name = f"student-key-{now.hidden.key_id}.csv"
            download.button("Download the key", _key, name, download.CSV, key="key", now=now, icon=":material/key:")
            st.caption(
                "It says which pseudonym is which student. Keep it yourself, apart from the files. "
                f"Key {now.hidden.key_id} fits the files of this session alone."
            )
        elif now and now.hidden:
            st.caption("The exports hold no student names.")


def _key(now: Loaded) -> bytes:
    if now.hidden is None:
        raise download.RefusedError  # names are shown again
    return downloads.key_csv(now.hidden)
