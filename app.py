"""asreport, the app: navigation and the session's set-up. Run it with `streamlit run app.py`."""

import streamlit as st

from ui import (
    download,
    memory,
    names,
    session,
    shared,
    sign_in,
    streamlit_patches,  # noqa: F401  to be imported is all it takes
    theme,
)
from ui.style import MARK, look

st.set_page_config(page_title="asreport", page_icon=MARK, layout="wide")
look()
theme.remember()
memory.watch()
download.shown(None)  # until the switch below has been asked
sign_in.door()

pages = {
    "": [st.Page("pages/upload.py", title="Upload", icon=":material/upload_file:", default=True)],
    "Where we stand": [
        st.Page("pages/attainment.py", title="Target attainment", icon=":material/flag:"),
        st.Page("pages/breakdown.py", title="Breakdown", icon=":material/stacked_bar_chart:"),
    ],
    "What to do": [
        st.Page("pages/todo.py", title="To do", icon=":material/event_upcoming:"),
        st.Page("pages/exceptions.py", title="Exceptions", icon=":material/checklist:"),
        st.Page("pages/case.py", title="A case", icon=":material/timeline:"),
    ],
    "What it rests on": [
        st.Page("pages/quarter.py", title="Quarter", icon=":material/edit_calendar:"),
        st.Page("pages/measured.py", title="How it is measured", icon=":material/menu_book:"),
        st.Page("pages/privacy.py", title="Privacy", icon=":material/lock:"),
    ],
}
page = st.navigation(pages)


def run() -> None:
    """What is on every page, and the page."""
    if page.url_path:
        memory.let_go_of_uploads()  # still there if Upload, the first page, was left while they were being read
    download.begin()
    names.switch()
    download.say_refused()
    sign_in.inside()
    shared.lost()
    page.run()


session.guarded(run)
