"""A case: What happened with this case, and why does it count or not?"""

from __future__ import annotations

from ui import parts

now = parts.loaded_or_stop("A case", "What happened with this case, and why does it count or not?")
