"""What must hold of the repository as a whole."""

import ast
import importlib.util
import re
import subprocess
import sys
import zipfile

import pytest
import yaml
import yaml_check

from autograder.__main__ import parser
from autograder.author import bundle
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT


def tracked():
    """The files that git has, or would take; without git, those of the folders that matter."""
    try:
        done = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                              capture_output=True, text=True, check=True)
        names = done.stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        names = [p.relative_to(ROOT).as_posix() for folder in ("course", "autograder", "tests", "source", "release")
                 for p in (ROOT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return [ROOT / n for n in names if (ROOT / n).is_file()]


def texts():
    for path in tracked():
        if path.suffix not in (".png", ".npz", ".gz"):
            yield path, path.read_text(encoding="utf-8", errors="replace")


def test_the_top_level_is_as_promised():
    for name in ("README.md", "requirements.txt", "course", "source", "release", "autograder", "tests", "LICENSE",
                 "LICENSE-TEXT", "Makefile", "pyproject.toml", "nbgrader_config.py", ".ci/run"):
        assert (ROOT / name).exists(), name


def test_course_never_imports_autograder():
    for path in (ROOT / "course").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [])
            assert not any(n.split(".")[0] in ("autograder", "tests") for n in names), path


def test_nothing_of_one_machine_is_in_the_project():
    pattern = re.compile(r"(^|[^A-Za-z0-9_.~$}])/(home|root|Users|work|tmp/[a-z]+)/\w")
    for path, text in texts():
        if "hostile" in path.as_posix() or path.name == "test_repository.py":
            continue
        for number, line in enumerate(text.splitlines(), 1):
            assert not pattern.search(line), f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"


def test_the_class_bundle_holds_no_solution_and_no_key(tmp_path):
    files = bundle.write(tmp_path / "class.zip")
    assert bundle.leaks(files) == []
    with zipfile.ZipFile(tmp_path / "class.zip") as archive:
        names = [n.removeprefix("how-networks-learn/") for n in archive.namelist()]
    assert not [n for n in names if n.startswith(("autograder", "source", "tests", "private"))]
    for topic in catalogue.topics():
        assert f"release/{topic}/{topic}.ipynb" in names
    assert {"README.md", "requirements.txt", "course/__init__.py", "course/data/questions.json",
            "WHAT_IS_ALLOWED.md"} <= set(names)


def test_a_class_s_own_rules_go_into_its_bundle(tmp_path):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "WHAT_IS_ALLOWED.md").write_text("Ask me.\n", encoding="utf-8")
    assert bundle.contents(root=tmp_path)["WHAT_IS_ALLOWED.md"] == b"Ask me.\n"


def test_a_leak_is_found_and_stops_the_bundle(tmp_path, monkeypatch):
    from autograder.author.release import solution_lines
    from autograder.lessons.bank import load_bank
    question = next(iter(load_bank("loss").values()))
    for text in (f"    {solution_lines('loss', 'mse_grad')[0]}", question.options["A"].why, "### BEGIN SOLUTION"):
        files = {"course/odd.py": text.encode()}
        assert bundle.leaks(files)
        monkeypatch.setattr(bundle, "contents", lambda files=files: files)
        with pytest.raises(bundle.LeakError):
            bundle.write(tmp_path / "x.zip")
        assert not (tmp_path / "x.zip").exists()


def test_the_bundle_runs_on_its_own(tmp_path):
    """Unpacked elsewhere, without the checkout on the path: the package works and knows no key."""
    bundle.write(tmp_path / "class.zip")
    with zipfile.ZipFile(tmp_path / "class.zip") as archive:
        archive.extractall(tmp_path)
    program = ("import course, pathlib, sys\n"
               "assert pathlib.Path(course.__file__).is_relative_to(pathlib.Path.cwd()), course.__file__\n"
               "assert 'autograder' not in sys.modules\n"
               "from course.actions.check import specifications\n"
               "print(len(specifications('loss')))\n")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path / "how-networks-learn", capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(catalogue.exercises("loss"))


def test_the_style_is_kept():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_words_are_spelt(tmp_path):
    """The known words are in pyproject.toml; one odd word of a single line: `codespell:ignore` in a comment there."""
    command = [sys.executable, "-m", "codespell_lib"]
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    done = subprocess.run([*command, *names], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    (tmp_path / "page.md").write_text("T" + "eh word.\n")       # in two pieces, for this file is read too
    done = subprocess.run([*command, tmp_path / "page.md"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0 and "The" in done.stdout


def test_every_yaml_file_can_be_read(tmp_path):
    files = [path for path in tracked() if path.suffix in (".yaml", ".yml")]
    assert len(files) > len(catalogue.judged_topics())
    assert [fault for path in files for fault in yaml_check.faults(path)] == []
    odd = tmp_path / "odd.yaml"
    for text, words in (("a: 1\nb: [", ":2: "), ("- a: 1\n  b: {c: 1, c: 2}\n", ":2: the key 'c'"),
                        ("a: 1\nb: 2\na: 3\n", ":3: the key 'a'"), ("a: 1\n\tb: 2", ":2: ")):
        odd.write_text(text)
        fault, = yaml_check.faults(odd)
        assert words in fault


def test_the_hooks_before_a_commit_are_commands_that_are_here():
    """Nothing is fetched, and every tool is one that the suite has."""
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    for hook in repos[0]["hooks"]:
        python, *words = hook["entry"].split()
        assert python == "python" and hook["language"] == "system" and "additional_dependencies" not in hook
        assert importlib.util.find_spec(words[1]) if words[0] == "-m" else (ROOT / words[0]).is_file(), hook["id"]


def test_generated_files_are_marked_and_no_others():
    """GitHub folds them in a diff, and leaves them out of the languages. What a person writes is read."""
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    if not (ROOT / ".git").exists():                # unpacked from an archive: nobody to ask
        return
    done = subprocess.run(["git", "check-attr", "--stdin", "linguist-generated"], cwd=ROOT, capture_output=True,
                          text=True, input="\n".join(names), check=True)
    marked = {line.split(": ")[0] for line in done.stdout.splitlines() if line.endswith(": set")}
    made = r"source/\w+/\w+\.ipynb|release/.*|course/data/.*\.json|tests/golden/.*"
    assert marked == {name for name in names if re.fullmatch(made, name)} and len(marked) > 20


def test_the_readme_names_only_commands_that_are_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = next(a for a in parser()._actions if a.dest == "command").choices
    for command in re.findall(r"python -m autograder (\w+)", readme):
        assert command in commands
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)`", readme):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for link in re.findall(r"\]\((?!https?:|#)([^)]+)\)", readme) + re.findall(r'src="([^"]+)"', readme):
        assert (ROOT / link).exists(), link


def test_one_package_has_one_version_wherever_it_is_named():
    seen = {}
    for path in (*sorted(ROOT.glob("requirements*.txt")), ROOT / "docs" / "SCALE.md", ROOT / ".ci" / "run"):
        text = path.read_text(encoding="utf-8")
        for name, version in re.findall(r"(\w[\w-]+)(?:\[\w+\])?(?:==|@)(\d[\w.]*)", text):
            seen.setdefault(name.lower().replace("_", "-"), set()).add(version)
    assert "configurable-http-proxy" in seen and "ngshare-exchange" in seen
    # ngshare has an environment of its own, with an older one
    assert [name for name, versions in seen.items() if len(versions) > 1] == ["sqlalchemy"], seen


def test_the_screenshots_are_small():
    for path in tracked():
        if path.suffix == ".png":
            assert path.stat().st_size < 200_000, path
