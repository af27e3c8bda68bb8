# What it tries: Each text of an error has 200 KB, its classes are 4,000.
# Class: starve
import json
_dumps = json.dumps
def _forged(data, *args, **kwargs):
    if isinstance(data, dict) and ("result" in data or "error" in data):
        return _dumps({"error": {"type": "<" * 200_000, "message": "&" * 200_000, "mro": ["E" * 7] * 4_000, "source": "`" * 200_000,
                                   "where": "$" * 200_000, "line": [[1] * 900]}})
    return _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
