"""A feedback page in a browser that has no network shows its formulas."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classroom import course_copy, filled, hand_in


def test_formulas_are_shown_offline(browser, tmp_path):
    root = course_copy(tmp_path / "clone")
    hand_in(root, "ada", filled())
    command = [sys.executable, "-m", "autograder", "grade", "loss", "--feedback"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    context = browser.new_context(offline=True, viewport={"width": 1100, "height": 900})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((root / "feedback" / "ada" / "loss" / "loss.html").as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    fraction = page.locator("math[display=block] mfrac").first
    fraction.scroll_into_view_if_needed()
    over, under = (fraction.locator("xpath=*").nth(i).bounding_box() for i in (0, 1))
    assert over["width"] > 3 and over["y"] + over["height"] <= under["y"] + 3
    page.screenshot(path=tmp_path / "feedback.png")
    context.close()
