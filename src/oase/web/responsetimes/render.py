"""The forms in which response times are shown: page, page of all ways to write, picture, script, JSON. Made once for each refresh."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import msgspec
from jinja2 import Environment
from msgspec import Struct

from oase.channels import StoredAccount, adapter
from oase.insights import DAYS, LEAST_CASES, Expected, Figures, Line, Share
from oase.kernel.errors import OaseError
from oase.kernel.i18n import Language, Translator, translator
from oase.web import formats
from oase.web.channels import manifests
from oase.web.portal.assets import own
from oase.web.responsetimes.board import Form, Shown
from oase.web.responsetimes.shape import as_json
from oase.web.responsetimes.wording import sentence

_HTML: Final = "text/html; charset=utf-8"
_LETTER: Final = 7.9  # pixels of a letter of the badge, on average; fonts that are wider are drawn narrower
_MONDAY: Final = date(2024, 1, 1)


class Channel(Struct, frozen=True):
    """A channel on a page: its name, what may be expected on it, its figures by range of days."""

    id: str
    name: str
    says: str
    known: bool
    cases: int
    lines: dict[int, Line]


class Way(Struct, frozen=True):
    """A way to reach the company. `link`: where one begins; empty where that is not known."""

    channel: str
    channel_name: str
    name: str
    link: str
    says: str
    known: bool


def path_of(figures: Figures, what: str = "") -> str:
    """Where something of a workspace is found."""
    return f"/response-times/{quote(figures.slug)}{f'/{what}' if what else ''}"


class Renderer:
    """Makes forms from figures. `url`: the public address of the installation, for what stands on other websites."""

    def __init__(self, environment: Environment, url: str) -> None:
        self._environment = environment
        self._url = url

    def page(self, shown: Shown, language: Language) -> Form:
        """The page of response times."""
        return shown.form(f"page {language}", _HTML, lambda one: self.text("page.html", one.figures, language))

    def front(self, shown: Shown, language: Language) -> Form:
        """The page that says how to reach the company."""
        reader = _reader(shown.figures, language)
        return shown.form(
            f"front {language}",
            _HTML,
            lambda one: self.text("front.html", one.figures, language, ways=ways(one, reader), chat=_chat(one)),
        )

    def badge(self, shown: Shown, language: Language, channel: str) -> Form:
        """The picture for other websites, about one channel: the one that is named, or where an answer is expected soonest."""
        chosen = next((one for one in shown.figures.channels if one.channel == channel), None)
        expected = chosen.expected if chosen else soonest(shown.figures)
        name = expected.channel if expected else ""
        return shown.form(f"badge {language} {name}", "image/svg+xml", lambda one: self._badge(one.figures, language, expected))

    def script(self, shown: Shown) -> Form:
        """The script that puts the picture where it stands."""
        return shown.form("script", "text/javascript; charset=utf-8", lambda one: self._script(one.figures))

    def json(self, shown: Shown) -> Form:
        """The figures for programs."""
        return shown.form("json", "application/json", lambda one: as_json(one.figures))

    def text(self, template: str, figures: Figures, language: Language, **more: Any) -> str:
        """A page as text."""
        reader = _reader(figures, language)
        with formats.speaking(reader):
            return self._environment.get_template(f"responsetimes/{template}").render(
                language=language, own=own, figures=figures, channels=channels(figures, reader), days=DAYS, least=LEAST_CASES,
                overall={line.days: line for line in figures.overall}, week=_week(figures, reader), path=path_of(figures),
                other="en" if language == "de" else "de", share=_shown_share, **more,
            )  # fmt: skip

    def _badge(self, figures: Figures, language: Language, expected: Expected | None) -> str:
        reader = _reader(figures, language)
        name = _name(expected.channel, reader) if expected else figures.company
        says = sentence(expected, figures.as_of, reader) if expected else reader.gettext("not enough cases yet")
        length = round(_LETTER * len(says))
        return self._environment.get_template("responsetimes/badge.svg").render(
            company=figures.company, name=name, says=says, length=length, width=max(length, round(7 * len(name))) + 52,
            language=language,
        )  # fmt: skip

    def _script(self, figures: Figures) -> str:
        facts = {
            "page": self._url + path_of(figures),
            "says": {language: _alternative(figures, language) for language in ("en", "de")},
        }
        return _script_text().replace("__FACTS__", msgspec.json.encode(facts).decode().replace("<", "\\u003c"))


@cache
def _script_text() -> str:
    return (Path(__file__).parent / "badge.js").read_text("utf-8")


def channels(figures: Figures, reader: Translator) -> list[Channel]:
    """The channels with what is said of them."""
    return [
        Channel(
            id=one.channel,
            name=_name(one.channel, reader),
            says=sentence(one.expected, figures.as_of, reader),
            known=one.expected.seconds is not None or one.expected.opens_at is not None,
            cases=one.expected.count,
            lines={line.days: line for line in one.lines},
        )
        for one in figures.channels
    ]


def soonest(figures: Figures) -> Expected | None:
    """The channel on which an answer is expected soonest; one that is closed only where all are."""
    known = [one.expected for one in figures.channels if one.expected.seconds is not None]
    closed = [one.expected for one in figures.channels if one.expected.opens_at is not None]
    return min(known, key=lambda one: one.seconds or 0) if known else closed[0] if closed else None


def ways(shown: Shown, reader: Translator) -> list[Way]:
    """Every account over which the company can be reached, in the order of the channels."""
    known = {one.id: one for one in channels(shown.figures, reader)}
    order = list(known)
    accounts = sorted(shown.accounts, key=lambda one: (order.index(one.channel), one.name.casefold(), one.id))
    return [
        Way(one.channel, known[one.channel].name, one.name, link_of(one), known[one.channel].says, known[one.channel].known)
        for one in accounts
        if one.state != "needs_sign_in"
    ]


def link_of(account: StoredAccount) -> str:
    """Where somebody begins to write to an account, as far as its channel tells."""
    if account.channel == "form":
        return f"/form/{account.id}"
    if account.manifest.invites:
        try:
            return adapter(account.channel).invite(account.account, "", "")
        except OaseError:
            return ""
    address = str(account.account.settings.get("address") or "")
    return f"mailto:{address}" if account.manifest.identity == "email" and "@" in address else ""


def _chat(shown: Shown) -> StoredAccount | None:
    return next((one for one in shown.accounts if one.channel == "webchat"), None)


def _reader(figures: Figures, language: Language) -> Translator:
    return translator(language, figures.zone)


def _name(channel: str, reader: Translator) -> str:
    manifest = manifests().get(channel)
    return channel if manifest is None else manifest.name.de if reader.language == "de" else manifest.name.en


def _week(figures: Figures, reader: Translator) -> list[tuple[str, str]]:
    """Weekdays with their hours; empty where none are said."""
    if figures.opening is None:
        return []
    return [
        (reader.weekday(_MONDAY + timedelta(days=day)), reader.listed([f"{start}–{end}" for start, end in windows]))
        for day, windows in enumerate(figures.opening.week)
    ]


def _shown_share(line: Line | None, name: str) -> Share | None:
    """What may be shown of it."""
    share: Share | None = getattr(line, name) if line is not None else None
    return share if share is not None and share.enough else None


def _alternative(figures: Figures, language: Language) -> str:
    reader, expected = _reader(figures, language), soonest(figures)
    if expected is None:
        return reader.gettext("Response times of %(company)s", company=figures.company)
    says = sentence(expected, figures.as_of, reader)
    return reader.gettext(
        "Response times of %(company)s. %(channel)s: %(says)s",
        company=figures.company,
        channel=_name(expected.channel, reader),
        says=says,
    )
