"""Names of files made of what people typed: every system takes them, and no two are one file on any."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asreport.handing_out.file_names import file_names

DEVICES = ["CON", "prn", "AUX", "NUL", "COM1", "com9", "COM0", "LPT1", "COM¹", "LPT³", "CONIN$", "CONOUT$", "ＣＯＮ"]
AWKWARD = [
    "A/B", "A\\B", "a b", "...", "", "CON?", "a\x00b", "a\x1b[31mb", "a\u202eb", "a\u200bb", "x.", "x ", "x", "X",
    "Ma\u0304ia", "M\u0101ia", "MĀIA", "ß", "SS", "ﬁ", "fi", "C:", "..", "../../etc", "-", "a\nb", "~", "Case owner",
]  # fmt: skip
LONG = [
    "ā" * 300,
    "a\u0304" * 300,
    "Ā" * 299,
    "\U0001f642" * 300,
    "a" * 300,
    "한" * 300,
    "a" * 101,
    "a" * 102,
    "ā" * 99 + "b",
]


def named(*names: str) -> list[str]:
    files = file_names(names, ".xlsx", blank="Case owner")
    for name in files:
        stem = name.removesuffix(".xlsx")
        assert name.endswith(".xlsx") and stem and stem == stem.strip(" .")
        assert not set(name) & set('<>:"/\\|?*')
        assert not [c for c in name if unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp")]
        assert len(unicodedata.normalize("NFD", name).encode()) <= 255, "where macrons are letters of their own, too"
        first = unicodedata.normalize("NFKC", stem.split(".")[0]).rstrip().upper()
        assert first not in {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
        assert not (first[:-1] in ("COM", "LPT") and first[-1].isdigit())
    for form in ("NFC", "NFD", "NFKC"):
        assert len({unicodedata.normalize(form, name).casefold() for name in files}) == len(names), "no two alike"
    return files


@pytest.mark.parametrize("ending", ["", ".txt", " .x", ".a.b"])
def test_devices_of_windows(ending: str):
    named(*(f"{device}{ending}" for device in DEVICES))
    assert named("Conrad", "Com", "COM10", "Nulty", "Aux Smith") == [
        "Conrad.xlsx", "Com.xlsx", "COM10.xlsx", "Nulty.xlsx", "Aux Smith.xlsx",
    ]  # fmt: skip


def test_awkward_and_long_names():
    named(*AWKWARD, *LONG, *AWKWARD[::-1], *LONG)
    assert named("Kiri Ngata", "Āni Tāmati") == ["Kiri Ngata.xlsx", "Āni Tāmati.xlsx"], "what is harmless stands"
    assert named("a" * 101, "a" * 102) == [f"{'a' * 100}.xlsx", f"{'a' * 100} (2).xlsx"]


@given(st.lists(st.text(st.sampled_from("aAāĀ\u0304.CONcon1¹ \u202e\x1b/()2ﬁß"), max_size=7), max_size=12))
def test_whatever_is_drawn(names: list[str]):
    named(*names)


def test_many_that_are_alike_are_many_files():
    """Each goes on where the one before stopped: tried from the first on, these would take hours."""
    files = file_names(("x" * 100 + str(number) for number in range(20_000)), ".xlsx", blank="Case owner")
    assert len(set(files)) == 20_000 and files[-1].endswith(" (20000).xlsx")
