"""Privacy: what becomes of the exports."""

from __future__ import annotations

import streamlit as st

from ui import session

session.page_of_app()
st.title("Privacy")
