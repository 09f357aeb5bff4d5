"""What a desk is furnished with: tags, snippets, custom fields."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.conversations import (
    all_fields,
    all_snippets,
    find_snippet,
    merge_tags,
    move_field,
    remove_field,
    remove_snippet,
    remove_tag,
    save_field,
    save_snippet,
    save_tag,
)
from oase.conversations import list_tags as tags
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.staff import UnknownTeam, list_teams
from oase.web.api.conversations import READ, IdempotencyKey
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out, own_names
from oase.web.api.shapes import CustomField, Snippet, Tag, shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_TAG: Final = {"permission": Permission.TAG_WRITE, "api": True}
_SNIPPET: Final = {"permission": Permission.SNIPPET_WRITE, "api": True}
_FIELD: Final = {"permission": Permission.FIELD_WRITE, "api": True}
Color = Annotated[str, Meta(pattern="^#[0-9A-Fa-f]{6}$", examples=["#b91c1c"])]
TagName = Annotated[str, Meta(min_length=1, max_length=40, examples=["Reklamation"])]
Shortcut = Annotated[str, Meta(min_length=1, max_length=41, examples=["versand"])]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Languages = Literal["de", "en"]
Texts = Annotated[
    dict[Languages, Annotated[str, Meta(max_length=20_000)]],
    Meta(max_length=2, description="By language, at least one.", examples=[{"de": "Guten Tag {{person.name}}, …"}]),
]
Labels = Annotated[
    dict[Languages, Annotated[str, Meta(max_length=80)]],
    Meta(max_length=2, description="By language, at least one.", examples=[{"de": "Größe"}]),
]
Choices = Annotated[list[Annotated[str, Meta(min_length=1, max_length=120)]], Meta(max_length=200)]
_FIELDS: Final = (("text_", "texts."), ("label_", "labels."))


def _plain(words: Mapping[Languages, str]) -> dict[str, str]:
    return {str(language): text for language, text in words.items()}


class NewTag(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tag to be made."""

    name: TagName
    color: Color = "#64748b"


class TagChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; a new name reaches everything that carries the tag."""

    name: TagName | UnsetType = UNSET
    color: Color | UnsetType = UNSET


class MergeTag(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tag that takes the place of this one."""

    into_id: UUID


class NewSnippet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prepared answer to be made."""

    shortcut: Shortcut
    name: Name
    texts: Texts
    team_id: Annotated[UUID | None, Meta(description="For this team only.")] = None


class SnippetChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; texts are replaced."""

    shortcut: Shortcut | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    texts: Texts | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET


