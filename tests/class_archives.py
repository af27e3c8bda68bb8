"""Downloads as each LMS makes them, from {student: bytes}: for tests of collecting and of giving back."""

import io
import zipfile

WHEN = (2026, 3, 3, 11, 31, 0)


def zipped(files, when=WHEN):
    """The bytes of a zip of {path: bytes or (bytes, time)}."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            data, time = data if isinstance(data, tuple) else (data, when)
            packed.writestr(zipfile.ZipInfo(name, time), data)
    return made.getvalue()


def names(lms, number, name, user, file="loss.ipynb", attempt=1):
    """What an LMS calls a file of a student with this number, full name and user name."""
    last, _, first = name.rpartition(" ")[::-1]
    return {
        "canvas": f"{(last + first).lower()}_{number}_{1000 * attempt + number}_{file}",
        "moodle": f"{name}_{number}_assignsubmission_file_/{file}",
        "blackboard": f"Lesson_1_{user}_attempt_2026-03-0{attempt}-11-31-00_{file}",
        "brightspace": f"{number}-777 - {name} - Mar {attempt}, 2026 1131 AM/{file}",
        "gradescope": f"assignment_9_export/submission_{5000 + number}/{file}",
        "folder": f"{user}/{file}"}[lms]


def metadata(people):
    """Gradescope's submission_metadata.yml of [(number, name, user)]."""
    entry = ("submission_{id}:\n  :submitters:\n  - :name: {name}\n    :sid: '{number}'\n    :email: {user}@x.edu\n"
             "  :created_at: 2026-03-03 11:31:00.123456000 Z\n  :score: 0.0\n")
    return "---\n" + "".join(entry.format(id=5000 + number, name=name, number=number, user=user)
                             for number, name, user in people)


def receipt(name, user):
    return f"Name: {name} ({user})\nAssignment: Lesson_1\nDate Submitted: Tuesday, March 3, 2026 11:31:00 AM CET\n"


def download(lms, people, data):
    """The whole archive of [(number, name, user)]; `data`: number -> bytes."""
    files = {names(lms, number, name, user): data(number) for number, name, user in people}
    if lms == "gradescope":
        files["assignment_9_export/submission_metadata.yml"] = metadata(people).encode()
    if lms == "blackboard":
        for _, name, user in people:
            files[f"Lesson_1_{user}_attempt_2026-03-01-11-31-00.txt"] = receipt(name, user).encode()
    return zipped(files)
