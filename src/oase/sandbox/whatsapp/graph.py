"""The Graph API as far as WhatsApp needs it: `/{version}/{node}` and `/{version}/{node}/{edge}`.

    request -> token -> faults -> node -> edge -> answer, or Graph's error body

Sources: the Graph v23.0 description, pages "Media", "Business profiles", "Debug token" (2026).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from litestar import Response
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from oase.sandbox.whatsapp import media
from oase.sandbox.whatsapp.accounts import Accounts
from oase.sandbox.whatsapp.answers import Answer, Cut, json_answer, plain_error
from oase.sandbox.whatsapp.errors import error_body, missing_node, refuse
from oase.sandbox.whatsapp.nodes import NUMBER_FIELDS, Asked, choose, number_node, read_json, template_node
from oase.sandbox.whatsapp.requests import ToMark, read_request
from oase.sandbox.whatsapp.tokens import Tokens
from oase.sandbox.whatsapp.types import Json, Number, Refused
from oase.sandbox.whatsapp.world import WhatsApp

_VERSION = re.compile(r"^v\d{1,2}\.\d$")
_STATUS_FIRST_SECONDS = 3.0


class Graph:
    """Answers requests to graph.facebook.com."""

    def __init__(self, whatsapp: WhatsApp, tokens: Tokens) -> None:
        self._whatsapp, self._tokens = whatsapp, tokens
        self._store, self._faults = whatsapp.store, whatsapp.faults
        self._accounts = Accounts(whatsapp)
        self._edges: dict[tuple[str, str], Callable[[Asked, Number], Awaitable[Answer]]] = {
            ("POST", "messages"): self._send,
            ("POST", "media"): self._upload,
            ("GET", "whatsapp_business_profile"): self._profile,
            ("POST", "whatsapp_business_profile"): self._change_profile,
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
            raise refuse(fault.code or 131000)
        return None

    async def _node(self, request: Asked, node: str) -> Answer:
        if node == "debug_token" and request.method == "GET":
            return json_answer(self._tokens.describe(request.query_params.get("input_token", "")))
        if node in self._store.numbers:
            return await self._number_node(request, self._store.numbers[node])
        if node in self._store.accounts and request.method == "GET":
            return json_answer(choose(request, self._account(node), ("id", "name", "currency", "timezone_id")))
        if node in self._store.media:
            return self._media_node(request, node)
        if node in self._store.templates and request.method == "GET":
            return json_answer(template_node(self._store.templates[node]))
        raise missing_node(node)

    async def _edge(self, request: Asked, node: str, edge: str) -> Answer:
        number = self._store.numbers.get(node)
        if number:
            handler = self._edges.get((request.method, edge))
            if handler:
                return await handler(request, number)
        elif node in self._store.accounts:
            of_account = self._accounts.edges.get((request.method, edge))
            if of_account:
                return await of_account(request, node)
        raise missing_node(node)

    async def _send(self, request: Asked, number: Number) -> Answer:
        asked = read_request(await read_json(request))
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
            return json_answer(choose(request, number_node(number), NUMBER_FIELDS))
        if request.method != "POST":
            raise missing_node(number.id)
        body = await read_json(request)
        override = body.get("webhook_configuration") if isinstance(body, dict) else None
        if isinstance(override, dict):
            await self._accounts.override([number], override)
        return json_answer({"success": True})

    async def _profile(self, request: Asked, number: Number) -> Answer:
        profile = {"messaging_product": "whatsapp", **number.profile}
        return json_answer({"data": [choose(request, profile, ("about", "messaging_product"), always="")]})

    async def _change_profile(self, request: Asked, number: Number) -> Answer:
        body = await read_json(request)
        if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
            raise refuse(100, "The parameter messaging_product is required.")
        number.profile.update({name: value for name, value in body.items() if name != "messaging_product"})
        return json_answer({"success": True})

    def _account(self, account_id: str) -> Json:
        name = self._store.accounts[account_id]
        return {"id": account_id, "name": name, "currency": "EUR", "timezone_id": "1", "country": "DE"}
