"""How long a lab takes to redraw after a control has moved, with the references in the learner's place.

    python benchmarks/labs.py [--browser] [lesson …]

Every slider and choice of every lab is moved through some of its positions. What is measured is the kernel's
share: the learner's functions, the drawing, the PNG. The browser adds what it takes to show a picture. The last
line is the slowest median of a control.

`--browser` measures the whole way in JupyterLab: from the press of an arrow key on a lab's first slider to the frame in
which the new picture is on the screen, and beside it the kernel's share of the same moves, taken by the kernel. How
much the page adds is then seen on a busy machine too.
"""

import argparse
import contextlib
import io
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import ipywidgets as widgets

from autograder.lessons import catalogue
from course import labs
from course.labs import panel

MOVES = 8
LABS = {
    "loss": ("polynomial_lab", ["mse"]),
    "weights": ("bend_lab", ["forward"]),
    "activations": ("explorer", ["sigmoid", "sigmoid_grad", "tanh_grad", "relu", "relu_grad", "leaky_relu",
                                 "prelu_backward"]),
    "gradients": ("gradient_lab", ["forward", "backward", "gradient_norms", "clip_by_global_norm",
                                   "batchnorm_forward", "batchnorm_backward"]),
    "initialization": ("start_lab", ["initialize", "activation_std", "predict_second_moments"]),
}


def controls(widget):
    """All that has a value and moves, wherever it stands in the lab."""
    if isinstance(widget, widgets.HTML):
        return []
    inner = [control for child in getattr(widget, "children", ()) for control in controls(child)]
    return inner or ([widget] if hasattr(widget, "value") else [])


def positions(control):
    """Some of the values that a control can take, none twice in a row."""
    if hasattr(control, "options"):
        options = [o[1] if isinstance(o, tuple) else o for o in control.options]
        return [options[i % len(options)] for i in range(1, MOVES + 1)] if len(options) > 1 else []
    if isinstance(control.value, bool):
        return [not control.value, control.value] * (MOVES // 2)
    low, high = control.min, control.max
    values = [low + (high - low) * k / (MOVES - 1) for k in range(MOVES)]
    return [int(v) for v in values] if isinstance(control.value, int) else values


def lab(topic):
    name, parts = LABS[topic]
    library = catalogue.library(topic)
    shown, show = [], panel.show
    panel.show = lambda draw, controls: shown.append(show(draw, controls))
    with contextlib.redirect_stdout(io.StringIO()):
        getattr(getattr(labs, topic), name)(*[library[part] for part in parts])
    panel.show = show
    return shown[0]


HOOK = """
import time
from course.labs import panel
_show, _taken = panel.show, []
def show(draw, controls):
    def timed(**values):
        start = time.perf_counter()
        picture = draw(**values)
        _taken.append(1e3 * (time.perf_counter() - start))
        return picture
    return _show(timed, controls)
panel.show = show
"""
# The time of the key's event, and that of the frame after the one in which the picture has been decoded and set.
WATCH = """() => new Promise((done, late) => {
    const image = document.querySelector('.hnl-lab img'), before = image.src, lab = image.closest('.hnl-lab');
    let pressed = null;
    document.addEventListener('keydown', () => { pressed = performance.now(); }, {once: true, capture: true});
    const look = () => {
        const now = lab.querySelector('img');
        if (pressed === null || !now || now.src === before) return requestAnimationFrame(look);
        now.decode().then(() => requestAnimationFrame(() => done(performance.now() - pressed)), late);
    };
    window.moved = null;
    look();
}).then(ms => { window.moved = ms; })"""


def in_browser(topics):
    """Rows (lesson, milliseconds from key to picture, of these the kernel's), a move each."""
    import tempfile

    sys.path[:0] = [str(catalogue.ROOT / "tests"), str(catalogue.ROOT / "tests" / "browser")]
    from driver import ARGUMENTS, CHROMIUM, Desk, Server, notebook
    from playwright.sync_api import sync_playwright

    folder = Path(tempfile.mkdtemp()) / "work"
    for topic in topics:
        name, parts = LABS[topic]
        notebook(folder / topic / f"{topic}.ipynb", ("hook", HOOK), ("lab", (
            f"from autograder.lessons import catalogue\nfrom course.labs import {topic} as lab\n"
            f"yours = catalogue.library({topic!r})\nlab.{name}(*[yours[part] for part in {parts}])")),
            ("taken", "print(*_taken)"))
    server = Server(folder)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for topic in topics:
                desk = Desk(browser.new_page(), server).open(f"{topic}/{topic}.ipynb")
                desk.run("hook", "lab")
                handle = desk.cell("lab").locator(".noUi-handle").first
                handle.wait_for()
                taken = []
                for k in range(2 * MOVES):
                    handle.focus()
                    desk.page.evaluate(f"() => {{ ({WATCH})(); }}")
                    desk.page.keyboard.press("ArrowRight" if k % MOVES < MOVES // 2 else "ArrowLeft")
                    desk.page.wait_for_function("() => window.moved")
                    taken.append(desk.page.evaluate("() => window.moved"))
                    desk.page.evaluate("() => { window.moved = null; }")
                    desk.idle()
                desk.run("taken")
                said = "".join(out.get("text", "") for out in desk.outputs("taken"))
                kernel = [float(ms) for ms in said.split()][-len(taken):]         # the first picture is no move
                yield from ((topic, *row) for row in zip(taken, kernel, strict=True))
                desk.page.close()
            browser.close()
    finally:
        server.stop()


def main_in_browser(topics):
    rows = list(in_browser(topics))
    print(f"{'lab':16} {'key to picture, p50 ms':>24} {'most ms':>8} {'of these the kernel, p50':>26}")
    medians = {}
    for topic in topics:
        whole, kernel = zip(*(row[1:] for row in rows if row[0] == topic), strict=True)
        medians[topic] = statistics.median(whole)
        print(f"{topic:16} {medians[topic]:24.0f} {max(whole):8.0f} {statistics.median(kernel):26.0f}")
    worst = max(medians, key=lambda topic: medians[topic])
    print(f"slowest median: {medians[worst]:.0f} ms, {worst}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topics", nargs="*", default=list(LABS))
    parser.add_argument("--browser", action="store_true", help="the whole way, in JupyterLab")
    args = parser.parse_args()
    if args.browser:
        main_in_browser(args.topics)
        return
    print(f"{'lab':16} {'control':28} {'p50 ms':>8} {'most ms':>8}")
    worst = (0.0, "")
    for topic in args.topics:
        for control in controls(lab(topic)):
            taken = []
            for value in positions(control):
                start = time.perf_counter()
                control.value = value
                taken.append(1e3 * (time.perf_counter() - start))
            if taken:
                name = control.description or type(control).__name__
                print(f"{topic:16} {name[:28]:28} {statistics.median(taken):8.0f} {max(taken):8.0f}", flush=True)
                worst = max(worst, (statistics.median(taken), f"{topic}, {name}"))
    print(f"slowest median: {worst[0]:.0f} ms, {worst[1]}")


if __name__ == "__main__":
    main()
