"""The app channel: the API for a company's own app, and the ready-made app for those who have none.

app --REST--> api --signed delivery--> journal     stream (`AppStream`, bare ASGI) <--live log--      devices --> push
"""

from litestar import Router
from litestar.exceptions import HTTPException

from oase.kernel.errors import OaseError
from oase.web.customerapp.api import HANDLERS, OPT, on_refusal
from oase.web.customerapp.pages import app_asset, icon, icon_png, look_css, manifest, openapi, page, without_slash, worker
from oase.web.customerapp.parts import AppDesk, AppParts
from oase.web.customerapp.stream import AppStream
from oase.web.widget.hot import Refusal

api = Router(
    path="/app/{account_id:str}/v1",
    route_handlers=list(HANDLERS),
    exception_handlers={Refusal: on_refusal, OaseError: on_refusal, HTTPException: on_refusal, Exception: on_refusal},
    opt=dict(OPT),
    include_in_schema=False,
    request_max_body_size=64 * 1024,
)
handlers = [api, app_asset, openapi, without_slash, page, look_css, icon, icon_png, manifest, worker]

__all__ = ["AppDesk", "AppParts", "AppStream", "handlers"]
