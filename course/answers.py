"""The answer to a question, read from its cell's text: the record of an answer is the literal in `answer="C"`.

Answers come in five forms: a letter "C", a number 2.3026, a set of options "AC", an order of all options "BDAC", and
parts {7: "C", 12: "A"}, of which each is graded by itself.
Nothing is executed, so a cell that cannot run, or would print a forged answer, changes nothing.
"""

from __future__ import annotations

import ast
import functools
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from course.contents import LETTERS
from course.quote import literal, one_line
from course.statements import LONGEST_SOURCE, parsed

NO_ANSWER = "no answer yet"
MOST_PARTS = 50             # items of one answer
SURE = ("sure", "unsure")   # what a learner may say beside an answer
POSITION = 6                # of the answer in quiz(id, stem, A, B, C, D, answer)

_QUOTES = "\"'“”„‟«»‹›‘’‚‛″′`´"
_STRAIGHT = str.maketrans({**dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛‹›′´", "'")})
_QUOTED = re.compile(rf"(\banswer\s*=\s*)[{_QUOTES}]+\s*([^{_QUOTES}\n]*?)\s*[{_QUOTES}]+")
# letters of other alphabets that look like these
_TWINS = str.maketrans({"А": "A", "В": "B", "С": "C", "Α": "A", "Β": "B", "Ϲ": "C", "Ꭺ": "A", "Ᏼ": "B", "Ꮯ": "C",
                        "Ꭰ": "D"})
_WORDS = "OPTION|ANSWER|CHOICE|LETTER|ANTWORT|LÖSUNG|RÉPONSE|RESPUESTA|RISPOSTA|OPCIÓN|OPCION|ОТВЕТ"
_OPEN, _CLOSE = r"[\s(\[{<*_#.\-]*", r"[\s)\]}>*_.:,;!\-]*"
_ANY = f"[{''.join(LETTERS)}]"
_ALONE = re.compile(rf"^{_OPEN}(?:(?:{_WORDS})\b[\s:=.\-]*)?{_OPEN}({_ANY}){_CLOSE}$")
_WITH_TEXT = re.compile(rf"^\(?({_ANY})\s*[).:]\s*(\S.*)$", re.DOTALL)
_JOINED = frozenset({"AND", "THEN", "UND", "DANN", "ET", "PUIS"})
_BETWEEN = re.compile(r"[\s,;.:+&<>→⇒()\[\]{}*=-]*")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_QUOTIENT = re.compile(rf"({_NUMBER}) ?/ ?({_NUMBER})")
_POWER = re.compile(rf"({_NUMBER}) ?[x*×·] ?10 ?(?:\^|\*\*) ?\(?([+-]?\d{{1,3}})\)?")
_ANOTHER = re.compile(rf"(?:^|\W){_ANY}[).:]|(?:\b(?:OR|AND)\b|[/,&+])\s*\(?{_ANY}\b")


@dataclass(frozen=True)
class Answer:
    """What a learner answered: `value` is the answer as text in one spelling ("C", "2.3026", "AC" by the alphabet,
    "BDAC", "7: C, 12: A" by the items), or None; then `problem` says in words why there is none.
    """

    value: str | None = None
    problem: str | None = None


def _tree(source: str) -> ast.Module:
    """The syntax tree of a question's cell; typographic quotes and wide signs are read as the plain ones."""
    if len(source) > LONGEST_SOURCE:
        raise SyntaxError("the cell is far too long")
    ways = (lambda: source, lambda: _QUOTED.sub(r'\1"\2"', source), lambda: source.translate(_STRAIGHT),
            lambda: unicodedata.normalize("NFKC", source).translate(_STRAIGHT))
    for way in ways:
        tree = parsed(way())
        if tree is not None:
            return tree
    try:
        return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as problem:     # null bytes, very deep nesting
        raise SyntaxError(str(problem)) from None


def _name(call: ast.Call) -> str | None:
    given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg in ("id", "name")), None)
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


