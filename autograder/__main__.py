"""``python -m autograder COMMAND``: every command, its options, and what is said where one cannot go on."""

import argparse
import sys
import webbrowser
from pathlib import Path

from autograder.files import shown
from autograder.lessons import catalogue
from autograder.problems import Misused, Problem


def _build(args):
    from autograder.author.build import build
    return build(args.topics, args.root, args.check, args.quick)


def _verify(args):
    from autograder.author.verify import run_verify
    return run_verify(args.topics, args.root, args.quick, args.minutes)


def _grade(args):
    if args.notebook is not None:
        from autograder.judging.own import grade_notebook
        grade_notebook(args.notebook, args.root)
        return 0
    from autograder.grading.grade import grade
    return grade(args.root, args.topics, args.student, force=args.force, how=args.isolation, jobs=args.jobs,
                 feedback=args.feedback, cluster=_cluster(args))


def _cluster(args):
    """Who judges instead of this machine; None where nobody is named."""
    if not args.scheduler:
        if args.insecure or getattr(args, "adaptive", 0):
            raise Misused("--adaptive and --insecure are for a cluster: --scheduler names it.")
        return None
    from autograder.grading.cluster import Cluster
    return Cluster(args.scheduler, getattr(args, "adaptive", 0), args.insecure, getattr(args, "isolation", "auto"))


def _collect(args):
    from autograder.lms import collect
    topic = _lesson(args)
    done = collect.collect(args.root, topic, args.lms, args.archives, args.roster, args.tz, args.force, args.dry_run)
    collect.show(done, topic)
    if args.dry_run:
        print("Nothing was written (--dry-run).")
    return 1 if done.failed else 0


def _lesson(args):
    """The lesson that a command names, one whose submissions are graded."""
    known = catalogue.judged_topics(args.root)
    if args.topic not in known:
        raise Misused(f"There is no graded lesson {args.topic!r}; there are {', '.join(known)}.")
    return args.topic


def _report(args):
    from autograder.reports.page import write_report
    topics = [_lesson(args)] if args.topic else [
        topic for topic in catalogue.judged_topics(args.root) if any((args.root / "records" / topic).glob("*.json"))]
    if not topics:
        raise Problem("Nothing is graded yet. Run: python -m autograder grade")
    for topic in topics:
        page = write_report(args.root, topic)
        print(f"wrote {page} (and {topic}.csv, {topic}.json beside it)")
        if args.open:
            webbrowser.open(page.as_uri())
    return 0


def _export(args):
    from autograder.reports.export import export
    export(args.root, _lesson(args), args.lms, args.into, args.output, args.column, args.title, args.late, args.scale,
           args.zeros, args.dry_run, args.feedback)
    return 0


def _why(args):
    from autograder.reports.why import why
    why(args.root, args.student, args.part)
    return 0


def _similar(args):
    from autograder.reports.similar import write_similar
    page, pairs = write_similar(args.root, _lesson(args))
    for pair in pairs:
        print(f"{pair.bits:3.0f} bits  {shown(pair.students[0])} and {shown(pair.students[1])}: "
              f"{'; '.join(pair.shared[:3])}{f' and {len(pair.shared) - 3} more' if len(pair.shared) > 3 else ''}")
    print(f"{len(pairs)} pairs share what few have: evidence, no verdict. wrote {page}")
    if args.open:
        webbrowser.open(page.as_uri())
    return 0


def _regrade(args):
    from autograder.terms.regrade import regrade
    regrade(args.root, _lesson(args), apply=args.apply, give=args.give, void=args.void, take_back=args.take_back,
            how=args.isolation)
    return 0


def _count_otherwise(args):
    """`void` and `give`: regrade for what is named."""
    from autograder.terms.regrade import regrade
    what = "take_back" if args.undo else args.command
    regrade(args.root, _lesson(args), apply=args.apply, how=args.isolation, **{what: args.parts})
    return 0


def _due(args):
    from autograder.terms.dates import due
    due(args.root, _lesson(args), args.when, args.student, args.extend)
    return 0


def _new_term(args):
    from autograder.terms.new_term import new_term
    new_term(args.root, args.name)
    return 0


def _demo(args):
    from autograder.demo import demo
    page = demo(args.root, args.topic, args.students, args.lms)
    print(f"The report: {page}")
    if args.open:
        webbrowser.open(page.as_uri())
    return 0


def _bundle(args):
    from autograder.author.bundle import bundle
    return bundle(args.output, args.topics, args.open, args.root)


