# What it tries: The number of an error's line is a text of 900 KB, shown in every check.
# Class: starve
import json
_dumps = json.dumps
def _forged(data, *args, **kwargs):
    if isinstance(data, dict) and ("result" in data or "error" in data):
        return '{"error":{"type":"E","message":"m","mro":["E"],"source":"s","where":"mse","line":"' + "<b>" * 300_000 + '"}}'
    return _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
