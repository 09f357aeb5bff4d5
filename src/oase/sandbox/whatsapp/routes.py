"""The routes of the simulated WhatsApp: Graph below `/sandbox/graph`, media downloads, the control interface."""

from litestar import Router, get, route
from litestar.enums import HttpMethod
from litestar.params import FromPath

from oase.sandbox.guard import GRAPH_OPTIONS, MAX_BODY_BYTES
from oase.sandbox.whatsapp.answers import Answer
from oase.sandbox.whatsapp.control import control_router
from oase.sandbox.whatsapp.graph import Graph
from oase.sandbox.whatsapp.nodes import Asked
from oase.sandbox.whatsapp.tokens import Tokens
from oase.sandbox.whatsapp.world import WhatsApp


def whatsapp_routes(whatsapp: WhatsApp) -> list[Router]:
    """All routes of the simulated WhatsApp."""
    tokens = Tokens(whatsapp.settings, whatsapp.clock)
    graph = Graph(whatsapp, tokens)

    @route("/graph/{rest:path}", http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE], status_code=200)
    async def ask(request: Asked, rest: FromPath[str]) -> Answer:
        return await graph.answer(request, rest)

    @get("/lookaside/whatsapp_business/attachments")
    async def download(request: Asked) -> Answer:
        return await graph.download(request)

    public = Router(
        path="/sandbox",
        route_handlers=[ask, download],
        request_max_body_size=MAX_BODY_BYTES,
        opt=GRAPH_OPTIONS,
        include_in_schema=False,
    )
    return [public, control_router(whatsapp, tokens)]
