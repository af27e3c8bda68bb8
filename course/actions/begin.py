"""What start.bat and start.command run: make the course's environment where it is missing, and open the lessons.

Any Python may be the one that a double click finds, so this file needs none of the course's packages, imports nothing
of the course, and is readable for Python 3.6: what is missing is said in one sentence, and is no traceback.
"""

import errno
import hashlib
import os
import subprocess
import sys

OLDEST = (3, 11)
LONGEST = 90            # characters of the folder's own path: Windows stops at 260, and JupyterLab's files need 165
READY = "ready"         # a file in the environment: which requirements it was made for
# parts of a path that are made by a program that copies files to a server
SYNCHRONISED = (("onedrive", "OneDrive"), ("dropbox", "Dropbox"), ("google drive", "Google Drive"),
                ("googledrive", "Google Drive"), ("my drive", "Google Drive"), ("mobile documents", "iCloud"),
                ("icloud", "iCloud"), ("cloudstorage", "a cloud"), ("nextcloud", "Nextcloud"), ("owncloud", "ownCloud"),
                ("box sync", "Box"), ("pcloud", "pCloud"), ("synology", "Synology Drive"))
# and by one that looks into an archive without unpacking it
IN_ARCHIVE = (".zip", "rar$", "7zo", "temp1_")


class Stop(Exception):
    """Why it cannot start, said so that whoever clicked can mend it."""


def synchronised_by(folder):
    """The name of the program that keeps this folder the same on a server, or ""."""
    for part in folder.replace("\\", "/").lower().split("/"):
        for sign, name in SYNCHRONISED:
            if part.startswith(sign):
                return name
    return ""


def in_archive(folder, temporary):
    """Whether this is the place where an archive's window unpacks what was clicked in it, to throw it away later."""
    folder, temporary = folder.lower(), temporary.lower().rstrip("/\\")
    if not temporary or not folder.startswith(temporary):
        return False
    return any(sign in folder[len(temporary):] for sign in IN_ARCHIVE)


def check_version(version, executable):
    if tuple(version[:2]) < OLDEST:
        raise Stop("This is Python {}.{} ({}); the course needs {}.{} or newer. Install one from "
                   "https://www.python.org/downloads and start again.".format(*version[:2], executable, *OLDEST))


def check_folder(folder, temporary, windows):
    """Refuse a folder in which the course cannot work.

    Parameters
    ----------
    folder, temporary : str
        Where the course lies, and where this system keeps temporary files.
    windows : bool
    """
    if in_archive(folder, temporary):
        raise Stop("This was started inside the zip. Unpack the zip first (on Windows: right click, Extract All), then "
                   "start the file in the unpacked folder.")
    for name in ("requirements.txt", "release"):
        if not os.path.exists(os.path.join(folder, name)):
            raise Stop(f"{name} is not in {folder}. Unpack the whole zip, and start the file in the unpacked folder.")
    if windows and len(folder) > LONGEST:
        raise Stop(f"The path of this folder has {len(folder)} characters, which is too long for Windows. Move the "
                   f"folder to a short one, such as C:\\course, and start again: {folder}")
    try:
        probe = os.path.join(folder, ".begin")
        with open(probe, "w"):
            pass
        os.remove(probe)
    except OSError as error:
        raise Stop(f"Nothing can be written in {folder} ({error.strerror or error}). Move the folder to a place of "
                   "your own, such as your home folder, and start again.") from None


def environment_folder(folder, home):
    """(where the environment is, a sentence to say of it or "").

    In the course's own folder; but a program that synchronises it would copy tens of thousands of files to a server and
    hold them open while they are made. Then it is in the home folder.
    """
    program = synchronised_by(folder)
    if not program:
        return os.path.join(folder, ".venv"), ""
    elsewhere = os.path.join(home, ".how-networks-learn", hashlib.sha256(folder.encode()).hexdigest()[:8])
    return elsewhere, (f"This folder is synchronised by {program}. The course's programs are put into {elsewhere} "
                       "instead; your notebooks stay here.")


def python_of(environment, windows):
    return os.path.join(environment, "Scripts" if windows else "bin", "python.exe" if windows else "python")


def wanted(folder):
    """What an environment must have been made for: the requirements, and the folder that they install."""
    with open(os.path.join(folder, "requirements.txt"), "rb") as file:
        return hashlib.sha256(file.read() + folder.encode()).hexdigest()


def is_ready(environment, folder, windows):
    try:
        with open(os.path.join(environment, READY)) as file:
            made_for = file.read().strip()
    except OSError:
        return False
    # an empty file is make's: it compares the times of files
    return made_for in ("", wanted(folder)) and os.path.exists(python_of(environment, windows))


def make(environment, folder, windows, run=subprocess.call):
    """Make the environment and install what requirements.txt names. Raises Stop."""
    say("Setting up, once: this takes a few minutes and needs a network.")
    if run([sys.executable, "-m", "venv", environment]):
        raise Stop(f"The environment could not be made in {environment} (see above). On Debian and Ubuntu, `sudo apt "
                   "install python3-venv` brings what is missing.")
    install = [python_of(environment, windows), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               "-r", "requirements.txt"]
    if run(install, cwd=folder):
        raise Stop("The packages could not be installed (see above). Is there a network? This step alone needs one. "
                   "Start again to go on.")
    with open(os.path.join(environment, READY), "w") as file:
        file.write(wanted(folder) + "\n")


def say(text):
    print(text)
    sys.stdout.flush()


def begin(folder, options, windows=os.name == "nt", run=subprocess.call):
    """Check, make what is missing, and open the lessons; the exit status."""
    import tempfile

    try:
        check_version(sys.version_info, sys.executable)
        check_folder(folder, tempfile.gettempdir(), windows)
        environment, sentence = environment_folder(folder, os.path.expanduser("~"))
        if sentence:
            say(sentence)
        if not is_ready(environment, folder, windows):
            make(environment, folder, windows, run)
        return run([python_of(environment, windows), "-m", "course", "learn"] + options, cwd=folder)
    except Stop as stop:
        say(str(stop))
    except OSError as error:
        full = " The disk is full." if error.errno == errno.ENOSPC else ""
        say(f"It cannot start: {error}.{full}")
    except KeyboardInterrupt:
        say("Stopped. Start again to go on.")
    return 1


if __name__ == "__main__":
    sys.exit(begin(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), sys.argv[1:]))
