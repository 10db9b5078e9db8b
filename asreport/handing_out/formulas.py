"""Texts that a spreadsheet would compute, and the apostrophe that keeps them texts.

A program parts a line of a CSV file where its own list separator stands, whatever the file was written with, and
quotation marks protect a field only where the field begins: opened where `;` separates, `x;=2+5*9` is two cells, and
the second is computed. So a sign is guarded wherever some program may see a cell begin: at the start of the text, after
each separator and after each line break. Spaces, quotation marks and marks that nobody sees do not hide it.

Only texts are guarded, never numbers or dates. An apostrophe is put in at each such place, also where one stands
already: whoever takes one out again has the text as it was.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

# Members of classes of letters, as Python's and Arrow's expressions both take them.
# With these a formula begins: as typed, in full width (as East Asian keyboards give them), small; and the minus sign.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫\u2212"
# What separates cells somewhere: the list separators of Windows' and Unicode's locales, and what Excel's and
# LibreOffice's dialogues offer; and every line break, as a line begins with a cell.
_SEPARATORS = ",;|\t،؛、，；｜፣"
_BREAKS = "\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
# What programs overlook before a sign: spaces and quotation marks, control and direction marks, letters of no width.
_OVERLOOKED = (
    ' "“”„‟＂\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f'
    "\u2000-\u200f\u202a-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
_AT_START = f"^('*[{_OVERLOOKED}]*[{_SIGNS}\t\r])"
_INSIDE = f"([{_SEPARATORS}{_BREAKS}])('*[{_OVERLOOKED}]*[{_SIGNS}])"
_NEEDS_QUOTES = f'["{_SEPARATORS}{_BREAKS}]'
_BEGINS = re.compile(f"[{_SEPARATORS}{_BREAKS}{_OVERLOOKED}]*[{_SIGNS}]|[\t\r]")


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet may take a cell of this text for a formula, once somebody edits it."""
    return _BEGINS.match(text) is not None


def guarded(texts: pa.Array) -> pa.Array:
    """Texts for a CSV file, with an apostrophe before whatever some program may take for a formula; nulls stay."""
    inside = pc.replace_substring_regex(texts, _INSIDE, r"\1'\2")
    return pc.replace_substring_regex(inside, _AT_START, r"'\1")


def need_quotes(texts: pa.Array) -> pa.Array:
    """Which texts must stand in quotation marks, as fields of CSV, to be one cell under every separator."""
    return pc.match_substring_regex(texts, _NEEDS_QUOTES)
