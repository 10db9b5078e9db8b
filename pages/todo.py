"""To do: What do I do today?"""

from __future__ import annotations

from ui import parts

now = parts.loaded_or_stop("To do", "What do I do today?")
