"""/admin: the first page that the viewer may open."""

from typing import Final

from litestar import get
from litestar.response import Redirect

from oase.kernel.errors import Forbidden
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.admin.frame import groups_of
from oase.web.given import GivenViewer


@get("/admin", opt={"permission": Permission.CONVERSATION_READ}, sync_to_thread=False, include_in_schema=False)
def show_home(viewer: GivenViewer) -> Redirect:
    """To the first page of the list."""
    groups = groups_of(viewer)
    if not groups:
        raise Forbidden(message("You need a role with rights of administration for this."))
    return Redirect(groups[0][1][0].path, status_code=303)


handlers: Final = [show_home]
