"""A network that would be right with units of another kind than those that it is asked for."""

from typing import Any

import numpy as np

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0.0, 1.0, 1.0, 0.0])
STEP = "units that give 1 where their sum is above 0, and 0 elsewhere"
SIGN = "units that give 1 where their sum is above 0, and −1 elsewhere"
UNITS = {STEP: (1.0, 0.0), SIGN: (1.0, -1.0)}       # what a unit gives where its sum is above 0, and elsewhere


def other_units(layers: Any) -> str:
    """A sentence on a network (a list of pairs W, b) that says XOR with other units than ReLU; else ""."""
    try:
        pairs = [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in layers]
        for words, (above, below) in UNITS.items():
            a = CORNERS
            for k, (W, b) in enumerate(pairs):
                a = (np.where(a > 0, above, below) if k else a) @ W + b
            if len(pairs) > 1 and a.shape == (4, 1) and any(
                    np.allclose(out, XOR) for out in (a[:, 0], np.where(a[:, 0] > 0, 1.0, 0.0))):
                return (f"Your network says XOR with {words}. The units that are asked for are ReLU: above 0 they hand "
                        "on the sum itself, such as 0.5 or 1.5.")
    except (TypeError, ValueError):
        pass
    return ""
