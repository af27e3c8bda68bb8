"""A course of somebody's own, without a fork: built, verified, learnt and graded under a root outside the checkout."""

import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from classroom import ROOT, cell, set_answer
from fixture_course import tiny_course

from autograder.__main__ import main
from autograder.author.build import topics_with_own_questions
from autograder.grading import gradebook, records
from autograder.judging.repair import load_template
from autograder.lessons import catalogue
from autograder.lessons.bank import as_yaml, load_bank
from course.actions import learn

FORMS = """
- id: mean-of-three
  kind: predict
  form: number
  stem: "The mean of 1, 2 and 7?"
  key: 3.3333
  tolerance: 0.01
  why: "Ten thirds."
  wrong: [{value: 2, why: "That is the median.", misconception: median-is-mean}]
- id: which-grow
  kind: choose
  form: set
  stem: "Every entry is doubled. What doubles too?"
  options: {A: "The mean.", B: "The number of entries.", C: "The spread.", D: "The shape."}
  key: AC
  why: "Mean and spread are made of entries."
  wrong: [{value: [A], why: "The spread is a difference of two entries.", misconception: spread-stays}]
- id: from-small-to-large
  kind: choose
  form: order
  stem: "From the smallest to the largest, for 1, 5 and 6?"
  options: {A: "largest entry", B: "number of entries", C: "spread", D: "smallest entry"}
  key: DBCA
  why: "1, 3, 5, 6."
  wrong: [{value: DBAC, why: "The spread is 5, the largest entry 6.", misconception: spread-is-largest}]
- id: broken-lines
  kind: bug
  form: parts
  stem: "Which line is wrong, and how?"
  key: {2: A, 4: C}
  why: "Lines two and four."
  wrong: [{value: {4: B}, why: "Line four does more than that.", misconception: only-a-sign}]
"""


