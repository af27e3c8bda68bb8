# What it tries: Run the file of the stand-ins under another name.
# Lesson: gradients
import importlib.util
import os

import numpy as np

import course

path = os.path.join(os.path.dirname(course.__file__), "standin.py")
spec = importlib.util.spec_from_file_location("another_name", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

def _plain(x):
    if isinstance(x, (list, tuple)):
        return type(x)(_plain(i) for i in x)
    return np.array(x) if np.ndim(x) else np.array(x).item()

def NAME(*args, **kwargs):
    return _plain(module.STAND_INS["NAME"](*args, **kwargs))
