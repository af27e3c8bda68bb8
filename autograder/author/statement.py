"""What an exercise's statement promises, held against the reference: its `Signature:`, and its `Example:`, run.

    - **Signature:** `huber(y_pred, y_true, delta)` → `float`
    - **Example:** `huber(np.array([3.0]), np.array([0.0]), 1.0)` gives `2.5`

An example is run where it is a whole call of the exercise; what it says in words ("for the three days above") is not.
"""

import ast
import builtins
import re

import numpy as np

from autograder.lessons import catalogue
from autograder.problems import near
from course.checking.words import short

SIGNATURE = re.compile(r"\*\*Signature:?\*\*:?\s*`+([^`]+)`+")
SPAN = re.compile(r"`([^`]+)`")
NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?(?:e-?\d+)?")


def _lines(block):
    """[(line of the file, text)] of a statement, which ends where the hints begin."""
    body = re.split(r"^:: *\w", block.body, maxsplit=1, flags=re.M)[0]
    return list(enumerate(body.split("\n"), block.line + 1))


def signature_faults(topic, block):
    """Where the statement of an exercise calls it otherwise than the reference is called."""
    name = block.words[0]
    own = catalogue.signature(topic, name)
    for line, text in _lines(block):
        if found := SIGNATURE.search(text):
            if _parameters(found[1]) != _parameters(own):
                return [f"{topic}.md:{line}: the statement says {found[1]}, the reference is {own}"]
            return []
    return [f"{topic}.md:{block.line}: the statement of {name} has no line - **Signature:** `{own}`"]


def _parameters(text):
    """A signature as (name, parameters with defaults); its text where it is none."""
    try:
        made = ast.parse(f"def {text.split('→')[0].split('->')[0].strip()}: pass").body[0]
    except SyntaxError:
        return text
    return made.name, ast.dump(made.args)


def example_faults(topic, block):
    """Where an example of a statement is not what the reference gives. One of a framework's models is not run."""
    if catalogue.exercises(topic)[block.words[0]].variants:
        return []
    name, lines = block.words[0], _lines(block)
    library = {**catalogue.library(topic), "np": np}
    for k, (line, text) in enumerate(lines):
        if not re.search(r"\*\*Example", text):
            continue
        more = [t for _, t in lines[k + 1:]]
        stop = next((i for i, t in enumerate(more) if not t.strip() or re.match(r"\s*[-*] ", t)), len(more))
        whole = " ".join([text, *more[:stop]])
        for call, claimed in _claims(whole, name):
            if fault := _wrong(call, claimed, name, library):
                return [f"{topic}.md:{line}: {fault}"]
    return []


def _claims(text, name):
    """[(call as an expression, what the text says that it gives)]: up to the next call, or the end of the example."""
    calls = [found for found in SPAN.finditer(text) if _is_call(found[1], name)]
    ends = [*(found.start() for found in calls[1:]), len(text)][:len(calls)]
    return [(found[1], text[found.end():end]) for found, end in zip(calls, ends, strict=True)]


def _is_call(text, name):
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return False
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (
        node.func.id == name or bool(near(node.func.id, [name])))


def _wrong(call, claimed, name, library):
    """What is wrong with `call` giving `claimed`, or ""."""
    with np.errstate(all="ignore"):
        try:
            came = eval(call, {"__builtins__": builtins, **library})    # the author's own text, as the lesson is
        except NameError as error:
            own = re.search(r"'(\w+)'", str(error))
            if own and own[1] == call.partition("(")[0].strip():
                return f"the example calls {own[1]!r}, which is no function here{near(own[1], [name])}"
            return ""                           # it speaks of names that the text has explained
        except Exception as error:
            kind = type(error).__name__
            return "" if kind in claimed else f"the example {call} raises {kind}: {error}"
    said = _claim(claimed)
    if said is None:
        return ""
    parts = [came, *came] if isinstance(came, (tuple, list)) else [came]
    if any(_agrees(part, said) for part in parts):
        return ""
    return f"the example {call} gives {short(came)}, not {ast.unparse(said)}"


def _claim(text):
    """The value that the text after a call names first, as an expression; None where it names none."""
    maths = re.match(r"\W*\w+ \$([^$]*)\$", text)
    if maths:
        numbers = NUMBER.findall(maths[1])
        return ast.parse(numbers[-1].replace("−", "-"), mode="eval").body if numbers else None
    span, bare = SPAN.search(text), re.match(r"[^`.]*?\b(?:is|gives|returns|=)\W*?(" + NUMBER.pattern + ")", text)
    if bare and (not span or bare.end() <= span.start()):
        found = bare[1]
    elif span:
        found = span[1].split("=")[-1]          # `14/3 = 4.666…`: the last of equal things
    else:
        return None
    found = found.strip().rstrip("…. ").replace("−", "-").replace("array(", "np.array(").replace("np.np.", "np.")
    try:
        return ast.parse(found, mode="eval").body
    except SyntaxError:
        return None


def _agrees(value, said):
    """Whether a value is what an expression says, each number to the digits that it has."""
    if isinstance(said, ast.Call) and said.args:                        # array([…]), np.array([…])
        return _agrees(value, said.args[0])
    if isinstance(said, (ast.List, ast.Tuple)):
        try:
            items = list(value)
        except TypeError:
            return False
        return len(items) == len(said.elts) and all(map(_agrees, items, said.elts))
    if isinstance(said, ast.Constant) and not isinstance(said.value, (int, float)) or isinstance(said, ast.Name):
        return str(value) == str(getattr(said, "value", getattr(said, "id", None)))
    try:
        wanted, came = float(eval(compile(ast.Expression(said), "", "eval"), {"np": np})), float(value)
    except (TypeError, ValueError, NameError):
        return False
    digits = ast.unparse(said).partition(".")[2]
    digits = len(digits.partition("e")[0]) - int(digits.partition("e")[2] or 0)
    return bool(np.isclose(came, wanted, 1e-9, 1.01 * 10.0 ** -digits if digits else 1e-9, equal_nan=True))
