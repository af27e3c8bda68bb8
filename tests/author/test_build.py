"""The builder: committed notebooks equal a fresh build, and everything that is wrong in a lesson stops it."""

import ast
import dataclasses
import json
import linecache
import re

import nbformat
import pytest
from fixture_course import tiny_course

from autograder.__main__ import main
from autograder.author import build, cells, release
from autograder.author.cells import literal, source_notebook
from autograder.author.markdown import BuildError
from autograder.lessons import bank, catalogue, private, specify


@pytest.fixture(scope="module")
def fresh():
    """A build of all lessons, made once."""
    return build.render(catalogue.topics())


def test_committed_files_equal_a_fresh_build(fresh):
    assert build.differences(fresh) == []


def test_a_rebuild_gives_the_same_bytes(fresh):
    topic = catalogue.topics()[0]
    assert release.notebook_text(source_notebook(topic)) == fresh[f"source/{topic}/{topic}.ipynb"]


def test_a_changed_file_is_named(fresh, tmp_path, monkeypatch, capsys):
    name = "release/loss/loss.ipynb"
    for path, text in fresh.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text if path != name else text + " ", encoding="utf-8", newline="\n")
    monkeypatch.setattr(build, "render", lambda topics, quick=False: fresh)
    monkeypatch.setattr(build, "PROVEN", tmp_path / "proven.json")
    monkeypatch.setattr(catalogue, "chosen", lambda topics, root: topics)
    assert build.build(["loss"], tmp_path, check=True) == 1
    assert f"differs from a fresh build: {name}" in capsys.readouterr().out
    assert build.build(["loss"], tmp_path) == 0 and build.build(["loss"], tmp_path, check=True) == 0


def test_last_bits_of_numbers_do_not_matter_and_others_do():
    a = '{"x": [0.1, {"$array": {"dtype": "float64", "shape": [1], "data": [2.0]}}]}'
    assert build._same_data(a, a.replace("0.1", "0.10000000000000002"))
    assert not build._same_data(a, a.replace("0.1", "0.1001"))
    assert not build._same_data(a, a.replace("2.0", "2.1"))
    assert not build._same_data(a, a.replace("x", "y"))


def test_notebooks_are_clean(topic):
    for edition in ("source", "release"):
        path = catalogue.notebook_path(topic, edition)
        raw = path.read_bytes()
        nb = nbformat.reads(raw.decode(), 4)
        nbformat.validate(nb)
        assert b"\r" not in raw and raw.endswith(b"}\n")
        assert nb.metadata.kernelspec == cells.KERNEL
        ids = [cell.id for cell in nb.cells]
        assert len(set(ids)) == len(ids)
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in nb.cells)


def test_one_cell_a_question_and_two_an_exercise(graded_topic):
    nb = nbformat.read(catalogue.notebook_path(graded_topic, "release"), 4)
    cells = {c.metadata.nbgrader.grade_id: c for c in nb.cells if "nbgrader" in c.metadata}
    names, questions = set(catalogue.exercises(graded_topic)), set(bank.load_bank(graded_topic))
    solutions = {name: [f"{name}-{variant}" for variant in catalogue.exercises(graded_topic)[name].variants]
                 or [f"{name}-solution"] for name in names}
    assert set(cells) == names.union(questions, *solutions.values())
    for name in names:
        assert cells[name].source == f'check("{name}")'
        assert all("NotImplementedError" in cells[own].source for own in solutions[name])
        points = catalogue.exercises(graded_topic)[name].points
        assert cells[name].metadata.nbgrader.points == points
    for name in questions:
        assert "answer=None" in cells[name].source


def test_no_cell_puts_a_value_in_the_place_of_an_exercise(topic):
    """`linear = nn.Linear(…)` in a demonstration would stand where `forward` looks for the learner's `linear`."""
    names = set(catalogue.library(topic))      # what a learner has by then
    nb = nbformat.read(catalogue.notebook_path(topic, "source"), 4)
    for cell in nb.cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            inside = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for n in ast.walk(f)}
            stored = {n.id for n in ast.walk(tree) if id(n) not in inside and isinstance(n, ast.Name)
                      and isinstance(n.ctx, ast.Store)}
            assert not stored & names, cell.id


def test_every_hint_ladder_is_folded(graded_topic):
    nb = nbformat.read(catalogue.notebook_path(graded_topic, "release"), 4)
    text = "\n".join(c.source for c in nb.cells if c.cell_type == "markdown")
    hinted = len(catalogue.exercises(graded_topic)) - text.count("without hints")
    assert hinted and text.count("<details>") >= 3 * hinted


# --- what stops a build -------------------------------------------------------------------------------------

def lesson_text():
    return (catalogue.ROOT / "source" / "loss.md").read_text(encoding="utf-8")


def broken(tmp_path, change):
    path = tmp_path / "loss.md"
    path.write_text(change(lesson_text()), encoding="utf-8")
    with pytest.raises((BuildError, bank.BankError)) as caught:
        source_notebook("loss", path)
    return str(caught.value)


