#!/bin/sh
# macOS: double click (the first time: right click, Open). Linux: sh start.command
cd "$(dirname "$0")" || exit 1
if [ ! -f course/actions/begin.py ]; then echo "Unpack the whole zip first, then start the file in it."; exit 1; fi
for python in python3.14 python3.13 python3.12 python3.11 python3 python; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    exec "$python" -I course/actions/begin.py "$@"
  fi
done
if command -v uv >/dev/null 2>&1; then
  exec uv run --no-project --python 3.12 python -I course/actions/begin.py "$@"
fi
echo "Install Python 3.11 or newer from https://www.python.org/downloads, then start this file again."; exit 1
