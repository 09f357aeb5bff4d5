"""The edges of a business account: templates, numbers, and where its webhooks go.

Sources: pages "Template management", "Business phone numbers", "Webhook overrides" (2026).
"""

from collections.abc import Awaitable, Callable

from oase.sandbox.whatsapp import templates
from oase.sandbox.whatsapp.answers import Answer, json_answer
from oase.sandbox.whatsapp.errors import refuse
from oase.sandbox.whatsapp.nodes import NUMBER_FIELDS, Asked, choose, number_node, read_json, template_node
from oase.sandbox.whatsapp.types import Json, Number, Refused, Template
from oase.sandbox.whatsapp.world import WhatsApp

_TEMPLATE_LIMIT = 6_000


class Accounts:
    """Answers `/{version}/{business account}/{edge}`."""

    def __init__(self, whatsapp: WhatsApp) -> None:
        self._whatsapp, self._store = whatsapp, whatsapp.store
        self.edges: dict[tuple[str, str], Callable[[Asked, str], Awaitable[Answer]]] = {
            ("GET", "message_templates"): self._templates,
            ("POST", "message_templates"): self._create_template,
            ("DELETE", "message_templates"): self._delete_template,
            ("GET", "phone_numbers"): self._numbers,
            ("GET", "subscribed_apps"): self._subscriptions,
            ("POST", "subscribed_apps"): self._subscribe,
            ("DELETE", "subscribed_apps"): self._unsubscribe,
        }

    async def _numbers(self, request: Asked, account_id: str) -> Answer:
        numbers = [number_node(each) for each in self._store.numbers.values() if each.account_id == account_id]
        cursors = {"before": numbers[0]["id"], "after": numbers[-1]["id"]} if numbers else {}
        chosen = [choose(request, each, (*NUMBER_FIELDS, "status")) for each in numbers]
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
        data = [choose(request, template_node(each), tuple(template_node(each))) for each in found]
        answer: Json = {"data": data, "paging": paging} if paging else {"data": data}
        if query.get("summary"):
            count = len(chosen)
            whole: Json = {
                "total_count": count,
                "message_template_count": count,
                "message_template_limit": _TEMPLATE_LIMIT,
                "are_translations_complete": True,
            }
            answer["summary"] = {name: whole[name] for name in query["summary"].split(",") if name in whole}
        return json_answer(answer)

    async def _create_template(self, request: Asked, account_id: str) -> Answer:
        body = await read_json(request)
        if not isinstance(body, dict):
            raise refuse(100, "The request body must be a JSON object.")
        templates.check_new(body, self._store.templates_of(account_id))
        template = Template(
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
        body = await read_json(request) if raw else {}
        numbers = [each for each in self._store.numbers.values() if each.account_id == account_id]
        if isinstance(body, dict) and body.get("override_callback_uri"):
            await self.override(numbers, body)
        for number in numbers:
            number.subscribed = True
        return json_answer({"success": True})

    async def _unsubscribe(self, request: Asked, account_id: str) -> Answer:
        for number in self._store.numbers.values():
            if number.account_id == account_id:
                number.subscribed = False
        return json_answer({"success": True})

    async def override(self, numbers: list[Number], asked: Json) -> None:
        """Another callback address, after a handshake with it (page "Webhook overrides")."""
        url, token = str(asked.get("override_callback_uri", "")), str(asked.get("verify_token", ""))
        wrong = await self._whatsapp.shake_hands(url, token) if url else ""
        if wrong:
            raise Refused(400, 2200, f"Callback verification failed with the following errors: {wrong}")
        for number in numbers:
            number.webhook_url, number.verify_token = url, token
