"""Fixtures of the browser tests: Chromium and one page a test."""

import os
from pathlib import Path

import pytest
import twice
from driver import ARGUMENTS, CHROMIUM, Server, lacking


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


@pytest.fixture(autouse=True)
def second_try(request):
    """Whether this test failed a moment ago. Then no page is left open, and no kernel knows what was tried."""
    again = twice.second(request.node)
    if again and "browser" in request.fixturenames:
        for context in request.getfixturevalue("browser").contexts:
            for page in context.pages:
                if page.url.startswith("http"):
                    page.goto("about:blank")
        for server in Server.running:
            server.end_kernels()
    return again


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()
