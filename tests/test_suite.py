"""The suite's own rules: for what reasons a test may be skipped, and which tests `make quick` leaves out."""

import ast
import os
import re
import subprocess
import sys
from fnmatch import fnmatch

import marks
import pytest
import skips

from autograder.lessons.catalogue import ROOT

TESTS = ROOT / "tests"
SKIPPING = ("skip", "skipif", "importorskip")


def run_pytest(folder, program, rule="skips", **environment):
    """What pytest says of a file of tests with one rule alone: (exit status, output)."""
    (folder / "test_it.py").write_text("import pytest\n" + program)
    clean = {key: value for key, value in os.environ.items() if key != "COURSE_NO_SKIPS"}
    done = subprocess.run([sys.executable, "-m", "pytest", "-p", rule, "-p", "no:cacheprovider", "-q", "test_it.py"],
                          cwd=folder, env={**clean, "PYTHONPATH": str(TESTS), **environment}, capture_output=True,
                          text=True)
    return done.returncode, done.stdout


def test_a_skip_for_a_reason_that_is_not_listed_fails(tmp_path):
    status, said = run_pytest(tmp_path, "def test_a(): pytest.skip('no time today')\n"
                                        "@pytest.mark.skip\ndef test_b(): pass\n"
                                        "@pytest.fixture\ndef c(): pytest.skip('nor here')\ndef test_c(c): pass\n"
                                        "def test_d(): pytest.skip('../shared is not there')\n")
    assert status == 1 and "1 skipped" in said and "tests/skips.py" in said
    assert "no time today" in said and "unconditional" in said and "nor here" in said
    status, said = run_pytest(tmp_path, "pytest.skip('a whole file', allow_module_level=True)\n")
    assert status != 0 and "tests/skips.py" in said and "a whole file" in said


def test_what_a_machine_at_home_may_lack_is_a_failure_in_ci(tmp_path):
    program = "def test_a(): pytest.skip('Chromium is not installed')\n"
    assert run_pytest(tmp_path, program)[0] == 0
    status, said = run_pytest(tmp_path, program, COURSE_NO_SKIPS="1")
    assert status == 1 and "Chromium" in said
    assert not skips.allowed("tensorflow is not installed", ci=True)
    assert skips.allowed("../shared is not there", ci=True)


def test_a_reason_holds_on_its_own_system_alone():
    fork = "a class is graded on systems with fork"
    assert skips.allowed(fork, "win32", ci=True) and not skips.allowed(fork, "linux")
    assert not skips.allowed("this file system knows one form of a name", "linux")


PAGES = """
tries, made = [], []

@pytest.fixture(scope="module")
def server():
    made.append(1)

@pytest.fixture
def page(server):
    tries.append(1)
    return len(tries)

@pytest.mark.browser
def test_a(page):
    assert page > 1, "a click was missed"

@pytest.mark.browser
def test_b(page):
    assert page > 100, "it does not work"

def test_c(page):
    assert page == 5 and len(made) == 1
    assert False, "not of a page"

@pytest.mark.browser
def test_d(page):
    assert page != 6, "the last of a file"
"""
END = """
@pytest.fixture(scope="module")
def page():
    errors = []
    yield errors
    assert errors == []

@pytest.mark.browser
def test_a(page):
    page.append("an error of the page's")

@pytest.mark.browser
def test_b(page):
    pass
"""


def test_a_page_that_fails_is_driven_once_more_and_no_other_test_is(tmp_path):
    status, said = run_pytest(tmp_path, PAGES, rule="twice")
    assert status == 1 and "2 failed, 2 passed" in said
    listed = [line for line in said.splitlines() if line.startswith("needed a second try")]
    assert len(listed) == 2 and "test_a" in listed[0] and "a click was missed" in listed[0] and "test_d" in listed[1]
    assert "it does not work" in said and "not of a page" in said
    assert said.count("the first try failed as well") == 1 and "assert 3 > 100" in said and "assert 4 > 100" in said


def test_what_the_end_of_a_file_finds_is_no_matter_of_its_last_test(tmp_path):
    status, said = run_pytest(tmp_path, END, rule="twice")
    assert status == 1 and "2 passed" in said and "1 error" in said


def test_no_two_files_of_tests_have_one_name():
    """pytest imports them by their names alone."""
    names = [path.name for path in TESTS.rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)


def test_every_reason_written_in_the_tests_is_listed():
    """Also those of other systems, which are never seen here."""
    for path in TESTS.rglob("*.py"):
        if "hostile" in path.parts or path.name in ("test_suite.py", "skips.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "attr", "") if isinstance(node, ast.Call) else ""
            if name in SKIPPING and "pytest" in ast.unparse(node.func):
                words = " ".join(part.value for part in ast.walk(node) if isinstance(part, ast.Constant)
                                 and isinstance(part.value, str))
                # f"{package} is not installed": what the two packages are is known at run time alone
                named = words if not any(isinstance(part, (ast.JoinedStr, ast.Name)) and name == "skip"
                                         for part in node.args) else "torch"
                assert any(skips.allowed(named, system) for system in skips.EVERY_SYSTEM), f"{path}:{node.lineno}"


def marks_of(name, **more):
    return marks.marks_of(name, **{"fixtures": (), "values": (), **more})


def test_marks_come_from_folders_fixtures_and_lessons():
    assert "wall" in marks_of("sandbox/test_new.py::test_a") and "wall" in marks_of("grading/test_new.py::test_a[x]")
    assert "wall" in marks_of("author/test_goes_on.py::test_a", fixtures=("judge",))
    assert "slow" in marks_of("lessons/test_new.py::test_a", values=("initialization",))
    assert not marks_of("course/test_quiz.py::test_a", values=("loss",))


def test_what_is_marked_is_there():
    for pattern in (p for patterns in marks.PLACES.values() for p in patterns):
        path, _, name = pattern.partition("::")
        files = [file for file in TESTS.glob("**/*.py") if fnmatch(file.relative_to(TESTS).as_posix(), path)]
        assert files, pattern
        named = re.compile(rf"def \w*{name.strip('*')}")
        assert any(named.search(file.read_text(encoding="utf-8")) for file in files), pattern


def test_soak_takes_the_long_form_of_what_is_marked_and_nothing_else():
    listed = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider",
              "tests/course/test_codec.py", "tests/course/test_quiz.py"]
    long, short = (subprocess.run([*listed, *option], cwd=ROOT, capture_output=True, text=True).stdout
                   for option in (["--soak"], []))
    assert "test_codec.py::test_an_array_comes_back" in long and "test_quiz.py" not in long
    assert set(re.findall("^tests.*", long, re.M)) < set(re.findall("^tests.*", short, re.M))
    assert marks.soaked(20, 200) in (20, 200)


def test_a_test_without_the_mark_builds_no_sandbox_and_executes_no_notebook():
    from nbclient import NotebookClient

    from autograder.sandbox import sandbox, walls
    with pytest.raises(pytest.fail.Exception, match="wall"):
        sandbox.Sandbox(walls.choose("none"), ROOT)
    with pytest.raises(pytest.fail.Exception, match="notebook"):
        NotebookClient(None).execute()
