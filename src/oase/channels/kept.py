"""What becomes of an account's secrets when it changes: those that go out belong to the address for which they were typed.

same address   a new secret goes before the old one, which still verifies; an empty field keeps what is there
               and what was made of the old one (access tokens) is forgotten
other address  each secret that goes out is typed again, or forgotten; what only verifies what arrives stays
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from oase.channels.contract import Account, Manifest, Setting

T = TypeVar("T")
_KEPT: Final = 2  # the newest and the one before it: rotation
_LASTS: Final = "renewed"


def _aims(setting: Setting) -> bool:
    return setting.aims or setting.kind == "url" or any(map(_aims, setting.columns))


def moved(manifest: Manifest, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether secrets would go to another place than before."""
    aiming = [one for one in manifest.settings if _aims(one)]
    return any((before.get(one.name) or one.default) != (after.get(one.name) or one.default) for one in aiming)


def merged(
    manifest: Manifest, before: Mapping[str, Any], after: Mapping[str, Any],
    kept: Mapping[str, Sequence[T]], new: Mapping[str, Sequence[T]],
) -> dict[str, list[T]]:  # fmt: skip
    """The account's secrets after a change of its settings, the newest first."""
    found = {name: list(values) for name, values in kept.items()}
    if moved(manifest, before, after):
        stay = {one.name for one in manifest.settings if one.stays or one.generated}
        found = {name: values for name, values in found.items() if name in stay}
    if new:
        found = {name: values for name, values in found.items() if not _renewed(manifest, name)}
    for name, values in new.items():
        found[name] = list(dict.fromkeys([*values, *found.get(name, [])]))[:_KEPT]
    return found


def renewed(
    manifest: Manifest, kept: Mapping[str, Sequence[str]], new: Mapping[str, str], lasts: tuple[datetime, datetime]
) -> dict[str, list[str]]:
    """The account's secrets after tokens were renewed. Those that are no setting's stay alone: the one before is of no use."""
    found = {name: list(values) for name, values in kept.items()} | {_LASTS: [" ".join(one.isoformat() for one in lasts)]}
    for name, value in new.items():
        before = [] if _renewed(manifest, name) else found.get(name, [])
        found[name] = list(dict.fromkeys([value, *before]))[:_KEPT]
    return found


def lasts(account: Account) -> tuple[datetime, datetime] | None:
    """From when until when the account's renewed tokens last; None if it has none."""
    issued, _, until = account.secret(_LASTS).reveal().partition(" ")
    return (datetime.fromisoformat(issued), datetime.fromisoformat(until)) if until else None


def _renewed(manifest: Manifest, name: str) -> bool:
    """Whether it is kept beside the secrets that settings hold, made from them: it goes when one of them changes."""
    return "/" not in name and name not in {one.name for one in manifest.settings}


def asked_again(
    manifest: Manifest, before: Mapping[str, Any], after: Mapping[str, Any], kept: Mapping[str, Sequence[Any]]
) -> list[Setting]:
    """The secrets in use that must be typed again, since the address that they go to is another one."""
    if not moved(manifest, before, after):
        return []
    return [
        one
        for one in manifest.settings
        if one.kind == "secret"
        and not (one.stays or one.generated or one.consents)  # what a sign-in gives, the next one gives anew
        and kept.get(one.name)
        and one.applies(after)
    ]


def who(name: str) -> str:
    """Under which name it is kept who signed in at the provider for a secret: it goes when the secret goes."""
    return f"{name}/who"


def says_who(name: str, new: Mapping[str, Any]) -> bool:
    """Whether this says who signed in for a secret that somebody has now entered by hand."""
    secret, slash, _ = name.partition("/")
    return bool(slash) and secret in new
