# What it tries: Types, lines and functions of errors that are TeX, Markdown and CSS.
# Class: mislead
import json
_dumps = json.dumps
def _forged(data, *args, **kwargs):
    if isinstance(data, dict) and ("result" in data or "error" in data):
        return _dumps({"error": {"type": "$\\rule{9999em}{9999em}$", "message": "``` $$\\Huge x$$ <style>*{display:none}</style>",
                                   "mro": ["$x$"], "source": "`` ` `` $\\rule{9em}{999em}$", "where": "$\\rule{9em}{9em}$", "line": "**1**"}})
    return _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
