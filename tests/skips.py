"""The one list of reasons for which a test may be skipped, and where. Any other skip is a failure.

`AT_HOME`: on a machine that lacks something. Where COURSE_NO_SKIPS=1 (`.ci/run` sets it) only `ANYWHERE` and the system
itself are reasons.
"""

import os
import re
import sys
from dataclasses import dataclass

import pytest

EVERY_SYSTEM = ("linux", "darwin", "win32")


@dataclass(frozen=True)
class Reason:
    """Part of what pytest gives as a skip's reason, and where it is one."""

    words: str                              # a regular expression
    systems: tuple = EVERY_SYSTEM           # the beginnings of sys.platform
    even_in_ci: bool = False


REASONS = (
    # the system
    Reason("for Linux and macOS|names and modes of Linux and macOS|systems with fork", ("win32",), even_in_ci=True),
    Reason("this file system knows one form of a name", ("darwin",), even_in_ci=True),
    Reason("this system lets no process choose its cores", ("win32", "darwin"), even_in_ci=True),
    # ANYWHERE: what no machine has to have
    Reason(r"\.\./shared is not there", even_in_ci=True),
    # AT_HOME: what a machine may lack
    Reason("not root: cannot act as two users"),
    Reason("bubblewrap does not work here|no isolation here"),
    Reason("(?i)chromium|playwright"),
    Reason("(?i)torch|tensorflow"),
    Reason("(PostgreSQL|Dask|JupyterHub|Sphinx) is not installed here"),
    Reason("scikit-learn is for tests only|scipy"),
)


def allowed(reason, system=sys.platform, ci=False):
    """Whether a test may be skipped for this reason."""
    return any(re.search(known.words, reason) and system.startswith(known.systems) and (known.even_in_ci or not ci)
               for known in REASONS)


def _refuse(report):
    """A skip without a listed reason is no skip."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if not allowed(reason, ci=bool(os.environ.get("COURSE_NO_SKIPS"))):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: skipped for a reason that is not in tests/skips.py here: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    report = yield
    _refuse(report)
    return report
