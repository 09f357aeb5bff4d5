"""Settings: everything an administrator can turn, with its meaning, read once at the start.

    environment (OASE_PORT=8420) --over--> file (oase.toml: port = 8420) --over--> defaults --load--> Settings

The file is `oase.toml` in the data folder, or the one that `OASE_CONFIG` names. What each setting means stands at its
field; `describe` makes the output of `oase settings` of it and `as_markdown` the page of the handbook.
"""

import difflib
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from oase.kernel.errors import OaseError
from oase.kernel.secrets import Secret

PREFIX: Final = "OASE_"
IPNetwork = IPv4Network | IPv6Network


class BadSetting(OaseError):
    """A setting cannot be used; the message names it and says what it must be."""


class Settings(Struct, frozen=True, kw_only=True):
    """All settings of an installation. The meaning of each is part of the product: it is printed by `oase settings`."""

    host: Annotated[str, Meta(description="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1"
    port: Annotated[int, Meta(description="The port to listen on.", ge=1, le=65535)] = 8420
    public_url: Annotated[
        str,
        Meta(
            description="How people and providers reach this installation: https://support.example.com. Without: http://host:port."
        ),
    ] = ""
    data_dir: Annotated[
        Path,
        Meta(
            description="The folder of the database, the files and the key. Without: ./.oase in a checkout, else the platform's."
        ),
    ] = Path(".oase")
    demo: Annotated[
        bool,
        Meta(description="Start with a demonstration company. Without: on in a checkout, and as long as nothing is set up."),
    ] = True
    sandbox: Annotated[bool, Meta(description="Serve the simulated providers at /sandbox. Without: as demo.")] = True

    database_url: Annotated[
        Secret, Meta(description="An external PostgreSQL (15 or newer): postgresql://user:password@host/name. Without: our own.")
    ] = Secret("")
    database_admin_url: Annotated[
        Secret, Meta(description="The same database as its owner, for migrations, where the server's ordinary user may not.")
    ] = Secret("")
    database_connections: Annotated[int, Meta(description="Connections to the database per process, at most.", ge=2, le=500)] = 10
    postgres_binaries: Annotated[
        Path | None,
        Meta(description="The folder with postgres and initdb for our own database. Without: those that came with Oase."),
    ] = None

    secret_key: Annotated[
        Secret,
        Meta(description="The key that seals secrets at rest: 32 bytes in base64. Without: secret.key in the data folder."),
    ] = Secret("")
    session_length: Annotated[timedelta, Meta(description="How long a sign-in lasts without being used.")] = timedelta(days=14)
    trusted_proxies: Annotated[
        tuple[IPNetwork, ...], Meta(description="Networks whose X-Forwarded-For and X-Forwarded-Proto are believed.")
    ] = ()
    allow_private_networks: Annotated[
        tuple[IPNetwork, ...],
        Meta(description="Private networks that Oase may send requests to (a provider's server in your own house)."),
    ] = ()

    blobs_url: Annotated[
        str, Meta(description="Where files lie: s3://bucket/prefix. Without: the folder blobs in the data folder.")
    ] = ""
    blobs_endpoint: Annotated[str, Meta(description="The address of an S3-compatible server; empty for Amazon's own.")] = ""
    blobs_region: Annotated[str, Meta(description="The region of the bucket.")] = "us-east-1"
    blobs_key_id: Annotated[str, Meta(description="The access key's id.")] = ""
    blobs_secret: Annotated[Secret, Meta(description="The access key's secret.")] = Secret("")
    upload_limit_mb: Annotated[int, Meta(description="The largest file that is taken in, in megabytes.", ge=1, le=2000)] = 100

    smtp_url: Annotated[
        Secret,
        Meta(description="The mail server for mails to agents: smtp://user:password@host:587 or smtps://…:465."),
    ] = Secret("")
    smtp_from: Annotated[str, Meta(description="The sender of those mails.")] = ""
    mail_receiver_host: Annotated[str, Meta(description="The address on which Oase takes in mail by SMTP and LMTP.")] = (
        "127.0.0.1"
    )
    mail_receiver_port: Annotated[
        int, Meta(description="The port for that; 0 = do not take in mail this way.", ge=0, le=65535)
    ] = 0
    mail_receiver_certificate: Annotated[
        Path | None,
        Meta(description="The certificate chain with which it offers STARTTLS, a PEM file. It is read again when it changes."),
    ] = None
    mail_receiver_key: Annotated[Path | None, Meta(description="The private key of that certificate, a PEM file.")] = None

    log_format: Annotated[Literal["text", "json"], Meta(description="Logs for people (text) or for machines (json).")] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least important kind of line to log.")
    ] = "info"

    job_concurrency: Annotated[int, Meta(description="Jobs that a worker does at the same time.", ge=1, le=200)] = 8
    intake_batch: Annotated[
        int, Meta(description="Deliveries that a worker takes in with one transaction, at most.", ge=1, le=1000)
    ] = 100
    outgoing_connections: Annotated[
        int, Meta(description="Open connections to the outside per process, at most.", ge=1, le=5000)
    ] = 200
    outgoing_connections_per_host: Annotated[
        int, Meta(description="Open connections to one host of the outside per process, at most.", ge=1, le=1000)
    ] = 20

    @property
    def url(self) -> str:
        """The public address, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"


class SettingLine(Struct, frozen=True, kw_only=True):
    """One setting for people: name in the environment, name in the file, meaning, default and present value as text."""

    name: str
    key: str
    meaning: str
    default: str
    value: str


_HINTS: Final = get_type_hints(Settings, include_extras=True)
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WORDS_FOR_BOOL: Final = {"yes": True, "on": True, "no": False, "off": False, "true": True, "false": False, "1": True, "0": False}


def load(environ: Mapping[str, str], cwd: Path, *, platform: str = sys.platform) -> Settings:
    """The settings in force for this environment and folder; raises BadSetting with a sentence that names the setting."""
    data_dir = (
        Path(environ["OASE_DATA_DIR"]) if environ.get("OASE_DATA_DIR") else default_data_dir(environ, cwd, platform=platform)
    )
    file = Path(environ["OASE_CONFIG"]) if environ.get("OASE_CONFIG") else data_dir / "oase.toml"
    given: dict[str, Any] = {"data_dir": data_dir}
    given |= {key: _value(key, raw, f"in {file}") for key, raw in _from_file(cwd / file, environ).items()}
    for key in _HINTS:
        if (text := environ.get(PREFIX + key.upper())) not in (None, ""):
            given[key] = _value(key, text, "in the environment")
    given["data_dir"] = (cwd / given["data_dir"].expanduser()).resolve()
    real = "database_url" in given or "public_url" in given
    given.setdefault("demo", is_checkout(cwd) or not real)
    given.setdefault("sandbox", given["demo"])
    return Settings(**given)


def unknown_names(environ: Mapping[str, str]) -> Sequence[str]:
    """Variables of the environment that look like settings and are none: most often typing mistakes, for `oase doctor`."""
    known = {PREFIX + key.upper() for key in _HINTS} | {"OASE_CONFIG"}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def is_checkout(folder: Path) -> bool:
    """Whether this folder is a checkout of Oase itself."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).get("project", {})
    except (OSError, ValueError):
        return False
    return bool(project.get("name") == "oase")


def default_data_dir(environ: Mapping[str, str], cwd: Path, *, platform: str = sys.platform) -> Path:
    """Where data lies if nobody says: `.oase` in a checkout, otherwise where the platform keeps a program's data."""
    if is_checkout(cwd):
        return cwd / ".oase"
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    if platform == "darwin":
        return home / "Library" / "Application Support" / "Oase"
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Oase"
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "oase"


def describe(settings: Settings) -> Sequence[SettingLine]:
    """Every setting with meaning, default and present value; secrets are masked."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(Settings)}
    return [
        SettingLine(
            name=PREFIX + key.upper(),
            key=key,
            meaning=_meta(key).description or "",
            default=_text(defaults[key]),
            value=_text(getattr(settings, key)),
        )
        for key in _HINTS
    ]


def as_markdown() -> str:
    """The table of all settings for the handbook."""
    rows = [
        f"| `{line.name}` | {line.meaning} | {f'`{line.default}`' if line.default else ''} |" for line in describe(Settings())
    ]
    return "\n".join(["| Setting | Meaning | Default |", "|---|---|---|", *rows]) + "\n"


def _from_file(file: Path, environ: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        if environ.get("OASE_CONFIG"):
            raise BadSetting(f"The settings file {file}, named by OASE_CONFIG, does not exist.") from None
        return {}
    except (OSError, ValueError) as error:
        raise BadSetting(f"The settings file {file} cannot be read: {error}.") from error
    values = {name.removeprefix(PREFIX).lower(): value for name, value in content.items()}
    for key in values:
        if key not in _HINTS:
            near = difflib.get_close_matches(key, _HINTS, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise BadSetting(f"The settings file {file} has {key}, which is no setting of Oase.{hint}")
    return values


def _value(key: str, raw: Any, where: str) -> Any:
    """The value of a setting from text or TOML; raises BadSetting. A secret's value never stands in the message."""
    kind = get_args(_HINTS[key])[0]
    try:
        if get_origin(kind) is tuple:
            return _networks(raw)
        return msgspec.convert(_prepared(raw, kind), _HINTS[key], strict=False, dec_hook=_own_type)
    except (msgspec.ValidationError, ValueError) as error:
        shown = "set" if kind is Secret else repr(raw)
        raise BadSetting(f"The setting {PREFIX}{key.upper()} {where} is {shown}, but must be {_wanted(key, kind)}.") from error


def _prepared(raw: Any, kind: Any) -> Any:
    """Text of the environment in the form that the type wants; values of a TOML file mostly have it."""
    if kind is bool and isinstance(raw, str):
        return _WORDS_FOR_BOOL.get(raw.strip().lower(), raw)
    if kind is timedelta and isinstance(raw, str):
        parts = _DURATION.fullmatch(raw.strip())
        if not parts:
            raise ValueError("no duration")
        return float(parts[1]) * _SECONDS[parts[2]]
    return raw


def _networks(raw: Any) -> tuple[IPNetwork, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError("no list of networks")
    return tuple(ip_network(part.strip()) for part in parts if part.strip())


def _own_type(kind: type, value: Any) -> Any:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError("of another type")


def _wanted(key: str, kind: Any) -> str:
    if kind is int:
        meta = _meta(key)
        return f"a whole number from {meta.ge} to {meta.le}"
    if get_origin(kind) is Literal:
        return " or ".join(get_args(kind))
    names = {bool: "1 or 0 (yes or no)", timedelta: "a duration such as 30m, 12h or 14d", Path: "a folder"}
    return "networks such as 10.1.0.0/16, separated by commas" if get_origin(kind) is tuple else names.get(kind, "text")


def _meta(key: str) -> Meta:
    meta: Meta = get_args(_HINTS[key])[1]
    return meta


def _text(value: Any) -> str:
    if isinstance(value, Secret):
        return "***" if value else ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        unit = next(unit for unit in "dhms" if seconds % _SECONDS[unit] == 0)
        return f"{seconds // _SECONDS[unit]}{unit}"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)
