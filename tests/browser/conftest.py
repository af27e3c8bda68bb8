"""Fixtures of the browser tests: Chromium and one page a test."""

import os
from pathlib import Path

import pytest
from driver import ARGUMENTS, CHROMIUM, lacking


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def browser_or_skip():
    reason = lacking()
    if reason and os.environ.get("COURSE_NO_SKIPS") == "1":
        pytest.fail(f"the browser tests must run here, but {reason}")
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="module")
def browser(browser_or_skip):
    """A module's browser. Not the session's: Playwright's event loop would be in the way of other tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()
