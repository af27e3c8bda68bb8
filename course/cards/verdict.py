"""What self-study tells once a question is answered: for a wrong first try why, then a second; then the key and why."""

from markupsafe import Markup

from course.answers import NOT_KNOWN, items_of, split_parts, spoken
from course.cards.keys import is_right, key_of, why_of
from course.cards.text import paragraph, text_html


def verdict(card):
    """What is told of a card's answer; None in a class, for a prediction, or before an answer."""
    item = card.known() if card.kind != "predict" and card.answer is not None else None
    if item is None:
        return None
    answer, key, right = card.answer, key_of(item), is_right(item, card.answer)
    told = [("right" if right else "wrong", answer, why_of(item, answer) or NOT_KNOWN.get(card.form, ""))]
    found = {"type": "feedback", "answer": answer, "key": key, "right": right, "told": told, "tags": {}}
    if card.form == "parts":
        well, badly = split_parts(answer, key)
        found["tags"] = {**dict.fromkeys(well, "right"), **dict.fromkeys(badly, "not right")}
        if not right and card.tries < 2:
            return {**found, "key": None}
    if not right and card.tries < 2:           # only why this one is wrong, and another try
        return {**found, "key": None, "tags": {answer: "your choice"} if card.form == "letter" else {}}
    if not right:
        told.append(("right", key, why_of(item, key)))
    if card.form == "letter":
        found["tags"] = {answer: "your choice", key: "right" if right else "the answer"}
    elif card.form == "set":
        found["tags"] = {letter: "your choice" for letter in answer} | {
            letter: "right" if letter in answer else "the answer" for letter in key}
    return found


def verdict_line(card, found):
    """The verdict in one sentence."""
    answer = spoken(card.form, found["answer"])
    if card.form == "parts" and not found["right"]:
        well = sum(tag == "right" for tag in found["tags"].values())
        said = f"Not yet: {well} of the {len(items_of(found['answer']))} that you name right."
        return f"{said} Try once more; then you see the answer." if found["key"] is None else (
            f"{said} The answer is {found['key']}.")
    if found["right"]:
        return f"Yes, {answer}."
    if found["key"] is None:
        return f"Not {answer}. {'Choose' if card.form == 'letter' else 'Try'} once more; then you see the answer."
    return f"Not {answer}: the answer is {spoken(card.form, found['key'])}."


def reasons(card, found):
    """[(mark, heading, text)]: why the answer is right or wrong, and why the key is right."""
    if card.form == "parts":
        return [(mark, "Why" if mark == "right" else "Item by item", why) for mark, _, why in found["told"] if why]
    return [(mark, f"Why {'' if mark == 'right' else 'not '}{spoken(card.form, answer)}", why)
            for mark, answer, why in found["told"] if why]


def verdict_html(card, found):
    whys = Markup("").join(Markup('<div class="course-why course-why-{}">{}{}</div>').format(
        mark, paragraph(f"**{head}**"), text_html(why)) for mark, head, why in reasons(card, found))
    return paragraph(f"**{verdict_line(card, found)}**") + whys
