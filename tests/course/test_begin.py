"""Minute zero: what a double click on start.bat or start.command comes to, on machines that this one is not."""

import ast
import os
import shutil
import subprocess
import sys

import pytest
from classroom import ROOT

from course.actions import begin
from course.actions.begin import Stop


@pytest.fixture
def unpacked(tmp_path):
    """The folder of an unpacked bundle, as far as `begin` looks."""
    folder = tmp_path / "course folder"
    (folder / "release").mkdir(parents=True)
    (folder / "course" / "actions").mkdir(parents=True)
    shutil.copy(ROOT / "course" / "actions" / "begin.py", folder / "course" / "actions")
    (folder / "requirements.txt").write_text("numpy\n")
    for name in ("start.command", "start.bat"):
        shutil.copy(ROOT / name, folder)
    return folder


class Runs:
    """A stand-in for running a program: what was asked for, and the statuses to give in turn."""

    def __init__(self, *statuses):
        self.statuses, self.commands = list(statuses), []

    def __call__(self, command, cwd=None):
        self.commands.append(command)
        if command[1:3] == ["-m", "venv"]:
            os.makedirs(os.path.dirname(begin.python_of(command[3], False)), exist_ok=True)
            open(begin.python_of(command[3], False), "w").close()
        return self.statuses.pop(0) if self.statuses else 0


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Temporary files of the system are not where pytest keeps its own."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))


def test_the_first_start_makes_an_environment_and_the_next_ones_do_not(unpacked, elsewhere, capsys):
    runs = Runs()
    assert begin.begin(str(unpacked), ["weights"], False, runs) == 0
    assert [command[1:3] for command in runs.commands] == [["-m", "venv"], ["-m", "pip"], ["-m", "course"]]
    assert runs.commands[-1][-2:] == ["learn", "weights"] and "this takes a few minutes" in capsys.readouterr().out
    again = Runs()
    assert begin.begin(str(unpacked), [], False, again) == 0
    assert [command[1:3] for command in again.commands] == [["-m", "course"]]
    (unpacked / "requirements.txt").write_text("numpy==3\n")
    renewed = Runs()
    begin.begin(str(unpacked), [], False, renewed)
    assert len(renewed.commands) == 3


@pytest.mark.parametrize("statuses, said", [
    ((1,), "python3-venv"),
    ((0, 1), "Is there a network? This step alone needs one. Start again to go on."),
])
def test_a_step_that_fails_is_one_sentence_and_is_tried_again(unpacked, elsewhere, capsys, statuses, said):
    assert begin.begin(str(unpacked), [], False, Runs(*statuses)) == 1
    out = capsys.readouterr()
    assert said in out.out and "Traceback" not in out.out + out.err
    shutil.rmtree(unpacked / ".venv", ignore_errors=True)
    assert begin.begin(str(unpacked), [], False, Runs()) == 0


@pytest.mark.parametrize("version, fits", [
    ((3, 10, 4), False), ((2, 7, 18), False), ((3, 11, 0), True), ((4, 0), True)])
def test_an_old_python_is_told(version, fits):
    if fits:
        begin.check_version(version, "python")
    else:
        with pytest.raises(Stop, match=rf"This is Python {version[0]}\.{version[1]} .* needs 3.11 or newer"):
            begin.check_version(version, "python")


@pytest.mark.parametrize("folder, temporary, inside", [
    (r"C:\Users\ada\AppData\Local\Temp\Temp1_how-networks-learn.zip\course", r"C:\Users\ada\AppData\Local\Temp", True),
    (r"C:\Users\ada\AppData\Local\Temp\7zO0A1B2C3D\how-networks-learn", r"C:\Users\ada\AppData\Local\Temp\\", True),
    (r"C:\Users\Ada\AppData\Local\Temp\Rar$EXa123\how-networks-learn", r"c:\users\ada\appdata\local\temp", True),
    (r"C:\Users\ada\how-networks-learn.zip.unpacked", r"C:\Users\ada\AppData\Local\Temp", False),
    ("/tmp/how-networks-learn", "/tmp", False),
    ("/data/ada/course", "", False),
])
def test_a_start_inside_the_archive_is_seen(folder, temporary, inside):
    assert begin.in_archive(folder, temporary) is inside


