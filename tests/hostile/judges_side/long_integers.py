# What it tries: Integers of 4,000 digits wherever a number may stand.
# Class: starve
import json
_dumps = json.dumps
def _forged(data, *args, **kwargs):
    if isinstance(data, dict) and ("result" in data or "error" in data):
        return '{"error":{"type":"E","message":"m","mro":["E"],"source":"s","where":"mse","line":' + "9" * 4_000 + '},"mutated":[' + "9" * 4_000 + ']}'
    return _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
