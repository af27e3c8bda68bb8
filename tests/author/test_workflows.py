"""The files that other machines run: workflows, Binder's, Codespaces', and what says how to cite the course.

What they do there cannot be tried here; that they name what exists, and ask for no more than they need, can.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from test_elsewhere import POSIX, environment_of

from autograder.__main__ import parser
from autograder.author import bundle
from autograder.lessons.catalogue import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NEEDED = ("source", "release", "course", "autograder", ".binder")          # of the repository, to make lessons and keys


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path):
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def commands():
    """[(file, line)] of all that is run on other machines, lines that go on in the next as one."""
    found = [(path.name, step["run"]) for path in WORKFLOWS for step in steps(path) if "run" in step]
    found += [("devcontainer.json", devcontainer()["postCreateCommand"]),
              ("postBuild", (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8"))]
    return [(name, line.strip()) for name, text in found for line in text.replace("\\\n", " ").splitlines()]


def devcontainer():
    return json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


def test_the_workflows_are_these():
    assert [path.name for path in WORKFLOWS] == ["site.yml", "tests.yml"]
    systems = read(WORKFLOWS[1])["jobs"]
    assert systems["linux"]["runs-on"].startswith("ubuntu")
    assert [re.match("[a-z]+", name)[0] for name in systems["elsewhere"]["strategy"]["matrix"]["os"]] == [
        "macos", "windows"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_nothing_is_allowed_that_is_not_needed(path):
    text, made = path.read_text(encoding="utf-8"), read(path)
    used = re.findall(r"uses: *(\S+) *(#.*)?", text)
    assert used and all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", name) and re.match(r"# v\d+\.\d+\.\d+", note)
                        for name, note in used)
    assert made["permissions"] in ({}, {"contents": "read"}) and made["concurrency"]["group"]
    for name, job in made["jobs"].items():
        assert job["timeout-minutes"] <= 120
        allowed = job.get("permissions", made["permissions"])
        assert allowed == {"contents": "write" if name == "publish" else "read"}, name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False
            assert "${{" not in step.get("run", ""), "what comes from outside reaches a shell in variables alone"
    assert "secrets." not in text


def test_who_may_write_runs_nothing_of_the_course():
    publish = read(WORKFLOWS[0])["jobs"]["publish"]
    assert not any("checkout" in step.get("uses", "") or "python" in step.get("run", "") for step in publish["steps"])
    assert publish["if"] == "github.ref == 'refs/heads/main'"


def test_what_is_run_is_there():
    known = next(a for a in parser()._actions if a.dest == "command").choices
    for name, line in commands():
        for module, command in re.findall(r"python -m (autograder\S*|course) ?([a-z-]*)", line):
            file = ROOT / (module.replace(".", "/") + ".py")
            assert file.is_file() or module in ("autograder", "course"), (name, line)
            assert module != "autograder" or command in {*known, "site"}, (name, line)
        for file in re.findall(r"-r (\S+\.txt)", line):
            assert (ROOT / file).is_file() or file == "requirements-site.txt", (name, line)
        for folder in re.findall(r"(?<=\s)tests/\w+", line):
            assert (ROOT / folder).is_dir(), (name, line)
    assert any(line == ".ci/run" for _, line in commands())


def test_marks_in_the_workflow_are_marks_of_the_suite():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["markers"]
    marks = {text.partition(":")[0] for text in listed}
    asked = {mark for _, line in commands() if "pytest" in line for mark in re.findall(r"not (\w+)", line)}
    assert asked and asked <= marks


def test_the_site_gets_its_address_where_it_is_built(tmp_path):
    """The line that writes it, run on a setting as it is committed."""
    line = next(line for _, line in commands() if line.startswith("sed -i"))
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "site.yml").write_text('title: "A"\nrepository: ""\nteach: []\n', encoding="utf-8")
    if sys.platform.startswith("linux"):
        subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True,
                       env=os.environ | {"REPOSITORY": "https://github.com/OWNER/NAME"})
        assert read(tmp_path / "source" / "site.yml")["repository"] == "https://github.com/OWNER/NAME"


def test_binder_and_codespaces_have_what_learners_install():
    assert (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8") == bundle.learner_requirements(), (
        "write bundle.learner_requirements() into .binder/requirements.txt")
    assert re.fullmatch(r"python-3\.1\d\n", (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8"))
    assert ".binder/requirements.txt" in devcontainer()["postCreateCommand"]
    assert re.fullmatch(r"\S+/python:3\.1\d-\w+", devcontainer()["image"])


def test_lite_has_the_widgets_of_the_course():
    pins = set((ROOT / "requirements-lite.txt").read_text(encoding="utf-8").splitlines()[1:])
    course = set((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines())
    assert all("==" in pin for pin in pins)
    assert {pin for pin in pins if "widget" in pin} <= course


@POSIX
def test_binder_builds_with_no_more_than_that(tmp_path):
    """postBuild and start, in an environment of the packages that Binder installs, give lessons and their keys."""
    names = [re.match(r"[\w.-]+", line)[0] for line in bundle.learner_requirements().splitlines() if line[0] != "-"]
    python = environment_of(tmp_path / "python", names)
    place = tmp_path / "course"
    place.mkdir()
    for name in NEEDED:
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    env = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(tmp_path), "REPO_DIR": str(place)}
    for script in ("postBuild", "start"):
        assert os.access(ROOT / ".binder" / script, os.X_OK)
    subprocess.run([place / ".binder" / "postBuild"], cwd=place, env=env, check=True, capture_output=True)
    assert (place / "work" / "start" / "start.ipynb").is_file()
    asked = "from course.cards.keys import folder; print(folder())"
    done = subprocess.run([place / ".binder" / "start", "python", "-c", asked], cwd=place, env=env, check=True,
                          capture_output=True, text=True)
    assert done.stdout.strip() == str(place / "dist" / "keys")
    assert devcontainer()["remoteEnv"]["COURSE_KEYS"].endswith("/dist/keys")


def test_the_citation_says_what_the_package_says():
    cited = read(ROOT / "CITATION.cff")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"cff-version", "message", "title", "authors"} <= set(cited) and cited["cff-version"] == "1.2.0"
    assert str(cited["version"]) == project["version"] and cited["authors"][0]["name"]
    assert " AND ".join(cited["license"]) == project["license"]
    known = {"cff-version", "message", "type", "title", "abstract", "authors", "version", "license", "keywords",
             "date-released", "repository-code", "url"}
    assert set(cited) <= known
    page = (ROOT / "docs" / "CITE.md").read_text(encoding="utf-8")
    assert cited["title"] in page and f"version {cited['version']}" in page.lower()