@functools.lru_cache(maxsize=4096)
def quiz_call(source: str, question_id: str | None = None) -> ast.Call | None:
    """The call `quiz("question_id", …)` in a cell's source, or `course.quiz(id="question_id", …)`: the last one that
    has an answer, else the last one, or None.

    SyntaxError goes to the caller.
    """
    tree = _tree(source)
    # a question's cell is one call; only where it is something else is all of it searched
    first = tree.body[0] if len(tree.body) == 1 else None
    whole = first.value if isinstance(first, ast.Expr) and isinstance(first.value, ast.Call) else None
    found = []
    for node in [whole] if whole is not None else ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", None)
        name = _name(node) if called == "quiz" else None
        if name is not None and (question_id is None or name == question_id):
            found.append(node)
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    answered = [node for node in found if not _is_none(_given(node))]
    return (answered or found or [None])[-1]


def _given(call: ast.Call) -> ast.expr | None:
    given = [keyword.value for keyword in call.keywords if keyword.arg == "answer"]
    # twice is an error in Python, and means the one that says something
    given = [value for value in given if not _is_none(value)] or given
    return given[-1] if given else call.args[POSITION] if len(call.args) > POSITION else None


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value in (None, ..., ""))


def assigned(source: str, name: str) -> ast.expr | None:
    """What a cell's last line `name = …` gives, or None."""
    try:
        tree = _tree(source)
    except SyntaxError:
        return None
    found = None
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) \
            else []
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            found = getattr(node, "value", None)
    return found


@functools.lru_cache(maxsize=4096)      # many give the same answer in the same words
def read_answer(source: str, question_id: str, form: str = "letter") -> Answer:
    """What a learner answered in the cell of question `question_id`.

    Read is the literal in the call; a name in its place is looked up in the cell, and where the call has no answer,
    a line `answer = "C"` beside it is one.

    Parameters
    ----------
    form : "letter", "number", "set", "order" or "parts"
        What an answer to this question looks like.
    """
    if form not in FORMS:
        raise ValueError(f"no form of answers of the name {form!r}: {', '.join(FORMS)}")
    try:
        call = quiz_call(source, question_id)
    except SyntaxError as problem:
        line = f" in line {problem.lineno}" if problem.lineno else ""
        return Answer(problem=f"the cell has a syntax error{line}: {literal(one_line(problem.msg, 200))}")
    if call is None:
        return Answer(problem=f'the cell no longer holds quiz("{question_id}", …)')
    given = _given(call)
    if isinstance(given, ast.Name):
        given = assigned(source, given.id) or given
    beside = assigned(source, "answer") if _is_none(given) else None
    if given is None and beside is None:
        return Answer(problem="no answer yet: the cell has no answer=…")
    options = {k.arg: k.value.value for k in call.keywords if k.arg in LETTERS and isinstance(k.value, ast.Constant)}
    literal_ = beside or given
    assert literal_ is not None
    if isinstance(literal_, ast.Name) and form == "letter" and literal_.id.strip().upper() in LETTERS:
        return Answer(problem=f'put quotes around the letter: answer="{literal_.id.upper()}"')
    blank = isinstance(literal_, ast.Constant) and isinstance(literal_.value, str) and not literal_.value.strip()
    if _is_none(literal_) or blank:
        return Answer(problem=NO_ANSWER)
    return FORMS[form](literal_, options)


def letter_of(text: str, options: dict[str, str] | None = None) -> str | None:
    """The one letter that a text obviously means: "C", " c) ", "(C)", "Option C", a full-width or Cyrillic С, the
    whole text of an option. None where it means none, or more than one.
    """
    same = [letter for letter, option in (options or {}).items() if str(option).split() == text.split()]
    if len(same) == 1:
        return same[0]
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    plain = plain.strip(_QUOTES + " \t\n\r").upper().translate(_TWINS)
    alone = _ALONE.match(plain)
    if alone:
        return alone[1]
    told = _WITH_TEXT.match(plain)
    return told[1] if told and not _ANOTHER.search(told[2]) else None


