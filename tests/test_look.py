"""The theme's colours: text can be read where it stands, and charts' tones are told apart with any colour vision."""

from __future__ import annotations

import tomllib
from itertools import combinations

import numpy as np
import pytest
from conftest import ROOT
from streamlit.config import get_options_for_section
from streamlit.proto.NewSession_pb2 import CustomThemeConfig

from ui import theme
from ui.charts.common import TONES

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
COLOURS = ("red", "orange", "yellow", "blue", "green", "gray")

# Linear RGB as it is seen with one kind of cone missing (Machado, Oliveira and Fernandes, 2009).
SEEN = {
    "all": np.eye(3),
    "no red": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "no green": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "no blue": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """As WCAG 2 computes it."""
    dark, light = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def faded(text: str, ground: str) -> str:
    """Captions, and heads of tables: Streamlit sets them at 60 %."""
    pairs = ((int(text[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(0.6 * a + 0.4 * b):02X}" for a, b in pairs)


def lab(colour: str, seen: np.ndarray) -> np.ndarray:
    x, y, z = XYZ @ np.clip(seen @ linear(colour), 0, 1) / (0.9505, 1, 1.089)
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(scheme: str) -> None:
    theme = THEME[scheme]
    grounds = [theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["sidebar"]["backgroundColor"]]
    text = theme["textColor"]
    pairs = [(text, g) for g in grounds] + [(faded(text, g), g) for g in grounds]
    pairs += [(theme["linkColor"], ground) for ground in grounds]
    pairs += [(theme["dataframeHeaderTextColor"], theme["dataframeHeaderBackgroundColor"])]
    pairs += [("#FFFFFF", theme["primaryColor"])]
    for colour in COLOURS:
        own = theme[f"{colour}TextColor"]
        pairs += [(own, theme[f"{colour}BackgroundColor"]), (own, theme["backgroundColor"])]
    assert not {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_of_charts_stand_out(scheme: str) -> None:
    ground = THEME[scheme]["backgroundColor"]
    assert not {
        tone: round(contrast(colour, ground), 2) for tone, colour in TONES.items() if contrast(colour, ground) < 3
    }


@pytest.mark.parametrize("seen", list(SEEN))
def test_tones_are_told_apart_with_any_colour_vision(seen: str) -> None:
    pairs = combinations(TONES, 2)
    apart = {(a, b): np.linalg.norm(lab(TONES[a], SEEN[seen]) - lab(TONES[b], SEEN[seen])) for a, b in pairs}
    assert not {pair: round(distance) for pair, distance in apart.items() if distance < 15}


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.dark", "theme.light.sidebar", "theme.dark.sidebar"])
def test_the_browser_is_told_the_theme_as_streamlit_would(section: str) -> None:
    own, ours, again = CustomThemeConfig(), CustomThemeConfig(), CustomThemeConfig()
    theme.work_out(own, section)
    theme.add_section(ours, section)
    theme.add_section(again, section)
    assert ours == again == own
    assert own.ListFields() or not any(get_options_for_section(section).values())
