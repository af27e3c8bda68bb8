"""What each LMS does with a file of marks, written from the published rules of its importer, not from ours.

canvas       lib/gradebook_importer.rb of canvas-lms: header, student columns, assignments by the number in the title,
             titles and points that are passed over, separators; it reads UTF-8
moodle       mod/assign/feedback/offline/importgradeslib.php and locallib.php (what is passed over), and
             feedback/file/importziplib.php of moodle; lang/de/assign.php for the German words
blackboard   Learn's help, "Upload or download grade items to work offline": Username, the column's id behind a bar,
             tabs, or commas "contained within a quote character"
brightspace  D2L's help, "Importing grades": keys first, "Points Grade", "Do not import other options, such as a user's
             first name"; the end-of-line column is last, with # in each line
gradescope   Gradescope's Autograder Specifications, "Output format" and "Test case status": what results.json may hold
"""

import csv
import io
import json
import math
import re
import zipfile


class Refused(Exception):
    pass


def canvas(data, students, assignments):
    """{Canvas user id: grade}. `students`: {id: (sis id, login)}, `assignments`: {id: title}."""
    text = data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_canvas_separator(text)))
    rows = [row for row in rows if not re.fullmatch(r"[;, ]*", ",".join(row))]
    header = rows[0]
    split = header[:2] == ["LastName", "FirstName"]
    if not (len(header) > 3 + split and ("Student" in header[0] or split) and "ID" in header[1 + split]):
        raise Refused("Invalid header row")
    columns, sis, login = 3 + split, None, None
    if re.search(r"SIS\s+Login\s+ID", header[columns - 1]):
        login, columns = columns - 1, columns + 1
    elif re.search(r"SIS\s+User\s+ID", header[columns - 1]) and re.search(r"SIS\s+Login\s+ID", header[columns]):
        sis, login = columns - 1, columns
        columns += 2 + bool(re.search(r"Integration\s+ID", header[columns + 1]))
        columns += bool(re.search(r"Root\s+Account", header[columns - 1]))
    if "Section" not in header[columns - 1]:
        raise Refused("Invalid header row")
    points = next((row for row in rows[1:] if "Points Possible" in row[0]), [""] * len(header))
    found = {}
    for place, title in enumerate(header[columns:], columns):
        if re.search("(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)", title):
            continue
        if re.search(r"read\s+only", points[place]):
            continue
        number = re.search(r"\((\d+)\)$", title)
        key = int(number[1]) if number and int(number[1]) in assignments else next(
            (id for id, name in assignments.items() if name == title), f"new: {title}")
        grades = {}
        for row in rows[1:]:
            if "Points Possible" in row[0]:
                continue
            if all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell, re.IGNORECASE) for cell in row):
                continue
            number = row[1 + split]
            who = int(number) if number.isdigit() and int(number) in students else next(
                (id for id, keys in students.items() if sis and row[sis] == keys[0] or login and row[login] == keys[1]),
                f"new: {row[0]}")
            grades[who] = row[place].strip()
        found[key] = grades
    return found


def _canvas_separator(text):
    """A semicolon where the first three lines have as many fields each with it, and more than with commas."""
    fields = {}
    for separator in ";,":
        each = {len(next(csv.reader([line], delimiter=separator), [])) for line in text.splitlines()[:3]}
        fields[separator] = each.pop() if len(each) == 1 else 0
    return ";" if fields[";"] > fields[","] else ","


MOODLE = {"en": ("Identifier", "Grade", "Last modified (grade)", "Participant "),
          "de": ("ID", "Bewertung", "Zuletzt geändert (Bewertung)", "Teilnehmer/in")}