OTHERS = ("mean-of-three", "which-grow", "from-small-to-large", "broken-lines")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The fixture course with a question of each other form."""
    root = tiny_course(tmp_path_factory.mktemp("own") / "course")
    with (root / "lessons" / "tiny" / "quiz.yaml").open("a", encoding="utf-8") as bank:
        bank.write(FORMS)
    with (root / "source" / "tiny.md").open("a", encoding="utf-8") as text:
        text.writelines(f"\n```question {name}\n```\n" for name in OTHERS)
    assert main(["build", "--root", str(root)]) == 0
    return root


def test_it_is_built_as_a_lesson_of_the_course_is(tiny, capsys):
    released = json.loads((tiny / "release" / "tiny" / "tiny.ipynb").read_text("utf-8"))
    assert cell(released, "spread")["source"] == 'check("spread")'
    assert "NotImplementedError" in "".join(cell(released, "spread-solution")["source"])
    assert json.loads((tiny / "data" / "exercises" / "index.json").read_text()) == {"spread": "tiny", "centred": "tiny"}
    for name, form in zip(OTHERS, ("number", "set", "order", "parts"), strict=True):
        source = "".join(cell(released, name)["source"])
        assert f'form="{form}"' in source and source.count("answer=None") == 1
    everything = (tiny / "release" / "tiny" / "tiny.ipynb").read_text("utf-8") + (
        tiny / "data" / "questions.json").read_text("utf-8")
    assert not any(secret in everything for secret in ("3.333", "Ten thirds", "DBCA", "Lines two",
                                                       "That is the median"))
    assert main(["build", "--check", "--root", str(tiny)]) == 0
    assert "7 of 7 files are as a fresh build makes them" in capsys.readouterr().out


def test_verify_proves_it(tiny, capsys):
    assert main(["verify", "--quick", "--root", str(tiny)]) == 0
    assert capsys.readouterr().out.startswith("tiny: ok")


def test_nothing_of_it_comes_into_the_checkout(tiny):
    assert "tiny" not in catalogue.topics() and catalogue.topics(tiny) == ["tiny"]
    assert not (ROOT / "source" / "tiny").exists() and catalogue.home("tiny") == tiny


def test_its_notebook_runs_and_checks_with_its_own_cases(tiny):
    """As `python -m course learn` in its folder sets it up: the check finds its cases, the question its key."""
    env = learn.environment(tiny)
    assert env["COURSE_DATA"] == str(tiny / "data") and env["COURSE_KEYS"] == str(tiny / "dist" / "keys")
    code = ("import numpy as np\nfrom course import check, quiz\n"
            "def spread(x):\n    return np.max(x)\n"
            "quiz('what-shifts', 'stem', A='a', B='b', C='c', D='d', answer='A')\n"
            "try:\n    check('spread')\nexcept AssertionError:\n    pass\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=tiny, env=env, capture_output=True, text=True)
    assert "This is the largest entry alone" in done.stdout, done.stdout + done.stderr
    assert "Not A. Choose once more" in done.stdout


def test_it_is_graded_with_the_wall_and_nbgrader_works_in_its_folder(tiny, capsys):
    notebook = json.loads((tiny / "release" / "tiny" / "tiny.ipynb").read_text("utf-8"))
    cell(notebook, "spread-solution")["source"] = "def spread(x):\n    return float(x.max() - x.min())"
    cell(notebook, "centred-solution")["source"] = "import numpy as np\ndef centred(x):\n    return x - np.median(x)"
    set_answer(notebook, "what-shifts", '"B"')
    answers = {"ada": ('"3,33"', '["A"]', '"D, B, A, C"', '{4: "B", 2: "a"}'),
               "bob": ("2", '"C and A", sure="sure"', '"ABDC"', '{2: "A", 4: "C"}')}
    for student, literals in answers.items():
        for name, literal in zip(OTHERS, literals, strict=True):
            if student == "ada":
                set_answer(notebook, name, literal)
            else:
                before = answers["ada"][list(answers[student]).index(literal)]
                cell(notebook, name)["source"] = cell(notebook, name)["source"].replace(before, literal)
        place = tiny / "submitted" / student / "tiny"
        place.mkdir(parents=True)
        (place / "tiny.ipynb").write_text(json.dumps(notebook), "utf-8")
    assert main(["grade", "--root", str(tiny)]) == 0
    said = capsys.readouterr().out
    assert "4.5 of 9" in said and "centred: median" in said
    record = records.read(tiny, "tiny", "ada")
    assert {name: part["points"] for name, part in record["parts"].items()} == {
        "spread": 2.0, "centred": 0.0, "what-shifts": 1.0, "mean-of-three": 1.0, "which-grow": 0.0,
        "from-small-to-large": 0.0, "broken-lines": 0.5}
    assert [(part["answer"], part["misconception"]) for part in record["parts"].values()][3:] == [
        ("3.33", None), ("A", "spread-stays"), ("DBAC", "spread-is-largest"), ("2: A, 4: B", "only-a-sign")]
    bob = records.read(tiny, "tiny", "bob")["parts"]
    assert [(part["answer"], part["misconception"], part["points"]) for part in bob.values()][3:] == [
        ("2", "median-is-mean", 0.0), ("AC", None, 1.0), ("ABDC", None, 0.0),
        ("2: A, 4: C", None, 1.0)]
    assert not any(part["notes"] for part in bob.values())       # `sure` is no edit of the question
    assert (tiny / "nbgrader_config.py").exists() and (tiny / "private" / "seed").exists()
    done = subprocess.run([sys.executable, "-m", "nbgrader", "generate_feedback", "tiny"], cwd=tiny,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tiny / "feedback" / "ada" / "tiny" / "tiny.html").read_text("utf-8")
    assert "takes the median away" in page and "D, B, A, C is not right" in page and "The spread is 5" in page
    assert "Ten thirds." in page and "made of entries" not in page and "DBCA" not in page and "D, B, C, A" not in page
    assert "2: A, 4: B is partly right: 0.5 of 1" in page and "1 of 2 right: 2. Not right: 4." in page
    assert main(["report", "tiny", "--root", str(tiny)]) == 0
    told = json.loads((tiny / "reports" / "tiny.json").read_text("utf-8"))
    lines = {line["id"]: line["answers"] for line in told["questions"]}
    assert lines["mean-of-three"] == {"3.3333": 1, "2": 1} and lines["from-small-to-large"] == {"DBAC": 1, "other": 1}
    assert lines["broken-lines"] == {"4: B": 1, "2: A, 4: C": 1}
    assert "median is mean" in (tiny / "reports" / "tiny.html").read_text("utf-8")
    capsys.readouterr()
    assert main(["why", "ada", "which-grow", "--root", str(tiny)]) == 0
    said = capsys.readouterr().out
    assert "The spread is a difference of two entries." in said and "Key AC: A and C" in said


def test_a_lesson_under_a_name_that_is_taken_is_refused(tmp_path, capsys):
    root = tiny_course(tmp_path / "course")
    (root / "lessons" / "tiny").rename(root / "lessons" / "loss")
    assert main(["build", "--root", str(root)]) == 1
    assert "there is a lesson 'loss' already" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["build", "--root", str(tmp_path / "empty")]) == 1
    assert "holds no lesson of its own" in capsys.readouterr().err


# --- a second class ------------------------------------------------------------------------------------------

def test_a_second_class_has_a_folder_of_its_own(tmp_path, capsys):
    """Lessons come from the checkout; marks, seed, gradebook and settings are this class's."""
    from classroom import filled, hand_in

    hand_in(tmp_path, "ada", filled())
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///private/marks.db'\n"
        "c.IncludeHeaderFooter.header = 'source/header.ipynb'\n")      # as nbgrader's quickstart sets it
    assert main(["grade", "loss", "--root", str(tmp_path)]) == 0
    most = sum(load_template(ROOT, "loss").points.values())
    assert f"{most:g} of {most:g}" in capsys.readouterr().out
    assert (tmp_path / "private" / "marks.db").exists() and not (tmp_path / "gradebook.db").exists()
    assert records.read(tmp_path, "loss", "ada")["points"] == most
    assert gradebook.default_url(tmp_path) == f"sqlite:///{tmp_path / 'private' / 'marks.db'}"
    assert not (ROOT / "records" / "loss" / "ada.json").exists()
    done = subprocess.run([sys.executable, "-m", "nbgrader", "export", "--to", "marks.csv"], cwd=tmp_path,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "ada" in (tmp_path / "marks.csv").read_text("utf-8")


# --- own questions and an own exercise in a class of the course ------------------------------------------------

NEW = """
- id: huber-far-out
  kind: choose
  after: mse_grad
  stem: "How does a Huber loss grow far from the target?"
  key: B
  options:
    A: {text: "like a square", why: "Near the target it does.", misconception: square-everywhere}
    B: {text: "like a straight line", why: "Beyond delta it goes on with one slope."}
    C: {text: "not at all", why: "Then nothing would pull back.", misconception: flat-far-out}
    D: {text: "like a logarithm", why: "A logarithm is slower than a line.", misconception: logarithm-far-out}
"""


def own_questions(root):
    """Private questions of lesson 1, and nothing else: the first of the bank with another stem and a new one."""
    first = next(iter(load_bank("loss").values()))
    changed = as_yaml({first.id: replace(first, stem="Asked otherwise: " + first.stem)})
    path = root / "private" / "quizzes" / "loss.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(changed + NEW, "utf-8")
    return first, path


def test_a_class_has_questions_and_an_exercise_of_its_own(tmp_path, capsys):
    """Built into its own folder, bundled, given out, graded; the checkout stays as it is."""
    from classroom import filled, hand_in

    tracked = [path for folder in ("source", "release", "course/data") for path in sorted((ROOT / folder).rglob("*"))
               if path.is_file()]
    before = [path.read_bytes() for path in tracked]
    root = tiny_course(tmp_path / "class")
    first, _ = own_questions(root)
    place = ["--root", str(root)]
    assert main(["bundle", "loss", *place]) == 1 and "Run first: python -m autograder build loss --root" in (
        capsys.readouterr().err)
    assert main(["build", *place]) == 0 and main(["build", "--check", *place]) == 0
    assert "1 questions of your own in the place of the course's, 1 new" in capsys.readouterr().out
    assert [path.read_bytes() for path in tracked] == before

    released = json.loads((root / "release" / "loss" / "loss.ipynb").read_text("utf-8"))
    order = [each["id"] for each in released["cells"]]
    assert order.index("huber-far-out") == order.index("mse_grad") + 1
    assert "Asked otherwise" in "".join(cell(released, first.id)["source"])
    assert main(["bundle", *place]) == 0 and main(["bundle", "--open", "loss", *place]) == 0
    with zipfile.ZipFile(root / "dist" / "how-networks-learn.zip") as packed:
        inside = {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}
    assert json.loads(inside["release/loss/loss.ipynb"]) == released and "release/tiny/tiny.ipynb" in inside
    assert "huber-far-out" in json.loads(inside["course/data/questions.json"]) and "data/exercises/tiny.json" in inside
    assert not any(b"Beyond delta it goes on" in data for data in inside.values())
    with zipfile.ZipFile(root / "dist" / "open-loss.zip") as packed:
        assert b"Beyond delta it goes on" in packed.read("how-networks-learn/dist/keys/loss/quiz.yaml")

    done = filled()                                        # the public notebook's answers in the class's own
    for name in (*catalogue.exercises("loss"), *load_bank("loss")):
        part = f"{name}-solution" if name in catalogue.exercises("loss") else name
        given = cell(done, part)["source"]
        if part == first.id:
            set_answer(released, part, f'"{first.key}"')
        else:
            cell(released, part)["source"] = given
    set_answer(released, "huber-far-out", '"B"')
    hand_in(root, "ada", released)
    tiny = json.loads((root / "release" / "tiny" / "tiny.ipynb").read_text("utf-8"))
    cell(tiny, "spread-solution")["source"] = "def spread(x):\n    return float(x.max() - x.min())"
    hand_in(root, "ada", tiny, "tiny")
    assert main(["grade", *place]) == 0
    record = records.read(root, "loss", "ada")
    assert record["points"] == record["max_points"] == sum(load_template(ROOT, "loss").points.values()) + 1
    assert record["parts"]["huber-far-out"]["points"] == 1
    assert records.read(root, "tiny", "ada")["parts"]["spread"]["points"] == 2
    capsys.readouterr()
    assert main(["why", "ada", "huber-far-out", *place]) == 0
    assert "Answer B: like a straight line" in capsys.readouterr().out
    # without the id after it was handed in, nobody's answer could be matched
    (root / "private" / "quizzes" / "loss.yaml").write_text(NEW.replace("huber-far-out", "huber-again"), "utf-8")
    assert main(["build", "loss", *place]) == 1 and "submissions exist" in capsys.readouterr().err


@pytest.mark.parametrize(("old", "new", "told"), [
    ("after: mse_grad", "after: mse_gard", "after names 'mse_gard', which is no exercise or question"),
    ("huber-far-out", "mse", "the id 'mse' is taken: the lesson loss has it"),
    ("huber-far-out", "collapse", "the id 'collapse' is taken: the lesson weights has it"),
    ("key: B", "key: E", "the key is one of A, B, C and D")])
def test_a_slip_in_a_private_question_is_one_sentence(tmp_path, capsys, old, new, told):
    _, path = own_questions(tmp_path)
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert main(["build", "loss", "--root", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert told in said and "private/quizzes/loss.yaml:" in said and not (tmp_path / "release").exists()


def test_a_private_bank_in_another_encoding_or_of_no_lesson_is_told(tmp_path, capsys):
    _, path = own_questions(tmp_path)
    text, build = path.read_text("utf-8"), ["build", "loss", "--root", str(tmp_path)]
    for encoding, told in (("utf-16", ":1: not text in UTF-8"), ("latin-1", ":1: not text in UTF-8")):
        path.write_bytes(f"# é\n{text}".encode(encoding, "replace"))
        assert main(build) == 1 and f"private/quizzes/loss.yaml{told}" in capsys.readouterr().err
    path.write_text(text, "utf-8-sig")                     # as Windows' Notepad writes it
    assert main(build) == 0
    path.rename(path.with_name("los.yaml"))
    for command in (build, ["bundle", "--root", str(tmp_path)]):
        assert main(command) == 1
        assert "no such lesson; did you mean 'loss'?" in capsys.readouterr().err


def test_what_a_mac_or_an_editor_puts_beside_a_private_bank_is_passed_over(tmp_path):
    _, path = own_questions(tmp_path)
    path.with_name("._loss.yaml").write_bytes(b"\0\5\x16\7")
    path.with_name(".#loss.yaml").write_text("")
    assert topics_with_own_questions(tmp_path) == ["loss"]


def test_in_the_checkout_a_class_s_own_notebooks_are_where_git_ignores_them():
    assert catalogue.class_place(ROOT) == ROOT / "private" and catalogue.class_place(ROOT / "x") == ROOT / "x"
    assert "/private/" in (ROOT / ".gitignore").read_text("utf-8").split("\n")
