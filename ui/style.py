"""How the app looks beyond its theme (`.streamlit/config.toml`): the logo, and the rules the theme has no key for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
MARK = str(_HERE / "assets" / "mark.svg")
_LOGO = {"light": str(_HERE / "assets" / "logo.svg"), "dark": str(_HERE / "assets" / "logo-dark.svg")}


def look() -> None:
    """Put up the logo that suits the theme, and `look.css`."""
    st.logo(_LOGO["dark" if st.context.theme.type == "dark" else "light"], size="large", icon_image=MARK)
    st.html(_HERE / "look.css")