def _text(value: ast.expr) -> str | None:
    """The text of a literal: a string, one in a list or set of its own, an f-string without a part to fill in."""
    if isinstance(value, (ast.List, ast.Tuple, ast.Set)) and len(value.elts) == 1:
        value = value.elts[0]
    if isinstance(value, ast.JoinedStr) and len(value.values) == 1:
        value = value.values[0]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _letter(value: ast.expr, options: dict[str, str]) -> Answer:
    text = _text(value)
    if text is None:
        return Answer(problem=f"{_shown(value)} is not a letter")
    if not text.strip():
        return Answer(problem=NO_ANSWER)
    letter = letter_of(text, options)
    if letter is not None:
        return Answer(letter)
    return Answer(problem=f"{_shown(value)} is no option: choose {', '.join(LETTERS[:-1])} or {LETTERS[-1]}")


# --- numbers, sets, orders and parts -------------------------------------------------------------------------------

def number_of(value: object) -> str | None:
    """The number that a value or a text obviously means, in one spelling: 2.50, "2,5", "5/2", "25 * 10**-1" are "2.5".

    None where it means none, or where a comma may stand for thousands.
    """
    if isinstance(value, (bool, complex)) or not isinstance(value, (int, float, str)):
        return None
    try:
        text = unicodedata.normalize("NFKC", value if isinstance(value, str) else repr(value))
    except ValueError:                                   # an int of more digits than Python writes
        return None
    text = text.translate(str.maketrans("−–‒", "---")).strip(_QUOTES + " \t\n\r=≈~").lower()
    text = re.sub(r"(?<=\d)[ _](?=\d{3}(?!\d))", "", re.sub(r"\s+", " ", text))
    if "," in text:
        if "." in text:                              # of the two the last one is the decimal point
            text = text.replace(",", "") if text.rfind(".") > text.rfind(",") else text.replace(".", "")
        elif text.count(",") > 1 or re.search(r"[1-9]\d*,\d{3}(?!\d)", text):
            return None
        text = text.replace(",", ".")
    try:
        if power := _POWER.fullmatch(text):
            found = float(power[1]) * 10.0 ** int(power[2])
        elif quotient := _QUOTIENT.fullmatch(text):
            found = float(quotient[1]) / float(quotient[2])
        else:
            found = float(text) if re.fullmatch(_NUMBER, text) else math.nan
    except (OverflowError, ZeroDivisionError):
        return None
    return repr(found + 0.0).removesuffix(".0") if math.isfinite(found) else None


def _letters(value: object, options: dict[str, str] | None) -> str:
    """The letters that a text or a list names, one after the other; "" where something else stands between them."""
    if isinstance(value, (list, tuple, set, frozenset)):
        found = [letter_of(item, options) if isinstance(item, str) else None for item in value]
        return "" if None in found else "".join(filter(None, found))
    if not isinstance(value, str):
        return ""
    plain = unicodedata.normalize("NFKC", value).translate(_STRAIGHT).upper().translate(_TWINS).replace("–", "-")
    plain = re.sub(rf"^\W*(?:{_WORDS})(?:S|EN)?\b", "", plain.replace('"', " ").replace("'", " "))
    words = [word for word in re.findall(r"[^\W_]+", plain) if word not in _JOINED]
    signs = re.sub(r"[^\W_]+", "", plain)
    alone = _BETWEEN.fullmatch(signs) and all(set(word) <= set(LETTERS) for word in words)
    return "".join(words) if alone else ""


def set_of(value: object, options: dict[str, str] | None = None) -> str | None:
    """The options that a text or a list obviously names, by the alphabet: "C, A", "A and C", ["C", "A"] are "AC"."""
    return "".join(sorted(set(_letters(value, options)))) or None


def order_of(value: object, options: dict[str, str] | None = None) -> str | None:
    """The order that a text or a list obviously names, each letter once: "B, D, A, C", "B > D > A > C" are "BDAC"."""
    found = "" if isinstance(value, (set, frozenset)) else _letters(value, options)
    return found if sorted(found) == sorted(LETTERS) else None


