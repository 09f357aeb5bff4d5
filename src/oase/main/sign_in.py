"""Turns the cookie of a browser into the viewer of a page: staff knows the session, pages know the viewer."""

import asyncio
import time
from datetime import timedelta
from typing import Final

from oase.kernel.db import Database
from oase.kernel.live import LiveHub
from oase.kernel.secrets import Secret
from oase.staff import who
from oase.web.sessions import Viewer

_KEPT_SECONDS: Final = 2.0
_KEPT_SESSIONS: Final = 5_000


class SessionResolver:
    """Asked once per request. Looking at pages, an answer holds for two seconds or until the agent or session changes."""

    def __init__(self, database: Database, session_length: timedelta) -> None:
        self._database = database
        self._session_length = session_length
        self._known: dict[str, tuple[float, Viewer | None]] = {}

    async def __call__(self, token: str, *, fresh: bool = False) -> Viewer | None:
        """The viewer of this session; None if it is unknown or has ended. Whoever changes something is always asked for anew."""
        now = time.monotonic()
        known = None if fresh else self._known.get(token)
        if known is not None and now - known[0] < _KEPT_SECONDS:
            return known[1]
        if len(self._known) > _KEPT_SESSIONS:
            self._known.clear()
        viewer = await self._find(token)
        if fresh:  # what is done now may change the answer
            self._known.pop(token, None)
        else:
            self._known[token] = (now, viewer)
        return viewer

    async def run(self, hub: LiveHub) -> None:
        """Forgets everything when a session ends or an agent changes, until cancelled."""
        while True:
            async with hub.subscribe(None, ["session", "agent", "role"]) as subscription:
                async for _ in subscription.events():
                    self._known.clear()
            await asyncio.sleep(0.05)

    async def _find(self, token: str) -> Viewer | None:
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
        )
