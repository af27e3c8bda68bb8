"""What each hostile program gains where there is no wall. One that gains nothing there attacks nothing.

`tests/hostile/without_wall.py` is a judge as many have been written: it runs the program in its own process or beside
it, keeps the answers in reach, believes what it is sent, and limits nothing. It runs each program in a throw-away
world. Behind the wall the same programs gain nothing: test_hostile.py.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import ROOT

from autograder.sandbox import walls

PROGRAMS = {path.stem: path for path in sorted((ROOT / "tests" / "hostile" / "programs").glob("*.py"))}

# how it is measured, and what it gains: {program: words that the measurement must hold}
WITHOUT = {
    # a test in the learner's process gives points
    "marks": {
        "always_raise": "mse by raises",
        "array_subclass": "mse by close",
        "ast_transformer": "2.0 * bool",
        "corrupt_the_small_integers": "the judge's process ends",
        "display_hook": "by the cell",
        "engine_stand_in": "mse by testing",
        "fake_repr": "mse by equal",
        "find_the_reference": "mse by testing",
        "import_the_reference": "mse by testing",
        "infinite": "mse by relative",
        "input_transformer": "by the cell",
        "lying_iterator": "looked_at_twice",
        "masked_array": "mse_grad by testing",
        "negative_score": "by the cell 'float",
        "not_a_number": "mse by difference",
        "number_subclass": "mse by difference",
        "object_array": "mse_grad by difference",
        "patch_assert": "by the cell 'assert",
        "patch_builtins": "mse by difference",
        "patch_numpy_testing": "mse by testing",
        "patch_the_check": "by the cell 'check",
        "read_frames": "mse by testing",
        "read_the_published_cases": "mse by testing",
        "remember_the_inputs": "mse_grad by afterwards",
        "search_the_heap": "mse by testing",
        "skip_the_rest": "by the cell",
        "trace_the_process": "mse by testing",
    },
    # the next submission in the same process loses its marks
    "spoils": {"empty_sys_modules": "0 are marked right", "numpy_beside": "0 are marked right"},
    # the judge fails over what it is given, and nobody after this one is graded
    "stops": {"huge_answer": "190 MB", "self_reference": "comparison of mse fails",
              "structured_dtype": "comparison of mse fails", "unraisable": "comparison of mse fails"},
    "ends": {"close_descriptors": "the judge", "exit_codes": "process ends", "recursion": "process ends",
             "segmentation_fault": "process ends"},
    # what it sends is believed, run, shown or waited for
    "believed": {"answer_with_the_nonce": "a verdict", "endless_frames": "taken for answers",
                 "huge_frame": "never come", "malformed_values": "cannot read", "protocol_frames": "MB"},
    "unpickles": {"pickle_in_answer": "unpickled"},
    "page": {"html_in_messages": "a script"},
    "prints": {"print_a_gigabyte": "256 MB"},
    # time
    "runs_on": {"endless_loop": "an interrupt does not end it", "ignore_signals": "an interrupt does not end it",
                "sleep": "runs on", "slow_iterator": "runs on", "uninterruptible": "runs on"},
    # it does something to others, or leaves something behind
    "does": {"change_modes": "checkout/course", "daemons": "processes stay", "deep_folders": "cannot be removed",
             "kill_by_a_pipe": "a bystander is killed", "kill_everybody": "a bystander is killed",
             "leave_a_trap": "sitecustomize.py", "start_a_shell": "in /tmp"},
    # it counts itself what it got: of the machine, of others, of what is limited
    "gained": {"about_the_machine": "net/tcp", "disk_behind_talk": "64", "disk_fill": "100000000",
               "disk_out_of_sight": "64", "environment": "a secret of the grader", "folders_that_move": "64",
               "fork_bomb": ", ", "inherited_descriptors": "b'", "lease_on_a_file": "own", "memory_bomb": "4000",
               "names_without_bytes": "60000", "nameless_files": "64", "network": "abstract",
               "pids_of_the_machine": "getpgid", "read_proc": "environ", "seccomp_escape": "memfd_create",
               "signals_by_fcntl": "F_SETOWN", "small_stacks": "3999", "symlinks": "gradebook.db",
               "thread_bomb": "", "threads_apart": "descriptors of its own", "trace_the_parent": "traced",
               "unlinked_files": "64", "unseen_disk": "640"},
    "twice": {"compiled_for_the_next": "torchinductor", "left_for_the_next": "/tmp/answers-of-mine"},
}
RIGHT = "import numpy as np\ndef mse(y_pred, y_true):\n    return float(np.mean((y_pred - y_true) ** 2))\n"
INNOCENT = "def mse(y_pred, y_true):\n    return 0.0\n"


def seen_at(path):
    """Where a file of the checkout is in the outer world: /tmp and /mnt are the programs' own there."""
    hidden = any(ROOT.is_relative_to(place) for place in ("/tmp", "/mnt"))
    return f"/media/{path.relative_to(ROOT)}" if hidden and path.is_relative_to(ROOT) else str(path)


def outside(*command, given):
    """Run a command where nothing of the machine can be written to, reached or hurt."""
    memory = [part for path in ("/tmp", "/mnt") for part in ("--size", str(256 << 20), "--tmpfs", path)]
    checkout = ["--ro-bind", str(ROOT), seen_at(ROOT)] if seen_at(ROOT) != str(ROOT) else []
    bwrap = ["bwrap", "--unshare-all", "--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL",
             "--die-with-parent", "--new-session", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev",
             *checkout, *memory, "--chdir", "/mnt", "--"]
    done = subprocess.run([*bwrap, *command], input=given, capture_output=True, text=True, timeout=400,
                          env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def worlds():
    """{(kind, program): what it gained or ""}"""
    if walls.bubblewrap_problem():
        pytest.skip("bubblewrap does not work here")
    jobs = [(kind, name, PROGRAMS[name].read_text("utf-8")) for kind, names in WITHOUT.items() for name in names]
    jobs += [(kind, "innocent", INNOCENT) for kind in WITHOUT]
    jobs.append(("marks", "right", RIGHT))
    script = ROOT / "tests" / "hostile" / "without_wall.py"
    said = outside(seen_at(Path(sys.executable)), seen_at(script), seen_at(ROOT),
                   given=json.dumps([[f"{kind} {name}", kind, text] for kind, name, text in jobs]))
    found = {tuple(name.split()): gained for name, gained, _ in map(json.loads, said.splitlines())}
    assert len(found) == len(jobs)
    return found


@pytest.mark.parametrize("kind,program", [(kind, name) for kind, names in WITHOUT.items() for name in names])
def test_each_program_gains_without_the_wall(worlds, kind, program):
    gained = worlds[kind, program]
    assert gained and "THE WORLD" not in gained and WITHOUT[kind][program] in gained, gained


@pytest.mark.parametrize("kind", WITHOUT)
def test_a_program_that_attacks_nothing_gains_nothing(worlds, kind):
    """Without a wall as well: what is measured is the attack, and not the judge's weakness alone."""
    assert worlds[kind, "innocent"] == ""


def test_a_right_program_gets_its_marks_without_the_wall(worlds):
    assert "mse by testing" in worlds["marks", "right"]


def test_the_table_has_every_program_once():
    listed = [name for names in WITHOUT.values() for name in names]
    assert sorted(listed) == sorted(PROGRAMS)
