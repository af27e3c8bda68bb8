"""The file with the answers is found: under another name, in a folder, in a zip, beside an empty one."""

import io
import os
import zipfile

import classroom
import pytest
from classroom import ROOT, filled, released

from autograder.judging import own, repair
from autograder.lessons import catalogue
from autograder.reading import found
from autograder.reading.files import Closed, Unreadable

LESSON = repair.load_template(ROOT, "loss")
FULL, EMPTY = classroom.to_bytes(filled()), classroom.to_bytes(released())
HALF = classroom.to_bytes(filled(programs={name: None for name in list(LESSON.solutions)[2:]}))
OTHER = classroom.to_bytes(filled("weights"))
LATER = FULL.replace(b"np.mean(", b"np.average(")


def packed(files, method=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def lay(folder, files):
    """Files in a folder, each a second later than the one before."""
    for second, (name, data) in enumerate(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (1_900_000_000 + second,) * 2)
    return folder


FOUND = {       # files, the one that is graded, words of the note
    "as it should be": ({"loss.ipynb": FULL}, "loss.ipynb", ""),
    "a second download beside an untouched one": ({"loss.ipynb": EMPTY, "loss (1).ipynb": FULL}, "loss (1).ipynb",
                                                  "no answers in loss.ipynb: loss (1).ipynb was graded"),
    "two equal files": ({"loss.ipynb": FULL, "loss-Copy1.ipynb": FULL}, "loss.ipynb", ""),
    "two equal files of other names": ({"loss (1).ipynb": FULL, "loss (2).ipynb": FULL}, "loss (2).ipynb",
                                       "was called"),
    "an older copy with less": ({"loss.ipynb": FULL, "loss-Copy1.ipynb": HALF}, "loss.ipynb",
                                "Other answers are in loss-Copy1.ipynb"),
    "less under the right name": ({"loss.ipynb": HALF, "loss_final.ipynb": FULL}, "loss_final.ipynb",
                                  "fewer answers"),
    "two with as many answers": ({"loss (1).ipynb": FULL, "loss (2).ipynb": LATER}, "loss (2).ipynb",
                                 "Other answers are in loss (1).ipynb"),
    "as many under the right name": ({"loss.ipynb": FULL, "loss (2).ipynb": LATER}, "loss.ipynb", "loss (2).ipynb"),
    "one untouched of other names": ({"loss (1).ipynb": FULL, "loss (2).ipynb": EMPTY}, "loss (1).ipynb", "was called"),
    "as JSON": ({"loss.ipynb.json": FULL}, "loss.ipynb.json", "was called"),
    "as text": ({"loss.ipynb.txt": FULL}, "loss.ipynb.txt", "was called"),
    "JSON alone": ({"loss.json": FULL}, "loss.json", "was called"),
    "without an ending": ({"loss": FULL}, "loss", "was called"),
    "capitals": ({"Loss.IPYNB": FULL}, "Loss.IPYNB", "was called"),
    "a download that ended": ({"loss.ipynb.download": FULL}, "loss.ipynb.download", "was called"),
    "in folders": ({"work/loss/loss.ipynb": FULL, "work/weights/weights.ipynb": OTHER, "work/progress.json": b"{}"},
                   "work/loss/loss.ipynb", "was called"),
    "deep beside an untouched one": ({"loss.ipynb": EMPTY, "handin/loss/loss.ipynb": FULL}, "handin/loss/loss.ipynb",
                                     "no answers"),
    "a folder of the file's name": ({"loss.ipynb/loss.ipynb": FULL}, "loss.ipynb/loss.ipynb", "was called"),
    "a zip": ({"loss.zip": packed({"work/loss/loss.ipynb": FULL, "__MACOSX/work/loss/._loss.ipynb": b"\0\5\x16\7"})},
              "loss.zip/work/loss/loss.ipynb", "was called"),
    "a zip under the notebook's name": ({"loss.ipynb": packed({"loss.ipynb": FULL})}, "loss.ipynb/loss.ipynb",
                                        "is a zip file"),
    "a zip beside an untouched one": ({"loss.ipynb": EMPTY, "mine.zip": packed({"loss.ipynb": FULL})},
                                      "mine.zip/loss.ipynb", "no answers"),
    "a zip, not packed": ({"a.zip": packed({"loss (3).ipynb": FULL, "x.png": b"x"}, zipfile.ZIP_STORED)},
                          "a.zip/loss (3).ipynb", "was called"),
    "what a Mac leaves": ({"._loss.ipynb": b"\0\5\x16\7", "loss-1.ipynb": FULL, ".DS_Store": b"x"}, "loss-1.ipynb",
                          "was"),
    "checkpoints": ({"loss.ipynb": EMPTY, ".ipynb_checkpoints/loss-checkpoint.ipynb": FULL}, "loss.ipynb", ""),
    "damaged beside whole": ({"loss.ipynb": FULL[:900], "loss (1).ipynb": FULL}, "loss (1).ipynb", "no answers"),
    "another lesson beside it": ({"loss.ipynb": FULL, "weights.ipynb": OTHER}, "loss.ipynb", ""),
    "what nbgrader puts there": ({"loss.ipynb": FULL, "timestamp.txt": b"2030-01-01", "submission_secret.txt": b"x"},
                                 "loss.ipynb", ""),
}
TOLD = {
    "a page alone": ({"loss.html": b"<html>"}, "only loss.html"),
    "a PDF alone": ({"loss.pdf": b"%PDF-1.4"}, "only loss.pdf"),
    "both": ({"loss.html": b"<html>", "loss.pdf": b"%PDF-1.4"}, "only loss.html, loss.pdf"),
    "many": ({f"{n}.png": b"x" for n in range(5)}, "0.png, 1.png, 2.png and 2 more"),
    "a zip of nothing": ({"loss.zip": packed({"x.txt": b"x"})}, "no notebook of the lesson in loss.zip"),
    "a damaged zip": ({"loss.zip": packed({"loss.ipynb": FULL})[:200]}, "no notebook of the lesson in loss.zip"),
    "nothing": ({}, "No notebook was handed in."),
    "what a Mac leaves alone": ({"._loss.ipynb": b"\0"}, "No notebook was handed in."),
    "a name that turns the line round": ({"x\u202efdp": b"x"}, "x\\u202efdp"),
}


@pytest.mark.parametrize("kind", FOUND)
def test_the_file_with_the_answers_is_found(kind, tmp_path):
    files, name, words = FOUND[kind]
    chosen = found.find(lay(tmp_path, files), LESSON)
    assert "/".join(filter(None, [chosen.path.relative_to(tmp_path).as_posix(), chosen.member])) == name
    assert words in chosen.note and bool(words) == bool(chosen.note)
    assert chosen.data == found.load(chosen.path, chosen.member, tmp_path)
    held = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert held == files                                        # nothing was written


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_there_instead_is_named(kind, tmp_path):
    files, words = TOLD[kind]
    with pytest.raises(Unreadable) as told:
        found.find(lay(tmp_path, files), LESSON)
    assert words in str(told.value)


def test_one_file_alone_says_itself_what_is_wrong_with_it(tmp_path):
    assert found.find(lay(tmp_path / "a", {"loss (1).ipynb": FULL[:900]}), LESSON).data == FULL[:900]
    assert found.find(lay(tmp_path / "b", {"weights.ipynb": OTHER}), LESSON).data == OTHER


def test_no_link_is_followed(tmp_path):
    lay(tmp_path / "elsewhere", {"loss.ipynb": FULL})
    mine = lay(tmp_path / "mine", {"loss.ipynb": EMPTY})
    (mine / "loss (1).ipynb").symlink_to(tmp_path / "elsewhere" / "loss.ipynb")
    (mine / "more").symlink_to(tmp_path / "elsewhere")
    assert found.find(mine, LESSON).data == EMPTY


def test_one_that_may_not_be_read_is_no_empty_one(tmp_path, monkeypatch):
    def closed(path, folders=0):
        raise Closed("It cannot be opened.")

    monkeypatch.setattr(found, "read_bytes", closed)
    for name in ("loss.ipynb", "loss (1).ipynb"):
        with pytest.raises(Closed):
            found.find(lay(tmp_path / name, {name: FULL}), LESSON)


def test_a_zip_that_unpacks_to_gigabytes_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(found, "LARGEST", 2_000_000)
    with pytest.raises(Unreadable, match="no notebook of the lesson in bomb.zip"):
        found.find(lay(tmp_path, {"bomb.zip": packed({"loss.ipynb": b"0" * 3_000_000})}), LESSON)


@pytest.mark.parametrize("kind", ["a zip", "as text", "a second download beside an untouched one", "in folders"])
def test_one_s_own_notebook_is_found_too(kind, tmp_path):
    """By `grade --notebook`, which is given the file, or the folder."""
    files, name, words = FOUND[kind]
    lay(tmp_path, files)
    for path in [tmp_path / next(iter(files)), *([] if any("weights" in name for name in files) else [tmp_path])]:
        topic, chosen = own.what_is_there(catalogue.ROOT, path)
        assert topic == "loss" and found.written(chosen.data, LESSON) == len(LESSON.points), path


def test_beside_an_untouched_notebook_nothing_is_read_but_the_lesson_s_own(tmp_path, monkeypatch):
    """It may lie in a home folder, with years of other work in it and below it."""
    lay(tmp_path, {"loss.ipynb": EMPTY, "deep/loss.ipynb": FULL, "all.zip": packed({"loss.ipynb": FULL}),
                   "notes.txt": FULL, "other.ipynb": FULL, "loss.csv": b"1,2"})
    opened, read_bytes = [], found.read_bytes

    def reading(path, *rest, **keywords):
        opened.append(path.name)
        return read_bytes(path, *rest, **keywords)

    def walking(folder):
        raise AssertionError(f"what is below {folder} was looked at")

    monkeypatch.setattr(found, "read_bytes", reading)
    monkeypatch.setattr(found, "_walk", walking)
    topic, chosen = own.what_is_there(catalogue.ROOT, tmp_path / "loss.ipynb")
    assert (topic, chosen.path.name, chosen.data, chosen.note) == ("loss", "loss.ipynb", EMPTY, "")
    assert set(opened) == {"loss.ipynb"}
    (tmp_path / "Copy of loss.ipynb").write_bytes(FULL)
    topic, chosen = own.what_is_there(catalogue.ROOT, tmp_path / "loss.ipynb")
    assert chosen.path.name == "Copy of loss.ipynb" and "no answers in loss.ipynb" in chosen.note


def test_folders_are_counted_as_names_are(tmp_path, monkeypatch):
    """A tree of folders without a file has an end too."""
    monkeypatch.setattr(found, "MOST_NAMES", 5)
    for number in range(6):
        (tmp_path / "a" / str(number) / "b").mkdir(parents=True)
    walked, walk = [], found._walk

    def walking(folder):
        for place in walk(folder):
            walked.append(place)
            yield place

    monkeypatch.setattr(found, "_walk", walking)
    assert found._names(tmp_path) == [] and len(walked) == 2