def parts_of(value: object, options: dict[str, str] | None = None) -> str | None:
    """The items that a dict or a text obviously names, each with its answer, in one spelling and order.

    {12: "a", 7: "(C)"} and "7 = C; 12 = A" are "7: C, 12: A". An item without an answer is left out.
    """
    if isinstance(value, str):
        plain = unicodedata.normalize("NFKC", value).translate(_STRAIGHT).strip(" \t\n{}")
        cut = [re.split(r"[:=]", piece, maxsplit=1) for piece in re.split(r"[,;\n]", plain) if piece.strip()]
        if any(len(piece) != 2 for piece in cut):
            return None
        pairs: list[tuple[object, object]] = [(piece[0], piece[1]) for piece in cut]
    elif isinstance(value, dict):
        pairs = list(value.items())
    else:
        return None
    found: dict[str, str] = {}
    for item, given in pairs:
        if given is None or given is ... or isinstance(given, str) and not given.strip(_QUOTES + " "):
            continue
        name, answer = _word(item), _word(given)
        if name is None or answer is None or name.lower() in found or len(found) >= MOST_PARTS:
            return None
        found[name.lower()] = answer.upper()
    order = sorted(found, key=lambda name: (not _is_number(name), float(name) if _is_number(name) else 0.0, name))
    return ", ".join(f"{name}: {found[name]}" for name in order) or None


def _word(value: object) -> str | None:
    """A number, a letter or a short name, as an item of parts or the answer to one."""
    number = number_of(value)
    if number is not None or not isinstance(value, str):
        return number
    plain = unicodedata.normalize("NFKC", value).strip(_QUOTES + " \t\n\r().").translate(_TWINS)
    return plain if re.fullmatch(r"[^\W_][\w.-]{0,29}", plain) else None


def _is_number(name: str) -> bool:
    return re.fullmatch(_NUMBER, name) is not None


def items_of(answer: str) -> dict[str, str]:
    """{item: answer} of parts in their spelling."""
    pairs = (part.partition(": ") for part in answer.split(", "))
    return {item: given for item, _, given in pairs}


def split_parts(answer: str, key: str) -> tuple[list[str], list[str]]:
    """The items of an answer that are right, and those that are not."""
    given, asked = items_of(answer), items_of(key)
    right = [item for item in given if given[item] == asked.get(item)]
    return right, [item for item in given if item not in right]


def share_of(form: str, answer: str, key: str, tolerance: float = 0.0) -> float:
    """What an answer is worth, 0 to 1. Of parts each item of the key counts the same; who names more items than there
    are loses one for each, so that naming all of them is worth nothing.
    """
    if form != "parts":
        return float(same_answer(form, answer, key, tolerance))
    asked, given = len(items_of(key)), len(items_of(answer))
    return max(0, len(split_parts(answer, key)[0]) - max(0, given - asked)) / asked


def parts_said(answer: str, key: str, why: str, wrong: list[tuple[str, str]]) -> str:
    """What is said of parts: why all are right, or which of them are and what is known of the others.

    `wrong` holds the usual wrong ones, each with its reason.
    """
    right, other = split_parts(answer, key)
    if answer == key:
        return why
    asked = len(items_of(key))
    lines = [f"{len(right)} of {asked} right" + (f": {spoken('set', right)}." if right else ".")]
    if other:
        lines.append(f"Not right: {spoken('set', other)}.")
    given = items_of(answer)
    if len(given) > asked:
        lines.append(f"There are {asked} in all, and you name {len(given)}.")
    known = [(value, reason) for value, reason in wrong if items_of(value).items() <= given.items()]
    return "\n\n".join([" ".join(lines), *(f"{value}. {reason}" for value, reason in known)])


def value_of(form: str, value: object, options: dict[str, str] | None = None) -> str | None:
    """What a value means as an answer of that form, in one spelling; None where it means none."""
    if form == "number":
        return number_of(value)
    if form == "parts":
        return parts_of(value)
    if form == "letter":
        return letter_of(value, options) if isinstance(value, str) else None
    return (set_of if form == "set" else order_of)(value, options)


def same_answer(form: str, answer: str, other: str, tolerance: float = 0.0) -> bool:
    """Whether two answers, as `value_of` spells them, are the same; numbers where they differ by the tolerance or less.

    What a decimal number loses in binary is allowed on top.
    """
    if form != "number":
        return answer == other
    try:
        a, b = float(answer), float(other)
    except ValueError:                                   # an answer from when the question had another form
        return False
    return abs(a - b) <= tolerance * (1 + 1e-9) + 1e-12 * max(abs(a), abs(b))


