"""Signs that a terminal would obey, or that turn the direction of what follows, made visible.

Text of a repository may hold any of them: an escape clears the screen or renames the window, a
bidi control makes a line read otherwise than it is.
"""

from __future__ import annotations

import re

# Literal signs, so that the same class serves Python's re and Arrow's RE2. Tab and line feed stay.
UNSEEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
REPLACEMENT = "\ufffd"

_UNSEEN = re.compile(UNSEEN)


def visible(text: str) -> str:
    """The text with a replacement character for every such sign."""
    return _UNSEEN.sub(REPLACEMENT, text)
