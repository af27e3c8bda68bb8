"""The figures that the course recorded of its experiments: shown where an experiment cannot run yet.

    data/figures/TOPIC.json        {"made_from": hash, "figures": {cell: {"source": hash, "words": text}}}
    data/figures/TOPIC/CELL.png    the figure

`build` makes them from a run with the references.
"""

import base64
import functools
import hashlib

from markupsafe import Markup

from course.contents import TOPICS, folders, read_data

SUMMARY = "The figure that the course recorded"


def mark(source):
    """A short hash of a cell's source, whatever the white space at its ends."""
    return hashlib.sha256(source.strip().encode("utf-8", "replace")).hexdigest()[:16]


@functools.cache
def _index():
    """{hash of a cell's source: (topic, cell's id, entry)} of all recorded figures."""
    topics = [*TOPICS, *(path.stem for folder in folders()[1:] for path in sorted(folder.glob("figures/*.json")))]
    return {entry["source"]: (topic, id, entry) for topic in topics
            for id, entry in (read_data(f"figures/{topic}.json").get("figures") or {}).items()}


def recorded(source):
    """(PNG, words) of the figure recorded of a cell with this source; None where there is none."""
    topic, id, entry = _index().get(mark(source), (None, None, None))
    for folder in folders() if topic else ():
        try:
            return (folder / "figures" / topic / f"{id}.png").read_bytes(), entry.get("words", "")
        except OSError:
            continue
    return None


def figure_html(source, opened=False):
    """The recorded figure in a fold, which a guess comes before; "" where there is none."""
    found = recorded(source)
    if found is None:
        return Markup("")
    png, words = found
    return Markup('<details{}><summary>{}</summary><img src="data:image/png;base64,{}" alt="{}"></details>').format(
        Markup(" open" if opened else ""), SUMMARY, base64.b64encode(png).decode("ascii"),
        words or "The figure of this experiment, drawn with the course's own functions.")