def spoken(form: str, answer: str | list[str]) -> str:
    """An answer as a sentence has it: "A and C", "B, D, A, C"; of a set a list of its members does as well."""
    if form == "set" and len(answer) > 1:
        return f"{', '.join(answer[:-1])} and {answer[-1]}"
    return ", ".join(answer) if form in ("order", "set") else str(answer)


HOW = {"letter": 'one letter, like {}="A"', "number": "a number, like {}=0.25",
       "set": 'the letters of all that hold, like {}="AC"', "order": 'each of A, B, C and D once, like {}="BDAC"',
       "parts": 'each item with its answer, like {}={{31: "C", 45: "A"}}'}


def how(form: str, name: str = "") -> str:
    """How an answer of that form is written: 'one letter, like "A"', or with its name: '… like answer="A"'."""
    return (HOW[form] if name else HOW[form].replace("{}=", "")).format(name)


def _other(form: str, value: ast.expr, options: dict[str, str]) -> Answer:
    """What a literal means as a number, a set, an order or parts."""
    if form != "number" and any(isinstance(node, ast.Name) and _bare(form, node.id) for node in ast.walk(value)):
        return Answer(problem=f"put quotes around the letters: {how(form, 'answer').rpartition('like ')[2]}")
    if form == "parts" and isinstance(value, ast.Dict):
        keys = [key.value for key in value.keys if isinstance(key, ast.Constant)]
        if len(set(keys)) < len(keys):
            return Answer(problem=f"{_shown(value)} names an item twice")
        if value.values and all(_is_none(given) for given in value.values) or not value.keys:
            return Answer(problem=NO_ANSWER)
    try:
        given = ast.literal_eval(value) if not isinstance(value, ast.JoinedStr) else _text(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        given = _written(value) if form == "number" and isinstance(value, (ast.BinOp, ast.UnaryOp)) else None
    if isinstance(given, (list, tuple)) and form == "number" and len(given) == 1:
        given = given[0]
    found = value_of(form, given, options)
    return Answer(found) if found is not None else Answer(
        problem=f"{_shown(value)} is no answer here: write {how(form, 'answer')}")


def _bare(form: str, name: str) -> bool:
    """Whether a name is the letter or the letters of an answer, without their quotes."""
    return len(name) == 1 if form == "parts" else bool(_letters(name, None))


FORMS: dict[str, Callable[[ast.expr, dict[str, str]], Answer]] = {
    "letter": _letter, **{form: functools.partial(_other, form) for form in ("number", "set", "order", "parts")}}


NOT_KNOWN = {"number": "It is none of the usual slips. Work it out once more, step by step.",
             "set": "Look at each option by itself: does it hold?",
             "order": "Look at two neighbours at a time: which of the two comes first?",
             "parts": "Look at each item by itself."}


def sure_of(value: object) -> str | None:
    """"sure" or "unsure", where a value says one of them."""
    said = " ".join(value.lower().split()) if isinstance(value, str) else ""
    return {"not sure": "unsure"}.get(said, said if said in SURE else None)


def read_sure(source: str, question_id: str) -> str | None:
    """What a learner said beside the answer: "sure", "unsure" or None."""
    try:
        call = quiz_call(source, question_id)
    except SyntaxError:
        return None
    named = [k.value for k in (call.keywords if call else ()) if k.arg == "sure"]
    said = [value.value for value in named if isinstance(value, ast.Constant)]
    return sure_of(said[-1]) if said else None


def form_of(source: str, question_id: str | None = None) -> str:
    """What an answer to the question in this cell looks like, as its call says it: quiz(…, form="set")."""
    try:
        call = quiz_call(source, question_id)
    except SyntaxError:
        call = None
    said = [k.value.value for k in call.keywords if k.arg == "form" and isinstance(k.value, ast.Constant)
            and isinstance(k.value.value, str)] if call else []
    return said[-1] if said and said[-1] in FORMS else "letter"


def _written(node: ast.expr) -> str | None:
    try:
        return ast.unparse(node)
    except (RecursionError, ValueError):                 # an int of more digits than Python writes
        return None


def _shown(node: ast.expr) -> str:
    text = _written(node)
    if text is None:
        return "a very long expression"
    return literal(text if len(text) <= 40 else text[:37] + "…")
