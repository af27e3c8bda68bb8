"""The text of cards: a small part of Markdown as HTML and as plain text, and the one style sheet."""

import functools
import html
import re

from course.notebook import STATIC

_INLINE = re.compile(
    r"(?P<code>(?P<tick>`+)(?P<inside>.+?)(?P=tick))"
    r"|(?P<math>\$\$.+?\$\$|\$(?!\s)(?:[^$\\]|\\.)+?(?<!\s)\$)"
    r"|\*\*(?P<strong>\S(?:.*?\S)?)\*\*"
    r"|(?<![\w*])\*(?P<em>[^\s*](?:[^*]*[^\s*])?)\*(?![\w*])",
    re.DOTALL,
)
_FENCE = re.compile(r"^[ ]*(```+|~~~+)[^\n]*\n(.*?)\n?^[ ]*\1[ ]*$", re.DOTALL | re.MULTILINE)


def inline_html(text):
    """One run of text as HTML: `code`, $math$ (left for the page's typesetter), **strong** and *emphasis*."""
    parts, last = [], 0
    for match in _INLINE.finditer(text):
        parts.append(html.escape(text[last:match.start()], quote=False))
        if match["code"]:
            code = match["inside"].strip()
            short = ' class="course-short"' if len(code) <= 30 else ""      # kept on one line
            parts.append(f"<code{short}>{html.escape(code, quote=False)}</code>")
        elif match["math"]:
            parts.append(html.escape(match["math"], quote=False))
        elif match["strong"]:
            parts.append(f"<strong>{inline_html(match['strong'])}</strong>")
        else:
            parts.append(f"<em>{inline_html(match['em'])}</em>")
        last = match.end()
    parts.append(html.escape(text[last:], quote=False))
    return "".join(parts)


def blocks(text):
    """Split text into ("text", paragraph) and ("code", block) pieces."""
    last = 0
    for match in _FENCE.finditer(text):
        yield from (("text", part) for part in re.split(r"\n\s*\n", text[last:match.start()]) if part.strip())
        yield "code", match.group(2)
        last = match.end()
    yield from (("text", part) for part in re.split(r"\n\s*\n", text[last:]) if part.strip())


def pre(code):
    return f"<pre><code>{html.escape(code, quote=False)}</code></pre>"


def text_html(text):
    """Paragraphs and code blocks as HTML."""
    return "".join(
        pre(part) if kind == "code" else f"<p>{inline_html(part.strip())}</p>" for kind, part in blocks(str(text))
    )


def text_plain(text, indent=""):
    """The same for a terminal: no back-ticks, no stars, formulas as they are written."""
    lines = []
    for kind, part in blocks(str(text)):
        if kind == "text":
            one_line = " ".join(part.split())
            part = _INLINE.sub(lambda m: m["inside"] or m["math"] or m["strong"] or m["em"], one_line)
        lines += [indent + line if kind == "text" else f"{indent}    {line}" for line in part.splitlines()]
    return "\n".join(lines)


@functools.cache
def style():
    """The cards' style sheet as a <style> element: one visual language for every card of the course."""
    css = re.sub(r"/\*.*?\*/", "", (STATIC / "card.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return "<style>" + re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css)).strip() + "</style>"
