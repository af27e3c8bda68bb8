# What it tries: The names of the arguments that were changed are 900 KB.
# Class: starve
import json
_dumps = json.dumps
def _forged(data, *args, **kwargs):
    if isinstance(data, dict) and ("result" in data or "error" in data):
        return _dumps({"result": 1.0, "mutated": ["<b>" * 300_000, *map(str, range(4_000))]})
    return _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
