"""Question cards: quiz(...), and predict(...) with your_prediction(...) for what you expect before you look.

The record of an answer is the notebook's own source, ``answer="C"``. A click on a card writes it there
(static/notebook.js); typing it does as well. Keys and explanations are on this machine only in self-study: the
environment variable COURSE_KEYS then names the folder with the keys. In a class the card records the answer
and tells nothing.
"""

import uuid
from dataclasses import dataclass, field

from markupsafe import Markup

from course.answers import FORMS, SURE, how, items_of, spoken, sure_of, value_of
from course.cards import verdict as verdicts
from course.cards.keys import bank_entry, form_in, is_right
from course.cards.text import blocks, card_html, inline_html, paragraph, pre, style, text_html, text_plain
from course.cards.typed import read_letter, read_other
from course.contents import LETTERS, questions
from course.notebook import cell_id, clickable, in_notebook, keep, notebook_model, show
from course.progress_file import answers_before, record
from course.quote import code_span

KEYWORDS = {"quiz": "answer", "predict": "guess", "review": "answers"}
TITLES = {"quiz": "Question", "predict": "Your prediction, before you run the next cell", "review": "Review"}

HOW_TO = {"letter": "click an option", "number": "type the number", "set": "choose all that hold",
          "order": "put the options in order"}
BARE = ("number", "parts")      # forms without options
LIVE = {"letter": "Click an option, or press its letter.", "number": "Type a number.",
        "set": "Choose all that hold, by a click or their letters.",
        "order": "Put them in order, by the arrows or the arrow keys."}

# Seen where the card has no buttons: in a notebook opened again, before its cell is run, and where no widgets are.
ASLEEP = Markup('<div class="course-status course-asleep">To change it by a click, run this cell.</div>')

_predictions = {}  # id of a prediction -> its Card, as far as it was run in this session
_said = {}         # id of a prediction -> where it was shown beside its result
_tried = {}        # (kind, id, sitting) of a question -> its answers so far, one after the other


# ------------------------------------------------------------------------------------- the card