def moodle(data, participants, most=None, language="en"):
    """{participant: grade} of a grading worksheet; what is more than `most` is passed over."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    header, words = rows[0], MOODLE[language]
    places = [header.index(name) for name in words[:3] if name in header]
    if len(places) < 3:
        raise Refused(f"the columns {', '.join(words[:3])} are needed")
    found = {}
    for row in rows[1:]:
        number, grade = row[places[0]][len(words[3]):], row[places[1]]
        if number.isdigit() and int(number) in participants and not (most and grade and float(grade) > most):
            found[int(number)] = grade
    return found


def moodle_feedback(data, participants):
    """{participant: [file names]} of a zip of feedback files."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            parts = name.split("/")
            while parts:
                info = parts.pop(0).split("_", 4)
                if len(info) < 4 or not info[1].isdigit() or int(info[1]) not in participants:
                    continue
                if (info[2], info[3]) not in {("assignsubmission", "file"), ("assignfeedback", "file")}:
                    continue
                rest = "/".join([*info[4:5], *parts]).strip("/")
                found.setdefault(int(info[1]), []).append(rest)
                break
    return found


def blackboard(data, column):
    """{user name: grade} of the column with this id, of a file with tabs, or with commas and quotes."""
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    tabs = "\t" in text.splitlines()[0]
    if not tabs and not all(line.startswith('"') and line.endswith('"') for line in text.splitlines()):
        raise Refused("each value between commas is contained within a quote character")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else ","))
    header = rows[0]
    place = next((k for k, title in enumerate(header) if title.endswith(f"|{column}")), None)
    if place is None or "Username" not in header:
        raise Refused("no column of this id, or no Username")
    return {row[header.index("Username")]: row[place] for row in rows[1:]}


def brightspace(data, most):
    """{key: grade}; `most`: the item's points, which no grade may pass."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    header = rows[0]
    if header[0] not in ("OrgDefinedId", "Username") or header[-1] != "End-of-Line Indicator":
        raise Refused("a key column comes first, and the End-of-Line Indicator last")
    places = [k for k, title in enumerate(header) if re.fullmatch(r".+ Points Grade( <.*>)?", title)]
    keys = sum(title in ("OrgDefinedId", "Username") for title in header)
    if list(range(keys, len(header) - 1)) != places:
        raise Refused("keys first, then grades: other options are not to be imported")
    found = {}
    for row in rows[1:]:
        if row[-1] != "#":
            raise Refused("a line without its end")
        if row[places[0]] and float(row[places[0]]) > most:
            raise Refused("more than the maximum")
        found[row[0].removeprefix("#")] = row[places[0]]
    return found


SEEN = ("hidden", "after_due_date", "after_published", "visible")
FORMATS = ("text", "html", "simple_format", "md", "ansi")
TEXT, NUMBER = (str,), (int, float)
TOP = {"score": NUMBER, "execution_time": NUMBER, "output": TEXT, "output_format": FORMATS,
       "test_output_format": FORMATS,
       "test_name_format": FORMATS, "visibility": SEEN, "stdout_visibility": SEEN, "extra_data": (dict,),
       "tests": (list,), "leaderboard": (list,)}
TEST = {"score": NUMBER, "max_score": NUMBER, "status": ("passed", "failed"), "name": TEXT, "name_format": FORMATS,
        "number": TEXT, "output": TEXT, "output_format": FORMATS, "tags": (list,), "visibility": SEEN,
        "extra_data": (dict,)}


def _fields(found, known, what):
    if not isinstance(found, dict):
        raise Refused(f"{what} is no object")
    for name, value in found.items():
        if name not in known:
            raise Refused(f"{what} has no field {name}")
        wanted = known[name]
        fits = value in wanted if isinstance(wanted[0], str) else isinstance(value, wanted)
        if not fits or isinstance(value, bool) or isinstance(value, float) and not math.isfinite(value):
            raise Refused(f"{what}: {name} is {value!r}")


def gradescope(data):
    """(score, the most that the tests give) of a results.json. The score on top counts, else the sum of the tests'."""
    found = json.loads(data.decode("utf-8"), parse_constant=lambda name: _refuse(f"{name} is not JSON"))
    _fields(found, TOP, "results.json")
    tests = found.get("tests", [])
    for test in tests:
        _fields(test, TEST, "a test")
    if "score" not in found and not any("score" in test for test in tests):      # one that only informs may have none
        raise Refused("neither a score nor one of a test: the submission would be an autograder's error")
    score = found.get("score", sum(test.get("score", 0) for test in tests))
    return score, sum(test.get("max_score", 0) for test in tests)


def _refuse(text):
    raise Refused(text)
