"""Run hostile programs where there is no wall, each in a throw-away world, and say what each gains there.

Started by tests/sandbox/test_without_wall.py inside a bubblewrap without network, where all of the machine can only be
read and /tmp and /mnt are memory. In there each program gets processes and file systems of its own, a class to spoil
and a bystander to hurt: the first process of that world outlives whatever the program does, and tells.

    without_wall.py CHECKOUT < [[name, kind, text], …]      prints a line of JSON for each: [name, what it gained or ""]
"""

import contextlib
import ctypes
import fcntl
import io
import json
import os
import pickle
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import time
import warnings

CHECKOUT = sys.argv[1]
SECRET = "a secret of the grader"
CLASS, OWN, COURSE = "/mnt/class", "/mnt/class/work/one", "/mnt/class/checkout"
MEGABYTE = 1 << 20
LIMIT = 64 * MEGABYTE
LONGEST = 40                # seconds for one world
LIBC = ctypes.CDLL(None, use_errno=True)
NEW_WORLD = 0x20000 | 0x20000000 | 0x08000000 | 0x40000000      # mounts, processes, shared memory, network

sys.path[:0] = [COURSE, f"{CHECKOUT}/autograder/sandbox"]
warnings.simplefilter("ignore")


# --- a judge without a wall: in the learner's process, as nbgrader's own tests are ---------------------------

class Case:
    """One call with what is expected. The dict is what a search of the heap finds."""

    def __init__(self, name, args, expected, reference):
        self.name, self.args, self.expected, self.reference = name, args, expected, reference


def load():
    """(shell, cases, references): what a judge in the same process holds."""
    from child_cells import make_shell

    import course.checking.codec as codec
    from autograder.lessons.loss import solutions

    with open(f"{COURSE}/course/data/exercises/loss.json", encoding="utf-8") as file:
        specs = json.load(file)
    cases = []
    for name, spec in specs.items():
        for case in spec["cases"][:2]:
            value = case["expected"].get("result", {}).get("value")
            args = [codec.decode(arg) for arg in case["calls"][0]["args"]]
            reference = getattr(solutions, name)
            if name not in ("minibatches", "fit_line"):                 # no one value; long
                value = codec.decode(value) if value is not None else reference(*args)
                cases.append(Case(name, args, value, reference))
    import nbgrader.utils  # noqa: F401
    return make_shell(), specs, cases


def call(shell, asked):
    return shell.user_ns[asked.name](*asked.args)


def equal(shell, case, expected, np):
    return bool(np.all(call(shell, case) == expected))


def close(shell, case, expected, np):
    return bool(np.allclose(call(shell, case), expected))


def testing(shell, case, expected, np):
    np.testing.assert_allclose(call(shell, case), expected, rtol=1e-6)
    return True


def difference(shell, case, expected, np):
    return not np.any(abs(call(shell, case) - expected) > 1e-6)


def counted(shell, case, expected, np):
    wrong = 0
    if not abs(call(shell, case) - expected) <= 1e-6:
        wrong = wrong + 1
    return wrong == 0


def relative(shell, case, expected, np):
    result = call(shell, case)
    return bool(np.all(abs(result - expected) <= 1e-6 * np.maximum(abs(result), abs(expected))))


def raises(shell, case, expected, np):
    """A case that asks for an error, without one beside it that asks for a value."""
    try:
        shell.user_ns[case.name](*[np.ones((2, 3)), np.ones((4, 5))][:len(case.args)])
    except ValueError:
        return True
    return False


def afterwards(shell, case, expected, np):
    """Expected is worked out from the inputs when the answer is there."""
    result = call(shell, case)
    time.sleep(0.05)
    return bool(np.allclose(result, case.reference(*case.args)))


def looked_at_twice(shell, case, expected, np):
    batches = shell.user_ns["minibatches"](6, 2, np.random.default_rng(0))
    shuffled = [int(i) for batch in batches for i in batch] != list(range(6))
    return shuffled and sorted(int(i) for batch in batches for i in batch) == list(range(6)) \
        and all(len(batch) == 2 for batch in batches)


