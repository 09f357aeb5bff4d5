"""Tells the demonstration's story: past days of a company, in the real way.

script --(oldest first)--> customer: raw delivery --> journal --> the house's own intake --> message in its conversation
                       --> agent: answer, note, tag … with the clock of that moment; the fate of each answer is told with it
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from oase.channels import StoredAccount
from oase.channels.families.visitor import FileRef
from oase.conversations import (
    Answer,
    Author,
    Went,
    assign,
    insert_upload,
    keep_draft,
    mark_read,
    note,
    open_conversation,
    said_elsewhere,
    set_fields,
    set_priority,
    set_state,
    set_tags,
    set_team,
    snooze,
)
from oase.kernel.clock import SetClock
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.ids import new_id
from oase.main.demo import deliveries, files
from oase.main.demo.script import Case, In, Note, Out, moment
from oase.main.house import House
from oase.people import change_person
from oase.sandbox import Sandbox

_PATIENCE_SECONDS: Final = 20.0
_PLACE: Final = {"latitude": 52.5163, "longitude": 13.3777, "name": "Platz des 18. März", "address": "10117 Berlin"}
_INVOICE: Final = (
    "Lindgrün Fahrräder", "Beispielweg 12, 12345 Musterstadt", "", "Rechnung 2026-1187", "",
    "1 x Durchsicht groß                            59,00 EUR", "2 x Bremsbelag                                 24,80 EUR",
    "1 x Schlauch 28 Zoll                            7,90 EUR", "", "Summe                                          91,70 EUR",
    "", "Vielen Dank und gute Fahrt!",
)  # fmt: skip
_COLORS: Final = {
    "photo": ((150, 190, 230), (96, 125, 80), (194, 65, 12)),
    "scratch": ((200, 200, 205), (90, 90, 95), (29, 78, 216)),
}


class Cast(Struct, frozen=True):
    """Who and what the story is about: agents by first name, teams by name, accounts by channel."""

    workspace_id: UUID
    agents: Mapping[str, tuple[UUID, str]]
    teams: Mapping[str, UUID]
    accounts: Mapping[str, StoredAccount]


def _in_order(cases: Sequence[Case], now: datetime) -> list[tuple[datetime, int, In | Out | Note | None]]:
    """What happens in all cases, by moment and the case's number; None: the case ends, a minute after its last step."""
    steps = [(moment(step.when, now), number, step) for number, one in enumerate(cases) for step in one.steps]
    ends = [(moment(one.steps[-1].when, now) + timedelta(minutes=1), number, None) for number, one in enumerate(cases)]
    return sorted([*steps, *ends], key=lambda one: one[:2])


