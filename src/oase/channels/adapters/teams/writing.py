"""From what is to be said to activities.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-send-and-receive-messages (read 2026-11)
"""

import html
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from oase.channels.adapters.teams.emoji import id_of
from oase.channels.adapters.teams.places import activities, bearer, reaction
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Card,
    Envelope,
    File,
    Manifest,
    MarkRead,
    Moderate,
    Outbound,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.kernel.i18n import message

Body = dict[str, Any]


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The calls; raises CannotSay for what Teams cannot carry."""
    match outbound:
        case Say():
            return [_activity(account, outbound.envelope, _say(outbound, manifest))]
        case ShowTyping():
            return [_activity(account, outbound.envelope, {"type": "typing"})]
        case Position():
            raise CannotSay("location", message("Teams carries no places."))
        case Card():
            raise CannotSay("contacts", message("Teams carries no contact cards."))
        case UseTemplate():
            raise CannotSay("template", message("Teams has no templates."))
        case React():
            return _reactions(account, outbound)
        case MarkRead():
            raise CannotSay("mark_read", message("Teams lets no app mark messages as read."))
        case Moderate():
            raise CannotSay(outbound.act, message("Teams lets an app change its own messages only."))


def _say(say: Say, manifest: Manifest) -> Body:
    limits = manifest.side(bool(say.envelope.thread)).limits
    if len(say.text) > limits.text_length or len(say.text.encode()) > limits.text_bytes:
        raise CannotSay("text_length", message("Teams carries %(n)s characters in one message.", n=limits.text_length))
    if say.files:
        return _file(say, manifest)
    if not say.text.strip():
        raise CannotSay("text", message("Teams cannot carry an empty message."))
    if say.choices:
        return {"type": "message", "attachments": [_card(say, manifest)], "summary": say.text[:200]}
    return {"type": "message", "text": say.text, "textFormat": "plain"}


def _card(say: Say, manifest: Manifest) -> Body:
    limits = manifest.limits
    if not 0 < len(say.choices) <= limits.buttons or any(len(choice.title) > limits.button_length for choice in say.choices):
        raise CannotSay("buttons", message("A card of Teams carries %(n)s buttons.", n=limits.buttons))
    if any(choice.description for choice in say.choices) or len(say.text) > limits.choices_text_length:
        raise CannotSay("list", message("Teams carries no lists."))
    buttons = [
        {
            "type": "messageBack",
            "title": choice.title,
            "displayText": choice.title,
            "text": choice.title,
            "value": {"oase": choice.id, "title": choice.title},
        }
        for choice in say.choices
    ]
    text = html.escape(say.text, quote=False).replace(
        "\n", "<br>"
    )  # cards read HTML: …/task-modules-and-cards/cards/cards-format
    return {"contentType": "application/vnd.microsoft.card.hero", "content": {"text": text, "buttons": buttons}}


def _file(say: Say, manifest: Manifest) -> Body:
    if len(say.files) > 1 or say.choices or say.text:  # Teams would make two messages of it and tell us no id
        raise CannotSay("attachments", message("Teams carries one picture in a message, and nothing beside it."))
    file = say.files[0]
    if manifest.side(bool(say.envelope.thread)).limits.carrier(file.type, len(file.content)) is None:
        raise CannotSay("file", message("Teams takes small pictures only from apps: %(file)s.", file=file.name))
    return {"type": "message", "attachments": [_picture(file)]}


def _picture(file: File) -> Body:
    plain = file.type.partition(";")[0].strip()
    return {"contentType": plain, "contentUrl": f"data:{plain};base64,{b64encode(file.content).decode()}", "name": file.name}


def _reactions(account: Account, react: React) -> Sequence[Call]:
    """What was there goes, then comes the new one; both have no body and may be repeated.

    https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/agent-reactions (read 2026-11)
    """
    envelope, headers = react.envelope, bearer(account)
    if react.emoji and not id_of(react.emoji):
        raise CannotSay("reaction", message("Teams has another name for this emoji."))
    steps = [("DELETE", id_of(react.before)) if react.before != react.emoji else ("", ""), ("PUT", id_of(react.emoji))]
    where = envelope.thread or envelope.to
    calls = [
        Call(method=method, url=reaction(where, envelope.reply_to, id, account), headers=headers) for method, id in steps if id
    ]
    if not calls:
        raise CannotSay("reaction", message("There is no reaction of ours to take back."))
    return calls


def _activity(account: Account, envelope: Envelope, activity: Body) -> Call:
    if envelope.about:
        raise CannotSay("private_reply", message("From a channel of Teams Oase cannot begin a chat with one person."))
    where = activities(envelope.thread or envelope.to, account)
    ours = {"id": f"28:{str(account.settings.get('app_id') or '').strip()}"}
    return Call(method="POST", url=where, headers=bearer(account), json={**activity, "from": ours})