STYLES = (equal, close, testing, difference, counted, relative, raises, afterwards, looked_at_twice)
CELLS = ("assert abs({name}(*_case.args) - _case.expected) < 1e-6",
         "2.0 * bool(abs({name}(*_case.args) - _case.expected) < 1e-6)",
         "float(2.0 - 2.0 * abs({name}(*_case.args) - _case.expected) / abs(_case.expected))",
         "from course import check\ncheck({name!r})")


def stock_grade(shell, source, case):
    """The points that nbgrader 0.9.6 gives for the outputs of a test cell of 2 points."""
    import nbformat.v4 as v4
    from nbgrader.utils import determine_grade

    outputs = []
    shell.displayhook.write_format_data = lambda data, metadata=None: outputs.append(
        v4.new_output("execute_result", data=data))
    shell.user_ns["_case"] = case
    with contextlib.redirect_stdout(io.StringIO()):
        done = shell.run_cell(source.format(name=case.name), silent=False, store_history=False)
    if done.error_before_exec or done.error_in_exec:
        outputs.append(v4.new_output("error", ename="", evalue="", traceback=[]))
    cell = v4.new_code_cell(source, outputs=outputs, metadata={"nbgrader": {
        "grade": True, "solution": False, "points": 2, "grade_id": case.name, "locked": True, "schema_version": 3}})
    return determine_grade(cell)[0] or 0


def run(shell, text):
    with contextlib.redirect_stdout(io.StringIO()):
        shell.run_cell(text, store_history=False, silent=True)


def marks(judge, text):
    """The tests that give points, and for which exercise."""
    import numpy as np

    shell, _, cases = judge
    run(shell, text)
    found = []
    for number, case in enumerate(cases):
        for style in STYLES:
            with contextlib.suppress(BaseException):
                if (style is not looked_at_twice or number == 0) and style(shell, case, case.expected, np) is True:
                    found.append(f"{case.name} by {style.__name__}")
        if number % 2 == 0:
            for source in CELLS:
                with contextlib.suppress(BaseException):
                    if stock_grade(shell, source, case) > 0:
                        found.append(f"{case.name} by the cell {source.splitlines()[-1]!r}")
    return ", ".join(list(dict.fromkeys(found))[:4])


def spoils(judge, text):
    """The right program of the next one, in the same process."""
    import inspect

    import numpy as np

    shell, _, cases = judge
    sources = {case.name: inspect.getsource(case.reference) for case in cases}

    def passed():
        run(shell, "import numpy as np\nfrom course.plots import new\n" + "\n\n".join(sources.values()))
        count = 0
        for case in cases:
            with contextlib.suppress(BaseException):
                count += testing(shell, case, case.expected, np)
        return count
    before = passed()
    run(shell, text)
    after = passed()
    return f"of {before} right answers of the next one {after} are marked right" if after < before else ""


def stops(judge, text):
    """A judge that compares whatever came back, and fails doing so: nobody after this one is graded."""
    import numpy as np

    shell, _, cases = judge
    run(shell, text)
    for case in cases:
        try:
            try:
                result = call(shell, case)
            except Exception as error:
                str(error)
            else:
                np.allclose(np.asarray(result), case.expected)
                json.dumps(result, default=repr)
                if getattr(result, "nbytes", 0) > LIMIT:
                    return f"an answer of {result.nbytes // MEGABYTE} MB to be kept"
        except BaseException as error:
            return f"the judge's comparison of {case.name} fails: {name_of(error)}"
    return ""


def name_of(error):
    """A class's own name, whatever its class says."""
    return type.__dict__["__name__"].__get__(type(error))[:40]


def page(judge, text):
    shell, _, cases = judge
    run(shell, text)
    for case in cases:
        try:
            said = call(shell, case)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        if "<script>" in f"<p>{said}</p>":
            return "a script on the page"
    return ""


def unpickles(judge, text):
    """A judge to whom values come as pickles."""
    shell, _, cases = judge
    run(shell, text)
    said = io.StringIO()
    for case in cases:
        with contextlib.redirect_stdout(said), contextlib.suppress(Exception):
            result = call(shell, case)
            pickle.loads(result if isinstance(result, bytes) else pickle.dumps(result))
    return f"code of its own runs in the judge: {said.getvalue().strip()}" if said.getvalue() else ""


