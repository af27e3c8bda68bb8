"""Shared by all tests: each notebook is executed once a run, and skips are reported or forbidden."""

import os

import pytest

from autograder.author.execute import executed
from autograder.lessons import catalogue

NO_SKIPS = bool(os.environ.get("COURSE_NO_SKIPS"))


def pytest_addoption(parser):
    parser.addoption("--renew-golden", action="store_true", help="write tests/golden anew; read the diff, commit")


@pytest.fixture(scope="session")
def renew_golden(request):
    return request.config.getoption("--renew-golden")


@pytest.fixture(scope="session")
def execution():
    """execution("loss"): the Execution of that lesson's notebook, made on first use and shared."""
    done = {}

    def get(topic, edition="source"):
        if (topic, edition) not in done:
            done[topic, edition] = executed(topic, edition)
        return done[topic, edition]

    return get


def pytest_generate_tests(metafunc):
    """A test with the argument `topic` runs for every lesson, one with `graded_topic` for every graded one."""
    if "topic" in metafunc.fixturenames:
        metafunc.parametrize("topic", catalogue.topics())
    if "graded_topic" in metafunc.fixturenames:
        metafunc.parametrize("graded_topic", catalogue.graded_topics())


def _reason(report):
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_sessionfinish(session, exitstatus):
    """With COURSE_NO_SKIPS=1 a skip is a failure. TensorFlow is the exception: no machine has to have it."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not NO_SKIPS or reporter is None:
        return
    forbidden = [r for r in reporter.stats.get("skipped", []) if "tensorflow" not in _reason(r).lower()]
    for report in forbidden:
        reporter.write_line(f"skipped where skips are forbidden: {report.nodeid}: {_reason(report)}", red=True)
    if forbidden and session.exitstatus == 0:
        session.exitstatus = 1
