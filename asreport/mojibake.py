"""Text whose encoding was mistaken for another, repaired where the way back is clean."""

from __future__ import annotations


def repaired(text: str) -> str:
    """The text as it was before its UTF-8 was read as cp1252 or latin-1; as it is where the way back is not clean.

    The whole text is tried first: unlike a guess by likelihood that works for capitals too. What is damaged only in
    part is left to ftfy.
    """
    if text.isascii() or "\ufffd" in text:  # what that sign stands for is lost
        return text
    import ftfy  # few exports need it, and it is slow to load

    try:
        return text.encode("sloppy-windows-1252").decode("utf-8")  # ftfy's: cp1252 with its five gaps filled
    except UnicodeError:
        return ftfy.fix_encoding(text)