class NewField(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A custom field to be made; its key is made from its label."""

    subject: Literal["person", "conversation"]
    kind: Literal["text", "number", "date", "boolean", "choice", "url"]
    labels: Labels
    choices: Annotated[Choices, Meta(description="Of the kind `choice`.")] = []


class FieldChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; subject, key and kind stay."""

    labels: Labels | UnsetType = UNSET
    choices: Choices | UnsetType = UNSET


class Move(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where something goes in its list."""

    direction: Annotated[Literal["up", "down"], Meta(description="By one place.")]


async def _tag(work: UnitOfWork, tag_id: UUID) -> Tag:
    found = next((one for one in await tags(work) if one.id == tag_id), None)
    if found is None:
        raise NotFound(message("This tag does not exist."))
    return shown(Tag, found)


async def _field(work: UnitOfWork, field_id: UUID) -> CustomField:
    found = next((one for one in await all_fields(work) if one.id == field_id), None)
    if found is None:
        raise NotFound(message("This field does not exist."))
    return shown(CustomField, found)


async def _known_team(work: UnitOfWork, team_id: UUID | None) -> None:
    if team_id is not None and team_id not in {team.id for team in await list_teams(work)}:
        raise UnknownTeam


@get("/tags", opt=READ, summary="List tags", tags=["Desk"])
async def list_tags(services: GivenServices, caller: GivenCaller) -> Page[Tag]:
    """By name."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[shown(Tag, one) for one in await tags(work)])


@post("/tags", opt=_TAG, summary="Make a tag", tags=["Desk"])
async def create_tag(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewTag],
    idempotency_key: IdempotencyKey = None,
) -> Response[Tag]:
    """A name that is taken is refused with 409."""

    async def act(work: UnitOfWork) -> Tag:
        return await _tag(work, await save_tag(work, name=data.name, color=data.color))

    made = await carried_out(request, services, caller, act, Tag)
    return Response(made, status_code=201, headers={"location": "/api/v1/tags"})


@patch("/tags/{tag_id:uuid}", opt=_TAG, summary="Change a tag", tags=["Desk"])
async def change_tag(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    tag_id: FromPath[UUID],
    data: JSONBody[TagChanges],
    idempotency_key: IdempotencyKey = None,
) -> Tag:
    """What is left out stays."""

    async def act(work: UnitOfWork) -> Tag:
        before = await _tag(work, tag_id)
        name = before.name if data.name is UNSET else data.name
        await save_tag(work, name=name, color=before.color if data.color is UNSET else data.color, tag_id=tag_id)
        return await _tag(work, tag_id)

    return await carried_out(request, services, caller, act, Tag)


@post("/tags/{tag_id:uuid}/merge", opt=_TAG, status_code=200, summary="Merge a tag into another", tags=["Desk"])
async def merge_tag(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    tag_id: FromPath[UUID],
    data: JSONBody[MergeTag],
    idempotency_key: IdempotencyKey = None,
) -> Tag:
    """Everything that carries this tag carries the other one afterwards; this one is gone."""

    async def act(work: UnitOfWork) -> Tag:
        await merge_tags(work, tag_id, data.into_id)
        return await _tag(work, data.into_id)

    return await carried_out(request, services, caller, act, Tag)


@delete("/tags/{tag_id:uuid}", opt=_TAG, summary="Delete a tag", tags=["Desk"])
async def delete_tag(services: GivenServices, caller: GivenCaller, tag_id: FromPath[UUID]) -> None:
    """It is taken off everything that carries it."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await remove_tag(work, tag_id)


@get("/snippets", opt=READ, summary="List snippets", tags=["Desk"])
async def list_snippets(services: GivenServices, caller: GivenCaller) -> Page[Snippet]:
    """Prepared answers that everybody may use, and those of all teams, by shortcut."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[shown(Snippet, one) for one in await all_snippets(work)])


@get("/snippets/{snippet_id:uuid}", opt=READ, summary="Read a snippet", tags=["Desk"])
async def read_snippet(services: GivenServices, caller: GivenCaller, snippet_id: FromPath[UUID]) -> Snippet:
    """One prepared answer."""
    async with services.database.work(caller.workspace_id) as work:
        return shown(Snippet, await find_snippet(work, snippet_id))


@post("/snippets", opt=_SNIPPET, summary="Make a snippet", tags=["Desk"])
async def create_snippet(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewSnippet],
    idempotency_key: IdempotencyKey = None,
) -> Response[Snippet]:
    """A shortcut that is taken is refused with 409. Variables: `{{person.name}}`, `{{agent.name}}` and others."""

    async def act(work: UnitOfWork) -> Snippet:
        await _known_team(work, data.team_id)
        with own_names(_FIELDS):
            made = await save_snippet(
                work, shortcut=data.shortcut, name=data.name, texts=_plain(data.texts), team_id=data.team_id
            )
        return shown(Snippet, await find_snippet(work, made))

    made = await carried_out(request, services, caller, act, Snippet)
    return Response(made, status_code=201, headers={"location": f"/api/v1/snippets/{made.id}"})


