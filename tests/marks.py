"""Which tests have which mark. `make quick` runs what is neither browser, notebook, wall nor slow.

Marks are given here, by folder, fixture and lesson; a test that executes a notebook says so itself. A test that builds
a sandbox or executes a notebook in this process and has not the mark for it fails.
"""

import functools
from fnmatch import fnmatch

import pytest
import twice
from hypothesis import HealthCheck, settings
from nbclient import NotebookClient

from autograder.sandbox.sandbox import Sandbox

PLACES = {      # mark: the tests that have it, below tests/
    "wall": ("sandbox/*", "grading/*", "lessons/test_own_course.py", "judging/test_bounds.py",
             "reports/test_handover.py", "reports/test_readme.py", "terms/*"),
    # these have a long form: `python -m pytest --soak`, see soaked
    "soak": ("grading/test_resume.py::test_a_run_killed*", "grading/test_growth.py", "judging/test_fuzz.py",
             "grading/test_cluster.py::test_workers_that_are_killed*",
             "course/test_codec.py", "author/test_verify.py::test_exercises", "browser/test_keyboard.py"),
    # over about two seconds each, or many of half a second
    "slow": ("author/test_verify.py", "course/test_lab_*.py", "course/test_data.py::test_digits_equal*",
             "course/test_check.py::test_no_callable_in_course*", "lessons/test_frameworks.py", "*::*pytorch*",
             "course/test_no_front_end.py", "lessons/test_initialization.py", "course/test_progress.py",
             "author/test_slips.py", "author/test_build.py::test_quick*", "course/test_begin.py",
             "judging/test_own_on_windows.py",
             "test_golden.py", "judging/test_fuzz.py", "course/test_learn.py",
             "author/test_mutants.py", "course/test_telling.py::test_every_wrong*", "lessons/test_private.py",
             "test_suite.py::test_soak*", "reports/test_handover.py", "reports/test_readme.py", "terms/*"),
}
FIXTURES = {"sites": "notebook", "judge": "wall", "judging": "wall", "fresh": "slow", "demo_class": "wall"}
LONG_LESSONS = ("initialization",)          # its cases are whole trainings


_long = False


def soaked(short, long):
    """How much of something a test does: `long` with --soak."""
    return long if _long else short


def marks_of(name, fixtures, values):
    """The marks of a test.

    Parameters
    ----------
    name : str
        Its id below tests/: "course/test_codec.py::test_a".
    fixtures, values : its fixtures' names, and what it is parametrized with
    """
    plain = name.partition("[")[0]
    found = {mark for mark, patterns in PLACES.items() for pattern in patterns
             if fnmatch(plain, pattern if "::" in pattern else f"{pattern}::*")}
    found |= {FIXTURES[fixture] for fixture in fixtures if fixture in FIXTURES}
    found |= {"slow"} if "demo_class" in fixtures else set()
    return found | ({"slow"} if any(value in LONG_LESSONS for value in values if isinstance(value, str)) else set())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        for mark in sorted(marks_of(item.nodeid.removeprefix("tests/"), item.fixturenames, values)):
            item.add_marker(mark)
    if _long:
        config.hook.pytest_deselected(items=[item for item in items if not item.get_closest_marker("soak")])
        items[:] = [item for item in items if item.get_closest_marker("soak")]


running = []            # the test that runs now


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    running[:] = [item]
    return (yield)


def _only_with(mark, function):
    """The function, which fails a test that calls it and has not this mark: `make quick` would run it."""
    @functools.wraps(function)
    def guarded(*args, **kwargs):
        if running and running[0].get_closest_marker(mark) is None and running[0].get_closest_marker("browser") is None:
            pytest.fail(f"this test needs the mark `{mark}`: see tests/marks.py")
        return function(*args, **kwargs)
    return guarded


def pytest_configure(config):
    global _long
    _long = config.getoption("--soak")
    config.pluginmanager.register(twice, "twice")
    # On a busy machine nothing fails for being slow. The same examples in each run; the long form looks for others.
    settings.register_profile("suite", deadline=None, derandomize=not _long, database=None,
                              suppress_health_check=list(HealthCheck))
    settings.load_profile("suite")
    Sandbox.__init__ = _only_with("wall", Sandbox.__init__)
    NotebookClient.execute = _only_with("notebook", NotebookClient.execute)
