# What it tries: Carry the function that is asked for, as one carries those of earlier lessons.
# Lesson: loss
import numpy as np

from course import carry

carry("NAME")
NAME_carried = dict(globals()).get("NAME")

def _plain(x):
    if isinstance(x, (list, tuple)):
        return type(x)(_plain(i) for i in x)
    return np.array(x) if np.ndim(x) else np.array(x).item()

def NAME(*args, **kwargs):
    return _plain(NAME_carried(*args, **kwargs))
