"""The Graph API as far as WhatsApp needs it: `/{version}/{node}` and `/{version}/{node}/{edge}`.

    request -> token -> faults -> node -> edge -> answer, or Graph's error body

Sources: the Graph v23.0 description, pages "Media", "Template management", "Webhook overrides", "Debug token" (2026).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

import msgspec
from litestar import Request, Response
from litestar.datastructures import State, UploadFile
from litestar.exceptions import HTTPException

from oase.sandbox.whatsapp import media, templates
from oase.sandbox.whatsapp.answers import Answer, Cut, json_answer, plain_error
from oase.sandbox.whatsapp.errors import error_body, missing_node, refuse
from oase.sandbox.whatsapp.requests import ToMark, read_request
from oase.sandbox.whatsapp.tokens import Tokens
from oase.sandbox.whatsapp.types import Json, Number, Refused
from oase.sandbox.whatsapp.types import Template as MessageTemplate
from oase.sandbox.whatsapp.world import WhatsApp

Asked = Request[None, None, State]
_VERSION = re.compile(r"^v\d{1,2}\.\d$")
_STATUS_FIRST_SECONDS = 3.0
_decode = msgspec.json.Decoder().decode


class Graph:
    """Answers requests to graph.facebook.com."""

    def __init__(self, whatsapp: WhatsApp, tokens: Tokens) -> None:
        self._whatsapp, self._tokens = whatsapp, tokens
        self._store, self._faults = whatsapp.store, whatsapp.faults
        self._edges: dict[tuple[str, str], Callable[[Asked, Number], Awaitable[Answer]]] = {
            ("POST", "messages"): self._send,
            ("POST", "media"): self._upload,
            ("GET", "whatsapp_business_profile"): self._profile,
            ("POST", "whatsapp_business_profile"): self._change_profile,
        }
        self._account_edges: dict[tuple[str, str], Callable[[Asked, str], Awaitable[Answer]]] = {
            ("GET", "message_templates"): self._templates,
            ("POST", "message_templates"): self._create_template,
            ("DELETE", "message_templates"): self._delete_template,
            ("GET", "phone_numbers"): self._numbers,
            ("GET", "subscribed_apps"): self._subscriptions,
            ("POST", "subscribed_apps"): self._subscribe,
            ("DELETE", "subscribed_apps"): self._unsubscribe,
        }

    async def answer(self, request: Asked, path: str) -> Answer:
        """The answer to any request below the Graph address."""
        parts = [part for part in path.split("/") if part]
        if parts and _VERSION.match(parts[0]):
            parts = parts[1:]
        try:
            broken = await self._broken(parts)
            if broken:
                return broken
            self._tokens.check(request, expired=bool(self._faults.strikes("token_expired")))
            if len(parts) == 1:
                return await self._node(request, parts[0])
            if len(parts) == 2:
                return await self._edge(request, parts[0], parts[1])
            raise missing_node("/".join(parts))
        except Refused as refused:
            return json_answer(error_body(refused), refused.status)

    async def _broken(self, parts: list[str]) -> Answer | None:
        """What the faults that are switched on do to this request."""
        if not self._faults.all():
            return None
        number_id = parts[0] if parts else ""
        if self._faults.strikes("outage", number_id):
            return plain_error(503)
        slow = self._faults.strikes("slow", number_id)
        if slow:
            await asyncio.sleep(slow.seconds)
        if self._faults.strikes("cut_before_accept", number_id):
            return Cut()
        fault = self._faults.strikes("http_error", number_id)
        if fault:
            return plain_error(fault.status)
        fault = self._faults.strikes("graph_error", number_id)
        if fault:
            raise refuse(fault.code)
        return None

    async def _node(self, request: Asked, node: str) -> Answer:
        if node == "debug_token" and request.method == "GET":
            return json_answer(self._tokens.describe(request.query_params.get("input_token", "")))
        if node in self._store.numbers:
            return await self._number_node(request, self._store.numbers[node])
        if node in self._store.accounts and request.method == "GET":
            return json_answer(_choose(request, self._account(node), ("id", "name", "currency", "timezone_id")))
        if node in self._store.media:
            return self._media_node(request, node)
        if node in self._store.templates and request.method == "GET":
            return json_answer(_template(self._store.templates[node]))
        raise missing_node(node)

    async def _edge(self, request: Asked, node: str, edge: str) -> Answer:
        number = self._store.numbers.get(node)
        if number:
            handler = self._edges.get((request.method, edge))
            if handler:
                return await handler(request, number)
        elif node in self._store.accounts:
            of_account = self._account_edges.get((request.method, edge))
            if of_account:
                return await of_account(request, node)
        raise missing_node(node)

    async def _send(self, request: Asked, number: Number) -> Answer:
        asked = read_request(await _json(request))
        if isinstance(asked, ToMark):
            self._whatsapp.business.mark(number, asked)
            return json_answer({"success": True})
        message, reported = self._whatsapp.business.send(number, asked)
        if reported and self._faults.strikes("status_first", number.id):
            await asyncio.wait({reported}, timeout=_STATUS_FIRST_SECONDS)
        if self._faults.strikes("cut_after_accept", number.id):
            return Cut()
        whom = "user_id" if asked.to_user_id else "wa_id"
        sent: Json = {"id": message.id}
        if message.kind == "template":
            sent["message_status"] = "accepted"
        return json_answer(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": asked.asked, whom: asked.to}],
                "messages": [sent],
            }
        )

    async def _upload(self, request: Asked, number: Number) -> Answer:
        try:
            form = await request.form()
        except HTTPException:
            raise refuse(100, "The body must be multipart/form-data.") from None
        if form.get("messaging_product") != "whatsapp":
            raise refuse(100, "The parameter messaging_product is required.")
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise refuse(100, "The parameter file is required.")
        data = await file.read()
        mime_type = media.check_upload(str(form.get("type") or file.content_type), len(data))
        return json_answer({"id": self._store.add_media(data, mime_type, file.filename or "file", number.id).id})

    def _media_node(self, request: Asked, media_id: str) -> Answer:
        found = self._store.media[media_id]
        if request.method == "DELETE":
            return json_answer({"success": self._store.drop_media(media_id)})
        asked = request.query_params.get("phone_number_id")
        if asked and asked != found.number_id:
            raise missing_node(media_id)
        settings = self._whatsapp.settings
        url = media.address(
            found,
            base=settings.public_url,
            key=self._whatsapp.media_key,
            clock=self._whatsapp.clock,
            valid_seconds=settings.media_address_seconds,
        )
        return json_answer(media.media_answer(found, url))

    async def download(self, request: Asked) -> Answer:
        """The bytes behind a media address: 401 without a token, 404 when the address has expired."""
        try:
            self._tokens.check(request)
        except Refused as refused:
            return json_answer(error_body(refused), 401)
        query = request.scope["query_string"].decode()
        media_id = media.media_of_address(query, key=self._whatsapp.media_key, clock=self._whatsapp.clock)
        found = self._store.media.get(media_id)
        if found is None or self._faults.strikes("media_expired"):
            return plain_error(404)
        if self._faults.strikes("media_broken"):
            return Cut(found.data[: len(found.data) // 2], length=len(found.data), media_type=found.mime_type)
        name = found.filename.encode("ascii", "replace").decode().replace('"', "_")
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(found.data, media_type=found.mime_type, headers=headers)

    async def _number_node(self, request: Asked, number: Number) -> Answer:
        if request.method == "GET":
            return json_answer(_choose(request, _number(number), _NUMBER_FIELDS))
        if request.method != "POST":
            raise missing_node(number.id)
        body = await _json(request)
        override = body.get("webhook_configuration") if isinstance(body, dict) else None
        if isinstance(override, dict):
            await self._override([number], override)
        return json_answer({"success": True})

    async def _profile(self, request: Asked, number: Number) -> Answer:
        profile = {"messaging_product": "whatsapp", **number.profile}
        return json_answer({"data": [_choose(request, profile, ("about", "messaging_product"), always="")]})

    async def _change_profile(self, request: Asked, number: Number) -> Answer:
        body = await _json(request)
        if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
            raise refuse(100, "The parameter messaging_product is required.")
        number.profile.update({name: value for name, value in body.items() if name != "messaging_product"})
        return json_answer({"success": True})

    async def _numbers(self, request: Asked, account_id: str) -> Answer:
        numbers = [_number(each) for each in self._store.numbers.values() if each.account_id == account_id]
        cursors = {"before": numbers[0]["id"], "after": numbers[-1]["id"]} if numbers else {}
        chosen = [_choose(request, each, (*_NUMBER_FIELDS, "status")) for each in numbers]
        return json_answer({"data": chosen, "paging": {"cursors": cursors}})

    async def _templates(self, request: Asked, account_id: str) -> Answer:
        query = request.query_params
        chosen = [
            each
            for each in self._store.templates_of(account_id)
            if all(query.get(name, "") in ("", str(getattr(each, name))) for name in ("name", "language", "status", "category"))
        ]
        limit = max(1, min(int(query.get("limit", "25")) if query.get("limit", "25").isdigit() else 25, 1000))
        found, more = templates.page(chosen, after=query.get("after", ""), limit=limit)
        paging: Json = {"cursors": {"before": found[0].id, "after": found[-1].id}} if found else {}
        if more:
            base = f"{self._whatsapp.settings.public_url}/graph/v23.0/{account_id}/message_templates"
            paging["next"] = f"{base}?limit={limit}&after={more}"
        data = [_choose(request, _template(each), tuple(_template(each))) for each in found]
        return json_answer({"data": data, "paging": paging} if paging else {"data": data})

    async def _create_template(self, request: Asked, account_id: str) -> Answer:
        body = await _json(request)
        if not isinstance(body, dict):
            raise refuse(100, "The request body must be a JSON object.")
        templates.check_new(body, self._store.templates_of(account_id))
        template = MessageTemplate(
            id=str(int(account_id) + 10**15 + len(self._store.templates)),
            account_id=account_id,
            name=body["name"],
            language=body["language"],
            category=body["category"],
            components=[{**each, "type": str(each["type"]).upper()} for each in body["components"]],
            parameter_format=str(body.get("parameter_format", "POSITIONAL")).upper(),
        )
        self._store.add_template(template)
        return json_answer({"id": template.id, "status": template.status, "category": template.category})

    async def _delete_template(self, request: Asked, account_id: str) -> Answer:
        name, only = request.query_params.get("name"), request.query_params.get("hsm_id")
        gone = [
            each.id
            for each in self._store.templates_of(account_id)
            if (only and each.id == only) or (not only and name and each.name == name)
        ]
        if not gone:
            raise refuse(100, "The template does not exist.", subcode=2593002)
        for template_id in gone:
            del self._store.templates[template_id]
        return json_answer({"success": True})

    async def _subscriptions(self, request: Asked, account_id: str) -> Answer:
        settings = self._whatsapp.settings
        app: Json = {"whatsapp_business_api_data": {"id": settings.app_id, "name": settings.app_name}}
        numbers = [each for each in self._store.numbers.values() if each.account_id == account_id and each.subscribed]
        override = next((each.webhook_url for each in numbers if each.webhook_url), "")
        if override:
            app["override_callback_uri"] = override
        return json_answer({"data": [app] if numbers else []})

    async def _subscribe(self, request: Asked, account_id: str) -> Answer:
        raw = await request.body()
        body = await _json(request) if raw else {}
        numbers = [each for each in self._store.numbers.values() if each.account_id == account_id]
        if isinstance(body, dict) and body.get("override_callback_uri"):
            await self._override(numbers, body)
        for number in numbers:
            number.subscribed = True
        return json_answer({"success": True})

    async def _unsubscribe(self, request: Asked, account_id: str) -> Answer:
        for number in self._store.numbers.values():
            if number.account_id == account_id:
                number.subscribed = False
        return json_answer({"success": True})

    async def _override(self, numbers: list[Number], asked: Json) -> None:
        """Another callback address, after a handshake with it (page "Webhook overrides")."""
        url, token = str(asked.get("override_callback_uri", "")), str(asked.get("verify_token", ""))
        wrong = await self._whatsapp.shake_hands(url, token) if url else ""
        if wrong:
            raise Refused(400, 2200, f"Callback verification failed with the following errors: {wrong}")
        for number in numbers:
            number.webhook_url, number.verify_token = url, token

    def _account(self, account_id: str) -> Json:
        name = self._store.accounts[account_id]
        return {"id": account_id, "name": name, "currency": "EUR", "timezone_id": "1", "country": "DE"}


_NUMBER_FIELDS = (
    "id",
    "verified_name",
    "display_phone_number",
    "quality_rating",
    "code_verification_status",
    "platform_type",
    "throughput",
)


def _number(number: Number) -> Json:
    level = "HIGH" if number.throughput_per_second > 80 else "STANDARD"
    return {
        "id": number.id,
        "verified_name": number.name,
        "display_phone_number": number.display,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "status": "LINKED",
        "account_mode": "LIVE",
        "messaging_limit_tier": "TIER_UNLIMITED",
        "throughput": {"level": level},
        "webhook_configuration": {"phone_number": number.webhook_url} if number.webhook_url else {},
    }


def _template(template: MessageTemplate) -> Json:
    return {
        "name": template.name,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "id": template.id,
    }


def _choose(request: Asked, whole: Json, usual: tuple[str, ...], *, always: str = "id") -> Json:
    """Only the fields that were asked for with `fields=a,b`, and the id."""
    asked = request.query_params.get("fields", "")
    names = [name.split("{")[0].strip() for name in asked.split(",")] if asked else list(usual)
    return {name: whole[name] for name in dict.fromkeys((*names, always)) if name in whole}


async def _json(request: Asked) -> object:
    """The body; JSON that cannot be read is code 100, as with Graph."""
    try:
        return _decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise refuse(100, "The request body is not valid JSON.") from None
