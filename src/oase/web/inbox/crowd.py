"""A public conversation as the page shows it: the post, branches of comments, and who will read what is written.

Crowd (queries) + manifest --stage_of--> Stage          account --ways_of--> the two ways to answer: everybody, or one of many
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from oase.channels import StoredAccount
from oase.channels.contract import Capability, Manifest
from oase.conversations import Beside, Branch, Crowd, MessageFate, OpenConversation, TimelineMessage, TimelinePage, window_open
from oase.kernel.i18n import Message, Translator, message
from oase.kernel.permissions import Permission
from oase.web.channels import manifests
from oase.web.inbox.comments import Aside, Comment
from oase.web.inbox.entries import entries_of
from oase.web.inbox.marks import mark
from oase.web.inbox.sentences import line_of
from oase.web.inbox.views import Answer, Entry, Stage
from oase.web.inbox.views import Branch as Shown
from oase.web.sessions import Viewer

_DEEPEST: Final = 3
_UNDER_WAY: Final = ("queued", "sending", "unknown")
_PENDING: Final[Mapping[str, Message]] = {
    "hide": message("Is being hidden"),
    "show": message("Is being shown again"),
    "delete": message("Is being deleted"),
    "like": message("Is being liked"),
    "unlike": message("The like is being taken back"),
}
_TROUBLE: Final[Mapping[str, Message]] = {
    "hide": message("It could not be hidden."),
    "show": message("It could not be shown again."),
    "delete": message("It could not be deleted."),
    "like": message("It could not be liked."),
    "unlike": message("The like could not be taken back."),
}
_SETTLED: Final[Mapping[str, Message]] = {
    "done": message("Needs no answer"),
    "answered": message("Answered in private"),
    "hidden": message("Hidden"),
    "deleted": message("Deleted"),
    "solved": message("Settled with the conversation"),
}


def stage_of(found: OpenConversation, crowd: Crowd, viewer: Viewer, reader: Translator) -> Stage:
    """The stage of a public conversation."""
    manifest = manifests().get(found.channel)
    beside: dict[UUID, list[Beside]] = {}
    for one in crowd.beside:
        beside.setdefault(one.message_id, []).append(one)
    eye = _Eye(crowd, manifest, beside, viewer, reader)
    thread = found.thread
    return Stage(
        place=mark(found.channel, reader, public=True),
        link=_web(thread.get("link")),
        author=str(thread.get("author", "")),
        ours=bool(thread.get("ours")),
        post=_signed(next(iter(eye.entries([crowd.post])), None), str(thread.get("author", ""))) if crowd.post else None,
        speakers=found.speaker_count,
        waits=found.waiting_count,
        waiting=[eye.branch(one) for one in crowd.waiting],
        more_waiting=max(crowd.waiting_branches - len(crowd.waiting), 0),
        rest=[eye.branch(one) for one in crowd.rest],
        more_rest=max(crowd.rest_branches - len(crowd.rest), 0),
    )


def _signed(post: Entry | None, author: str) -> Entry | None:
    """The post by the name that stands there, where nobody said which colleague wrote it."""
    return msgspec.structs.replace(post, author=author) if post and author and post.elsewhere else post


class _Eye:
    """Looks at branches for one reader."""

    def __init__(
        self,
        crowd: Crowd,
        manifest: Manifest | None,
        beside: Mapping[UUID, Sequence[Beside]],
        viewer: Viewer,
        reader: Translator,
    ) -> None:
        self._crowd, self._manifest, self._beside, self._viewer, self._reader = crowd, manifest, beside, viewer, reader

    def branch(self, branch: Branch) -> Shown:
        """A branch with its entries, each below what it answers."""
        ordered, depths = _nested(branch.messages)
        entries = self.entries(ordered, depths)
        return Shown(key=branch.key, entries=entries, more=max(branch.count - len(branch.messages), 0))

    def entries(self, messages: Sequence[TimelineMessage], depths: Mapping[UUID, int] | None = None) -> list[Entry]:
        """Messages as entries, each with what it has more in public."""
        ids = {one.id for one in messages}
        by_id = {one.id: one for one in messages}
        page = TimelinePage(
            messages=messages,
            files=[one for one in self._crowd.files if one.message_id in ids],
            fates=[one for one in self._crowd.fates if one.message_id in ids],
            earlier="",
        )
        return [self._dressed(entry, by_id[entry.id], depths or {}) for entry in entries_of(page, "", self._viewer, self._reader)]

    def _dressed(self, entry: Entry, said: TimelineMessage, depths: Mapping[UUID, int]) -> Entry:
        if said.direction not in ("in", "out"):
            return entry
        fates = [one for one in self._crowd.fates if one.message_id == said.id and one.kind == "act"]
        depth = depths.get(said.id, 0)
        here = said.answered_id in depths or said.answered_id is None
        return msgspec.structs.replace(
            entry,
            follows=False,
            mark=None,
            quoted_message=None if here else entry.quoted_message,
            way="public" if self._may_answer(said) else "",
            line=entry.line or line_of(said.kind, said.text, [file.name for file in entry.files], self._reader),
            comment=self._comment(said, fates, depth),
        )

    def _may_answer(self, said: TimelineMessage) -> bool:
        side = self._manifest.public if self._manifest else None
        may = self._viewer.may(Permission.CONVERSATION_REPLY) and said.known and said.deleted_at is None
        return bool(may and side and Capability.TEXT in side.capabilities)

    def _comment(self, said: TimelineMessage, fates: Sequence[MessageFate], depth: int) -> Comment:
        hidden, liked = said.data.get("hidden"), said.data.get("liked")
        last = next((one for one in reversed(fates) if one.state != "cancelled"), None)
        under_way = last if last and last.state in _UNDER_WAY else None
        failed = last if last and last.state == "failed" else None
        side = self._manifest.public if self._manifest else None
        incoming = said.direction == "in" and said.deleted_at is None
        answers = self._may_answer(said)
        return Comment(
            depth=depth,
            face=said.person_id if said.direction == "in" else None,
            waits=said.wants_answer,
            settled=self._settled(said),
            hidden=self._hidden(hidden) if hidden else "",
            liked=bool(liked),
            link=_web(said.data.get("link")),
            pending=self._reader.text(_PENDING[under_way.act]) if under_way else "",
            trouble=self._reader.text(_TROUBLE[failed.act]) if failed else "",
            why=failed.why if failed else "",
            wanted=failed.act if failed else "",
            asides=[Aside(id=one.conversation_id, number=one.number) for one in self._beside.get(said.id, ())],
            answers=answers,
            answers_aside=bool(incoming and said.person_id and side and side.private_reply and self._may_reply()),
            acts=self._acts(said, bool(hidden), bool(liked), under_way),
            settles=incoming and self._viewer.may(Permission.CONVERSATION_CLOSE),
        )

    def _may_reply(self) -> bool:
        return self._viewer.may(Permission.CONVERSATION_REPLY)

    def _settled(self, said: TimelineMessage) -> str:
        found = said.data.get("settled") or {}
        if said.wants_answer or found.get("how") not in _SETTLED or found["how"] in ("hidden", "deleted"):
            return ""
        text, by = self._reader.text(_SETTLED[found["how"]]), str(found.get("by", ""))
        return f"{text} ({by})" if by else text

    def _hidden(self, facts: Mapping[str, Any]) -> str:
        by = str(facts.get("by", ""))
        return self._reader.gettext("Hidden by %(name)s", name=by) if by else self._reader.gettext("Hidden")

    def _acts(self, said: TimelineMessage, hidden: bool, liked: bool, under_way: MessageFate | None) -> list[str]:
        """What can be done now; while something is under way, its counterpart."""
        side = self._manifest.public if self._manifest else None
        if (
            side is None
            or not self._viewer.may(Permission.CONVERSATION_MODERATE)
            or not said.known
            or said.deleted_at is not None
        ):
            return []
        hidden = {"hide": True, "show": False}.get(under_way.act, hidden) if under_way else hidden
        liked = {"like": True, "unlike": False}.get(under_way.act, liked) if under_way else liked
        wanted = ["unlike" if liked else "like", "show" if hidden else "hide", "delete"]
        return [one for one in wanted if one in side.acts and (said.direction == "in" or one == "delete")]


def _web(link: object) -> str:
    text = str(link or "")
    return text if text.startswith(("https://", "http://")) else ""


def _nested(messages: Sequence[TimelineMessage]) -> tuple[list[TimelineMessage], dict[UUID, int]]:
    """Each message below what it answers, in the order in which things were said; how deep each one stands."""
    ids = {one.id for one in messages}
    below: dict[UUID | None, list[TimelineMessage]] = {}
    for place, one in enumerate(messages):
        above = one.answered_id if one.answered_id in ids and one.answered_id != one.id else None
        if above is None and place > 0:
            above = messages[0].id  # what it answers is not shown: below the first of its branch
        below.setdefault(above, []).append(one)
    ordered: list[TimelineMessage] = []
    depths: dict[UUID, int] = {}

    def put(above: UUID | None, depth: int) -> None:
        for one in below.pop(above, ()):
            ordered.append(one)
            depths[one.id] = min(depth, _DEEPEST)
            put(one.id, depth + 1)

    put(None, 0)
    for one in messages:  # answers in a circle, which nobody can have said: they stand at the end
        if one.id not in depths:
            ordered.append(one)
            depths[one.id] = 1
    return ordered, depths


def ways_of(account: StoredAccount, found: OpenConversation, now: datetime, reader: Translator) -> list[Answer]:
    """The two ways to answer in a public place: everybody reads it, or only the author of one message."""
    place = account.manifest.public
    if place is None:
        return []
    ways = []
    if Capability.TEXT in place.capabilities:
        readers = place.readers.de if reader.language == "de" else place.readers.en
        readers = readers[:1].upper() + readers[1:] + ("," if reader.language == "de" and ", " in readers else "")
        ways.append(_way(account, found, now, reader, public=True, readers=readers))
    if place.private_reply and Capability.TEXT in account.manifest.capabilities:
        ways.append(_way(account, found, now, reader, public=False))
    return ways


def _way(
    account: StoredAccount, found: OpenConversation, now: datetime, reader: Translator, *, public: bool, readers: str = ""
) -> Answer:
    side = account.manifest.side(public)
    limits, capabilities = side.limits, side.capabilities
    kinds = (Capability.DOCUMENT, Capability.IMAGE, Capability.VIDEO, Capability.AUDIO)
    rules = [limits.files[kind] for kind in kinds if kind in limits.files]
    types = sorted({kind for rule in rules for kind in rule.types})
    window = limits.window(account.account.settings) if public else None
    return Answer(
        identity_id=None,
        account_id=account.id,
        audience="public" if public else "private",
        readers=readers,
        mark=mark(account.channel, reader, public=public),
        to="",
        account=account.name,
        text_length=limits.text_length,
        caption_length=limits.caption_length,
        files=10 if any(kind in capabilities for kind in kinds) else 0,
        accepts=",".join(types) if all(rule.types for rule in rules) else "",
        size_bytes=max((rule.size_bytes for rule in rules), default=0),
        subject=False,
        copies=False,
        templates=False,
        replies=True,
        places=Capability.LOCATION in capabilities,
        cards=Capability.CONTACTS in capabilities,
        choices=max(limits.buttons, limits.list_rows) if Capability.BUTTONS in capabilities else 0,
        choice_length=limits.button_length,
        window_open=window_open(window, found.last_in_at, now),
        window_ends_at=None,
        public=public,
        trouble="",
    )
