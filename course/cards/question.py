"""Question cards: quiz(...), and predict(...) with your_prediction(...) for what you expect before you look.

The record of an answer is the notebook's own source, ``answer="C"``. A click on a card writes it there
(static/notebook.js); typing it does as well. Keys and explanations are on this machine only in self-study: the
environment variable COURSE_KEYS then names the folder with the keys. In a class the card records the answer
and tells nothing.
"""

import re
import uuid
from dataclasses import dataclass, field

from markupsafe import Markup

from course.cards.keys import bank_entry
from course.cards.text import blocks, card_html, inline_html, paragraph, pre, style, text_html, text_plain
from course.contents import LETTERS
from course.notebook import cell_id, in_notebook, keep, notebook_model, show
from course.progress_file import record
from course.quote import code_span

KEYWORDS = {"quiz": "answer", "predict": "guess", "review": "answers"}
TITLES = {"quiz": "Question", "predict": "Your prediction, before you run the next cell", "review": "Review"}

_predictions = {}  # id of a prediction -> its Card, as far as it was run in this session
_said = {}         # id of a prediction -> where it was shown beside its result


# ------------------------------------------------------------------------------------- the card

@dataclass
class QuestionCard:
    """One card: what is asked, the options in order, the letter chosen, and what was wrong with the call."""

    kind: str                                    # "quiz", "predict" or "review"
    id: str
    stem: str
    options: dict
    answer: str | None = None
    problems: list = field(default_factory=list)
    slot: str = field(default_factory=lambda: uuid.uuid4().hex)
    heading: str = ""
    explained: bool = True                       # whether an answer will be explained (reviews in a class are not)

    @property
    def keyword(self):
        return KEYWORDS[self.kind]

    @property
    def title(self):
        return self.heading or TITLES[self.kind]

    @property
    def invitation(self):
        if self.kind == "review":
            return ('Think of your answer. To give it, add the three letters to the cell above, as in '
                    'review("…", answers="ABC"), and run it.')
        return f'To answer, type a letter in the cell above, as {self.keyword}="A", and run the cell.'

    @property
    def live_invitation(self):
        if self.kind == "review":
            return "Click an option, or press its letter. Not graded."
        return "Click an option, or press its letter. Your choice is written into the cell above."

    @property
    def after(self):
        if self.kind == "review":
            return "" if self.explained else "Compare with somebody beside you."
        if self.kind == "predict":
            return "Now run the next cell."
        return "" if bank_entry(self.id)[0] is not None else "It is marked when you hand in."

    def verdict(self):
        """What self-study tells once there is an answer; None in a class, for a prediction, or before an answer."""
        if self.kind == "predict" or self.answer is None:
            return None
        item, _ = bank_entry(self.id)
        if item is None:
            return None
        key = str(item["key"])
        whys = {letter: str(item["options"].get(letter, {}).get("why", "")).strip() for letter in LETTERS}
        right = self.answer == key
        told = [("right" if right else "wrong", self.answer, whys[self.answer])]
        if not right:
            told.append(("right", key, whys[key]))
        tags = {key: "right" if right else "the answer"}
        if not right:
            tags[self.answer] = "your choice"
        return {"type": "feedback", "answer": self.answer, "key": key, "right": right, "tags": tags, "told": told}

    @staticmethod
    def verdict_line(verdict):
        if verdict["right"]:
            return f"Yes, {verdict['key']}."
        return f"Not {verdict['answer']}: the answer is {verdict['key']}."

    def verdict_html(self, verdict):
        whys = Markup("").join(
            Markup('<div class="course-why course-why-{}">{}{}</div>').format(
                mark, paragraph(f"**Why {'' if mark == 'right' else 'not '}{letter}**"), text_html(why))
            for mark, letter, why in verdict["told"] if why
        )
        return paragraph(f"**{self.verdict_line(verdict)}**") + whys

    def html(self):
        verdict = self.verdict() or {"key": None, "tags": {}}
        rows = []
        for letter, text in self.options.items():
            classes = ["course-option"]
            if letter == self.answer:
                classes.append("course-chosen")
                if verdict["key"] and verdict["key"] != letter:
                    classes.append("course-wrong")
            if verdict["key"] == letter:
                classes.append("course-right")
            rows.append(Markup(
                '<label class="{classes}" data-letter="{letter}"><span class="course-letter">{letter}</span>'
                '<div class="course-text" id="course-{slot}-{letter}">{text}</div>'
                '<span class="course-tag">{tag}</span></label>'
            ).format(classes=" ".join(classes), letter=letter, slot=self.slot, text=text_html(text),
                     tag=verdict["tags"].get(letter, "")))
        parts = list(blocks(self.stem))
        plain_first = bool(parts) and parts[0][0] == "text"
        lead = inline_html(parts[0][1].strip()) if plain_first else ""
        more = Markup("").join(
            pre(part) if kind == "code" else text_html(part) for kind, part in parts[1 if plain_first else 0:]
        )
        described = ""
        if more:
            described = Markup(' aria-describedby="course-{}-more"').format(self.slot)
            more = Markup('<div class="course-more" id="course-{}-more">{}</div>').format(self.slot, more)
        problems = Markup("").join(
            Markup('<p class="course-problem">{}</p>').format(inline_html(text)) for text in self.problems)
        return Markup(
            '{style}<div class="course-card course-{kind}" data-slot="{slot}" data-answer="{answer}">'
            '<fieldset{described}><legend><span class="course-kind">{title}</span>{lead}</legend>{more}{rows}'
            '</fieldset>{problems}<div class="course-status" role="status">{status}</div>'
            '<div class="course-feedback" aria-live="polite">{feedback}</div></div>'
        ).format(
            style=style("question"), kind=self.kind, slot=self.slot, answer=self.answer or "", described=described,
            title=self.title, lead=lead, more=more, rows=Markup("").join(rows), problems=problems,
            status=inline_html(f"Your {self._noun}: **{self.answer}**. {self.after}") if self.answer else
            self.invitation, feedback=self.verdict_html(verdict) if verdict["key"] else "")

    @property
    def _noun(self):
        return "prediction" if self.kind == "predict" else "answer"

    def plain(self):
        lines = [self.title, text_plain(self.stem), ""]
        for letter, text in self.options.items():
            body = text_plain(text, "     ").lstrip()
            lines.append(f"{'>' if letter == self.answer else ' '} {letter}  {body}")
        lines += ["", *(text_plain(problem) for problem in self.problems)]
        said = f"Your {self._noun}: {self.answer}. {self.after}".rstrip()
        lines.append(said if self.answer else self.invitation)
        verdict = self.verdict()
        if verdict:
            lines.append(self.verdict_line(verdict))
            for mark, letter, why in verdict["told"]:
                lines += [f"Why {'' if mark == 'right' else 'not '}{letter}:", text_plain(why, "  ")]
        return "\n".join(lines)

    def bundle(self):
        return {"text/plain": self.plain(), "text/html": str(self.html())}

    def note(self, withdrawn=False):
        """Put the answer into the progress file; also that there is none any more."""
        if self.answer is None and (not withdrawn or self.kind == "review"):
            return
        if self.kind == "predict":
            record("prediction", self.id, guess=self.answer)
            return
        item, topic = bank_entry(self.id)
        if self.kind == "review":
            record("review", self.id, right=None if item is None else self.answer == str(item["key"]))
            return
        judged = item is not None and self.answer is not None
        facts = {"answer": self.answer, "right": self.answer == str(item["key"]) if judged else None}
        record("question", self.id, **facts, **({"topic": topic} if topic else {}))


