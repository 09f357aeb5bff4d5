"""From what is to be said to calls of the Web API.

text, buttons -> chat.postMessage
a file        -> where to (conversations.open, if to one person) · files.getUploadURLExternal · its bytes · files.completeUploadExternal
Every message carries our envelope's id as metadata, which Slack hands back with the event of it.

https://docs.slack.dev/reference/methods/chat.postMessage, …/files.completeUploadExternal (read 2026-11)
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from oase.channels.adapters.slack.emoji import name_of
from oase.channels.adapters.slack.wire import ask, call, place_of
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Capability,
    Card,
    Envelope,
    FromReply,
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
_UPLOAD = timedelta(seconds=120)
_CHOOSE = message("Please choose")


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The calls; raises CannotSay for what Slack cannot carry, or not in one message."""
    match outbound:
        case Say():
            return _say(outbound, account, manifest)
        case React():
            return _reactions(outbound, account)
        case Position():
            raise CannotSay("location", message("Slack carries no places."))
        case Card():
            raise CannotSay("contacts", message("Slack carries no contact cards."))
        case UseTemplate():
            raise CannotSay("template", message("Slack has no templates."))
        case ShowTyping():
            raise CannotSay("typing", message("Slack lets no app show that it types."))
        case MarkRead():
            raise CannotSay("mark_read", message("Slack lets no app mark messages as read."))
        case Moderate():
            raise CannotSay(outbound.act, message("Slack lets an app change its own messages only."))


def _say(say: Say, account: Account, manifest: Manifest) -> Sequence[Call]:
    limits = manifest.side(bool(say.envelope.thread)).limits
    if len(say.text) > limits.text_length:
        raise CannotSay("text_length", message("Slack carries %(n)s characters in one message.", n=limits.text_length))
    if say.files:
        return _file(say, account, manifest)
    if not say.text.strip():
        raise CannotSay("text", message("Slack cannot carry an empty message."))
    channel, thread = _where(say.envelope)
    body: Body = {
        "channel": channel,
        "text": escaped(say.text),
        "mrkdwn": False,
        "metadata": {"event_type": "oase_message", "event_payload": {"id": say.envelope.id}},
    }
    body |= {"thread_ts": thread} if thread else {}
    if say.choices:
        body["blocks"] = _blocks(say, manifest)
    return [call(account, "chat.postMessage", body)]


def escaped(text: str) -> str:
    """The three characters that control Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _where(envelope: Envelope) -> tuple[str, str]:
    """Channel (a person's id stands for the chat with them alone) and the thread in it."""
    if envelope.thread:
        return place_of(envelope.thread)
    channel, ts = place_of(envelope.reply_to) if envelope.reply_to.startswith("D") else ("", "")
    return channel or envelope.to, ts if not ts.startswith("action-") else ""


def _blocks(say: Say, manifest: Manifest) -> list[Body]:
    limits = manifest.limits
    if len(say.text) > limits.choices_text_length:
        raise CannotSay("buttons", message("Beside buttons Slack carries %(n)s characters.", n=limits.choices_text_length))
    section: Body = {"type": "section", "text": {"type": "plain_text", "text": say.text, "emoji": False}}
    fits = all(len(choice.title) <= limits.button_length and not choice.description for choice in say.choices)
    if len(say.choices) <= limits.buttons and fits:
        buttons = [
            {"type": "button", "action_id": f"choice-{number}", "text": _words(choice.title), "value": choice.id}
            for number, choice in enumerate(say.choices)
        ]
        return [section, {"type": "actions", "elements": buttons}]
    if len(say.choices) > limits.list_rows or any(len(choice.title) > limits.row_length for choice in say.choices):
        raise CannotSay("list", message("A list of Slack carries %(n)s rows.", n=limits.list_rows))
    options = [
        {"text": _words(choice.title), "value": choice.id}
        | ({"description": _words(choice.description)} if choice.description else {})
        for choice in say.choices
    ]
    label = say.choices_label[:150] or str(_CHOOSE)
    return [section, {"type": "actions", "elements": [_select(options, label)]}]


def _select(options: list[Body], label: str) -> Body:
    return {"type": "static_select", "action_id": "choice", "placeholder": _words(label), "options": options}


def _words(text: str) -> Body:
    return {"type": "plain_text", "text": text, "emoji": False}


def _file(say: Say, account: Account, manifest: Manifest) -> Sequence[Call]:
    if len(say.files) > 1 or say.choices:
        raise CannotSay("attachments", message("Oase sends one file in a message to Slack, and none beside buttons."))
    file = say.files[0]
    if manifest.side(bool(say.envelope.thread)).limits.carrier(file.type, len(file.content)) is None:
        raise CannotSay("file", message("Slack does not carry a file of this size: %(file)s.", file=file.name))
    channel, thread = _where(say.envelope)
    calls: list[Call] = []
    place: str | FromReply = channel
    if not channel.startswith(("C", "D", "G")):
        calls.append(call(account, "conversations.open", {"users": channel}))
        place = FromReply(call=0, key="channel.id")
    name = file.name or "file"
    calls.append(ask(account, "files.getUploadURLExternal", filename=name, length=str(len(file.content))))
    asked = len(calls) - 1
    fill = {"url": FromReply(call=asked, key="upload_url")}
    calls.append(Call(method="POST", url="{url}", fill=fill, body=file.content, timeout=_UPLOAD))
    body: Body = {"files": [{"id": FromReply(call=asked, key="file_id"), "title": name}], "channel_id": place}
    body |= {"initial_comment": escaped(say.text)} if say.text else {}
    body |= {"thread_ts": thread} if thread else {}
    return [*calls, call(account, "files.completeUploadExternal", body)]


def _reactions(react: React, account: Account) -> Sequence[Call]:
    """What was there goes, then comes the new one (https://docs.slack.dev/reference/methods/reactions.remove, read 2026-11)."""
    channel, ts = place_of(react.envelope.reply_to)
    if not (channel and ts) or ts.startswith("action-"):
        raise CannotSay("reaction", message("It is not said which message this refers to."))
    if react.emoji and not name_of(react.emoji):
        raise CannotSay(Capability.REACTION, message("Slack has another name for this emoji."))
    gone = name_of(react.before) if react.before != react.emoji else ""
    steps = [("reactions.remove", gone), ("reactions.add", name_of(react.emoji))]
    calls = [call(account, method, {"channel": channel, "timestamp": ts, "name": name}) for method, name in steps if name]
    if not calls:
        raise CannotSay(Capability.REACTION, message("There is no reaction of ours to take back."))
    return calls
