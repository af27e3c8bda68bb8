# What it tries: A right value with NumPy warnings of 900 KB.
# Class: starve
import json
_dumps = json.dumps
def _forged(data, *args, **kwargs):
    if isinstance(data, dict) and "result" in data:
        data["warnings"] = ["<b>" * 300_000]
    return _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