@dataclass
class QuestionCard:
    """One card: what is asked, the options in order, the answer in one spelling, and what was wrong with the call."""

    kind: str                                    # "quiz", "predict" or "review"
    id: str
    stem: str
    options: dict
    answer: str | None = None
    problems: list = field(default_factory=list)
    slot: str = field(default_factory=lambda: uuid.uuid4().hex)
    heading: str = ""
    explained: bool = True                       # whether an answer will be explained (reviews in a class are not)
    tries: int = 1                               # the answers given so far, this one among them
    originals: dict = field(default_factory=dict)    # letter shown -> letter in the bank, where they are not the same
    sitting: float = 0                           # when a review was asked: what was tried before that is another time's
    item: dict | None = None                     # key and explanations, where no bank has them
    form: str = "letter"                         # what an answer looks like
    sure: str | None = None                      # "sure" or "unsure", where the learner said so

    @property
    def keyword(self):
        return KEYWORDS[self.kind]

    @property
    def title(self):
        return self.heading or TITLES[self.kind]

    @property
    def invitation(self):
        if self.kind == "review" and self.form == "letter":
            click = "run this cell and click an option, or " if clickable() else ""
            return (f"Think of your answer. To give it, {click}add the letters to the cell above, as in "
                    'review("…", answers="ABC"), and run it.')
        if self.kind == "review":
            return "Think of your answer. To give it, run this cell."
        example = how(self.form, self.keyword)
        if self.form == "parts":
            return f"Type {example}, in the cell above, and run it."
        typed = f'a letter in the cell above, as {self.keyword}="A",' if self.form == "letter" else (
            f"{example}, in the cell above")
        first = f"Run this cell, and then {HOW_TO[self.form]}. Or type" if clickable() else "Type"
        return (f"{first} {typed} and run it: three dots stand for its code where it is folded, and a click on them "
                "shows it.")

    @property
    def live_invitation(self):
        if self.kind == "review":
            return f"{LIVE[self.form]} Not graded."
        written = "Your choice is written into the cell above." if self.form == "letter" else (
            "The button writes your answer into the cell above.")
        return f"{LIVE[self.form]} {written}"

    @property
    def after(self):
        if self.kind == "review":
            return "" if self.explained else "Compare with somebody beside you."
        if self.kind == "predict":
            return "Now run the next cell."
        return "" if bank_entry(self.id)[0] is not None else "It is marked when you hand in."

    def known(self):
        """Key and explanations by the letters shown; None where they are not at hand, or ask for another form."""
        item = self.item or bank_entry(self.id)[0]
        if item is None or form_in(item) != self.form:
            return None
        if not self.originals or self.form in BARE:
            return item
        shown = {old: new for new, old in self.originals.items()}
        if self.form == "letter":
            return {"key": shown[str(item["key"])], "options": {shown[old]: item["options"][old] for old in shown}}

        def moved(value):
            return value_of(self.form, "".join(shown[letter] for letter in value_of(self.form, value) or ""))
        return item | {"key": moved(item["key"]), "wrong": [
            wrong | {"value": moved(wrong.get("value"))} for wrong in item["wrong"] if isinstance(wrong, dict)]}

    def verdict(self):
        """What self-study tells once there is an answer; None in a class, for a prediction, or before an answer."""
        return verdicts.verdict(self)

    def verdict_line(self, verdict):
        return verdicts.verdict_line(self, verdict)

    def _chosen(self, letter):
        """Whether an option is part of the answer: in an order all are, and none stands out."""
        return self.answer is not None and self.form in ("letter", "set") and letter in self.answer

    def _rows(self, verdict):
        tags, key = (verdict["tags"], verdict["key"] or "") if verdict else ({}, "")
        if self.form == "parts":
            yield from self._items(tags)
            return
        letters = self.answer if self.form == "order" and self.answer else self.options
        for letter in letters:
            classes = ["course-option"]
            right = self.form in ("letter", "set") and letter in key
            if self._chosen(letter):
                classes.append("course-chosen")
                if verdict and not right and (key or self.form == "letter"):
                    classes.append("course-wrong")
            if right:
                classes.append("course-right")
            tag, part = ("div", Markup(' role="listitem"')) if self.form == "order" else ("label", "")
            yield Markup(
                '<{row}{part} class="{classes}" data-letter="{letter}"><span class="course-letter">{letter}</span>'
                '<div class="course-text" id="course-{slot}-{letter}">{text}</div>'
                '<span class="course-tag">{tag}</span></{row}>'
            ).format(row=Markup(tag), part=part, classes=" ".join(classes), letter=letter, slot=self.slot,
                     text=text_html(self.options[letter]), tag=tags.get(letter, ""))

    def _items(self, tags):
        """What was read of an answer in parts, item by item."""
        for item, given in items_of(self.answer).items() if self.answer else ():
            mark = {"right": " course-right", "not right": " course-wrong"}.get(tags.get(item), "")
            yield Markup(
                '<div role="listitem" class="course-option course-chosen{}"><span class="course-letter">{}</span>'
                '<div class="course-text">{}</div><span class="course-tag">{}</span></div>'
            ).format(mark, item, given, tags.get(item, ""))

    def html(self):
        verdict = self.verdict()
        rows = Markup("").join(self._rows(verdict))
        rows = rows if self.form == "letter" else Markup('<div class="course-{}" role="{}">{}</div>').format(
            f"{self.form}-rows", "list" if self.form in ("order", "parts") else "group", rows)
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
            '</fieldset>{problems}<div class="course-status" role="status">{status}</div>{asleep}'
            '<div class="course-feedback" aria-live="polite">{feedback}</div></div>'
        ).format(
            style=style("question"), kind=self.kind, slot=self.slot, answer=self.answer or "", described=described,
            title=self.title, lead=lead, more=more, rows=rows, problems=problems,
            status=inline_html(self._said("**")) if self.answer else self.invitation,
            asleep=ASLEEP if self.answer and self.form != "parts" else "",
            feedback=verdicts.verdict_html(self, verdict) if verdict else "")

    def _said(self, strong=""):
        """Your answer: C, and you are sure. What comes now."""
        sure = {"sure": ", and you are sure", "unsure": ", and you are not sure"}.get(self.sure, "")
        return f"Your {self._noun}: {strong}{spoken(self.form, self.answer)}{strong}{sure}. {self.after}".rstrip()

    @property
    def _noun(self):
        return "prediction" if self.kind == "predict" else "answer"

    def plain(self):
        lines = [self.title, text_plain(self.stem), ""]
        for letter, text in self.options.items():
            body = text_plain(text, "     ").lstrip()
            lines.append(f"{'>' if self._chosen(letter) else ' '} {letter}  {body}")
        verdict = self.verdict()
        if self.form == "parts" and self.answer:
            tags = verdict["tags"] if verdict else {}
            lines += [f"> {item}  {given}  {tags.get(item, '')}".rstrip()
                      for item, given in items_of(self.answer).items()]
        lines += ["", *(text_plain(problem) for problem in self.problems)]
        lines.append(self._said() if self.answer else self.invitation)
        if verdict:
            lines.append(self.verdict_line(verdict))
            for _, head, why in verdicts.reasons(self, verdict):
                lines += [f"{head}:", text_plain(why, "  ")]
        return "\n".join(lines)

    def bundle(self):
        return {"text/plain": self.plain(), "text/html": str(self.html())}

    def count(self):
        """Count the answer as one more, where it is another than the last."""
        before = answers_before(self.id) if self.kind == "quiz" else []
        given = _tried.setdefault((self.kind, self.id, self.sitting), before)
        if self.answer is not None and given[-1:] != [self.answer]:
            given.append(self.answer)
        self.tries = len(given)

    def note(self, withdrawn=False):
        """Put the answer into the progress file; also that there is none any more."""
        if self.answer is None and (not withdrawn or self.kind == "review"):
            return
        if self.kind == "predict":
            record("prediction", self.id, guess=self.answer, sure=self.sure)
            return
        item, topic = self.known(), bank_entry(self.id)[1]
        if self.kind == "review":
            if self.tries > 1:
                return                              # what was known is what the first answer said
            right = None if item is None else is_right(item, self.answer)
            name, fault, _ = self.id.partition("/")       # a fault of an exercise, or a question
            record("practice" if fault else "review", name, right=right)
            return
        judged = item is not None and self.answer is not None
        facts = {"answer": self.answer, "right": is_right(item, self.answer) if judged else None, "sure": self.sure}
        record("question", self.id, **facts, **({"topic": topic} if topic else {}))


