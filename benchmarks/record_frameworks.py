"""Record what the lesson `frameworks` shows where a framework is missing: course/data/frameworks.json.

    python benchmarks/record_frameworks.py [torch | keras …]

For each framework the reference notebook is run with it, and what it measures is kept; then the broken script with each
of its faults alone, three seeds each. Both frameworks have to be installed, or the one that is named: what is there of
the other stays. About three minutes.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograder.author.cells import source_notebook
from autograder.author.execute import execute
from autograder.lessons.frameworks import broken
from course import data, engine
from course.labs import frameworks as lab

EPOCHS, SEEDS, BATCHES = 8, 3, 22
SHOWN = [9, 22, 2, 14, 7]        # the faults in the order in which they are drawn, without their names


def of_the_lesson(framework):
    """What the reference notebook measures with a framework."""
    notebook = source_notebook("frameworks")
    notebook.cells = [cell for cell in notebook.cells if "check" not in cell.metadata.get("tags", ())]
    for cell in notebook.cells:
        if cell.id == "framework":
            cell.source = f'FRAMEWORK = "{framework}"'
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_RECORD"] = str(Path(folder) / "found.json")
        ran = execute(notebook, 600)
        if ran.errors:
            sys.exit(f"{framework}: " + "\n".join(f"{cell}: {why}" for cell, why in ran.errors))
        print(f"{framework}: the notebook took {ran.seconds:.0f} s")
        return json.loads(Path(os.environ.pop("COURSE_RECORD")).read_text(encoding="utf-8"))


def curves(framework):
    """{which: {"loss", "accuracy": one row a seed}} of the right script and of each fault alone."""
    lab.quiet()
    if framework == "torch":
        import torch
        torch.set_num_threads(1)
        names, seed_all = {"torch": torch, "nn": torch.nn}, torch.manual_seed
    else:
        import keras
        import tensorflow as tf
        names, seed_all = {"tf": tf, "keras": keras, "Dense": keras.layers.Dense, "Dropout": keras.layers.Dropout
                           }, keras.utils.set_random_seed
    images, starts = data.digits(), [trained(seed) for seed in range(SEEDS)]
    found = {}
    for which, faults in [("right", []), *((f"fault {k}", [line]) for k, line in enumerate(SHOWN, 1))]:
        space = {"np": np, **names}
        exec(broken.script(framework, *faults), space)
        runs = []
        for seed in range(SEEDS):
            seed_all(seed)
            runs.append(space["fine_tune"](starts[seed][:2], *images, EPOCHS, np.random.default_rng(seed)))
        losses = np.array([losses for losses, _ in runs]).reshape(SEEDS, EPOCHS, BATCHES).mean(axis=2)
        found[which] = {"loss": losses.round(4).tolist(),
                        "accuracy": np.array([accuracies for _, accuracies in runs]).round(4).tolist()}
        print(f"{which:8s} {faults}  loss {losses[:, 0].mean():.2f} to {losses[:, -1].mean():.2f}  accuracy",
              *(f"{run[-1]:.2f}" for run in found[which]["accuracy"]))
    return found


def trained(seed):
    """Layers trained in NumPy, of which the script takes two over."""
    rng = np.random.default_rng(seed)
    start = engine.init([64, 64, 64, 10], rng, (2 / 64) ** 0.5)
    images, labels, _, _ = data.digits()
    return engine.fit(start, images, labels, n_epochs=10, batch_size=64, learning_rate=0.1, rng=rng)[0]


def main(asked):
    if asked[:1] == ["--curves"]:                       # in a process of its own, since the two do not share one well
        found = curves(asked[1])
        Path(asked[2]).write_text(json.dumps(found), encoding="utf-8")
        return
    every = lab.recorded()
    for framework in asked or ["torch", "keras"]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "curves.json"
            subprocess.run([sys.executable, __file__, "--curves", framework, str(file)], check=True)
            every[framework] = {**every.get(framework, {}), "script": broken.SCRIPTS[framework].rstrip().split("\n"),
                                "broken": json.loads(file.read_text(encoding="utf-8"))}
        write(every)
        every[framework] = {**{k: every[framework][k] for k in ("script", "broken")}, **of_the_lesson(framework)}
        write(every)


def write(every):
    lab.RECORDED.write_text(json.dumps(every, indent=1, ensure_ascii=False) + "\n", encoding="utf-8",
                            newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
