#!/bin/sh
# Installs what a requirements file names, and Oase itself, into .venv; then what a second one names besides, as for tests. With uv it
# takes seconds; where uv cannot (it knows nothing of find-links or client certificates in pip's configuration, for instance), pip does
# it as it is set up to.
set -eu
wanted="$1" besides="${2:-}"
python=.venv/bin/python
pip="$python -m pip --quiet --disable-pip-version-check"

with_uv() {
    $pip install --require-hashes -r requirements/uv.txt || return 1
    index="${PIP_INDEX_URL:-$($python -m pip config get global.index-url 2>/dev/null || true)}"
    uv="${index:+env UV_DEFAULT_INDEX="$index"} .venv/bin/uv pip install --quiet --python $python --require-hashes"
    $uv --compile-bytecode -r "$wanted" && ${besides:+$uv -r "$besides"} # of the rest Python compiles what is used
}

with_uv 2>/dev/null || $pip install --require-hashes -r "${besides:-$wanted}"
$pip install --no-deps --no-build-isolation -e .
$python -m compileall -q src # every start is quicker, also where Python may not write beside its sources