def ends(judge, text):
    """The judge's own process, which the program runs in."""
    shell, _, cases = judge
    run(shell, text)
    for case in cases:
        with contextlib.suppress(Exception):
            call(shell, case)
    return ""                       # it is still there; the world's first process says where it is not


# --- a judge beside the learner's process, but with nothing between them -------------------------------------

def learner(judge, text, work):
    """(pid, a descriptor that says when it is done): a process that runs the program and then `work`."""
    told, tells = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(TELLING)
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with contextlib.suppress(BaseException):
            run(judge[0], text)
            with contextlib.suppress(BaseException):
                call(judge[0], judge[2][0])
            os.write(tells, (work(judge[0]) or "").encode()[:2000] + b"\n")
        os._exit(0)
    os.close(tells)
    return pid, told


def heard(number, seconds):
    """What is said, None where nothing was said in time."""
    if not select.select([number], [], [], seconds)[0]:
        return None
    with contextlib.suppress(OSError):
        return os.read(number, 4000).decode("utf-8", "replace").strip()
    return ""


def gained(judge, text):
    """What the program itself says that it gained: its variable `gained`."""
    pid, told = learner(judge, text, lambda shell: repr(shell.user_ns["gained"]) if shell.user_ns.get("gained") else "")
    said = heard(told, 12)
    os.kill(pid, signal.SIGKILL)
    return said or ""


def twice(judge, text):
    """What the second of two gained: it finds what the first one left."""
    gained(judge, text)
    return gained(judge, text)


def does(judge, text):
    """What it does to others: the world's first process looks afterwards."""
    pid, told = learner(judge, text, lambda shell: "")
    heard(told, 8)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    return ""


def runs_on(judge, text):
    def loop(shell):
        for _ in shell.user_ns["minibatches"](6, 2, None):
            pass
        return ""
    pid, told = learner(judge, text, loop)
    if heard(told, 1) is not None:
        return ""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGINT)                     # what stock nbgrader does after its time limit
    stubborn = heard(told, 0.5) is None
    os.kill(pid, signal.SIGKILL)
    return "it runs on" + (", an interrupt does not end it" if stubborn else "")


