"""The slips of a stranger who adds a question and an exercise: each ends in one sentence with file and line, once.

Every row is one slip in the fixture course: (number, file, what stands there, what the slip makes of it, the sentence).
`build --check` and `verify` both say it, and both end with status 1. The numbers are those of the closing note.
"""

import re
import shutil

import pytest
from fixture_course import FIXTURE, tiny_course

from autograder.__main__ import main
from autograder.lessons import specify

LESSON = "lessons/tiny/"
QUIZ, SOLUTIONS, CASES = LESSON + "quiz.yaml", LESSON + "solutions.py", LESSON + "exercises.py"
WRONG, RIGHT, TEXT = LESSON + "mistakes.py", LESSON + "right.py", "source/tiny.md"
SPREAD = 'Exercise("spread", points=2, minutes=2, difficulty=1, cases=spread_cases'
TIN = '''

@worth({worth})
def {name}(x):
    """{text}"""
    return {value}
'''


def added(name, value, worth="0", text="Wrong."):
    return TIN.format(name=name, value=value, worth=worth, text=text)


END = None      # what is appended

SLIPS = [
    # --- the question bank
    (1, QUIZ, "key: B", "key: E", r"tiny/quiz\.yaml:25: what-shifts: the key is one of A, B, C and D, not 'E'"),
    (1, QUIZ, "key: B", "key: b", r"tiny/quiz\.yaml:25: .* not 'b'; did you mean 'B'\?"),
    (2, QUIZ, "key: B", "key: C",
     r"tiny/quiz\.yaml:25: what-shifts: the key is C, but option B alone .*is the key B\?"),
    (3, QUIZ, "      why: |\n        Every entry moves by 100, so their mean does; distances between them stay.\n", "",
     r"tiny/quiz\.yaml:11: what-shifts: option B has no rationale"),
    (4, QUIZ, '"The mean alone."', "The mean: alone.", r"tiny/quiz\.yaml:12: not YAML: .*colon needs quotes"),
    (5, QUIZ, '''    D:
      text: "Neither of them."
      why: |
        The spread stays, but the mean of larger numbers is larger.
      misconception: mean-stays
''', "", r"tiny/quiz\.yaml:6: what-shifts: the options are A, B, C and D, in this order; here: A, B, C"),
    (6, QUIZ, "  options:", "  option:",
     r"tiny/quiz\.yaml:5: a question has no field 'option'; did you mean 'options'\?"),
    (6, QUIZ, "      text: \"The mean alone.\"", "      txt: \"The mean alone.\"",
     r"tiny/quiz\.yaml:12: what-shifts: option B has no field 'txt'; did you mean 'text'\?"),
    (6, QUIZ, "  kind: choose", "  kind: chose",
     r"tiny/quiz\.yaml:2: what-shifts: kind is one of .* did you mean 'choose'"),
    (6, QUIZ, "  key: B", "  key: B\n  key: C", r"tiny/quiz\.yaml:26: a question has 'key' twice"),
    (6, QUIZ, '"The mean alone."', "No", r"tiny/quiz\.yaml:12: what-shifts: option B: text is the bare word No"),
    (6, QUIZ, "- id: what-shifts\n  kind", "id: what-shifts\nkind", r"tiny/quiz\.yaml:\d+: "),
    # --- names
    (7, SOLUTIONS, "def spread(", "def sprad(",
     r"tiny/exercises\.py:\d+: no reference 'spread' in tiny/solutions\.py; there is 'sprad', in line 6"),
    (7, CASES, '"spread"', '"spraed"', r"tiny/exercises\.py:\d+: .*'spraed'; did you mean 'spread'\?"),
    (7, TEXT, "```exercise spread", "```exercise sprad",
     r"tiny\.md:\d+: there is no exercise 'sprad'; did you mean 'spread'\?"),
    # --- text
    (8, SOLUTIONS, "    return x - np.mean(x)\n    ### END SOLUTION", "    return x - np.mean(x)",
     r"tiny/solutions\.py:22: the reference centred has 0 lines '### END SOLUTION', not 1"),
    (9, TEXT, ":: tool\nNumPy has", ":: tol\nNumPy has",
     r"tiny\.md:\d+: exercise spread: the hint ladder has the rungs idea, tool, near-code.*here: idea, tol, near-code"),
    (10, TEXT, "```exercise spread", "```exercize spread",
     r"tiny\.md:\d+: ```exercize is no directive; did you mean 'exercise'\?"),
    (11, TEXT, END, "\n```question what-shifts\n```\n",
     r"tiny\.md:66: the question 'what-shifts' stands a second time; first in line \d+$"),
    (11, TEXT, END, "\n```python what-shifts\n1\n```\n",
     r"tiny\.md:66: the cell id 'what-shifts' is used a second time; first in line \d+$"),
    (11, TEXT, END, "\n```python What.shifts\n1\n```\n", r"tiny\.md:66: the cell id 'What\.shifts' is not of a-z"),
    (12, TEXT, '  A: "Yes."\n  B: "No, it is 4."', '  - "Yes."\n  - "No, it is 4."',
     r"tiny\.md:\d+: predict larger-or-smaller: the options are A, B and perhaps C and D"),
    # --- programs
    (13, SOLUTIONS, "float(np.max(x) - np.min(x))", "float(np.max(x) - 2 * np.min(x))",
     r"tiny/solutions\.py:6: spread, public cases: the reference disagrees with all 2 alternatives; "
     r"spread__peak_to_peak: case 'three numbers'"),
    (14, CASES, SPREAD, SPREAD.replace("points", "point"),
     r"tiny/exercises\.py:\d+: TypeError: Exercise has no field 'point'; did you mean 'points'\?"),
    (14, CASES, SPREAD, SPREAD.replace("difficulty=1", "difficulty=4"),
     r"tiny/exercises\.py:\d+: ValueError: Exercise 'spread': difficulty is 1, 2 or 3, not 4"),
    (15, WRONG, "return float(np.max(x))", "return float(np.max(x)", r"tiny/mistakes\.py:\d+: not Python: "),
    (15, CASES, "def spread_cases(rng):", "def spread_cases(rng)", r"tiny/exercises\.py:8: not Python: "),
    (15, RIGHT, "import numpy as np", "import numpie as np", r"tiny/right\.py:3: ModuleNotFoundError: .*numpie"),
    (15, TEXT, "print(np.mean([1, 5, 6]))", "print(np.mean([1, 5, 6])", r"tiny\.md:\d+: the cell look is not Python"),
    (15, CASES, "rng.normal(size=(3, 4)), weight=2", "rng.norml(size=(3, 4)), weight=2",
     r"tiny/exercises\.py:11: the cases of spread: AttributeError"),
    (16, CASES, SPREAD, SPREAD + ', features="valeu"',
     r"tiny/exercises\.py:\d+: .*there are no features 'valeu'; did you mean 'value'\?"),
    (17, TEXT, "minutes: 5\n", "", r"tiny\.md:1: the front matter has no minutes"),
    (17, TEXT, "minutes: 5\n", "minuts: 5\n", r"tiny\.md:3: .*no field 'minuts'; did you mean 'minutes'\?"),
    (18, CASES, SPREAD, SPREAD + ', components=("low", "high")',
     r"tiny/exercises\.py:9: spread, case 'three numbers': .*2 results \(low, high\) are asked for"),
    (19, WRONG, "spread__half", "spred__half",
     r"tiny/mistakes\.py:33: spred__half is of no exercise: there is no 'spred'; did you mean 'spread'\?"),
    (20, WRONG, '    """This is half of the distance between the largest and the smallest entry."""\n', "",
     r"tiny/mistakes\.py:\d+: spread__half: no docstring"),
    (21, WRONG, "@worth(0)\ndef spread__half", "def spread__half", r"tiny/mistakes\.py:\d+: spread__half: no @worth"),
    (21, WRONG, "@worth(0)\ndef spread__half", "@worth\ndef spread__half",
     r"tiny/mistakes\.py:\d+: ValueError: worth is a share from 0 to 1"),
    (22, RIGHT, "x - x.sum() / x.size", "x - x.sum() / len(x)",
     r"tiny/right\.py:\d+: centred__sum, public cases: a right program is not accepted: case 'a matrix at random'"),
    (23, TEXT, "the array `-` its mean", "`return float(np.max(x) - np.min(x))`",
     r"tiny\.md:\d+: a line of a solution reaches the learner, of spread"),
    (25, WRONG, END, added("spred__sixth", "17.0"),
     r"tiny/mistakes\.py:\d+: spred__sixth is of no exercise: there is no 'spred'; did you mean 'spread'\?"),
    (25, RIGHT, END, "\n\ndef hinge__one(x):\n    return 1\n",
     r"tiny/right\.py:\d+: the exercise 'hinge' stands here and not in source/tiny\.md"),
    (25, WRONG, END, "\n\ndef spread_sixth(x):\n    return 1\n",
     r"tiny/mistakes\.py:\d+: spread_sixth belongs to no ex"),
    (25, WRONG, END, added("spread__half", "3.0"), r"tiny/mistakes\.py:\d+: spread__half stands here a second time"),
    (26, CASES, SPREAD, SPREAD + ', weights={"resutl": 2}',
     r"tiny/exercises\.py:\d+: spread: weights names 'resutl'; did you mean 'result'\? .*called result"),
    (27, CASES, SPREAD, SPREAD + ', accept={"values": "sequence"}',
     r"tiny/exercises\.py:\d+: spread: accept names 'values' \(its results are called result"),
    (27, CASES, SPREAD, SPREAD + ', accept={"result": "sequense"}', r"tiny/exercises\.py:\d+: .*accept is a dict"),
    (27, CASES, SPREAD, SPREAD + ', tolerances={"reslt": (0.1, 0)}',
     r"tiny/exercises\.py:\d+: spread: tolerances names"),
    (28, TEXT, "```predict larger", "```predit larger",
     r"tiny\.md:\d+: ```predit is no directive; did you mean 'predict'\?"),
    (28, TEXT, "```question what-shifts\n", "```{question} what-shifts\n",
     r"tiny\.md:\d+: ```{question} is no directive"),
    (28, TEXT, "```question what-shifts\n", "``question what-shifts\n",
     r"tiny\.md:\d+: ``question what-shifts: a directive"),
    (28, TEXT, "the `max` of all, minus the `min` of all\n```", "the `max` of all, minus the `min` of all\n",
     r"tiny\.md:\d+: ```exercise is not closed"),
    (29, TEXT, "1.0, 6.0]))` gives `5.0`", "1.0, 6.0]))` gives `4.0`",
     r"tiny\.md:\d+: the example spread\(np\.array\(\[5\.0, 1\.0, 6\.0\]\)\) gives 5\.0, not 4\.0"),
    (29, TEXT, "`array([-3.,  1.,  2.])`", "`[-3.0, 1.0, 3.0]`", r"tiny\.md:\d+: the example centred"),
    (29, TEXT, "gives `5.0`", "is 5.5", r"tiny\.md:\d+: the example spread.* gives 5\.0, not 5\.5"),
    (30, TEXT, "`spread(x)` →", "`spread(x, axis)` →",
     r"tiny\.md:\d+: the statement says spread\(x, axis\), the reference is spread\(x\)"),
    (31, WRONG, END, added("spread__twin", "float(np.ravel(x)[0] - np.ravel(x)[-1]) * -1"),
     r"tiny/mistakes\.py:\d+: spread__twin, public cases: named .*told apart from spread__first_and_last"),
    (32, CASES, "yield case(\"below zero\", rng.near(np.array([-4.0, -1.5, -9.0])))", "yield case(\"below zero\")",
     r"tiny/exercises\.py:10: spread, case 'below zero': the reference raises TypeError: .*missing 1 .*raises="),
    (32, CASES, 'yield case("below zero", ', "yield case(",
     r"tiny/exercises\.py:10: the cases of spread: TypeError: a case begins with its name, a text: .*not ndarray"),
    (32, CASES, 'rng.near(np.array([-4.0, -1.5, -9.0])))', 'rng.near(np.array([-4.0, -1.5, -9.0])), raises=ValueError)',
     r"tiny/exercises\.py:10: spread, case 'below zero': it says raises=ValueError, and the reference raises nothing"),
    (32, WRONG, "def spread__half(x)", "def spread__half(x, y)",
     r"tiny/mistakes\.py:\d+: spread__half\(x, y\) cannot be called as spread\(x\) is"),
    (32, SOLUTIONS, '    """The largest entry minus the smallest.\n\n    Parameters\n    ----------\n'
     '    x : ndarray\n\n    Returns\n    -------\n    width : float\n    """\n', "",
     r"tiny/solutions\.py:6: spread: no docstring"),
    # --- what nothing said at all
    (33, TEXT, "It is here for the tests", "Here you write eight short functions. It is here for the tests",
     r"tiny\.md:7: the text says eight functions to write, the lesson has 2"),
    (33, QUIZ, "- id: what-shifts", "# Keys: A 1, B 0, C 0, D 0.\n- id: what-shifts",
     r"tiny/quiz\.yaml:1: the comment counts the keys otherwise than they are: A 0, B 1, C 0, D 0"),
    (33, TEXT, "## Two exercises", "```carry\nspreed\n```\n\n## Two exercises",
     r"tiny\.md:\d+: carry: no earlier lesson has a function 'spreed'"),
    (33, TEXT, 'your_prediction("larger-or-smaller")', 'your_prediction("larger-or-smaler")',
     r"tiny\.md:\d+: your_prediction: there is no ```predict larger-or-smaler; did you mean 'larger-or-smaller'"),
    (33, CASES, "EXERCISES = [\n", 'EXERCISES = [\n    Exercise("hinge", points=2, minutes=2, difficulty=1, '
     "cases=spread_cases),\n",
     r"tiny/exercises\.py:20: the exercise 'hinge' stands here and not in source/tiny\.md \(```exercise hinge\), "
     r"tiny/solutions\.py \(def hinge\), tiny/mistakes\.py \(.*at least 5\), "
     r"tiny/right\.py \(.*at least 2\); .*five files"),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The fixture course with its notebooks, made once."""
    root = tiny_course(tmp_path_factory.mktemp("slips") / "built")
    assert main(["build", "--root", str(root)]) == 0
    return root


def said(capsys, *command):
    """(exit status, the faults on stdout): all lines of build, the indented ones of verify."""
    capsys.readouterr()
    status = main([*command])
    lines = capsys.readouterr().out.splitlines()
    told = (" of reading (", "  warning: ")             # how long the lesson takes: no fault
    return status, lines if command[0] == "build" else [
        line[2:] for line in lines if line.startswith("  ") and not any(text in line for text in told)]


def slip(root, file, old, new):
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old is None or text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text + new if old is None else text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("number, file, old, new, sentence", SLIPS,
                         ids=[f"{row[0]}-{k}" for k, row in enumerate(SLIPS)])
def test_a_slip_is_one_sentence_from_both_commands(built, tmp_path, capsys, number, file, old, new, sentence):
    root = shutil.copytree(built, tmp_path / "course")
    slip(root, file, old, new)
    for command in (["verify", "--quick"], ["build", "--check"]):
        status, faults = said(capsys, *command, "--root", str(root))
        assert status == 1 and len(faults) == 1, faults
        assert re.match(sentence, faults[0]), faults[0]


def test_a_private_bank_is_named_where_it_lacks_a_question(built, tmp_path, capsys):
    """Slip 24."""
    root = shutil.copytree(built, tmp_path / "course")
    private = root / "private" / "quizzes" / "tiny.yaml"
    private.parent.mkdir(parents=True)
    private.write_text((root / QUIZ).read_text(encoding="utf-8").replace("what-shifts", "another"), encoding="utf-8")
    for command in (["verify", "--quick"], ["build", "--check"]):
        status, faults = said(capsys, *command, "--root", str(root))
        assert status == 1 and len(faults) == 1
        assert re.match(r"tiny\.md:\d+: there is no question 'what-shifts' in private/quizzes/tiny\.yaml", faults[0])


def test_a_name_of_an_earlier_lesson_is_taken(built, tmp_path, capsys):
    root = shutil.copytree(built, tmp_path / "course")
    shutil.copytree(root / "lessons/tiny", root / "lessons/tiny_too")
    shutil.copy(root / TEXT, root / "source/tiny_too.md")
    for command in (["verify", "--quick"], ["build", "--check"]):
        status, faults = said(capsys, *command, "--root", str(root))
        assert status == 1 and faults == [
            "tiny_too/exercises.py:20: the lesson tiny has an exercise 'spread' already",
            "tiny_too/exercises.py:21: the lesson tiny has an exercise 'centred' already",
            "tiny_too/quiz.yaml:1: the lesson tiny has a question 'what-shifts' already"]


def test_a_lesson_that_was_not_built_again_is_not_ok(built, tmp_path, capsys):
    root = shutil.copytree(built, tmp_path / "course")
    slip(root, TEXT, None, "\n```python again [demo]\n1\n```\n")
    status, faults = said(capsys, "verify", "--quick", "--root", str(root))
    assert status == 1 and faults == ["release/tiny/tiny.ipynb: not as the lesson is now (cells again); "
                                      f"run python -m autograder build tiny --root {root}"]


def test_every_slip_has_its_row():
    assert {row[0] for row in SLIPS} | {24} == set(range(1, 34))


@pytest.mark.notebook
def test_a_course_without_slips_is_told_what_comes_next(built, capsys):
    for command, then in (("build", "verify --quick"), ("verify --quick", "verify"), ("verify", "build --check")):
        assert main([*command.split(), "--root", str(built)]) == 0
        assert f"next: python -m autograder {then} --root" in capsys.readouterr().err
    assert main(["build", "--check", "--root", str(built)]) == 0
    assert "next: commit the lesson" in capsys.readouterr().err


def test_the_fixture_course_itself_has_no_built_files():
    assert not (FIXTURE / "release").exists()


def test_a_mistake_that_never_computes_anything_is_a_slip(built, tmp_path, capsys):
    root = shutil.copytree(built, tmp_path / "course")
    slip(root, WRONG, None, added("spread__typed_wrong", "npp.max(x)"))
    for command in (["verify", "--quick"], ["build", "--check"]):
        status, faults = said(capsys, *command, "--root", str(root))
        assert status == 1 and len(faults) == 1
        assert re.match(r"tiny/mistakes\.py:\d+: spread__typed_wrong: it stops with NameError: name 'npp' is not "
                        r"defined on every case, .* a slip in its name\?$", faults[0])


def test_a_reference_that_does_not_end_is_told_and_not_waited_for(built, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(specify, "PATIENCE", 0.5)
    root = shutil.copytree(built, tmp_path / "course")
    slip(root, SOLUTIONS, "    return x - np.mean(x)\n", "    while True:\n        pass\n")
    status, faults = said(capsys, "verify", "--quick", "--root", str(root))
    assert status == 1 and len(faults) == 1
    assert re.match(r"tiny/exercises\.py:\d+: \w+, case '.*': the reference does not end: it was stopped after 0\.5 "
                    "seconds", faults[0])
