"""Questions and predictions as they stand in a page: the notebook's own cards, and all that they can tell of an answer.

The page has no kernel. What self-study tells of each answer is worked out here, by the cards' own code, and stands in
the page as data; static/site.js looks it up. A class's page has none of it.
"""

import ast
import itertools
import json

from markupsafe import Markup, escape

from autograder import mathml
from course.answers import items_of, value_of
from course.cards import verdict as verdicts
from course.cards.question import LIVE, QuestionCard
from course.cards.text import style, text_html

OTHER = "987654321.5"           # stands for a number that no entry knows
HEADING = {"predict": "Your prediction, before you read on"}
PARTS = 'Write each item with its answer, like 31: A, 45: H, and press "This is my answer".'
AFTER = {"predict": "Now read on."}
IN_CLASS = "What counts is the answer in your notebook."
ASLEEP = ('<noscript><p class="site-only">To be answered here it needs JavaScript, which is off in this browser.</p>'
          "</noscript>")


class PageCard(QuestionCard):
    """A question's card in a page. `item` is its entry in the bank; None in a class."""

    @property
    def invitation(self):
        return PARTS if self.form == "parts" else LIVE[self.form]

    @property
    def after(self):
        return AFTER.get(self.kind, "" if self.item else IN_CLASS)


def card_of(cell, entry=None):
    """The PageCard of a question's or a prediction's cell.

    entry : dict or None
        The question in the bank, with key and explanations.
    """
    call = ast.parse(cell.source).body[0].value
    identity, stem = (ast.literal_eval(argument) for argument in call.args)
    named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    options = {letter: text for letter, text in named.items() if letter in "ABCD"}
    return PageCard(call.func.id, identity, stem, options, slot=identity, form=named.get("form", "letter"), item=entry,
                    heading=HEADING.get(call.func.id, ""))


def card_html(card, topic):
    """A card as a page has it: its HTML, and for the script its facts and what it tells of each answer."""
    facts = {"kind": card.kind, "id": card.id, "topic": topic, "form": card.form, "keyword": card.keyword,
             "invitation": card.invitation, "after": card.after}
    if card.item:
        facts["told"] = told_of_parts(card) if card.form == "parts" else told(card)
    shown = mathml.in_html(card.html().removeprefix(style("question")))
    return (f'<div class="course-place">{shown}<script type="application/json" class="course-facts">{_data(facts)}'
            f"</script>{ASLEEP}</div>")


def said_html(identity):
    """Where a prediction is set beside its result: the script fills it."""
    return (f'<div class="course-card"><div class="course-said" data-said="{escape(identity)}">'
            "You made no prediction. A guess first helps you remember.</div></div>")


def told(card):
    """What is told of an answer, at a first try and later: {answer: [feedback, feedback]}, of a number a list.

    A feedback is what the kernel sends to a card in the notebook: {answer, key, right, tags, html}.
    """
    if card.form == "number":
        tolerance = card.item.get("tolerance", 0)
        known = [card.item["key"], *(wrong["value"] for wrong in card.item["wrong"])]
        numbers = [value_of("number", value) for value in known]
        return {"tolerance": tolerance, "known": [[number, *_both(card, number)] for number in numbers],
                "other": [OTHER, *_both(card, OTHER)]}
    letters = "".join(card.options)
    every = {"letter": list(letters),
             "set": ["".join(some) for n in range(1, 5) for some in itertools.combinations(letters, n)],
             "order": ["".join(some) for some in itertools.permutations(letters)]}
    return {answer: _both(card, answer) for answer in every[card.form]}


def told_of_parts(card):
    """What the script puts together of parts, as `parts_said` does: key, why, and [items of a usual wrong one, why]."""
    def html(text):
        return str(mathml.in_html(text_html(text)))

    wrong = [(value_of("parts", one["value"]), one["why"]) for one in card.item["wrong"]]
    return {"key": items_of(value_of("parts", card.item["key"])), "why": html(card.item["why"]),
            "wrong": [[items_of(value), html(f"{value}. {why}")] for value, why in wrong]}


def _both(card, answer):
    first, later = _feedback(card, answer, 1), _feedback(card, answer, 2)
    return [first] if first == later else [first, later]


def _feedback(card, answer, tries):
    card = PageCard(card.kind, card.id, card.stem, card.options, answer, form=card.form, item=card.item, tries=tries)
    found = card.verdict()
    html = mathml.in_html(verdicts.verdict_html(card, found))
    return {name: found[name] for name in ("type", "answer", "key", "right", "tags")} | {"html": str(html)}


def _data(value):
    """JSON that may stand in a <script>."""
    return Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))