def _card(kind, id, stem, options, value, strange, form="letter", sure=None):
    problems = []
    if not isinstance(id, str) or not id.strip():
        problems.append(f"This card has no name: its first argument should be a text in quotes, not "
                        f"{code_span(repr(id))}.")
    given = {letter: str(text) for letter, text in options.items() if text is not None}
    if form not in FORMS:
        problems.append(f"{code_span(f'form={form!r}')} is none that is known. To get this cell back, copy it from a "
                        "fresh copy of the lesson.")
        form = "letter"
    least = 0 if form in BARE else 4 if kind == "quiz" else 2
    if len(given) < least:
        missing = [letter for letter in LETTERS[:least] if letter not in given]
        problems.append(
            f"Option {' and '.join(missing)} of this card is gone. To get it back, copy the cell from a fresh copy "
            "of the lesson."
        )
    if strange:
        names = ", ".join(code_span(f"{name}=") for name in strange)
        known = "answer" if kind == "quiz" else "guess"
        problems.append(f"{names} is not known here. The {'letter' if form == 'letter' else 'answer'} goes into "
                        f"`{known}=`.")
    if sure is not None and sure_of(sure) is None:
        problems.append(f'{code_span(f"sure={sure!r}"[:60])} is neither `sure="sure"` nor `sure="unsure"`.')
    if not given and form not in BARE:
        return QuestionCard(kind, str(id), str(stem), {}, None, problems)
    read = (read_letter(value, given, KEYWORDS[kind]) if form == "letter"
            else read_other(form, value, given, KEYWORDS[kind]))
    problems += [read[1]] if read[1] else []
    if form == "parts" and read[0] is not None and (said := _number_named(id, read[0])):
        problems.append(said)
    whole = read[0] is None or form != "order" or set(read[0]) == set(given)
    return QuestionCard(kind, str(id), str(stem), given, read[0] if whole else None, problems, form=form,
                        sure=sure_of(sure))