class Story:
    """One telling. Open it with `tell`."""

    def __init__(self, house: House, sandbox: Sandbox, cast: Cast) -> None:
        self._house = house
        self._sandbox = sandbox
        self._cast = cast
        self._now = house.clock.now()
        self._clock = SetClock(self._now)
        self._database = Database(house.database.dsn, clock=self._clock, connections=2)
        self._database.on_commit = house.database.on_commit
        self._talks: dict[int, UUID] = {}
        self._sent: dict[int, list[str]] = {}

    async def tell(self, cases: Sequence[Case]) -> None:
        """Everything in the order of its moments; at the end the company's people have read what is not open."""
        await self._database.open()
        try:
            for at, number, step in _in_order(cases, self._now):
                self._clock.advance(at - self._clock.now())
                if step is None:
                    await self._end(cases[number], self._talks[number])
                else:
                    await self._step(number, cases[number], step, at)
            self._clock.advance(self._house.clock.now() - self._clock.now())
            async with self._work() as work:
                for number, case in enumerate(cases):
                    if case.end or isinstance(case.steps[-1], Out | Note):
                        await self._read(work, case, self._talks[number])
        finally:
            await self._database.close()

    def _work(self) -> Any:
        return self._database.work(self._cast.workspace_id)

    async def _step(self, number: int, case: Case, step: In | Out | Note, at: datetime) -> None:
        if isinstance(step, In):
            await self._hear(number, case, step, at)
            return
        author = self._author(step.by)
        async with self._work() as work:
            if isinstance(step, Note):
                named = [agent_id for agent_id, name in self._cast.agents.values() if f"@{name}" in step.text]
                await note(work, author, self._talks[number], step.text, client_key=new_id(), mentions=named)
                return
            own = f"{new_id()}@lindgruen.example" if case.channel in ("email", "form") else f"wamid.{new_id().hex}"
            answer = Answer(
                client_key=new_id(),
                text=step.text,
                undo=timedelta(0),
                attachment_ids=await self._upload(work, step) if step.file else (),
            )
            went = Went(external_id=own, state=step.state, at=at + timedelta(seconds=6))
            await said_elsewhere(work, self._house.book, author, self._talks[number], answer, went)
            self._sent.setdefault(number, []).append(own)

    def _author(self, first_name: str) -> Author:
        agent_id, name = self._cast.agents[first_name]
        return Author(id=agent_id, name=name)

    async def _hear(self, number: int, case: Case, step: In, at: datetime) -> None:
        account = self._cast.accounts[case.channel]
        own = new_id().hex if case.channel in ("webchat", "form") else f"{new_id().hex}@mail.example.com"
        known = self._sent.setdefault(number, [])
        raw, external_id = await self._raw(account, case, step, own, known, at)
        await self._house.journal.accept(self._cast.workspace_id, account.id, case.channel, raw)
        if step.sort == "bounce":
            return
        talk = await self._placed(account.id, external_id)
        if number not in self._talks:
            self._talks[number] = talk
            await self._dress(case, talk)
        if case.channel == "email":
            known.append(own)

    async def _raw(
        self, account: StoredAccount, case: Case, step: In, own: str, known: Sequence[str], at: datetime
    ) -> tuple[Any, str]:
        match case.channel:
            case "whatsapp":
                return deliveries.whatsapp(account, case, f"wamid.{own}", self._content(step), at), f"wamid.{own}"
            case "webchat":
                left = await self._left(case, at) if step.file == "voice" else None
                return deliveries.webchat(account, case, step, own, left, at), f"{deliveries.visitor_of(case)}:{own}"
            case "form" if not known:
                return deliveries.form(account, case, step, own, at), own
        to = str(self._cast.accounts["email"].account.settings["address"])
        if step.sort == "bounce":
            return deliveries.bounce(case, own, known[-1], to, at), ""
        file = ("Rechnung-2026-1187.pdf", "application/pdf", files.document(_INVOICE)) if step.file == "invoice" else None
        ids = (own, known[-1] if known else "", " ".join(f"<{one}>" for one in known))
        return deliveries.mail(case, step, ids, to, file, at), own

    def _content(self, step: In) -> dict[str, Any]:
        if step.file in ("photo", "scratch"):
            content = files.picture(*_COLORS[step.file])
            media = self._sandbox.whatsapp.store.add_media(content, "image/png", "foto.png", "")
            caption = {"caption": step.text} if step.text else {}
            return {"type": "image", "image": {"id": media.id, "mime_type": "image/png", "sha256": media.sha256, **caption}}
        if step.file == "location":
            return {"type": "location", "location": _PLACE}
        return {"type": "text", "text": {"body": step.text}}

    async def _left(self, case: Case, at: datetime) -> FileRef:
        """A file that a visitor has uploaded."""
        content = files.voice()
        key = f"{self._cast.workspace_id}/visitors/{new_id()}"
        await self._house.blobs.put(key, content)
        until = int((at + timedelta(days=30)).timestamp())
        visitor = deliveries.visitor_of(case)
        return FileRef(blob=key, name="voice.wav", type="audio/wav", size_bytes=len(content), visitor=visitor, until=until)

    async def _upload(self, work: UnitOfWork, step: Out) -> tuple[UUID]:
        content = files.document(_INVOICE)
        key = f"{self._cast.workspace_id}/files/{new_id()}"
        await self._house.blobs.put(key, content)
        facts = {"name": "Rechnung-2026-1187.pdf", "type": "application/pdf", "size_bytes": len(content), "blob_key": key}
        return (await insert_upload(work, facts),)

    async def _placed(self, account_id: UUID, external_id: str) -> UUID:
        """The conversation in which the house's own worker has put a message; raises TimeoutError if none takes it."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                async with self._work() as work:
                    found: UUID | None = await work.value(
                        "SELECT conversation_id FROM message WHERE workspace_id = %(workspace_id)s AND account_id = %(account)s"
                        " AND external_id = %(external_id)s",
                        {"account": account_id, "external_id": external_id},
                    )
                if found is not None:
                    return found
                await asyncio.sleep(0.005)

    async def _dress(self, case: Case, talk: UUID) -> None:
        """Team, assignee, tags and the like, half a minute after the first message."""
        self._clock.advance(timedelta(seconds=30))
        agent = self._author(case.assignee) if case.assignee else Author()
        async with self._work() as work:
            if case.team:
                await set_team(work, Author(), talk, self._cast.teams[case.team], team=case.team)
            if case.assignee:
                await assign(work, agent, talk, agent.id, assignee=agent.name)
            if case.tags:
                await set_tags(work, agent, talk, case.tags)
            if case.priority:
                await set_priority(work, agent, talk, case.priority)
            if case.fields and case.channel != "form":
                await set_fields(work, agent, talk, case.fields)
            if case.person:
                found = await open_conversation(work, talk, agent.id or new_id())
                if found.person_id is not None:
                    await change_person(work, found.person_id, {"fields": case.person})

    async def _end(self, case: Case, talk: UUID) -> None:
        """How the case stands today."""
        agent = self._author(case.assignee) if case.assignee else Author()
        async with self._work() as work:
            if case.end in ("solved", "open"):
                await set_state(work, agent, talk, case.end)
            elif case.end == "snoozed":
                await snooze(work, agent, talk, self._now + timedelta(days=2, hours=3))
            if case.draft and agent.id is not None:
                await keep_draft(work, agent.id, talk, {"tab": "reply", "reply": case.draft, "text": case.draft})

    async def _read(self, work: UnitOfWork, case: Case, talk: UUID) -> None:
        """Everybody has seen it, but for those whom the last note calls."""
        last = case.steps[-1].text
        for agent_id, name in self._cast.agents.values():
            if f"@{name}" not in last:
                await mark_read(work, agent_id, talk)
