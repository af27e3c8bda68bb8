"""Shared by all tests: each notebook is executed once a run. The rules for marks and skips: marks.py, skips.py."""

import importlib.util
import pickle
import shutil

import pytest
from filelock import FileLock
from IPython.core.interactiveshell import InteractiveShell
from marks import pytest_collection_modifyitems, pytest_configure, pytest_runtest_protocol  # noqa: F401
from skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401

from autograder.author.execute import executed
from autograder.author.site import frame
from autograder.demo import demo
from autograder.lessons import catalogue


def pytest_addoption(parser):
    parser.addoption("--renew-golden", action="store_true", help="write tests/golden anew; read the diff, commit")
    parser.addoption("--soak", action="store_true", help="only the tests marked soak, in their long form: hours")


@pytest.fixture(scope="session")
def renew_golden(request):
    return request.config.getoption("--renew-golden")


@pytest.fixture(scope="session")
def execution(tmp_path_factory, worker_id):
    """execution("loss"): the Execution of that lesson's notebook, made on first use and shared, by all workers too."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":           # pytest-xdist: a folder of their own for the workers, in one for the run
        folder = folder.parent
    done = {}

    def get(topic, edition="source"):
        if (topic, edition) not in done:
            kept = folder / f"executed-{edition}-{topic}.pickle"
            with FileLock(f"{kept}.lock"):
                if not kept.exists():
                    kept.write_bytes(pickle.dumps(executed(topic, edition)))
            done[topic, edition] = pickle.loads(kept.read_bytes())
        return done[topic, edition]

    return get


@pytest.fixture(scope="session")
def demo_class(tmp_path_factory, worker_id):
    """The folder of `demo --students 30 --lms canvas`: made once a run, for all workers. Do not write into it."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent
    with FileLock(folder / "demo-class.lock"):
        root = folder / "demo-class"
        if not (root / "reports" / "loss.json").exists():
            shutil.rmtree(root, ignore_errors=True)
            demo(root, "loss", 30, "canvas")
    return root


@pytest.fixture(scope="session")
def sites(tmp_path_factory, worker_id, execution):
    """{"open": folder, "class": folder}: the course's pages, built once a run from the notebooks that are executed
    anyway. Do not write into them.
    """
    if importlib.util.find_spec("sphinx_book_theme") is None:
        pytest.skip("Sphinx is not installed here")
    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent
    with FileLock(folder / "sites.lock"):
        if not (folder / "sites" / "built").exists():
            shutil.rmtree(folder / "sites", ignore_errors=True)
            ran = {topic: execution(topic).notebook for topic in frame.topics_read()}
            for name in ("open", "class"):
                frame.site(folder / "sites" / name, name == "class", ran, folder / "sites" / "work" / name)
            (folder / "sites" / "built").touch()
    return {name: folder / "sites" / name for name in ("open", "class")}


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A shell in an empty folder, with `course` imported as the lessons do."""
    monkeypatch.chdir(tmp_path)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.run_cell("import numpy as np\nfrom course.actions.cells import install\n"
                   "from course.actions.check import check\ninstall()")
    yield shell
    InteractiveShell.clear_instance()


def pytest_generate_tests(metafunc):
    """A test with the argument `topic` runs for every lesson, one with `graded_topic` for every graded one."""
    if "topic" in metafunc.fixturenames:
        metafunc.parametrize("topic", catalogue.topics())
    if "graded_topic" in metafunc.fixturenames:
        metafunc.parametrize("graded_topic", catalogue.graded_topics())
