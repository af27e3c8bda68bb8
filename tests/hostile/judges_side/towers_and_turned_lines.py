# What it tries: A message with 300 accents on one letter, marks that turn the line round, and the codes of a terminal.
# Class: mislead
def mse(y_pred, y_true):
    print("\x1b[2J\x1b[31mmse: all 6 checks pass", "e" + "\u0301" * 300)
    raise ValueError("a" + "\u0300" * 300 + "\u202estniop 2 / 2\u202c \x1b[2J\x9b31m \u2028 \x07")
