"""What an account's page shows of signing in at the provider: instructions, the redirect address, the button, who did."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup
from msgspec import Struct

from oase.channels import StoredAccount, consent
from oase.channels.contract import Condition, Manifest, Words
from oase.kernel.i18n import Language
from oase.kernel.settings import Settings
from oase.web.admin.guides import guide_html


class ConsentView(Struct, frozen=True, kw_only=True):
    """One way to fill a secret in the browser."""

    label: Words
    guide: Markup
    scopes: str  # empty where a setting holds them
    only_if: Condition | None
    and_if: Condition | None = None


class SignInView(Struct, frozen=True, kw_only=True):
    """A secret that signing in gives."""

    ways: tuple[ConsentView, ...]
    redirect_address: str
    reachable: bool  # providers take https, or this very machine by the name localhost
    there: bool  # somebody has signed in, or entered it by hand
    who: str
    account: str  # whom the account is for, where that is somebody else


def redirect_address(settings: Settings) -> str:
    """Where providers send the browser back: the same for all accounts of this installation."""
    return f"{settings.url}/admin/channels/consent"


def sign_ins(
    manifest: Manifest, account: StoredAccount | None, settings: Settings, language: Language
) -> Mapping[str, SignInView]:
    """By the name of the secret."""
    address = redirect_address(settings)
    found = {}
    for one in manifest.settings:
        if not one.consents:
            continue
        who = consent.signed_in_as(account.account, one.name) if account else ""
        meant = _meant(account, one.consents[0].hints) if account else ""
        found[one.name] = SignInView(
            ways=tuple(
                ConsentView(
                    label=way.label,
                    guide=guide_html(way.guide.de if language == "de" else way.guide.en),
                    scopes="" if "{" in way.scopes else way.scopes,
                    only_if=way.only_if,
                )
                for way in one.consents
            ),
            redirect_address=address,
            reachable=urlsplit(address).scheme == "https" or urlsplit(address).hostname == "localhost",
            there=bool(account and account.account.secret(one.name)),
            who=who,
            account=meant if meant.casefold() != who.casefold() else "",
        )
    return found


def _meant(account: StoredAccount, hints: tuple[str, ...]) -> str:
    values: list[Any] = [account.account.settings.get(name) for name in hints]
    return next((str(value).strip() for value in values if value), "")