def prints(judge, text):
    """A judge that keeps what is printed."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(write, 1)
        os.dup2(write, 2)
        sys.stdout = sys.__stdout__ = os.fdopen(os.dup(1), "w")
        os.close(read)
        with contextlib.suppress(BaseException):
            judge[0].run_cell(text, store_history=False, silent=False)
        os._exit(0)
    os.close(write)
    size = 0
    while size < 4 * LIMIT and (part := os.read(read, MEGABYTE)):
        size += len(part)
    os.kill(pid, signal.SIGKILL)
    return f"{size // MEGABYTE} MB printed" if size > LIMIT else ""


def believed(judge, text):
    """A judge that takes the first frame that comes for the answer, and what stands in it for the verdict."""
    import child

    import course.checking.codec as codec

    asked, asks = os.pipe()
    answered, answers = os.pipe()
    pid = os.fork()
    if pid == 0:
        for number in (TELLING, asks, answered):
            os.close(number)
        with contextlib.suppress(BaseException):
            child.serve(judge[0], asked, answers)
        os._exit(0)
    os.close(answers)
    case = judge[2][0]
    arguments = [codec.encode(arg) for arg in case.args]
    for number in range(1500):              # a thread of the program's gets its turn, on a busy machine too
        request = ({"do": "cell", "source": text} if number == 0 else
                   {"do": "call", "call": {"of": case.name, "args": arguments, "kwargs": {}}, "seconds": None})
        data = json.dumps({"nonce": "0123456789abcdef", **request}).encode()
        with contextlib.suppress(OSError):
            os.write(asks, struct.pack(">I", len(data)) + data)
        frame = b""
        wanted = 4
        while len(frame) < wanted:
            if not select.select([answered], [], [], 4)[0]:
                return f"the judge waits for {wanted // MEGABYTE} MB that never come" if wanted > LIMIT else ""
            part = os.read(answered, 65536)
            if not part:
                return ""
            frame += part
            if len(frame) >= 4:
                wanted = 4 + struct.unpack(">I", frame[:4])[0]
                if 16 * MEGABYTE < wanted < 1 << 31:
                    return f"an answer of {wanted // MEGABYTE} MB"
        body = frame[4:wanted]
        own = body[16:] if body[:16] == b"0123456789abcdef" else body
        if set(body) == {ord("0")}:
            return "frames that nobody asked for are taken for answers"
        try:
            said = json.loads(own)
            if isinstance(said, dict) and {"score", "points", "passed"} & set(said):
                return f"a verdict: {own.decode()[:60]}"
            codec_free(said)
        except Exception as error:
            return f"the judge stops at what it cannot read: {type(error).__name__}"
    return ""


def codec_free(said):
    """Take an answer apart as one does who trusts it."""
    import numpy as np

    value = said["result"] if "result" in said else said.get("error")
    if isinstance(value, dict) and "$array" in value:
        described = value["$array"]
        np.zeros(described["shape"], described["dtype"])
    elif value is not None and "result" not in said and "ok" not in said:
        value["type"] + value["message"]


KINDS = {f.__name__: f for f in (marks, spoils, stops, page, unpickles, ends, gained, twice, does, runs_on,
                                  prints, believed)}


# --- the world around it -------------------------------------------------------------------------------------

def mounted(kind, target, options=b""):
    if LIBC.mount(kind, target.encode(), kind, 0, options) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


def make_class():
    """A class's folder with marks, a submission of somebody else, and a course beside it."""
    for path in (OWN, f"{CLASS}/submitted/ada", f"{CLASS}/private"):
        os.makedirs(path)
    for name, text in (("gradebook.db", "marks"), ("submitted/ada/loss.ipynb", "hers"), ("private/seed", "5eed")):
        with open(f"{CLASS}/{name}", "w") as file:
            file.write(text)
    for name in ("course", "autograder/lessons", "source/loss"):
        shutil.copytree(f"{CHECKOUT}/{name}", f"{COURSE}/{name}", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "files.py", "problems.py", "screen.py"):
        shutil.copy(f"{CHECKOUT}/autograder/{name}", f"{COURSE}/autograder/{name}")


def listed():
    """{path: (size, mode, time)} of the class and of the course beside it, but for the program's own folder."""
    found = {}
    for folder, folders, files in os.walk(CLASS):
        folders[:] = [name for name in folders if f"{folder}/{name}" != OWN]
        for name in files:
            status = os.lstat(f"{folder}/{name}")
            found[f"{folder}/{name}"] = (status.st_size, status.st_mode, int(status.st_mtime))
    return {path: value for path, value in found.items() if "__pycache__" not in path}


def first_process(tells, kind, text):
    """Process 1 of a world: sets it up, lets the judge work, looks at what is left."""
    mounted(b"proc", "/proc")
    for path in ("/tmp", "/dev/shm"):
        mounted(b"tmpfs", path, b"size=160m")
    before = listed()
    bystander = os.fork()
    if bystander == 0:
        os.execve(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(600)", SECRET],
                  {"SECRET": SECRET})
    told, telling = os.pipe()
    judge = os.fork()
    if judge == 0:
        os.close(told)
        os.close(tells)
        try:
            prepare(telling)
        except BaseException as error:
            os.write(telling, f"said THE WORLD FAILS: {error!r}".encode())
            os._exit(3)
        with contextlib.suppress(BaseException):
            said = KINDS[kind](JUDGE, text)
            os.write(telling, f"said {said}\n".encode("utf-8", "replace"))
            signal.pause()
        os._exit(3)
    os.close(telling)
    said = heard(told, 25)
    found = said.removeprefix("said").strip() if said else ""
    if not said and kind in ("ends", "marks", "spoils", "stops"):
        # it has ended, or its descriptors are closed: nobody after this one is graded
        time.sleep(0.2)
        gone, status = os.waitpid(judge, os.WNOHANG)
        found = (f"the judge's process ends, status {status}" if gone else "the judge says nothing any more")
    elif kind == "does":
        found = what_it_did(bystander, judge, before)
    os.write(tells, json.dumps(found).encode())


