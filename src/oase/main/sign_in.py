"""Turns the cookie of a browser into the viewer of a page: staff knows the session, pages know the viewer."""

from datetime import timedelta

from oase.kernel.db import Database
from oase.kernel.secrets import Secret
from oase.staff import who
from oase.web.sessions import Viewer


class SessionResolver:
    """Asked once per request."""

    def __init__(self, database: Database, session_length: timedelta) -> None:
        self._database = database
        self._session_length = session_length

    async def __call__(self, token: str) -> Viewer | None:
        """The viewer of this session; None if it is unknown or has ended."""
        if not token:
            return None
        signed_in = await who(self._database, Secret(token), idle=self._session_length)
        if signed_in is None:
            return None
        return Viewer(
            agent_id=signed_in.agent_id,
            session_id=signed_in.session_id,
            workspace_id=signed_in.workspace_id,
            workspace_name=signed_in.workspace_name,
            name=signed_in.name,
            email=signed_in.email,
            role=signed_in.role,
            permissions=signed_in.permissions,
            language=signed_in.language,
            time_zone=signed_in.time_zone,
            theme=signed_in.preferences.theme,
            sound=signed_in.preferences.sound,
        )