def _site(args):
    from autograder.author.site.frame import site
    return site(args.out, args.for_class)


def _keys(args):
    from autograder.author.keys import write_keys
    print(f"wrote {write_keys(args.root)}")
    return 0


def _doctor(args):
    from autograder.doctor import report
    if cluster := _cluster(args):
        from autograder.grading.cluster import shown_workers
        return 0 if shown_workers(cluster, print) else 1
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
    verify.add_argument("--minutes", action="store_true", help="only count how long the lessons take, in seconds; "
                        "nothing is tried")

    collect = command("collect", _collect, "put what an LMS gives out into submitted/STUDENT/TOPIC/")
    collect.add_argument("topic", help="the lesson that was handed in")
    collect.add_argument("archives", nargs="+", type=Path, metavar="ARCHIVE", help="the LMS's download: zip files, tar "
                         "files, or a folder that one was unpacked into")
    collect.add_argument("--lms", required=True, choices=LMS, help="whose download it is; folder: one folder a person")
    collect.add_argument("--roster", type=Path, metavar="FILE", help="who is in the class: the LMS's gradebook, "
                         "grading worksheet or class list as CSV")
    collect.add_argument("--tz", type=_zone, metavar="ZONE", help="the LMS's time zone where its names say none, like "
                         "Europe/Berlin; this machine's by default")
    collect.add_argument("--force", action="store_true", help="replace work that is there and did not come this way")
    collect.add_argument("--dry-run", action="store_true", help="say what would be collected, and write nothing")

    grade = command("grade", _grade, "grade what is in submitted/, or one notebook of your own with --notebook")
    grade.add_argument("topics", nargs="*", help="lessons; all that have submissions by default")
    grade.add_argument("--student", action="append", default=[], help="only this student (may be given several times)")
    grade.add_argument("--force", action="store_true", help="grade again what was graded, and say what changed")
    grade.add_argument("--notebook", type=Path, help="one notebook of your own: prints the result, writes nothing")
    grade.add_argument("--isolation", default="auto", choices=("auto", "bubblewrap", "landlock", "none"),
                       help="the wall around a submission; none: learners' programs can do all that you can")
    grade.add_argument("--jobs", type=int, default=0, help="submissions at a time; all cores by default")
    grade.add_argument("--feedback", action="store_true", help="write the feedback pages too")

    report = command("report", _report, "write what a class made of a lesson, as a page, CSV and JSON")
    report.add_argument("topic", nargs="?", help="the lesson; all graded ones by default")
    report.add_argument("--open", action="store_true", help="show it in the browser")

    export = command("export", _export, "write a lesson's marks for an LMS, into the sheet that it gave out")
    export.add_argument("topic", help="the lesson")
    export.add_argument("--lms", required=True, choices=[name for name in LMS if name != "folder"])
    export.add_argument("--into", type=Path, metavar="FILE", help="the LMS's own sheet: Canvas's gradebook, Moodle's "
                        "grading worksheet and so on; it is read, and written to another file")
    export.add_argument("--output", type=Path, metavar="FILE", help="where to write; reports/TOPIC-LMS.csv by default")
    export.add_argument("--column", default="", metavar="TEXT", help="part of the title of the sheet's column, where "
                        "the lesson's name is not in it")
    export.add_argument("--title", default="", help="what a new column is called; the lesson's name by default")
    export.add_argument("--late", default="nbgrader", choices=("nbgrader", "lms", "none"), help="whose penalty for "
                        "lateness counts: nbgrader's rule, the LMS's own, or none")
    export.add_argument("--scale", action="store_true", help="convert the marks to the sheet's maximum")
    export.add_argument("--zeros", action="store_true", help="0 for people of the sheet who handed nothing in")
    export.add_argument("--feedback", action="store_true", help="Moodle: the feedback pages too, in one zip to upload")
    export.add_argument("--dry-run", action="store_true", help="show each mark before and after, and write nothing")

    why = command("why", _why, "say why a student has these points: the calls to paste, what came back, what counted")
    why.add_argument("student")
    why.add_argument("part", metavar="EXERCISE", help="an exercise or a question")

    similar = command("similar", _similar, "show whose work shares what few others have")
    similar.add_argument("topic", help="the lesson")
    similar.add_argument("--open", action="store_true", help="show it in the browser")

    regrade = command("regrade", _regrade, "show what a changed key, exercise or number of points does to marks, "
                      "before and after")
    regrade.add_argument("topic", help="the lesson")
    regrade.add_argument("--apply", action="store_true", help="change the marks; without it nothing is written")
    regrade.add_argument("--give", action="append", default=[], metavar="ID", help="a question or an exercise that "
                         "counts in full for all (may be given several times)")
    regrade.add_argument("--void", action="append", default=[], metavar="ID", help="one that counts for nobody")
    regrade.add_argument("--take-back", action="append", default=[], metavar="ID", help="one that counts as it did")
    for part in (regrade, command("void", _count_otherwise, "take a question or an exercise out of the marks"),
                 command("give", _count_otherwise, "let a question or an exercise count in full for all")):
        if part is not regrade:
            part.add_argument("topic", help="the lesson")
            part.add_argument("parts", nargs="+", metavar="ID", help="the questions and exercises")
            part.add_argument("--apply", action="store_true", help="change the marks; without it nothing is written")
            part.add_argument("--undo", action="store_true", help="let them count as they did")
        part.add_argument("--isolation", default="auto", choices=("auto", "bubblewrap", "landlock", "none"),
                          help="as for grade")

    due = command("due", _due, "set a due date or an extension, or say how they stand")
    due.add_argument("topic", help="the lesson")
    due.add_argument("when", nargs="?", default="", metavar="WHEN", help='like "2026-03-05 23:59 Europe/Berlin"; none '
                     "removes it")
    due.add_argument("--student", default="", help="who gets more time")
    due.add_argument("--extend", default="", metavar="TIME", help="how much: 2d, 12h, 1w; none takes it back")

    term = command("new-term", _new_term, "put the last class away, and draw new cases for the next")
    term.add_argument("name", help="what the last term is called: 2026-spring")

    demo = command("demo", _demo, "make a class that never was, graded, with its report", rooted=False)
    demo.add_argument("topic", nargs="?", default="loss", help="the lesson (loss)")
    demo.add_argument("--students", type=int, default=30, metavar="N", help="how many (30)")
    demo.add_argument("--root", type=_new_folder, required=True, metavar="DIR", help="the class's folder: a new one")
    demo.add_argument("--lms", default="canvas", choices=LMS, help="whose download it is (canvas)")
    demo.add_argument("--open", action="store_true", help="show the report in the browser")

    bundle = command("bundle", _bundle, "make the zip that a class gets: no solution, no key")
    bundle.add_argument("topics", nargs="*", help="some lessons only, without the course's stand-ins for their "
                        "functions; the whole course by default")
    bundle.add_argument("--output", help="where to write it; a file in dist/ by default")
    bundle.add_argument("--open", metavar="TOPIC", help="make the archive that opens a lesson: its keys and solutions, "
                        "for a class after the date")

    site = command("site", _site, "make the course's pages for the web: lessons to read, questions to try",
                   rooted=False)
    site.add_argument("--out", type=Path, default=catalogue.ROOT / "dist" / "site", metavar="DIR", help="where to "
                      "write them; dist/site by default")
    site.add_argument("--class", dest="for_class", action="store_true", help="for a class: no key, no explanation and "
                      "no page for teachers; the questions only record")

    command("keys", _keys, "write the keys and solutions that self-study shows, to dist/keys")
    doctor = command("doctor", _doctor, "say what this machine has for grading, and how submissions are isolated")
    for part in (grade, doctor):
        part.add_argument("--scheduler", default="", metavar="ADDRESS", help="a Dask cluster, tls://HOST:8786, or the "
                          "class that starts one: docs/SCALE.md")
        part.add_argument("--insecure", action="store_true", help="a cluster without TLS, though cases, keys and "
                          "marks travel in the clear")
    grade.add_argument("--adaptive", type=int, default=0, metavar="N", help="of a cluster that this command starts: as "
                       "many workers as there is work for, N at most")
    return made


LMS = ("canvas", "moodle", "blackboard", "brightspace", "gradescope", "folder")


def _zone(text):
    from zoneinfo import ZoneInfo
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        raise argparse.ArgumentTypeError(f"there is no time zone {text!r}; one is called like Europe/Berlin") from None


def _new_folder(text):
    path = Path(text).expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def _folder(text):
    path = Path(text).expanduser().resolve()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path}")
    return path


def main(argv=None):
    """Run a command; the exit status: 0, 1 where something is wrong, 2 for a command that makes no sense."""
    for stream in (sys.stdout, sys.stderr):         # a Windows code page lacks σ and √: "?" stands for them there
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
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
