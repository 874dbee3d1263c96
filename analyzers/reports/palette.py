"""One colour for one meaning, in the report and on every page, and a dash of its own for each."""

from __future__ import annotations

COLOURS = {  # Okabe and Ito
    "generation": "#D55E00",
    "throughput": "#0072B2",
    "capacity": "#009E73",
    "declared_ai": "#CC79A7",
    "unmarked": "#56B4E9",
    "automation": "#E69F00",
    "backlog": "#808893",
    "unknown": "#808893",
}
DASHES = {
    "generation": [1, 0],
    "throughput": [7, 3],
    "capacity": [2, 3],
    "declared_ai": [1, 0],
    "unmarked": [7, 3],
    "automation": [2, 3],
    "backlog": [1, 0],
    "unknown": [1, 0],
}
