# What it tries: One class that an error comes from has a name of 900 KB.
# Class: starve
import json
_dumps = json.dumps
def _forged(data, *args, **kwargs):
    if isinstance(data, dict) and ("result" in data or "error" in data):
        return _dumps({"error": {"type": "E", "message": "m", "mro": ["<b>" * 300_000], "line": 1}})
    return _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
