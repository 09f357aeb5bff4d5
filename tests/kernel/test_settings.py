"""Settings: where they come from, which wins, what is said about a wrong one, and that the handbook lists them all."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from oase.kernel.secrets import Secret
from oase.kernel.settings import BadSetting, Settings, as_markdown, default_data_dir, describe, load, unknown_names

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "oase"\n')
    return tmp_path


def test_nothing_set_in_a_checkout_gives_the_demonstration_beside_it(checkout: Path) -> None:
    settings = load({}, checkout)
    assert (settings.data_dir, settings.demo, settings.sandbox, settings.url) == (
        checkout / ".oase",
        True,
        True,
        "http://127.0.0.1:8420",
    )


def test_a_real_installation_starts_empty(tmp_path: Path) -> None:
    settings = load({"HOME": str(tmp_path), "OASE_PUBLIC_URL": "https://hilfe.example.com/"}, tmp_path)
    assert (settings.demo, settings.sandbox, settings.url) == (False, False, "https://hilfe.example.com")


def test_the_demonstration_can_be_switched_off(checkout: Path) -> None:
    settings = load({"OASE_DEMO": "0"}, checkout)
    assert (settings.demo, settings.sandbox) == (False, False)


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"HOME": "/home/jörg"}, "/home/jörg/.local/share/oase"),
        ("linux", {"HOME": "/home/jörg", "XDG_DATA_HOME": "/daten"}, "/daten/oase"),
        ("darwin", {"HOME": "/Users/zoë"}, "/Users/zoë/Library/Application Support/Oase"),
        ("win32", {"USERPROFILE": "/Users/zoë", "LOCALAPPDATA": "/Users/zoë/AppData/Local"}, "/Users/zoë/AppData/Local/Oase"),
        ("win32", {"USERPROFILE": "/Users/zoë"}, "/Users/zoë/AppData/Local/Oase"),
    ],
)
def test_each_platform_has_its_own_data_folder(tmp_path: Path, platform: str, environ: dict[str, str], expected: str) -> None:
    assert default_data_dir(environ, tmp_path, platform=platform) == Path(expected)


def test_the_environment_wins_over_the_file(checkout: Path) -> None:
    (checkout / ".oase").mkdir()
    (checkout / ".oase" / "oase.toml").write_text(
        'port = 9000\nhost = "0.0.0.0"\ntrusted_proxies = ["10.0.0.0/8"]\ndemo = false\n'
    )
    settings = load({"OASE_PORT": "9001"}, checkout)
    assert (settings.port, settings.host, settings.demo) == (9001, "0.0.0.0", False)
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"),)


def test_a_named_file_may_set_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "eigene.toml").write_text('OASE_DATA_DIR = "daten"\n')
    assert load({"OASE_CONFIG": "eigene.toml", "HOME": "/x"}, tmp_path).data_dir == tmp_path / "daten"


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"weg\.toml, named by OASE_CONFIG, does not exist"):
        load({"OASE_CONFIG": "weg.toml"}, tmp_path)


def test_an_unknown_name_in_the_file_is_an_error_with_a_guess(tmp_path: Path) -> None:
    (tmp_path / "oase.toml").write_text("prot = 8420\n")
    with pytest.raises(BadSetting, match=r"has prot, which is no setting of Oase\. Did you mean port\?"):
        load({"OASE_DATA_DIR": str(tmp_path)}, tmp_path)


def test_a_file_that_is_no_toml_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "oase.toml").write_text("port: 8420\n")
    with pytest.raises(BadSetting, match=r"oase\.toml cannot be read"):
        load({"OASE_DATA_DIR": str(tmp_path)}, tmp_path)


def test_unknown_names_in_the_environment_are_told_to_the_doctor() -> None:
    assert unknown_names({"OASE_PROT": "1", "OASE_PORT": "1", "OASE_CONFIG": "x", "PATH": "/bin"}) == ["OASE_PROT"]


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("PORT", "achtzig", "must be a whole number from 1 to 65535"),
        ("PORT", "70000", "must be a whole number from 1 to 65535"),
        ("DEMO", "vielleicht", "must be 1 or 0"),
        ("SESSION_LENGTH", "bald", "must be a duration such as 30m"),
        ("LOG_FORMAT", "xml", "must be text or json"),
        ("ALLOW_PRIVATE_NETWORKS", "10.0.0.1/8", "must be networks such as"),
    ],
)
def test_a_wrong_value_gives_a_sentence_with_its_name(tmp_path: Path, name: str, text: str, wanted: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load({f"OASE_{name}": text}, tmp_path)
    assert f"OASE_{name} in the environment is {text!r}" in str(caught.value)
    assert wanted in str(caught.value)


def test_a_wrong_secret_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "oase.toml").write_text("smtp_url = 4711\n")
    with pytest.raises(BadSetting, match=r"OASE_SMTP_URL in .* is set, but must be text"):
        load({"OASE_DATA_DIR": str(tmp_path)}, tmp_path)


@pytest.mark.parametrize(
    ("text", "length"), [("30m", timedelta(minutes=30)), ("12 h", timedelta(hours=12)), ("1.5d", timedelta(hours=36))]
)
def test_durations_are_written_with_their_unit(tmp_path: Path, text: str, length: timedelta) -> None:
    assert load({"OASE_SESSION_LENGTH": text}, tmp_path).session_length == length


def test_lists_are_separated_by_commas_in_the_environment(tmp_path: Path) -> None:
    settings = load({"OASE_ALLOW_PRIVATE_NETWORKS": "10.1.0.0/16, fd00::/8"}, tmp_path)
    assert settings.allow_private_networks == (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))


def test_secrets_are_masked_wherever_settings_are_shown() -> None:
    settings = Settings(
        database_url=Secret("postgresql://oase:geheim@db.example/oase"), smtp_url=Secret("smtp://a:geheim@mx.example")
    )
    assert "geheim" not in repr(settings) + repr(describe(settings))
    assert {line.key: line.value for line in describe(settings)}["database_url"] == "***"


def test_every_setting_says_what_it_means() -> None:
    assert [line.name for line in describe(Settings()) if len(line.meaning) < 10 or not line.meaning.endswith(".")] == []


def test_defaults_are_shown_as_they_are_written() -> None:
    lines = {line.key: line.default for line in describe(Settings())}
    assert (lines["session_length"], lines["demo"], lines["postgres_binaries"], lines["port"]) == ("14d", "1", "", "8420")


def test_the_handbook_lists_every_setting() -> None:
    page = (ROOT / "docs" / "handbook" / "settings.md").read_text("utf-8")
    assert as_markdown() in page, "docs/handbook/settings.md: replace the table by oase.kernel.settings.as_markdown()"
