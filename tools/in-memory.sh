#!/bin/sh
# Runs a command whose temporary files lie in memory, where there is room for them: what a test run writes (databases, blobs,
# profiles of browsers) is thrown away anyway, and a file system on a disk is slow at making and deleting thousands of files.
set -eu
room=6291456 # KiB
shm=/dev/shm
if [ -z "${TMPDIR:-}" ] && [ -w "$shm" ] && [ "$(df -Pk "$shm" | awk 'NR == 2 { print $4 }')" -ge "$room" ] &&
    [ "$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)" -ge $((2 * room)) ] && ! grep -q " $shm [^ ]* [^ ]*noexec" /proc/mounts; then
    TMPDIR="$(mktemp -d "$shm/oase-tests-XXXXXX")"
    export TMPDIR
    chmod 755 "$TMPDIR" # PostgreSQL has a user of its own where root runs it, and passes through
    trap 'rm -rf "$TMPDIR"' EXIT
    trap 'exit 130' INT TERM HUP
fi
"$@"
