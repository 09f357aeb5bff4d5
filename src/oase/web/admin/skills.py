"""Skills: what not every agent can do, who can how well, and which conversations need it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, cast, get_args
from uuid import UUID

from babel import Locale
from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.channels import all_adapters
from oase.conversations import known_tags
from oase.desk.presence import needing
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.staff import (
    Skill,
    SkillKind,
    UnknownSkill,
    delete_skill,
    list_agents,
    list_skills,
    save_skill,
    set_holders,
    skills_held,
)
from oase.web.admin.frame import back, confirm, page
from oase.web.forms import Form, texts, uuid, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.TEAM_WRITE}
KINDS: Final[Mapping[SkillKind, tuple[Message, Message, str]]] = {
    "language": (message("Languages"), message("In which language somebody writes is found by itself."), "language"),
    "product": (message("Products"), message("Needed for conversations with a tag."), "package"),
    "channel": (message("Channels"), message("Needed for everything that comes by this channel."), "plug-connected"),
    "own": (message("Others"), message("Whatever else only some can do, needed for conversations with a tag."), "bolt"),
}
_LANGUAGES: Final = [
    "ar",
    "bg",
    "bs",
    "ca",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "fa",
    "fi",
    "fr",
    "ga",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "ko",
    "lt",
    "lv",
    "mk",
    "mt",
    "nl",
    "no",
    "pl",
    "ps",
    "pt",
    "ro",
    "ru",
    "sk",
    "sl",
    "sq",
    "sr",
    "sv",
    "th",
    "tr",
    "uk",
    "ur",
    "vi",
    "zh",
]
_LEVEL: Final = "level."


@get("/admin/skills", opt=_WRITE, include_in_schema=False)
async def show_skills(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All skills by kind, with how many have them."""
    async with services.database.work(viewer.workspace_id) as work:
        skills, held, agents = await list_skills(work), await skills_held(work), await list_agents(work)
    holders = Counter(skill for agent in agents for skill in held.get(agent.id, ()))
    kinds = [(kind, *words, [one for one in skills if one.kind == kind]) for kind, words in KINDS.items()]
    return page(request, viewer, "skills.html", "skills", kinds=kinds, holders=holders)


@get("/admin/skills/new", opt=_WRITE, include_in_schema=False)
async def show_new(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """An empty skill of a kind."""
    return await _page(request, services, viewer, None, _kind(request.query_params.get("kind", "own")), Form())


def _kind(text: str) -> SkillKind:
    return cast("SkillKind", text) if text in get_args(SkillKind) else "own"


async def _page(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    skill: Skill | None,
    kind: SkillKind,
    form: Form,
    *,
    status: int = 200,
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        agents, tags = await list_agents(work), await known_tags(work) if kind in ("product", "own") else []
        needs = await needing(work, skill) if skill else []
    return page(
        request, viewer, "skill.html", "skills", status=status, skill=skill, kind=kind, form=form, agents=agents, tags=tags,
        codes=_codes(kind, viewer), needs=needs, title=KINDS[kind][0], help=KINDS[kind][1],
    )  # fmt: skip


def _codes(kind: SkillKind, viewer: Viewer) -> list[tuple[str, str]]:
    """What a skill of this kind may be for, by name: languages, channels; of the others it is a tag."""
    if kind == "language":
        names = Locale(viewer.language).languages
        found = [(code, str(names.get(code, code))) for code in _LANGUAGES]
    elif kind == "channel":
        found = [
            (id, one.manifest.name.de if viewer.language == "de" else one.manifest.name.en) for id, one in all_adapters().items()
        ]
    else:
        return []
    return sorted(found, key=lambda pair: pair[1].casefold())


@get("/admin/skills/{skill_id:uuid}", opt=_WRITE, include_in_schema=False)
async def show_skill(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, skill_id: FromPath[UUID]
) -> Response[Any]:
    """One skill with those who have it."""
    skill = await _found(services, viewer, skill_id)
    async with services.database.work(viewer.workspace_id) as work:
        held = await skills_held(work)
    levels = {f"{_LEVEL}{agent}": levels[skill_id] for agent, levels in held.items() if skill_id in levels}
    return await _page(
        request, services, viewer, skill, skill.kind, Form(values={"name": skill.name, "code": skill.code, **levels})
    )


async def _found(services: Services, viewer: Viewer, skill_id: UUID) -> Skill:
    async with services.database.work(viewer.workspace_id) as work:
        found = next((one for one in await list_skills(work) if one.id == skill_id), None)
    if found is None:
        raise UnknownSkill
    return found


@post("/admin/skills/new", opt=_WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new skill with those who have it."""
    return await _save(request, services, viewer, None, _kind((await texts(request)).get("kind", "own")))


@post("/admin/skills/{skill_id:uuid}", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, skill_id: FromPath[UUID]) -> Response[Any]:
    """Changes a skill, and who has it."""
    skill = await _found(services, viewer, skill_id)
    return await _save(request, services, viewer, skill, skill.kind)


async def _save(request: AnyRequest, services: Services, viewer: Viewer, skill: Skill | None, kind: SkillKind) -> Response[Any]:
    form = await texts(request)
    code = form.get("code", "")
    name = form.get("name") or dict(_codes(kind, viewer)).get(code, "")  # a language and a channel have a name already
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            saved = await save_skill(work, kind=kind, name=name or code, code=code, skill_id=skill.id if skill else None)
            await set_holders(work, saved.id, levels_in(form))
    except (Invalid, Conflict, NotFound) as error:
        return await _page(request, services, viewer, skill, kind, wrong(form, error), status=422)
    return back("/admin/skills", "saved" if skill else "created")


def levels_in(form: Mapping[str, str]) -> dict[UUID, int]:
    """The levels that were chosen, by agent (or by skill, on an agent's page); none where nothing was."""
    given = {key.removeprefix(_LEVEL): value for key, value in form.items() if key.startswith(_LEVEL) and value}
    if not all(value in "12345" and len(value) == 1 for value in given.values()):
        raise Invalid(message("A level is a number from 1 to 5."), field="skills")
    return {uuid(agent, "skills"): int(value) for agent, value in given.items()}


@post("/admin/skills/{skill_id:uuid}/delete", opt=_WRITE, include_in_schema=False)
async def delete(services: GivenServices, viewer: GivenViewer, request: AnyRequest, skill_id: FromPath[UUID]) -> Response[Any]:
    """Deletes a skill after its name was typed; what needed it is for everybody from now on."""
    skill = await _found(services, viewer, skill_id)
    confirm(await texts(request), skill.name)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await delete_skill(work, skill_id)
    return back("/admin/skills", "deleted")


handlers: Final = [show_skills, show_new, show_skill, create, save, delete]
