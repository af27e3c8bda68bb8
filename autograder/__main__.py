"""``python -m autograder COMMAND``: every command, its options, and what is said where one cannot go on."""

import argparse
import sys
from pathlib import Path

from autograder.files import shown
from autograder.lessons import catalogue
from autograder.screen import Problem


def _build(args):
    from autograder.author.build import build
    return build(args.topics, args.root, args.check, args.quick)


def _verify(args):
    from autograder.author.verify import run_verify
    return run_verify(args.topics, args.root, args.quick)


def _grade(args):
    if args.notebook is not None:
        from autograder.grading.own import grade_notebook
        grade_notebook(args.notebook, args.root)
        return 0
    from autograder.grading.grade import grade
    return grade(args.root, args.topics, args.student, force=args.force, how=args.isolation, jobs=args.jobs,
                 feedback=args.feedback)


def _bundle(args):
    from autograder.author.bundle import bundle
    return bundle(args.output)


def _keys(args):
    from autograder.author.keys import write_keys
    print(f"wrote {write_keys(args.root)}")
    return 0


def _doctor(args):
    from autograder.doctor import report
    return 0 if report(args.root) else 1


def parser():
    made = argparse.ArgumentParser(prog="python -m autograder", description="The instructor's side of the course.")
    parts = made.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name, run, text, rooted=True):
        part = parts.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if rooted:
            part.add_argument("--root", type=_folder, default=catalogue.ROOT, metavar="DIR",
                              help="the folder of the class or of a course of your own; this checkout by default")
        part.set_defaults(run=run)
        return part

    build = command("build", _build, "make the notebooks and the public data from the lessons' sources")
    build.add_argument("topics", nargs="*", help="lessons; all by default")
    build.add_argument("--check", action="store_true", help="change nothing; exit 1 and name what differs")
    build.add_argument("--quick", action="store_true", help="with --check: in seconds, without nbgrader's own run and "
                       "without the public cases of lessons of which nothing has changed")

    verify = command("verify", _verify, "prove that references, mistakes, questions and notebooks do what they promise")
    verify.add_argument("topics", nargs="*", help="lessons; all by default")
    verify.add_argument("--quick", action="store_true", help="do not execute the notebooks")

    grade = command("grade", _grade, "grade what is in submitted/, or one notebook of your own with --notebook")
    grade.add_argument("topics", nargs="*", help="lessons; all that have submissions by default")
    grade.add_argument("--student", action="append", default=[], help="only this student (may be given several times)")
    grade.add_argument("--force", action="store_true", help="grade again what was graded, and say what changed")
    grade.add_argument("--notebook", type=Path, help="one notebook of your own: prints the result, writes nothing")
    grade.add_argument("--isolation", default="auto", choices=("auto", "bubblewrap", "landlock", "none"),
                       help="the wall around a submission; none: learners' programs can do all that you can")
    grade.add_argument("--jobs", type=int, default=0, help="submissions at a time; all cores by default")
    grade.add_argument("--feedback", action="store_true", help="write the feedback pages too")

    bundle = command("bundle", _bundle, "make the zip that a class gets: no solution, no key", rooted=False)
    bundle.add_argument("--output", help="where to write it; dist/how-networks-learn.zip by default")

    command("keys", _keys, "write the keys and solutions that self-study shows, to dist/keys")
    command("doctor", _doctor, "say what this machine has for grading, and how submissions are isolated")
    return made


def _folder(text):
    path = Path(text).expanduser().resolve()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path}")
    return path


def main(argv=None):
    """Run a command; the exit status: 0, 1 where something is wrong, 2 for a command that makes no sense."""
    made = parser()
    args = made.parse_args(argv)
    if args.command is None:
        made.print_help()
        return 2
    try:
        if "root" in args:
            catalogue.enter(args.root)
        return args.run(args)
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return problem.status
    except OSError as problem:
        where = f"{shown(str(problem.filename), 300)}: " if problem.filename else ""
        print(f"error: {where}{problem.strerror or problem}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. What is done is kept; the same command goes on from here.", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
