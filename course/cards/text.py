"""What all cards are made of: a small part of Markdown as HTML and as plain text, the style sheet, and the frame.

HTML is `markupsafe.Markup` here, and nothing else is. Whatever is put into it is escaped, unless it is HTML itself:
by `format`, or by `%`, which takes half the time, where a card has many of the kind.
"""

import functools
import re

from markupsafe import Markup, escape

from course.notebook import STATIC

_CODE = r"(?<!`)(?P<{0}>`+)(?!`)(?P<{0}_inside>.+?)(?<!`)(?P={0})(?!`)"
_INLINE = re.compile(
    rf"(?P<code>{_CODE.format('tick')})"
    r"|(?P<math>\$\$.+?\$\$|\$(?!\s)(?:[^$\\]|\\.)+?(?<!\s)\$)"
    # a star within code ends no emphasis
    rf"|\*\*(?P<strong>(?!\s)(?:{_CODE.format('in_strong')}|(?!\*\*)[^`])+(?<!\s))\*\*"
    rf"|(?<![\w*])\*(?P<em>(?![\s*])(?:{_CODE.format('in_em')}|[^*`])+(?<!\s))\*(?![\w*])",
    re.DOTALL,
)
_SIGN = re.compile(r"[`*$]")
_FENCE = re.compile(r"^[ ]*(```+|~~~+)[^\n]*\n(.*?)\n?^[ ]*\1[ ]*$", re.DOTALL | re.MULTILINE)
_STATES = {"ok": " course-good", "bad": " course-bad"}


def _code(match):
    """What stands between the back-ticks, without the one space at both ends that keeps them from others."""
    code = match["tick_inside"]
    return code[1:-1] if code[0] == code[-1] == " " and code.strip() else code


@functools.lru_cache(maxsize=4096, typed=True)      # a class is told the same again and again; HTML is no text
def inline_html(text):
    """One run of text as HTML: `code`, $math$ (left for the page's typesetter), **strong** and *emphasis*."""
    if not _SIGN.search(text):
        return escape(text)
    parts, last = [], 0
    for match in _INLINE.finditer(text):
        parts.append(text[last:match.start()])
        if match["code"]:
            code = _code(match)
            unbroken = len(code) <= 30 and not re.fullmatch(r"[\w.]*", code)      # a plain name breaks nowhere
            form = '<code class="course-short">%s</code>' if unbroken else "<code>%s</code>"
            parts.append(Markup(form) % code)
        elif match["math"]:
            parts.append(match["math"])
        elif match["strong"]:
            parts.append(Markup("<strong>%s</strong>") % inline_html(match["strong"]))
        else:
            parts.append(Markup("<em>%s</em>") % inline_html(match["em"]))
        last = match.end()
    parts.append(text[last:])
    return Markup("").join(parts)


def blocks(text):
    """Split text into ("text", paragraph) and ("code", block) pieces."""
    last = 0
    for match in _FENCE.finditer(text):
        yield from (("text", part) for part in re.split(r"\n\s*\n", text[last:match.start()]) if part.strip())
        yield "code", match.group(2)
        last = match.end()
    yield from (("text", part) for part in re.split(r"\n\s*\n", text[last:]) if part.strip())


def pre(code):
    return Markup("<pre><code>%s</code></pre>") % code


def paragraph(text):
    """A sentence of ours as a paragraph, whatever a learner's text within it holds: no blocks are looked for."""
    return Markup("<p>%s</p>") % inline_html(text)


@functools.lru_cache(maxsize=4096, typed=True)
def text_html(text):
    """Paragraphs and code blocks as HTML."""
    return Markup("").join(
        pre(part) if kind == "code" else paragraph(part.strip()) for kind, part in blocks(str(text))
    )


def text_plain(text, indent=""):
    """The same for a terminal: no back-ticks, no stars, formulas as they are written."""
    lines = []
    for kind, part in blocks(str(text)):
        if kind == "text":
            one_line = " ".join(part.split())
            part = _INLINE.sub(lambda m: _code(m) if m["code"] else m["math"] or m["strong"] or m["em"], one_line)
        lines += [indent + line if kind == "text" else f"{indent}    {line}" for line in part.splitlines()]
    return "\n".join(lines)


@functools.cache
def style(part=""):
    """The cards' style sheet as a <style> element: what every card needs, and one named part of the rest.

    Each card of a notebook brings its own, for the outputs above it may be cleared. A graded notebook has it once.
    """
    css = (STATIC / "card.css").read_text(encoding="utf-8")
    every, *rest = re.split(r"/\* === (\w+): .*?=== \*/", css, flags=re.DOTALL)
    parts = {"": ""} | dict(zip(rest[::2], rest[1::2], strict=True))
    css = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", every + parts[part], flags=re.DOTALL))
    css = re.sub(r"\s*([{};,])\s*", r"\1", css).replace(": ", ":").replace(";}", "}").replace(" > ", ">")
    return Markup("<style>") + Markup(css.strip()) + Markup("</style>")


def card_html(body, state="calm", live=True, part=""):
    """A card around HTML.

    Parameters
    ----------
    state : "ok", "bad" or "calm"
    live : bool
        Whether it is read out where it appears.
    part : str or None
        Of the style sheet; None where the page has it already.
    """
    return Markup('%s<div class="course-card%s"%s>%s</div>') % (
        "" if part is None else style(part), _STATES.get(state, ""), Markup(' role="status"') if live else "", body)