@pytest.mark.parametrize("folder, program", [
    (r"C:\Users\ada\OneDrive - University\Desktop\course", "OneDrive"), (r"D:\Dropbox (Personal)\course", "Dropbox"),
    ("/data/ada/Library/Mobile Documents/com~apple~CloudDocs/course", "iCloud"),
    ("/data/ada/Library/CloudStorage/GoogleDrive-ada@example.org/My Drive/course", "a cloud"),
    ("/data/ada/Nextcloud/course", "Nextcloud"), (r"G:\My Drive\course", "Google Drive"),
    ("/data/ada/my one drive/course", ""), ("/data/ada/course", ""),
])
def test_the_environment_is_outside_of_a_synchronised_folder(folder, program):
    assert begin.synchronised_by(folder) == program
    environment, sentence = begin.environment_folder(folder, "/data/ada")
    assert environment.startswith(folder) is not bool(program)
    assert program in sentence if program else sentence == ""


def test_a_long_path_and_a_half_unpacked_zip_are_told(unpacked, tmp_path):
    begin.check_folder(str(unpacked), "", False)
    deep = tmp_path / ("d" * 100)
    shutil.copytree(unpacked, deep)
    begin.check_folder(str(deep), "", False)
    with pytest.raises(Stop, match="too long for Windows. Move the folder to a short one"):
        begin.check_folder(str(deep), "", True)
    shutil.rmtree(unpacked / "release")
    with pytest.raises(Stop, match="release is not in .* Unpack the whole zip"):
        begin.check_folder(str(unpacked), "", False)


def test_no_right_to_write_and_a_full_disk_are_told(unpacked, elsewhere, monkeypatch, capsys):
    real = open

    def refused(path, *args, **kwargs):
        if str(path).endswith(".begin"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)
    monkeypatch.setattr("builtins.open", refused)
    assert begin.begin(str(unpacked), [], False, Runs()) == 1
    assert "Nothing can be written in" in capsys.readouterr().out
    monkeypatch.setattr("builtins.open", real)

    def full(command, cwd=None):
        raise OSError(28, "No space left on device")
    assert begin.begin(str(unpacked), [], False, full) == 1
    assert "The disk is full." in capsys.readouterr().out


def test_it_is_readable_for_an_old_python_and_needs_no_package():
    """Else it ends in a SyntaxError or an ImportError before it can say what is missing."""
    source = (ROOT / "course" / "actions" / "begin.py").read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= set(sys.stdlib_module_names) and not any(isinstance(n, ast.ImportFrom) for n in ast.walk(tree))
    assert source.isascii()


def test_the_two_files_are_short_and_name_what_is_there():
    for name in ("start.bat", "start.command"):
        raw = (ROOT / name).read_bytes()
        assert raw.count(b"\n") <= 15 and raw.isascii()
        assert b"course/actions/begin.py" in raw.replace(b"\\", b"/")
        assert (raw.count(b"\r\n") == raw.count(b"\n")) is (name == "start.bat"), "cmd.exe loses labels without CRLF"
    assert os.access(ROOT / "start.command", os.X_OK) or os.name == "nt"


@pytest.mark.skipif(os.name == "nt", reason="for Linux and macOS: sh")
def test_start_command_finds_a_python_that_fits_or_says_what_to_install(unpacked, tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "dirname").symlink_to(shutil.which("dirname"))

    def start(cwd=tmp_path):
        done = subprocess.run([shutil.which("sh"), str(unpacked / "start.command"), "--prepare"], cwd=cwd,
                              env={"PATH": str(programs)}, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def program(name, body):
        (programs / name).write_text(f"#!{shutil.which('sh')}\n{body}\n")
        (programs / name).chmod(0o755)
    assert start() == (1, "Install Python 3.11 or newer from https://www.python.org/downloads, "
                          "then start this file again.\n")
    program("uv", 'echo "uv $@"')
    assert start() == (0, "uv run --no-project --python 3.12 python -I course/actions/begin.py --prepare\n")
    program("python3", "exit 1")                                # too old, or the stand-in of a system
    assert start()[1].startswith("uv run")
    program("python3.12", '[ "$1" = -c ] && exit 0; echo "this one $@"')
    assert start() == (0, "this one -I course/actions/begin.py --prepare\n")
    shutil.rmtree(unpacked / "course")
    assert start() == (1, "Unpack the whole zip first, then start the file in it.\n")
