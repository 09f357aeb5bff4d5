"""How the demonstration company is connected to the sandbox's platforms: the settings of each account.

A platform of the sandbox that is not named here can be used by hand only.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from oase.channels import StoredAccount, change_account, create_account
from oase.kernel.db import UnitOfWork
from oase.main.house import House
from oase.sandbox import Sandbox
from oase.sandbox.blog import Blog
from oase.sandbox.blog import platform as blog
from oase.sandbox.bluesky import Bluesky
from oase.sandbox.forum import Forum
from oase.sandbox.forum import platform as forum
from oase.sandbox.line import Line
from oase.sandbox.mastodon import Mastodon
from oase.sandbox.matrix import Matrix
from oase.sandbox.meta import Facebook, Instagram
from oase.sandbox.meta.base import MetaPlatform
from oase.sandbox.places import Platform
from oase.sandbox.places.platform import COMPANY_NAME
from oase.sandbox.slack import Slack
from oase.sandbox.sms import SmsNetwork
from oase.sandbox.teams import Teams
from oase.sandbox.telegram import Telegram
from oase.sandbox.viber import Viber
from oase.sandbox.websites import Websites
from oase.sandbox.x import X
from oase.sandbox.xmpp import Xmpp


class Connection(Struct, frozen=True, kw_only=True):
    """An account of the demonstration: which channel, how it is called, what its form would hold."""

    channel: str
    name: str
    settings: Mapping[str, Any]


Connect = Callable[[Any], Connection]  # given the simulator of that platform, which knows its own keys


def _sms(network: SmsNetwork) -> Connection:
    """By Twilio's API; the same network can be reached by SMPP, too."""
    settings = {
        "account_sid": network.twilio.account_sid,
        "auth_token": network.twilio.token,
        "sender": "number",
        "from_number": network.twilio.number,
        "base_url": network.base_url,
    }
    return Connection(channel="twilio", name=COMPANY_NAME, settings=settings)


def _telegram(platform: Telegram) -> Connection:
    settings = {"bot_token": platform.token, "webhook_secret": platform.first_secret, "base_url": platform.base_url}
    return Connection(channel="telegram", name=COMPANY_NAME, settings=settings)


def _meta(platform: MetaPlatform, **more: str) -> Mapping[str, Any]:
    """What both of Meta's forms ask for."""
    keys = platform.keys
    return {
        "page_id": keys.page_id,
        "app_id": keys.app_id,
        "app_secret": keys.app_secret,
        "access_token": keys.access_token,
        "verify_token": keys.verify_token,
        "base_url": f"{platform.base_url}/graph",
        **more,
    }


def _facebook(platform: Facebook) -> Connection:
    return Connection(channel="facebook", name=COMPANY_NAME, settings=_meta(platform))


def _instagram(platform: Instagram) -> Connection:
    return Connection(channel="instagram", name=COMPANY_NAME, settings=_meta(platform, instagram_id=platform.own_id))


def _line(platform: Line) -> Connection:
    settings = {"access_token": platform.token, "channel_secret": platform.secret, "base_url": platform.base_url}
    return Connection(channel="line", name=COMPANY_NAME, settings=settings)


def _mastodon(platform: Mastodon) -> Connection:
    settings = {"base_url": platform.base_url, "access_token": platform.token, "interval": 1}
    return Connection(channel="mastodon", name=COMPANY_NAME, settings=settings)


def _matrix(platform: Matrix) -> Connection:
    settings = {"homeserver": platform.base_url, "user_id": platform.user, "access_token": platform.token}
    return Connection(channel="matrix", name=COMPANY_NAME, settings=settings)


def _slack(platform: Slack) -> Connection:
    settings = {"bot_token": platform.token, "signing_secret": platform.secret, "base_url": f"{platform.base_url}/api"}
    return Connection(channel="slack", name=COMPANY_NAME, settings=settings)


def _teams(platform: Teams) -> Connection:
    login = platform.login
    settings = {
        "app_id": login.app_id, "tenant_id": login.tenant_id, "app_secret": login.secret, "authority": platform.base_url,
    }  # fmt: skip
    return Connection(channel="teams", name=COMPANY_NAME, settings=settings)


