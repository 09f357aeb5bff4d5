"""Persons and their addresses: list, read, make, change, merge, take apart."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.conversations import merge_persons, normal_address, unmerge_persons
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.people import (
    NoPerson,
    add_address,
    ask_again,
    change_person,
    consents_of,
    create_person,
    erase_person,
    export_person,
    find_consent,
    find_person,
    identities_of,
    keep_apart,
    list_persons,
    merges_of,
    record_consent,
    suggestions,
    withdraw_consent,
)
from oase.web.api.conversations import ChangedFields, Cursor, Fields, IdempotencyKey, Limit, Tags
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, before_of, carried_out, page_by_id
from oase.web.api.shapes import Consent, Identity, Person, shown
from oase.web.archive import sent, write_archive
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_DUPLICATES: Final = 20
_READ: Final = {"permission": Permission.PERSON_READ, "api": True}
_WRITE: Final = {"permission": Permission.PERSON_WRITE, "api": True}
_EXPORT: Final = {"permission": Permission.CONVERSATION_EXPORT, "api": True}
_ERASE: Final = {"permission": Permission.PERSON_ERASE, "api": True}
_MERGE: Final = {"permission": Permission.PERSON_MERGE, "api": True}


class NewIdentity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address to be given to a person."""

    kind: Annotated[str, Meta(min_length=1, max_length=40, examples=["email"])]
    value: Annotated[str, Meta(min_length=1, max_length=320, examples=["aenne@example.com"])]
    verified: bool = False


class NewPerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to be made."""

    name: Annotated[str, Meta(max_length=200, examples=["Änne Köhler"])] = ""
    language: Annotated[str, Meta(max_length=20)] = ""
    organisation: Annotated[str, Meta(max_length=200)] = ""
    note: Annotated[str, Meta(max_length=5000)] = ""
    tags: Tags = []
    fields: Fields = {}
    identities: Annotated[list[NewIdentity], Meta(max_length=20)] = []


class PersonChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    language: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    organisation: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    note: Annotated[str, Meta(max_length=5000)] | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    fields: ChangedFields | UnsetType = UNSET
    blocked: bool | UnsetType = UNSET


class NewConsent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a person agreed to be written to."""

    identity_id: UUID
    purpose: Annotated[Literal["service", "news"], Meta(description="About their concerns; news and offers.")] = "service"
    source: Annotated[str, Meta(min_length=1, max_length=200, examples=["Anmeldung im Laden"])]
    wording: Annotated[str, Meta(max_length=2000, description="What they agreed to.")] = ""


class MergePersons(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is the same human as this person."""

    person_id: UUID


class MergedPersons(Struct, frozen=True, kw_only=True):
    """That two persons were found to be one; it can be undone."""

    merge_id: UUID
    person_id: UUID
    merged_id: UUID


class PersonMerge(Struct, frozen=True, kw_only=True):
    """That a person became part of another one; it can be undone."""

    id: UUID
    person_id: UUID
    merged_id: Annotated[UUID, Meta(description="The person who became part of the other one.")]
    merged_name: str
    at: datetime


class Duplicate(Struct, frozen=True, kw_only=True):
    """A person who may be the same human."""

    person_id: UUID
    name: str
    reason: Annotated[Literal["address", "written", "name"], Meta(description="What both have in common.")]
    detail: Annotated[str, Meta(description="The address or the name.")]


class Unmerge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which merge is to be undone."""

    merge_id: UUID


async def _one(work: UnitOfWork, person_id: UUID) -> Person:
    person = await find_person(work, person_id)
    if person is None:
        raise NoPerson
    return shown(Person, person)


@get("/persons", opt=_READ, summary="List persons", tags=["Persons"])
async def list_all(services: GivenServices, caller: GivenCaller, limit: Limit = 50, cursor: Cursor = None) -> Page[Person]:
    """The newest first; those merged into others are left out. To find somebody use the search."""
    async with services.database.work(caller.workspace_id) as work:
        rows = await list_persons(work, before=before_of(cursor), limit=limit + 1)
    return page_by_id([shown(Person, row) for row in rows], limit)


@get("/persons/{person_id:uuid}", opt=_READ, summary="Read a person", tags=["Persons"])
async def read(services: GivenServices, caller: GivenCaller, person_id: FromPath[UUID]) -> Person:
    """One person; of one who was merged `merged_into` says into whom."""
    async with services.database.work(caller.workspace_id) as work:
        return await _one(work, person_id)


@post("/persons", opt=_WRITE, summary="Make a person", tags=["Persons"])
async def create(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewPerson],
    idempotency_key: IdempotencyKey = None,
) -> Response[Person]:
    """With addresses, if they are known. An address that belongs to somebody else is refused with 409."""

    async def act(work: UnitOfWork) -> Person:
        person_id = await create_person(work, data.name, data.fields)
        more = {name: getattr(data, name) for name in ("language", "organisation", "note", "tags") if getattr(data, name)}
        if more:
            await change_person(work, person_id, more)
        for one in data.identities:
            await add_address(work, person_id, one.kind, normal_address(one.kind, one.value), verified=one.verified)
        return await _one(work, person_id)

    made = await carried_out(request, services, caller, act, Person)
    return Response(made, status_code=201, headers={"location": f"/api/v1/persons/{made.id}"})