def _letter(value, options, keyword):
    """The letter a learner typed, and what to tell where it is none."""
    choices = ", ".join(f'"{letter}"' for letter in options)
    if value is None:
        return None, None
    if isinstance(value, str) and value.strip().upper() in options and value.strip():
        return value.strip().upper(), None
    shown = repr(value)
    shown = shown if len(shown) <= 40 else shown[:37] + "…"
    if isinstance(value, str) and len(value.strip()) == 1:
        said = f"{code_span(f'{keyword}={shown}')} is no option of this question."
    elif isinstance(value, str) and not value.strip():
        said = f"{code_span(f'{keyword}={shown}')} is empty."
    else:
        said = f"{code_span(f'{keyword}={shown}')} is not one letter."
    return None, f"{said} Write one of {choices}: for example `{keyword}=\"A\"`. Nothing is recorded so far."


def _card(kind, id, stem, options, value, strange):
    problems = []
    if not isinstance(id, str) or not id.strip():
        problems.append(f"This card has no name: its first argument should be a text in quotes, not "
                        f"{code_span(repr(id))}.")
    given = {letter: str(text) for letter, text in options.items() if text is not None}
    least = 4 if kind == "quiz" else 2
    if len(given) < least:
        missing = [letter for letter in LETTERS[:least] if letter not in given]
        problems.append(
            f"Option {' and '.join(missing)} of this card is gone. To get it back, copy the cell from a fresh copy "
            "of the lesson."
        )
    if strange:
        names = ", ".join(code_span(f"{name}=") for name in strange)
        known = "answer" if kind == "quiz" else "guess"
        problems.append(f"{names} is not known here. The letter goes into `{known}=`.")
    if not given:
        return QuestionCard(kind, str(id), str(stem), {}, None, problems)
    answer, problem = _letter(value, given, "answer" if kind == "quiz" else "guess")
    if problem:
        problems.append(problem)
    return QuestionCard(kind, str(id), str(stem), given, answer, problems)


