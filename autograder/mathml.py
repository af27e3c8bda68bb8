"""Formulas of feedback pages as MathML, which browsers show by themselves: no MathJax, no network.

`latex2mathml` reads the TeX. Its own writer leaves text unescaped and lets a formula set links and styles, so what is
written here is written here: elements and attributes on a list, everything else escaped. A formula that cannot be
converted stays as its TeX source.
"""

import functools
import html
import re

from latex2mathml.converter import convert_to_element

ELEMENTS = set("math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr "
               "mtd mstyle mpadded mphantom menclose".split())
ATTRIBUTES = set("accent accentunder columnalign columnspacing display displaystyle fence form height largeop lspace "
                 "mathsize mathvariant maxsize minsize movablelimits notation rowspacing rspace scriptlevel separator "
                 "stretchy symmetric voffset width".split())
CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
LENGTHS = set("columnspacing height lspace mathsize maxsize minsize rowspacing rspace voffset width".split())
FUNCTIONS = set("arccos arcsin arctan arg cos cosh cot deg dim exp ker lg ln log sin sinh tan tanh".split())
THIN = '<mspace width="0.17em"></mspace>'            # what TeX sets beside such a name
EMS = {"em": 1, "ex": .5, "px": 1 / 16, "pt": 1 / 12, "pc": 1, "cm": 2.4, "mm": .24, "in": 6, "mu": 1 / 18, "%": .01,
       "": 1}
LARGEST = 12                                         # em: what is larger covers the page around it
LONGEST = 4000                                       # characters of one formula

_LENGTH = re.compile(r"(\d+\.?\d*|\.\d+)\s*([a-z%]*)")

# What is no text for formulas: code and its like whole, and every tag.
_NO_TEXT = re.compile(r"(<(code|pre|kbd|samp|style|script|textarea|math|svg)\b.*?</\2\s*>|<!--.*?-->|<[^<>]*>)",
                      re.DOTALL | re.IGNORECASE)
_FORMULA = re.compile(r"(?<![\\$])\$\$(?P<block>[^$]+?)\$\$"
                      r"|(?<![\\$])\$(?!\s)(?P<inline>(?:[^$\\\n]|\\.)+?)(?<!\s)\$(?!\d)")


class Unconvertible(ValueError):
    """A formula that stays as it is written."""


def formula(tex: str, display: bool = False) -> str:
    """A formula as MathML, or as escaped TeX between its dollar signs."""
    made = _mathml(tex.strip(), display)
    if made:
        return made
    mark = "$$" if display else "$"
    return f"{mark}{html.escape(tex, quote=False)}{mark}"


def in_html(page: str) -> str:
    """Make the formulas in the text of a piece of HTML MathML; code and attributes stay as they are."""
    if "$" not in page:
        return page
    parts = _NO_TEXT.split(page)                     # text, what is no text, the name of its tag; again and again
    for i in range(0, len(parts), 3):
        parts[i] = _FORMULA.sub(_replaced, parts[i])
    return "".join(part for i, part in enumerate(parts) if i % 3 != 2)


def _replaced(found) -> str:
    tex, display = found["block"] or found["inline"], bool(found["block"])
    return _mathml(html.unescape(tex).strip(), display) or found[0]


@functools.lru_cache(maxsize=4000)
def _mathml(tex: str, display: bool) -> str:
    """The MathML of a formula; "" where there is none."""
    if not tex or len(tex) > LONGEST:
        return ""
    readable = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{align*}", tex)
    try:
        root = convert_to_element(readable, display="block" if display else "inline")
        return _written(root)
    except (Unconvertible, RecursionError):
        return ""
    except Exception:                                # any text may be between two dollar signs
        return ""


def _written(element, sized: bool = False) -> str:
    """An element and what is in it. `sized`: it stands in a change of size, which may not be changed again."""
    tag, resizes = element.tag, "mathsize" in element.attrib
    if tag not in ELEMENTS or CHILDREN.get(tag, len(element)) != len(element) or sized and resizes:
        raise Unconvertible(tag)
    if any(name in LENGTHS and _ems(value) > LARGEST for name, value in element.attrib.items()):
        raise Unconvertible("a length")
    text = html.unescape(element.text or "")
    if tag == "mtext":
        text = text.replace(r"\_", "_")
    if "\\" in text or (tag != "mtext" and text in ("&", "$")):
        raise Unconvertible(text)
    attributes = "".join(f' {name}="{html.escape(html.unescape(value))}"' for name, value in element.attrib.items()
                         if name in ATTRIBUTES)
    children, in_row = list(element), tag in ("mrow", "math", "mtd")
    parts = [_written(child, sized or resizes) for child in children]
    for k, (one, after) in enumerate(zip(children, children[1:], strict=False)):
        if in_row and (_is_name(one) and _stands_off(after) or _is_name(after) and _stands_off(one)):
            parts[k] += THIN
    inner = "".join(parts)
    return f"<{tag}{attributes}>{html.escape(text, quote=False)}{inner}</{tag}>"


def _is_name(element) -> bool:
    """Whether it is the name of a function, which may have an index or a power."""
    if element.tag in ("msub", "msup", "msubsup") and len(element):
        return _is_name(element[0])
    return element.tag == "mi" and (element.text or "") in FUNCTIONS


def _stands_off(element) -> bool:
    """Whether there is no space yet between it and a name: signs and brackets bring their own, or want none."""
    first = element[0] if element.tag == "mrow" and len(element) else element
    return first.tag not in ("mo", "mspace")


def _ems(value: str) -> float:
    """The largest length in an attribute, in em; a unit that is not known counts as an em."""
    return max((float(number) * EMS.get(unit, 1) for number, unit in _LENGTH.findall(value)), default=0.0)
