# What it tries: The function returns an integer of 4,000 digits.
# Class: starve
import json
_dumps = json.dumps
def _forged(data, *args, **kwargs):
    if isinstance(data, dict) and ("result" in data or "error" in data):
        return '{"result":' + "9" * 4_000 + ',"mutated":[]}'
    return _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
