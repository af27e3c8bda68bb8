"""Shared by all tests: each notebook is executed once a run. The rules for marks and skips: marks.py, skips.py."""

import pytest
from marks import pytest_collection_modifyitems, pytest_configure, pytest_runtest_protocol  # noqa: F401
from skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401

from autograder.author.execute import executed
from autograder.lessons import catalogue


def pytest_addoption(parser):
    parser.addoption("--renew-golden", action="store_true", help="write tests/golden anew; read the diff, commit")
    parser.addoption("--soak", action="store_true", help="only the tests marked soak, in their long form: hours")


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
