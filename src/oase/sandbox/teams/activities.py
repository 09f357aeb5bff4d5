"""How activities of Teams look when the bot is told of something.

https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability, …/bots/how-to/bots-filesv4,
…/bots/how-to/conversations/subscribe-to-conversation-events and …/channel-and-group-conversations (read 2026-11)
"""

import html
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from oase.sandbox.places import COMPANY_NAME, Customer, File, Json, Message

CUSTOMERS_TENANT: Final = "0d54c3a9-6e1b-47f2-9a80-c5b7d2e4f613"
TEAM: Final = "19:vT7uQe2LrXb1sandboxteam@thread.tacv2"
CHANNEL: Final = "19:kundenforum7c41f0a2sandbox@thread.tacv2"
REACTIONS: Final = {
    "👍": "like", "❤️": "heart", "😆": "laugh", "😂": "cwl", "😮": "surprised", "🙁": "sad", "😢": "cry", "😠": "angry",
    "🙏": "praying", "👏": "clappinghands", "✅": "2705_whiteheavycheckmark", "👀": "1f440_eyes", "👋": "1f44b_wavinghand",
    "🎉": "1f389_partypopper", "😊": "smileeyes", "👌": "ok", "🚀": "launch", "📌": "1f4cc_pushpin",
}  # fmt: skip
"""Some reactions with their ids (https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/teams-reactions-reference)."""
INLINE: Final = ("image/png", "image/jpeg", "image/gif")
_ZONE: Final = "Europe/Berlin"
_FILE_SECONDS: Final = 300  # how long the address of a person's file is good


class Bot(Struct, frozen=True):
    """The company's bot, and where its conversations are."""

    app_id: str
    service_url: str

    @property
    def id(self) -> str:
        """Its id in Teams."""
        return f"28:{self.app_id}"


def user_id(customer_id: str) -> str:
    """A person as this bot knows them."""
    return f"29:1{_packed(customer_id)}"


def chat_id(customer_id: str) -> str:
    """The private chat of a person with the bot."""
    return f"a:1{_packed(customer_id)}"


def person_of(id: str) -> str:
    """Whose id or chat this is; empty if it is neither."""
    kind, _, rest = id.partition(":1")
    try:
        packed = rest + "=" * (-len(rest) % 4)
        return urlsafe_b64decode(packed).decode() if kind in ("29", "a") else ""
    except ValueError:
        return ""


def _packed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def thread_id(post_id: str) -> str:
    """The conversation below a post of the channel."""
    return f"{CHANNEL};messageid={post_id}"


def activity(bot: Bot, type: str, customer: Customer, id: str, at: datetime) -> Json:
    """What all activities of a private chat have."""
    return {
        "type": type,
        "id": id,
        "timestamp": _stamp(at).replace("+00:00", "Z"),
        "localTimestamp": _stamp(at.astimezone(ZoneInfo(_ZONE))),
        "localTimezone": _ZONE,
        "serviceUrl": bot.service_url,
        "channelId": "msteams",
        "from": {"id": user_id(customer.id), "name": customer.name, "aadObjectId": customer.id},
        "conversation": {"conversationType": "personal", "tenantId": CUSTOMERS_TENANT, "id": chat_id(customer.id)},
        "recipient": {"id": bot.id, "name": COMPANY_NAME},
        "locale": "de-DE",
        "entities": [{"type": "clientInfo", "locale": "de-DE", "country": "DE", "platform": "Android", "timezone": _ZONE}],
        "channelData": {"tenant": {"id": CUSTOMERS_TENANT}},
    }


def in_channel(one: Json, conversation: str) -> Json:
    """The same activity, in the channel."""
    return {
        **one,
        "conversation": {"isGroup": True, "conversationType": "channel", "tenantId": CUSTOMERS_TENANT, "id": conversation},
        "channelData": {
            **one["channelData"],
            "teamsChannelId": CHANNEL,
            "teamsTeamId": TEAM,
            "channel": {"id": CHANNEL},
            "team": {"id": TEAM},
        },
    }


def said(bot: Bot, message: Message, base_url: str) -> Json:
    """Text, its copy in HTML, pictures inside it, and files from the person's OneDrive."""
    until = int(message.time.timestamp()) + _FILE_SECONDS
    pictures = [_picture(bot, file) for file in message.files if file.type in INLINE]
    others = [_file(file, base_url, until) for file in message.files if file.type not in INLINE]
    inside = "".join('<img src="' + html.escape(one["contentUrl"]) + '">' for one in pictures)
    copy = {"contentType": "text/html", "content": "<p>" + html.escape(message.text) + "</p>" + inside}
    return {"text": message.text, "textFormat": "plain", "attachments": [*pictures, *others, copy]}


def mentioning(bot: Bot, text: str) -> Json:
    """A text of the channel: the bot hears only what calls it by its name."""
    named = f"<at>{COMPANY_NAME}</at>"
    mention = {"type": "mention", "mentioned": {"id": bot.id, "name": COMPANY_NAME}, "text": named}
    return {"text": f"{named} {text}", "textFormat": "plain", "entities": [mention]}


def _picture(bot: Bot, file: File) -> Json:
    return {"contentType": "image/*", "contentUrl": f"{bot.service_url}v3/attachments/{file.id}/views/original"}


def _file(file: File, base_url: str, until: int) -> Json:
    ending = file.name.rpartition(".")[2].lower() if "." in file.name else ""
    return {
        "contentType": "application/vnd.microsoft.teams.file.download.info",
        "contentUrl": f"{base_url}/onedrive/Documents/{file.name}",
        "name": file.name,
        "content": {"downloadUrl": f"{base_url}/onedrive/{file.id}?tempauth={until}", "uniqueId": file.id, "fileType": ending},
    }


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