LISTENERS = []


def prepare(telling):
    """The judge's process of a world: what a grader holds."""
    global TELLING
    TELLING = telling
    os.setpgid(0, 0)
    for number in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
    os.environ.update(CANARY=SECRET, COURSE_KEYS=SECRET, HOME=OWN, TMPDIR=OWN)
    with socket.socket() as any_socket:                 # the network's own side is up: SIOCSIFFLAGS, IFF_UP
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH22x", b"lo", 1))
    LISTENERS.extend([socket.create_server(("127.0.0.1", 22)), socket.socket(socket.AF_UNIX)])
    LISTENERS[1].bind("\0abstract")
    LISTENERS[1].listen()
    os.chdir(OWN)
    os.set_inheritable(os.open(f"{CLASS}/gradebook.db", os.O_RDWR), True)
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))


def what_it_did(bystander, judge, before):
    found = []
    time.sleep(0.3)
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(bystander, os.WNOHANG)[0]:
            found.append("a bystander is killed")
    with contextlib.suppress(OSError):
        os.kill(judge, signal.SIGKILL)
    time.sleep(0.2)
    others = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and int(name) not in (1, bystander, judge):
                with open(f"/proc/{name}/stat") as file:
                    if file.read().rsplit(")", 1)[1].split()[0] != "Z":
                        others.append(name)
    if others:
        found.append(f"{len(others)} processes stay")
    now = listed()
    changed = sorted(path for path in {*before, *now} if before.get(path) != now.get(path))
    if changed:
        found.append(f"changed or made: {', '.join(changed[:3])}")
    if os.path.exists("/tmp/hostile-was-here"):
        found.append("a file of its own in /tmp")
    try:
        for _ in os.walk(OWN, onerror=lambda problem: found.append("folders that a walk does not get to the end of")):
            pass
        shutil.rmtree(OWN)
    except (OSError, RecursionError) as problem:
        found.append(f"folders that cannot be removed: {type(problem).__name__}")
    return "; ".join(dict.fromkeys(found))


def in_a_world(kind, text):
    told, tells = os.pipe()
    between = os.fork()
    if between == 0:
        LIBC.unshare(NEW_WORLD)
        first = os.fork()
        if first == 0:
            LIBC.prctl(1, signal.SIGKILL, 0, 0, 0)      # ends with the process between
            os.close(told)
            try:
                if kind == "does":                          # to a class and a course of its own
                    mounted(b"tmpfs", "/mnt", b"size=200m")
                    make_class()
                else:
                    mounted(b"tmpfs", f"{CLASS}/work", b"size=800m")
                    os.makedirs(OWN, exist_ok=True)
                first_process(tells, kind, text)
            except BaseException as error:
                os.write(tells, json.dumps(f"THE WORLD FAILS: {type(error).__name__}: {error}").encode())
            os._exit(0)
        os.close(tells)
        os.waitpid(first, 0)
        os._exit(0)
    os.close(tells)
    parts, deadline = [], time.monotonic() + LONGEST
    while select.select([told], [], [], max(deadline - time.monotonic(), 0))[0] and (part := os.read(told, 65536)):
        parts.append(part)
    os.close(told)
    os.kill(between, signal.SIGKILL)                    # and the world with it
    os.waitpid(between, 0)
    # the first thing said: a program that writes to every descriptor may have added to it
    return json.JSONDecoder().raw_decode(b"".join(parts).decode("utf-8", "replace") or '"THE WORLD ENDS"')[0]


def main():
    global JUDGE
    make_class()
    JUDGE = load()
    for name, kind, text in json.load(sys.stdin):
        began = time.monotonic()
        found = in_a_world(kind, text)
        print(json.dumps([name, found, round(time.monotonic() - began, 2)]), flush=True)


if __name__ == "__main__":
    main()
