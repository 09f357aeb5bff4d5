"""The command line as an administrator meets it: every command answers, and what goes wrong is one sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
pytestmark = pytest.mark.xdist_group("command line")  # they share a data folder
MAIL = b"""From: =?utf-8?q?J=C3=BCrgen_Gro=C3=9F?= <juergen@example.com>
To: service@lindgruen.example
Subject: Re: Rad
Message-ID: <a@example.com>

Danke!

Am 12.03.26 um 14:05 schrieb Service:
> Ihr Rad ist fertig.
"""


def oase(*arguments: str, folder: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs the program with a data folder of its own."""
    environment = {**os.environ, "OASE_DATA_DIR": str(folder), "OASE_DEMO": "0"}
    return subprocess.run(
        [str(BIN / "oase"), *arguments], input=stdin, capture_output=True, env=environment, timeout=60, check=False
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = oase("--help", folder=tmp_path).stdout.decode()
    commands = "run serve work connect database demo settings migrate backup restore doctor journal mail"
    assert [name for name in commands.split() if name not in shown] == []


def test_mail_explain_tells_how_a_raw_mail_is_understood(tmp_path: Path) -> None:
    found = json.loads(oase("mail", "explain", "-", "--json", folder=tmp_path, stdin=MAIL).stdout)
    assert (found["from_display_name"], found["reply_text"].strip(), found["class"]) == ("Jürgen Groß", "Danke!", "normal")


def test_settings_masks_secrets_and_names_every_setting(tmp_path: Path) -> None:
    shown = oase("settings", folder=tmp_path).stdout.decode()
    assert "OASE_PORT" in shown


def test_a_wrong_setting_is_named_in_a_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "OASE_DATA_DIR": str(tmp_path), "OASE_PORT": "eighty"}
    done = subprocess.run([str(BIN / "oase"), "settings"], capture_output=True, env=environment, timeout=60, check=False)
    assert done.returncode == 1
    assert b"OASE_PORT" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a fresh installation."""
    folder = tmp_path_factory.mktemp("migrated")
    assert oase("migrate", folder=folder).returncode == 0
    return folder


def test_a_delivery_that_does_not_exist_is_said_so(migrated: Path) -> None:
    done = oase("journal", "show", "01a201af-2159-7006-9375-954c48ad8f00", folder=migrated)
    assert (done.returncode, b"There is no delivery" in done.stderr) == (1, True)


def test_doctor_finds_nothing_wrong_with_a_fresh_installation(migrated: Path) -> None:
    assert oase("doctor", folder=migrated).returncode == 0
