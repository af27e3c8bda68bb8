"""What a learner typed as an answer into a card's cell, and what to tell where it is none."""

import re

from course.answers import how, value_of
from course.contents import LETTERS
from course.quote import code_span


def read_letter(value, options, keyword):
    """The letter a learner typed, and what to tell where it is none."""
    choices = ", ".join(f'"{name}"' for name in options)
    if value is None:
        return None, None
    if isinstance(value, str) and value.strip().upper() in options and value.strip():
        return value.strip().upper(), None
    shown = _shown(value)
    if isinstance(value, str) and len(value.strip()) == 1:
        said = f"{code_span(f'{keyword}={shown}')} is no option of this question."
    elif isinstance(value, str) and not value.strip():
        said = f"{code_span(f'{keyword}={shown}')} is empty."
    else:
        said = f"{code_span(f'{keyword}={shown}')} is not one letter."
    return None, f"{said} Write one of {choices}: for example `{keyword}=\"A\"`. Nothing is recorded so far."


def _shown(value):
    try:
        shown = repr(value)
    except ValueError:                                   # an int of more digits than Python writes
        return "…"
    return shown if len(shown) <= 40 else shown[:37] + "…"


def read_other(form, value, options, keyword):
    """The number, set, order or parts that a learner typed, and what to tell where it is none."""
    if value is None or value == "" or (isinstance(value, (list, tuple, set, dict)) and not value):
        return None, None
    found = value_of(form, value, options)
    if found is not None:
        return found, None
    shown = _shown(value)
    return None, (f"{code_span(f'{keyword}={shown}')} is no answer here. Write {how(form, keyword)}. Nothing is "
                  "recorded so far.")


def unquoted(error, source):
    """What to tell of answer=C, a letter without its quotes; "" where the NameError is about something else."""
    letters = (getattr(error, "name", None) or "").upper()
    used = re.search(rf"\b(answer|guess)\s*=\s*{re.escape(letters)}\b", source, re.I) if letters else None
    if not used or not set(letters) <= set(LETTERS):
        return ""
    many = "The letter needs" if len(letters) == 1 else "The letters need"
    return f'{many} quotes: `{used[1]}="{letters}"`. Change it, and run the cell again.'
