#!/bin/sh
# Makes .venv with Python 3.11 or newer; says plainly what is missing.
set -eu
python="${1:-python3}"
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Oase needs Python 3.11 or newer. '$python' is not. Name another one: make PYTHON=/path/to/python3 …" >&2
    exit 1
fi
if "$python" -m venv .venv 2>/dev/null; then
    exit 0
fi
rm -rf .venv
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing python3-venv ..." >&2
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >&2
    exec "$python" -m venv .venv
fi
echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2
exit 1