@patch("/persons/{person_id:uuid}", opt=_WRITE, summary="Change a person", tags=["Persons"])
async def change(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    person_id: FromPath[UUID],
    data: JSONBody[PersonChanges],
    idempotency_key: IdempotencyKey = None,
) -> Person:
    """What is left out stays."""
    changes = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}

    async def act(work: UnitOfWork) -> Person:
        if changes:
            await change_person(work, person_id, changes)
        return await _one(work, person_id)

    return await carried_out(request, services, caller, act, Person)


@delete("/persons/{person_id:uuid}", opt=_ERASE, summary="Erase a person", tags=["Persons"])
async def erase(services: GivenServices, caller: GivenCaller, person_id: FromPath[UUID]) -> None:
    """With every conversation and file, at once and for good (GDPR Art. 17)."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await erase_person(work, services.parts, person_id)


@post(
    "/persons/{person_id:uuid}/export", opt=_EXPORT, status_code=200, summary="Give out what is known of a person", tags=["Persons"],
    responses={200: ResponseSpec(data_container=bytes, media_type="application/zip", description="JSON files and the files")},
)  # fmt: skip
async def export(services: GivenServices, caller: GivenCaller, person_id: FromPath[UUID]) -> Stream:
    """A ZIP: JSON for each kind of record, and the files of the conversations (GDPR Art. 15 and 20)."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        collected = await export_person(work, services.parts, person_id)
    about = {"person_id": person_id, "made_at": services.clock.now(), "by": caller.name}
    return sent(await write_archive(collected, about, services.blobs), person_id)


@get("/persons/{person_id:uuid}/identities", opt=_READ, summary="List a person's addresses", tags=["Persons"])
async def list_identities(services: GivenServices, caller: GivenCaller, person_id: FromPath[UUID]) -> Page[Identity]:
    """All of them, the last used first."""
    async with services.database.work(caller.workspace_id) as work:
        await _one(work, person_id)
        return Page(data=[shown(Identity, one) for one in await identities_of(work, [person_id])])


@post("/persons/{person_id:uuid}/identities", opt=_WRITE, summary="Give a person an address", tags=["Persons"])
async def add_identity(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    person_id: FromPath[UUID],
    data: JSONBody[NewIdentity],
    idempotency_key: IdempotencyKey = None,
) -> Response[Identity]:
    """An address that belongs to somebody else is refused with 409."""

    async def act(work: UnitOfWork) -> Identity:
        value = normal_address(data.kind, data.value)
        identity_id = await add_address(work, person_id, data.kind, value, verified=data.verified)
        found = next(one for one in await identities_of(work, [person_id]) if one.id == identity_id)
        return shown(Identity, found)

    made = await carried_out(request, services, caller, act, Identity)
    return Response(made, status_code=201, headers={"location": f"/api/v1/persons/{person_id}/identities"})


@get("/persons/{person_id:uuid}/consents", opt=_READ, summary="List consents", tags=["Persons"])
async def list_consents(services: GivenServices, caller: GivenCaller, person_id: FromPath[UUID]) -> Page[Consent]:
    """What the person agreed to, and reasons that were given for a first word; what was withdrawn too, the newest first."""
    async with services.database.work(caller.workspace_id) as work:
        await _one(work, person_id)
        return Page(data=[shown(Consent, one) for one in await consents_of(work, [person_id])])


