"""``python -m autograder COMMAND``: build, verify, grade, bundle, doctor."""

import importlib
import sys

COMMANDS = {
    "build": "make the notebooks and the public data from the lessons' sources",
    "verify": "prove that references, mistakes, questions and notebooks do what they promise",
    "grade": "grade what is in submitted/, or one notebook of your own with --notebook",
    "bundle": "make the zip that a class gets: no solution, no key",
    "doctor": "say what this machine has for grading, and how submissions are isolated",
}


def main(argv):
    if not argv or argv[0] not in COMMANDS:
        print("usage: python -m autograder COMMAND [options]\n")
        for name, text in COMMANDS.items():
            print(f"  {name:8} {text}")
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    return importlib.import_module(f"autograder.{argv[0]}").main(argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