def line_of(text, needle):
    return text[:text.index(needle)].count("\n") + 1


def fence(text, kind, name):
    """The whole fenced block of an exercise or question."""
    start = re.search(rf"^(`{{3,}}){kind} {re.escape(name)}\n", text, re.M)
    end = text.index(f"\n{start[1]}\n", start.end() - 1) + len(start[1]) + 2
    return text[start.start():end]


def test_an_exercise_used_twice(tmp_path):
    text = lesson_text()
    block = fence(text, "exercise", "mse")
    message = broken(tmp_path, lambda t: t + "\n" + block)
    # The cells' ids clash as well; whichever is said, the line of the second one is named.
    assert message.startswith(f"loss.md:{text.count(chr(10)) + 2}:") and "mse" in message


def test_an_exercise_not_used(tmp_path):
    message = broken(tmp_path, lambda t: t.replace(fence(t, "exercise", "mse"), ""))
    assert "loss/exercises.py:" in message and "'mse' is not used" in message


def test_a_question_not_used(tmp_path):
    name = next(iter(bank.load_bank("loss")))
    message = broken(tmp_path, lambda t: t.replace(fence(t, "question", name), ""))
    assert "loss/quiz.yaml:" in message and f"{name!r} is not used" in message


def test_an_unknown_exercise_and_an_unknown_question(tmp_path):
    text = lesson_text()
    for kind, name in (("exercise", "nse"), ("question", "nothing")):
        message = broken(tmp_path, lambda t, kind=kind, name=name: t + f"\n```{kind} {name}\n```\n")
        assert message.startswith(f"loss.md:{text.count(chr(10)) + 2}:") and name in message


def test_a_hint_ladder_without_a_rung(tmp_path):
    text = lesson_text()
    message = broken(tmp_path, lambda t: t.replace(":: tool", "", 1))
    first = re.search(r"^`{3,}exercise", text, re.M).start()
    assert message.startswith(f"loss.md:{text[:first].count(chr(10)) + 1}:") and "idea, tool, near-code" in message


def test_a_missing_solution_marker(monkeypatch, tmp_path):
    monkeypatch.setattr(catalogue, "reference_source", lambda topic, name: "def mse(): pass")
    assert "BEGIN SOLUTION" in broken(tmp_path, lambda t: t)


def test_a_rationale_in_the_lesson(tmp_path):
    why = next(iter(bank.load_bank("loss").values())).options["A"].why
    assert "rationale" in broken(tmp_path, lambda t: t + "\n" + why + "\n")


def test_a_solution_line_in_the_text(tmp_path):
    line = release.solution_lines("loss", "mse_grad")[0]
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"Try\n\n`{line}`")])
    with pytest.raises(BuildError, match="solution reaches the learner"):
        release.no_solution("loss", nb)


def test_a_code_cell_without_an_id_and_one_with_an_unknown_word(tmp_path):
    assert "needs an id" in broken(tmp_path, lambda t: t + "\n```python\n1\n```\n")
    assert "unknown words" in broken(tmp_path, lambda t: t + "\n```python x-1 demos\n1\n```\n")


def test_a_lesson_without_front_matter(tmp_path):
    assert broken(tmp_path, lambda t: t.lstrip("-")).startswith("loss.md:1:")


BANK = """- id: one
  kind: recall
  stem: Which?
  options:
    A: {text: first, why: because, misconception: tag}
    B: {text: second, why: so}
    C: {text: third, why: thus, misconception: tag}
    D: {text: fourth, why: hence, misconception: tag}
  key: B
"""


@pytest.mark.parametrize("old, new, words", [
    ("why: because, ", "", "option A has no rationale"),
    ("key: B", "key: E", "the key is one of"),
    ("kind: recall", "kind: odd", "kind is one of"),
    ("  key: B\n", "", "without key"),
    ("    D: {text: fourth, why: hence, misconception: tag}\n", "", "the options are A, B, C and D"),
    (", misconception: tag}\n    B", "}\n    B", "names no misconception"),
    ("text: third", "text: first", "two options say the same"),
    ("stem: Which?", "stem: [", "bank.yaml"),
])
def test_a_question_that_is_not_whole(tmp_path, old, new, words):
    path = tmp_path / "bank.yaml"
    path.write_text(BANK.replace(old, new))
    with pytest.raises(bank.BankError, match=re.escape(words)) as caught:
        bank.read_bank(path, "t")
    assert "bank.yaml" in str(caught.value)


def test_a_question_id_used_twice(tmp_path):
    path = tmp_path / "bank.yaml"
    path.write_text(BANK + BANK)
    with pytest.raises(bank.BankError, match="bank.yaml:10: .*second time"):
        bank.read_bank(path, "t")