@post("/persons/{person_id:uuid}/consents", opt=_WRITE, summary="Keep a consent", tags=["Persons"])
async def add_consent(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    person_id: FromPath[UUID],
    data: JSONBody[NewConsent],
    idempotency_key: IdempotencyKey = None,
) -> Response[Consent]:
    """That the person agreed to be written to at one of their addresses. The same that stands already is not kept twice."""

    async def act(work: UnitOfWork) -> Consent:
        consent_id = await record_consent(
            work, data.identity_id, purpose=data.purpose, basis="consent", source=data.source, wording=data.wording,
            by_name=caller.name, of=person_id,
        )  # fmt: skip
        return shown(Consent, await find_consent(work, consent_id))

    made = await carried_out(request, services, caller, act, Consent)
    return Response(made, status_code=201, headers={"location": f"/api/v1/persons/{person_id}/consents"})


@post("/consents/{consent_id:uuid}/withdraw", opt=_WRITE, status_code=200, summary="Withdraw a consent", tags=["Persons"])
async def take_consent_back(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    consent_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Consent:
    """The person does not agree any more; that they did stays."""

    async def act(work: UnitOfWork) -> Consent:
        await withdraw_consent(work, consent_id)
        return shown(Consent, await find_consent(work, consent_id))

    return await carried_out(request, services, caller, act, Consent)


@post("/persons/{person_id:uuid}/merge", opt=_MERGE, status_code=200, summary="Two persons are one", tags=["Persons"])
async def merge(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    person_id: FromPath[UUID],
    data: JSONBody[MergePersons],
    idempotency_key: IdempotencyKey = None,
) -> MergedPersons:
    """Addresses, conversations and knowledge of the other person come to this one."""

    async def act(work: UnitOfWork) -> MergedPersons:
        merged = await merge_persons(work, person_id, data.person_id)
        return MergedPersons(merge_id=merged.id, person_id=person_id, merged_id=data.person_id)

    return await carried_out(request, services, caller, act, MergedPersons)


@post("/persons/{person_id:uuid}/unmerge", opt=_MERGE, status_code=200, summary="Undo a merge", tags=["Persons"])
async def unmerge(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    person_id: FromPath[UUID],
    data: JSONBody[Unmerge],
    idempotency_key: IdempotencyKey = None,
) -> Person:
    """Both persons are as before."""

    async def act(work: UnitOfWork) -> Person:
        if not any(one.id == data.merge_id for one in await merges_of(work, person_id)):
            raise NotFound(message("There is no such merge of this person."))
        await unmerge_persons(work, data.merge_id)
        return await _one(work, person_id)

    return await carried_out(request, services, caller, act, Person)


@get("/persons/{person_id:uuid}/merges", opt=_READ, summary="List who was merged", tags=["Persons"])
async def list_merges(services: GivenServices, caller: GivenCaller, person_id: FromPath[UUID]) -> Page[PersonMerge]:
    """Persons who became part of this one and can be taken out again, the newest first."""
    async with services.database.work(caller.workspace_id) as work:
        await _one(work, person_id)
        return Page(data=[shown(PersonMerge, one, person_id=one.kept_id) for one in await merges_of(work, person_id)])


@get("/persons/{person_id:uuid}/duplicates", opt=_READ, summary="List who may be the same", tags=["Persons"])
async def list_duplicates(services: GivenServices, caller: GivenCaller, person_id: FromPath[UUID]) -> Page[Duplicate]:
    """Persons with the same address or the same full name, but not those who were said to be somebody else."""
    async with services.database.work(caller.workspace_id) as work:
        await _one(work, person_id)
        found = await suggestions(work, person_id, _DUPLICATES)
        return Page(data=[shown(Duplicate, one, person_id=one.id) for one in found])


@put(
    "/persons/{person_id:uuid}/distinct-from/{other_id:uuid}", opt=_MERGE, status_code=204, tags=["Persons"],
    summary="Two persons are not the same",
)  # fmt: skip
async def tell_apart(services: GivenServices, caller: GivenCaller, person_id: FromPath[UUID], other_id: FromPath[UUID]) -> None:
    """They only look like it, and are not suggested again."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await keep_apart(work, person_id, other_id)


@delete(
    "/persons/{person_id:uuid}/distinct-from/{other_id:uuid}", opt=_MERGE, tags=["Persons"],
    summary="Two persons may be the same after all",
)  # fmt: skip
async def perhaps_the_same(
    services: GivenServices, caller: GivenCaller, person_id: FromPath[UUID], other_id: FromPath[UUID]
) -> None:
    """They are suggested again."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        for one in (person_id, other_id):
            await _one(work, one)
        await ask_again(work, person_id, other_id)


handlers: Final = [
    list_all, read, create, change, erase, export, list_identities, add_identity, merge, unmerge, list_merges, list_duplicates,
    tell_apart, perhaps_the_same, list_consents, add_consent, take_consent_back,
]  # fmt: skip