def _viber(platform: Viber) -> Connection:
    return Connection(channel="viber", name=COMPANY_NAME, settings={"auth_token": platform.token, "base_url": platform.base_url})


def _forum(platform: Forum) -> Connection:
    settings = {"url": platform.base_url, "username": forum.USER, "api_key": forum.KEY, "webhook_secret": forum.SECRET}
    return Connection(channel="discourse", name=COMPANY_NAME, settings=settings)


def _blog(platform: Blog) -> Connection:
    settings = {"url": f"{platform.base_url}/", "user": blog.USER, "password": blog.PASSWORD}
    return Connection(channel="wordpress", name=COMPANY_NAME, settings=settings)


def _webmention(platform: Websites) -> Connection:
    return Connection(channel="webmention", name=COMPANY_NAME, settings={"pages": [f"{platform.base_url}/pages"]})


def _x(platform: X) -> Connection:
    settings = {
        "client_id": platform.tokens.client_id, "client_secret": platform.tokens.client_secret, "delivery": "webhook",
        "refresh_token": platform.tokens.refresh, "consumer_secret": platform.consumer_secret, "bearer_token": platform.bearer_token,
        "base_url": platform.base_url,
    }  # fmt: skip
    return Connection(channel="x", name=COMPANY_NAME, settings=settings)


def _bluesky(platform: Bluesky) -> Connection:
    settings = {
        "handle": "lindgruen.example", "app_password": platform.app_password, "messages": True, "interval": 1,
        "base_url": platform.base_url,
    }  # fmt: skip
    return Connection(channel="bluesky", name=COMPANY_NAME, settings=settings)


def _xmpp(platform: Xmpp) -> Connection:
    settings = {
        "jid": platform.jid, "password": platform.password, "host": "127.0.0.1", "port": platform.server.port, "security": "none",
    }  # fmt: skip
    return Connection(channel="xmpp", name=COMPANY_NAME, settings=settings)


CONNECTIONS: Final[Mapping[str, Connect]] = {
    "bluesky": _bluesky,
    "blog": _blog,
    "facebook": _facebook,
    "forum": _forum,
    "instagram": _instagram,
    "line": _line,
    "matrix": _matrix,
    "slack": _slack,
    "sms": _sms,
    "mastodon": _mastodon,
    "teams": _teams,
    "telegram": _telegram,
    "viber": _viber,
    "webmention": _webmention,
    "x": _x,
    "xmpp": _xmpp,
}


async def connect_places(house: House, work: UnitOfWork, sandbox: Sandbox) -> None:
    """Adds an account for each platform."""
    for platform_id, connect in CONNECTIONS.items():
        platform = sandbox.platforms.get(platform_id)
        if platform is not None:
            one = connect(platform)
            await create_account(work, house.safe, one.channel, one.name, one.settings)


async def follow_ports(house: House, sandbox: Sandbox) -> None:
    """The account of a server that had to open another port than it did before goes there. The sandbox has started."""
    for account in await house.book.enabled():
        platform = sandbox.platforms.get(account.channel)
        wanted = CONNECTIONS[account.channel](platform) if platform is not None and account.channel in CONNECTIONS else None
        port, before = (wanted.settings.get("port"), account.account.settings.get("port")) if wanted else (None, None)
        if wanted is None or account.name != wanted.name or port is None or port == before:
            continue
        async with house.database.work(account.workspace_id) as work:
            await change_account(work, house.safe, account.id, name=account.name, given=wanted.settings)


def tell_addresses(sandbox: Sandbox, accounts: Sequence[StoredAccount]) -> None:
    """Tells each platform where its company's webhooks arrive, and the phone where the company's own app is."""
    sandbox.own_app = next((f"/app/{one.id}/start" for one in accounts if one.channel == "app"), "")
    for platform_id, connect in CONNECTIONS.items():
        platform: Platform | None = sandbox.platforms.get(platform_id)
        if platform is not None:
            wanted = connect(platform)
            known = (one for one in accounts if (one.channel, one.name) == (wanted.channel, wanted.name))
            platform.webhook_url = next((one.account.webhook_url for one in known), "")
