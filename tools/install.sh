#!/bin/sh
# Installs what a requirements file names, and Oase itself, into .venv. With uv it takes seconds; where uv cannot (it knows
# nothing of find-links or client certificates in pip's configuration, for instance), pip does it as it is set up to.
set -eu
wanted="$1"
python=.venv/bin/python
pip="$python -m pip --quiet --disable-pip-version-check"

with_uv() {
    $pip install --require-hashes -r requirements/uv.txt || return 1
    index="${PIP_INDEX_URL:-$($python -m pip config get global.index-url 2>/dev/null || true)}"
    ${index:+env UV_DEFAULT_INDEX="$index"} .venv/bin/uv pip install \
        --quiet --compile-bytecode --python "$python" --require-hashes -r "$wanted"
}

with_uv 2>/dev/null || $pip install --require-hashes -r "$wanted"
$pip install --no-deps --no-build-isolation -e .
$python -m compileall -q src # every start is quicker, also where Python may not write beside its sources