@patch("/snippets/{snippet_id:uuid}", opt=_SNIPPET, summary="Change a snippet", tags=["Desk"])
async def change_snippet(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    snippet_id: FromPath[UUID],
    data: JSONBody[SnippetChanges],
    idempotency_key: IdempotencyKey = None,
) -> Snippet:
    """What is left out stays."""

    async def act(work: UnitOfWork) -> Snippet:
        before = await find_snippet(work, snippet_id)
        team_id = before.team_id if data.team_id is UNSET else data.team_id
        await _known_team(work, team_id)
        with own_names(_FIELDS):
            await save_snippet(
                work,
                shortcut=before.shortcut if data.shortcut is UNSET else data.shortcut,
                name=before.name if data.name is UNSET else data.name,
                texts=before.texts if data.texts is UNSET else _plain(data.texts),
                team_id=team_id,
                snippet_id=snippet_id,
            )
        return shown(Snippet, await find_snippet(work, snippet_id))

    return await carried_out(request, services, caller, act, Snippet)


@delete("/snippets/{snippet_id:uuid}", opt=_SNIPPET, summary="Delete a snippet", tags=["Desk"])
async def delete_snippet(services: GivenServices, caller: GivenCaller, snippet_id: FromPath[UUID]) -> None:
    """What was sent with it stays."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await remove_snippet(work, snippet_id)


@get("/custom-fields", opt=READ, summary="List custom fields", tags=["Desk"])
async def list_fields(services: GivenServices, caller: GivenCaller) -> Page[CustomField]:
    """Of persons and conversations, in their order."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[shown(CustomField, one) for one in await all_fields(work)])


@post("/custom-fields", opt=_FIELD, summary="Make a custom field", tags=["Desk"])
async def create_field(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewField],
    idempotency_key: IdempotencyKey = None,
) -> Response[CustomField]:
    """A key that is taken is refused with 409."""

    async def act(work: UnitOfWork) -> CustomField:
        with own_names(_FIELDS):
            made = await save_field(work, subject=data.subject, labels=_plain(data.labels), kind=data.kind, choices=data.choices)
        return await _field(work, made)

    made = await carried_out(request, services, caller, act, CustomField)
    return Response(made, status_code=201, headers={"location": "/api/v1/custom-fields"})


@patch("/custom-fields/{field_id:uuid}", opt=_FIELD, summary="Change a custom field", tags=["Desk"])
async def change_field(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    field_id: FromPath[UUID],
    data: JSONBody[FieldChanges],
    idempotency_key: IdempotencyKey = None,
) -> CustomField:
    """What is left out stays."""

    async def act(work: UnitOfWork) -> CustomField:
        before = await _field(work, field_id)
        with own_names(_FIELDS):
            await save_field(
                work,
                subject=before.subject,
                labels=before.labels if data.labels is UNSET else _plain(data.labels),
                kind=before.kind,
                choices=before.choices if data.choices is UNSET else data.choices,
                field_id=field_id,
            )
        return await _field(work, field_id)

    return await carried_out(request, services, caller, act, CustomField)


@post("/custom-fields/{field_id:uuid}/move", opt=_FIELD, status_code=200, summary="Move a custom field", tags=["Desk"])
async def move_a_field(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    field_id: FromPath[UUID],
    data: JSONBody[Move],
    idempotency_key: IdempotencyKey = None,
) -> Page[CustomField]:
    """By one place among those of its subject. Gives all fields in their new order."""

    async def act(work: UnitOfWork) -> Page[CustomField]:
        await move_field(work, field_id, up=data.direction == "up")
        return Page(data=[shown(CustomField, one) for one in await all_fields(work)])

    return await carried_out(request, services, caller, act, Page[CustomField])


@delete("/custom-fields/{field_id:uuid}", opt=_FIELD, summary="Delete a custom field", tags=["Desk"])
async def delete_field(services: GivenServices, caller: GivenCaller, field_id: FromPath[UUID]) -> None:
    """What was entered stays in the records, but is not shown any more."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await remove_field(work, field_id)


handlers: Final = [
    list_tags, create_tag, change_tag, merge_tag, delete_tag, list_snippets, read_snippet, create_snippet, change_snippet,
    delete_snippet, list_fields, create_field, change_field, move_a_field, delete_field,
]  # fmt: skip