def test_a_build_that_would_orphan_submissions_refuses(fresh, tmp_path):
    name = "source/loss/loss.ipynb"
    (tmp_path / "source/loss").mkdir(parents=True)
    (tmp_path / name).write_text(fresh[name], encoding="utf-8")
    (tmp_path / "submitted/ada/loss").mkdir(parents=True)
    (tmp_path / "submitted/ada/loss/loss.ipynb").write_text(fresh[name], encoding="utf-8")
    build.protect_submissions(fresh, tmp_path)
    nb = json.loads(fresh[name])
    cell = next(c for c in nb["cells"] if "nbgrader" in c["metadata"])
    cell["metadata"]["nbgrader"]["grade_id"] = "renamed"
    with pytest.raises(BuildError, match="submissions exist"):
        build.protect_submissions(fresh | {name: json.dumps(nb)}, tmp_path)


@pytest.mark.parametrize("text", ["plain", 'a "quoted" word', r"$\frac{1}{2}$", "two\nlines\n", "x" * 300,
                                  r'\frac "q"', "ends in \\", "word " * 60, "", "é → ∂"])
def test_a_literal_means_its_text(text):
    assert eval(f"({literal(text)})") == text


def test_exercises_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        next(iter(catalogue.exercises("loss").values())).points = 100


# --- build --check --quick ----------------------------------------------------------------------------------

@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """The fixture course, built, as a root of its own: (root, quick check), with nothing proven yet."""
    monkeypatch.setattr(build, "PROVEN", tmp_path / "proven.json")
    monkeypatch.setattr(catalogue, "_entered", {})
    caches = [specify._specification, private._drawn_from]
    monkeypatch.setattr(build, "release_notebooks",
                        lambda sources: {topic: release.release_cells(topic, nb) for topic, nb in sources.items()})
    root = tiny_course(tmp_path / "tiny")

    def fresh_process(command, *arguments):
        catalogue.forget()
        for cache in caches:
            cache.cache_clear()
        linecache.checkcache()
        said = []
        status = command(["tiny"], root, *arguments, show=said.append)
        return status, "\n".join(said)
    catalogue.enter(root)
    assert fresh_process(build.build)[0] == 0
    yield root, lambda: fresh_process(build.build, True, True)
    monkeypatch.undo()
    catalogue.forget()
    for cache in caches:
        cache.cache_clear()


def test_quick_makes_the_same_bytes_without_nbgrader_s_gradebook(fresh, monkeypatch):
    monkeypatch.setattr(build, "release_notebooks", None)           # what takes long
    monkeypatch.setattr(build, "proven", lambda topics: topics)
    quick = build.render(catalogue.topics(), quick=True)
    drawn = {f"course/data/exercises/{topic}.json" for topic in catalogue.judged_topics()}
    assert quick == {name: text for name, text in fresh.items()
                     if name not in drawn and not name.startswith("course/data/mutants/")}


def test_quick_draws_cases_once_and_again_when_their_sources_or_they_change(tiny, monkeypatch):
    root, quick = tiny
    drawn = []
    monkeypatch.setattr(build, "specification", lambda topic: drawn.append(topic) or specify.specification(topic))
    assert quick()[0] == 0 and not drawn                            # the build itself found them right
    build.PROVEN.unlink()
    assert quick()[0] == 0 and drawn == ["tiny"]
    status, said = quick()
    assert status == 0 and drawn == ["tiny"] and "not drawn again" in said
    cases = next(root.glob("**/exercises/tiny.json"))
    whole = cases.read_text(encoding="utf-8")
    cases.write_text(whole.replace('"weight": 1.0', '"weight": 1.5', 1), encoding="utf-8")
    status, said = quick()
    assert status == 1 and drawn == ["tiny"] * 2 and "tiny.json" in said
    assert quick()[0] == 1                                          # a fault is not taken for proven
    cases.write_text(whole, encoding="utf-8")
    assert quick()[0] == 0 and len(drawn) == 3
    mistakes = root / "lessons" / "tiny" / "mistakes.py"
    text = mistakes.read_text(encoding="utf-8")
    mistakes.write_text(re.sub(r'"""(\w)', r'"""So: \1', text), encoding="utf-8")
    status, said = quick()
    assert status == 1 and "tiny.json" in said and len(drawn) == 4


@pytest.mark.parametrize("place", ["source/tiny.md", "source/tiny/tiny.ipynb", "release/tiny/tiny.ipynb",
                                   "lessons/tiny/quiz.yaml", "lessons/tiny/solutions.py"])
def test_quick_finds_one_changed_word_anywhere(tiny, place):
    root, quick = tiny
    text = (root / place).read_text(encoding="utf-8")
    word = {"quiz.yaml": "stem: ", "solutions.py": '    """', "tiny.md": "# "}.get(place.rsplit("/", 1)[1], "# ")
    assert word in text
    (root / place).write_text(text.replace(word, word + "Odd ", 1), encoding="utf-8")
    status, said = quick()
    assert status == 1 and "differs from a fresh build" in said


def test_quick_alone_is_refused(capsys):
    assert main(["build", "--quick"]) == 2
    assert "--quick goes with --check" in capsys.readouterr().err
