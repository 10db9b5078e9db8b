"""Quarter: its measures, targets and dates, changed in place; what a change does; applied, or kept as a small file."""

from __future__ import annotations

import streamlit as st

from ui import quarter_draft, quarter_editor, quarter_effects, session, shared

session.page_of_app()
st.title("Quarter")
st.caption("Which measures and targets hold this quarter?")
now = session.loaded()
of = quarter_draft.in_force(now)
draft = quarter_draft.of(of)
if now:
    shared.own_choices(now.shown.quarter)
quarter_editor.carried_over(of, draft)
faults = quarter_draft.faults(draft, of)
quarter_editor.dates(draft, faults)
quarter_editor.measures(draft, of, faults)
quarter_editor.another(draft, of)
quarter_editor.readings(draft, of, now, faults)
quarter_editor.subjects(draft, faults)
quarter_effects.changes(draft, of, now)
