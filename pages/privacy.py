"""Privacy: what becomes of the exports?"""

from __future__ import annotations

import streamlit as st

from asreport.words.sentences import cases
from ui import session

# Each is a statement about the code and `.streamlit/config.toml`; a test holds the two together.
WHAT_HAPPENS = {
    "Where your files are": (
        "In the memory of the computer that runs asreport, as part of your session. If you run it on your own "
        "computer, they do not leave it. asreport writes them to no disk and no database, and asks no other "
        "computer for anything: fonts, icons and charts come with the app."
    ),
    "How long": (
        "Until you press *Clear everything* or upload other files in their place. When you close the tab, or "
        "reload it, the session can still be picked up for {minutes} minutes, in case it was only the "
        "connection that broke. After that its memory is freed. *Clear everything* does not wait, but for a file you "
        "downloaded: it is freed {minutes} minutes after the page that made it is left. An open tab keeps its data."
    ),
    "Who could see them": (
        "You, in this tab. A session is one tab: other people who use the same server have their own and "
        "never see yours. Whoever administers the server could look into its memory, as with any program."
    ),
    "What is not kept": (
        "No copy of your files, no figure, no list of cases, no record of what you looked at. Nothing is "
        "shared between sessions but the sample data and the rules. Nothing about the use of the app is counted or "
        "sent. One cookie guards uploads against forgery and says nothing about you; where a sign-in is set up, "
        "another says who signed in, and that service knows when you did, but nothing of your cases."
    ),
    "Logs and error messages": (
        "The server’s log holds nothing from your files. If something goes wrong the page shows one plain "
        "sentence and the kind of fault, without its message, because a message can quote a case."
    ),
    "What you download": (
        "Files you download are yours to keep safe: they hold data about children. The address of a page may "
        "hold a case number or the filters you chose, and your browser keeps addresses in its history. It "
        "never holds the data."
    ),
}
HIDING = (
    "With the switch *Show student names* in the sidebar off, pages and downloads show pseudonyms such as "
    "“Student 0042”. They are numbered in an order drawn afresh for each session, which says nothing about "
    "the name. The key that leads back is a file of its own: keep it yourself, and do not send it with the "
    "others. Case numbers, schools and case owners stay, so a workbook without names is still about children: "
    "share it only with those who work on these cases. A name that somebody typed into a subject or a plan’s "
    "name is replaced where it stands as in the cases, first and last; a first name alone is not."
)
OPERATOR = (
    "Set up its sign-in with your organisation’s accounts: without one, anyone who reaches the address can use it.",
    "Serve it over an encrypted connection (HTTPS), by a reverse proxy in front of it.",
    "Keep the log of that proxy short, or without addresses: they may hold case numbers.",
    "Run it where memory is not written to disk unencrypted (swap, hibernation, crash dumps).",
    "Leave `.streamlit/config.toml` as it comes: it switches off usage statistics and messages that quote a case.",
    "Keep it up to date, and restart it after an update: a restart ends every session and its data.",
)

session.page_of_app()
st.title("Privacy")
st.caption("What becomes of the exports?")
now = session.loaded()
with st.container(border=True, horizontal=True, vertical_alignment="center", key="privacy-now"):
    if now is None:
        st.markdown(":material/check_circle: **This session holds nothing.**")
    else:
        st.markdown(
            f":material/memory: **This session holds {now.source[:1].lower()}{now.source[1:]}**, "
            f"{cases(len(now.result.cases))}."
        )
        if st.button("Clear everything", icon=":material/delete:", type="primary"):
            session.clear()
            st.rerun()
minutes = st.get_option("server.disconnectedSessionTTL") // 60
left, right = st.columns(2, gap="large")
for place, (title, text) in enumerate(WHAT_HAPPENS.items()):
    with (left, right)[place >= len(WHAT_HAPPENS) // 2]:
        st.header(title)
        st.markdown(text.format(minutes=minutes))
st.header("Hiding names")
st.markdown(HIDING)
st.header("If you run asreport for others")
st.markdown("\n".join(f"- {line}" for line in OPERATOR))
