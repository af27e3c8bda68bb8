# What it tries: Each call returns a text of 1 MB, of this exercise and of the others.
# Class: starve
import json
_dumps = json.dumps
_large = '{"result":"' + "x" * 1_000_000 + '"}'
def _forged(data, *args, **kwargs):
    return _large if isinstance(data, dict) and ("result" in data or "error" in data) else _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