def show_card(card):
    shell = in_notebook()
    if shell is None or not card.options:
        show(card.bundle())
        return
    from IPython.display import display

    handle = display(card.bundle(), raw=True, display_id=card.slot)
    try:
        widget = notebook_model()(
            function="" if card.kind == "review" else card.kind, keyword=card.keyword, card_id=card.id,
            cell_id=cell_id(shell), slot=card.slot, answer=card.answer or "", invitation=card.live_invitation,
            after=card.after,
        )
    except Exception:
        return  # without its widget the card is read and typed into, as anywhere else

    def tell():
        verdict = card.verdict()
        if verdict:
            widget.send({**verdict, "told": None, "html": str(card.verdict_html(verdict))})

    def chosen(change):
        letter = change["new"] or None                 # None: taken out of the source again
        if letter == card.answer or not (letter is None or letter in card.options):
            return
        card.answer, card.problems = letter, []
        tell()
        card.note(withdrawn=letter is None)
        if card.kind == "predict" and (shown := _said.get(card.id)) is not None:
            shown.update(_said_bundle(card), raw=True)  # chosen while cells ran: the result was there before the letter

    def message(_, content, __):
        if content.get("type") == "settle" and handle is not None:
            handle.update(card.bundle(), raw=True)
        elif content.get("type") == "ask":
            tell()

    widget.observe(chosen, "answer")
    widget.on_msg(message)
    keep((card.kind, card.id), widget)


def unquoted(error, source):
    """What to tell of answer=C, a letter without its quotes; "" where the NameError is about something else."""
    letter = getattr(error, "name", None) or ""
    used = re.search(rf"\b(answer|guess)\s*=\s*{re.escape(letter)}\b", source) if letter else None
    if len(letter) != 1 or letter.upper() not in LETTERS or not used:
        return ""
    return f'The letter needs quotes: `{used[1]}="{letter.upper()}"`. Change it, and run the cell again.'


def quiz(id, stem="", A=None, B=None, C=None, D=None, answer=None, **strange):
    """Ask a question with four options. Click one, or type its letter: answer="C".

    Parameters
    ----------
    id : str
        The question's name.
    stem : str
        What is asked. `code`, $math$ and fenced code blocks are shown as such, here and in the options.
    A, B, C, D : str
        The options.
    answer : str or None
        The letter chosen. A click on the card writes it here.
    """
    card = _card("quiz", id, stem, {"A": A, "B": B, "C": C, "D": D}, answer, strange)
    show_card(card)
    card.note()


def predict(id, stem="", A=None, B=None, C=None, D=None, guess=None, **strange):
    """Ask what you expect to see, before you see it. Not graded: the next cell sets it beside the result.

    Parameters
    ----------
    id : str
        The prediction's name: your_prediction(id) shows it later.
    stem : str
        What is asked.
    A, B, C, D : str
        Two to four options.
    guess : str or None
        The letter chosen. A click on the card writes it here.
    """
    card = _card("predict", id, stem, {"A": A, "B": B, "C": C, "D": D}, guess, strange)
    _predictions[card.id] = card
    show_card(card)
    card.note()


def _said_bundle(card):
    """What was predicted, as a card to stand beside the result."""
    option = None
    if card is None:
        said = "No prediction yet: run the prediction cell above, choose an option, then run this cell again."
    elif card.answer is None:
        said = "You made no prediction. Choose one above and run this cell again: a guess first helps you remember."
    else:
        said, option = f"You predicted {card.answer}:", card.options[card.answer]
    body = inline_html(said) if option is None else paragraph(f"**{said}**") + text_html(option)
    return {
        "text/plain": said if option is None else f"{said} {text_plain(option)}",
        "text/html": str(card_html(Markup('<div class="course-said">{}</div>').format(body), live=False)),
    }


def your_prediction(id):
    """Show what you predicted, beside what happened."""
    bundle = _said_bundle(_predictions.get(str(id)))
    if in_notebook() is None:
        show(bundle)
        return
    from IPython.display import display

    _said[str(id)] = display(bundle, raw=True, display_id=f"said-{uuid.uuid4().hex}")
