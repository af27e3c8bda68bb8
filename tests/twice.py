"""A page that is driven gets a second try: on a busy machine Chromium misses a click, or a page's start, now and then.

Only tests with the mark `browser`. What fails twice fails; what needed a second try is listed at the end of the run.
"""

import pytest
from _pytest.runner import runtestprotocol

NEEDED = "needed a second try"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    if item.get_closest_marker("browser") is None:
        return None                                     # the usual way
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    # Not where the end of a file fails: it looks at what all its tests have left.
    failed = next((report for report in reports if report.failed and report.when != "teardown"), None)
    if failed is not None:
        item.user_properties.append((NEEDED, _why(failed)))
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        if failed is not None and report.failed:        # the second try starts with what the first has left on the page
            report.sections.append(("the first try failed as well", str(failed.longrepr)))
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _why(report):
    lines = [line[2:].strip() for line in str(report.longrepr).splitlines() if line.startswith("E ")]
    return (lines or [""])[0][:200]


def pytest_terminal_summary(terminalreporter):
    found = {report.nodeid: why for report in terminalreporter.getreports("passed")
             for name, why in report.user_properties if name == NEEDED and report.when == "call"}
    for name, why in found.items():
        terminalreporter.write_line(f"{NEEDED}: {name} - {why}", yellow=True)
