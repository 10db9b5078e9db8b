"""The theme as the browser is told of it: worked out once, not on every run.

Streamlit tells the browser the whole theme at each click, and puts it together anew from some 300 options each time.
That took a fifth of all processor time of a visit (`benchmarks/load.py`), and the options never change while it runs.
"""

from __future__ import annotations

from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

work_out = app_session._populate_theme_msg  # Streamlit's own


def remember() -> None:
    """Have Streamlit tell the theme as it was worked out the first time."""
    app_session._populate_theme_msg = add_section  # type: ignore[assignment]


def add_section(message: CustomThemeConfig, section: str = "theme") -> None:
    """Put what `.streamlit/config.toml` says in a section into a message."""
    known = _section(section)
    if known.ListFields():  # a section that says nothing stays unsaid
        message.MergeFrom(known)


@cache
def _section(name: str) -> CustomThemeConfig:
    message = CustomThemeConfig()
    work_out(message, name)
    return message