def _number_named(id, answer):
    """What to tell of an answer in parts that names more items, or fewer, than are asked for; "" where nothing."""
    asked, named = questions().get(str(id), {}).get("asked"), len(items_of(answer))
    if asked is None or named == asked:
        return ""
    more = f"each beyond {asked} takes one off" if named > asked else "what is not named cannot count"
    return f"You name {named}, and {asked} are asked for: {more}. The answer is recorded as it is."


def show_card(card):
    shell = in_notebook()
    if shell is None or not (card.options or card.form == "number"):
        show(card.bundle())
        return
    from IPython.display import display

    handle = display(card.bundle(), raw=True, display_id=card.slot)
    try:
        widget = notebook_model()(
            function="" if card.kind == "review" else card.kind, keyword=card.keyword, card_id=card.id,
            cell_id=cell_id(shell), slot=card.slot, answer=card.answer or "", invitation=card.live_invitation,
            after=card.after, form=card.form, sure=card.sure or "",
        )
    except Exception:
        return  # without its widget the card is read and typed into, as anywhere else

    def tell():
        verdict = card.verdict()
        if verdict:
            widget.send({**verdict, "told": None, "html": str(verdicts.verdict_html(card, verdict))})

    def chosen(_):
        answer = value_of(card.form, widget.answer) if widget.answer else None      # None: taken out of the source
        sure = widget.sure if widget.sure in SURE else None
        unknown = card.form == "letter" and answer not in (None, *card.options)
        if (answer, sure) == (card.answer, card.sure) or unknown or (widget.answer and answer is None):
            return
        changed, card.answer, card.sure, card.problems = answer != card.answer, answer, sure, []
        if changed:
            card.count()
            tell()
        card.note(withdrawn=answer is None)
        if card.kind == "predict" and (shown := _said.get(card.id)) is not None:
            shown.update(_said_bundle(card), raw=True)  # chosen while cells ran: the result was there before the letter

    def message(_, content, __):
        if content.get("type") == "settle" and handle is not None:
            handle.update(card.bundle(), raw=True)
        elif content.get("type") == "ask":
            tell()

    widget.observe(chosen, ["answer", "sure"])          # both come in one message, and are there before the first call
    widget.on_msg(message)
    keep((card.kind, card.id), widget)


def quiz(id, stem="", A=None, B=None, C=None, D=None, answer=None, form="letter", sure=None, **strange):
    """Ask a question. Click an option, or type its letter: answer="C".

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
    form : str
        What an answer looks like: "letter", a "number" 2.3, a "set" of all options that hold "AC", an "order" "BDAC",
        "parts" {31: "C", 45: "A"}.
    sure : "sure", "unsure" or None
        How sure you are. It is never graded; `progress()` shows how well you know what you know.
    """
    card = _card("quiz", id, stem, {"A": A, "B": B, "C": C, "D": D}, answer, strange, form, sure)
    card.count()
    show_card(card)
    card.note()


def predict(id, stem="", A=None, B=None, C=None, D=None, guess=None, sure=None, **strange):
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
    sure : "sure", "unsure" or None
        How sure you are.
    """
    card = _card("predict", id, stem, {"A": A, "B": B, "C": C, "D": D}, guess, strange, sure=sure)
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
