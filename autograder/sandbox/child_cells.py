"""Run a learner's cell behind the wall, statement by statement: one that cannot run costs what needs it, no more.

It stands beside child.py, which imports it before the folder is out of reach.
"""

import __future__

import ast
import asyncio
import contextlib
import importlib
import inspect
import os
import re
import textwrap
from collections.abc import Iterator
from typing import Any

LONGEST_MESSAGE = 400
MOST_ERRORS = 20
PROMPT = re.compile(r"\s*In \[")                      # pasted with IPython's prompts: `In [1]: x = 2` is Python too
FILES = ("writefile", "file")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# They do something to the session that nobody wants while a notebook is graded, or only measure.
PASSED_OVER = frozenset({"reset", "reset_selective", "xdel", "timeit", "prun", "load_ext", "reload_ext", "unload_ext",
                         "pip", "conda", "mamba", "micromamba", "uv", "autosave", "history", "notebook", "save",
                         "logstart", "pdb", "debug", "load", "edit", "matplotlib", "gui", "config", "xmode"})
FUTURES = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


# --- the shell -----------------------------------------------------------------------------------------------

def make_shell() -> Any:
    """An IPython shell for cells with magics: no history file, no colours, no tracebacks printed."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.xmode = "Minimal"
    shell: Any = InteractiveShell.instance(config=config)
    shell.showtraceback = lambda *args, **kwargs: None
    shell.showsyntaxerror = lambda *args, **kwargs: None
    shell.system = shell.system_raw = shell.system_piped = lambda command: None       # `!pip install …` is passed over
    shell.getoutput = lambda *args, **kwargs: []
    shell.enable_gui = lambda gui=None: None
    shell.enable_matplotlib = lambda gui=None: (None, "agg")
    shell.run_cell("pass", store_history=False, silent=True)
    known = shell.run_line_magic

    def run_line_magic(name: str, line: str, _stack_depth: int = 1) -> Any:
        """A magic; one that the grader lacks is passed over, as `!pip` is."""
        if name in PASSED_OVER or shell.find_line_magic(name) is None:
            return None
        return known(name, line, _stack_depth + 1)

    shell.run_line_magic = run_line_magic
    return shell


def describe(error: BaseException) -> dict[str, str | int | None]:
    """Type, message and line of what a cell raised."""
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("<ipython-input"):
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        message = str(getattr(error, "msg", None) or error)[:LONGEST_MESSAGE]
    except Exception:
        message = ""
    return {"type": type(error).__name__[:80], "message": message, "line": line if isinstance(line, int) else None}


# --- a cell --------------------------------------------------------------------------------------------------

def run_cell(shell: Any, source: str) -> dict[str, Any]:
    """Run a cell. The answer tells the first thing that went wrong in it, and which modules were not there."""
    errors: list[BaseException] = []
    with open(os.devnull, "w", encoding="utf-8") as sink, contextlib.redirect_stdout(sink), \
            contextlib.redirect_stderr(sink), shell.builtin_trap:
        try:
            for statement, file in _statements(shell, source, errors):
                _run(shell, statement, file, errors)
        except KeyboardInterrupt as error:              # told to stop
            errors.insert(0, error)
    if not errors:
        return {"ok": True}
    lost = [error.name for error in errors if isinstance(error, ModuleNotFoundError) and error.name]
    return {"ok": False, "error": describe(errors[0]), "modules": list(dict.fromkeys(lost))[:MOST_ERRORS]}


def _statements(shell: Any, source: str, errors: list[BaseException]) -> Iterator[tuple[ast.stmt, str]]:
    """The statements of a cell, and the name under which its text is kept for what is said of errors."""
    from course.statements import NOT_PYTHON, cell_magic, whole_pieces

    magic = cell_magic(source)
    if magic is not None:
        name, body = magic
        if name in FILES:
            line, _, text = source[source.index("%%"):].partition("\n")
            try:
                shell.run_cell_magic(name, line.partition(name)[2].strip(), text)
            except Exception as error:
                errors.append(error)
            importlib.invalidate_caches()               # what it has written can be imported
        if name in NOT_PYTHON:
            return
        source = body                                   # %%time and its like: what they would run is run
    text = source
    tree, problem = _parsed(text)
    if tree is None or PROMPT.match(source):            # Python alone needs no change
        try:
            text = shell.transform_cell(source)
        except SyntaxError:
            text = textwrap.dedent(source)
        tree, problem = _parsed(text)
    file = shell.compile.cache(text, 0, raw_code=source)
    if problem is not None and not (magic is not None and shell.find_cell_magic(magic[0]) is None):
        errors.append(problem)
    yield from ((node, file) for node in (tree.body if tree is not None else whole_pieces(text)))


def _parsed(text: str) -> tuple[ast.Module | None, BaseException | None]:
    try:
        return ast.parse(text), None
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return None, problem


def _run(shell: Any, node: ast.stmt, file: str, errors: list[BaseException]) -> None:
    if isinstance(node, ast.Import) and len(node.names) > 1:
        for name in node.names:                         # each by itself: one that is missing costs none of the others
            _run(shell, ast.copy_location(ast.Import([name]), node), file, errors)
        return
    try:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _import(shell, node, file)
        elif isinstance(node, ast.If):
            test = ast.fix_missing_locations(ast.Expression(node.test))
            chosen = node.body if eval(compile(test, file, "eval"), shell.user_ns) else node.orelse
            for inner in chosen:
                _run(shell, inner, file, errors)
        else:
            _execute(shell, node, file)
    except KeyboardInterrupt:
        raise
    except BaseException as error:                      # SystemExit and the like too
        if len(errors) < MOST_ERRORS:
            errors.append(error)


def _import(shell: Any, node: ast.Import | ast.ImportFrom, file: str) -> None:
    try:
        _exec(shell, node, file, 0)
    except ModuleNotFoundError:                         # a cell above may have written it
        importlib.invalidate_caches()
        _exec(shell, node, file, 0)


def _execute(shell: Any, node: ast.stmt, file: str) -> None:
    try:
        _exec(shell, node, file, 0)
    except (NameError, AttributeError):
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.AnnAssign)):
            raise
        # an annotation names what is not there: nothing is computed with it
        try:
            _exec(shell, node, file, __future__.annotations.compiler_flag)
        except (NameError, AttributeError):
            if not isinstance(node, FUNCTIONS) or not node.decorator_list:
                raise
            # @njit, @profile: what a package would make faster, or measure, is the same function without it
            node.decorator_list = []
            _exec(shell, node, file, __future__.annotations.compiler_flag)


def _exec(shell: Any, node: ast.stmt, file: str, flags: int) -> None:
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | (shell.compile.flags & FUTURES)
    code = compile(ast.Module([node], []), file, "exec", flags, dont_inherit=True)
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        shell.compile.flags |= code.co_flags & FUTURES  # for the statements below, as in one cell
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, shell.user_ns))
    else:
        exec(code, shell.user_ns)
