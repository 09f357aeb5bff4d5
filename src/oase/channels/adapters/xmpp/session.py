"""A signed-in session on the server: opened, held, asked whether the server has handled what was sent.

slixmpp speaks the wire (streams, STARTTLS, SASL, resources); whatever it reports becomes one of the two errors here. It never
reconnects by itself: that is decided by whoever uses the session.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Final, Literal
from xml.etree import ElementTree

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from oase.channels.adapters.xmpp.addresses import own
from oase.channels.contract import Account, ChannelError
from oase.channels.families import wordless
from oase.kernel.i18n import message

_PATIENCE: Final = 30.0
_REASON_SECONDS: Final = 0.3
Element = ElementTree.Element
Handler = Callable[[Element], object]


class Down(ChannelError):
    """The server cannot be reached, or the session broke."""


class NotSignedIn(ChannelError):
    """The server refuses our address and password."""


class Session:
    """One session of an account under a resource of its own."""

    def __init__(
        self, account: Account, resource: str, *, on_message: Handler | None = None, patience: float = _PATIENCE
    ) -> None:
        self.account, self._patience = account, patience
        self.ended = asyncio.Event()
        self.why = ""
        secure = account.settings.get("security") != "none"
        mechanisms = {"unencrypted_plain": not secure, "unencrypted_scram": not secure}
        password = account.secret("password").reveal()
        self.client = ClientXMPP(f"{own(account)}/{resource}", password, plugin_config={"feature_mechanisms": mechanisms})
        self.client.enable_direct_tls = account.settings.get("security") == "tls"
        self.client.enable_starttls = account.settings.get("security") in (None, "", "starttls")
        self.client.enable_plaintext = not secure
        self.client.ssl_context = _trust(account)
        self.client.register_plugin("xep_0030")
        self.client.register_plugin("xep_0199", {"keepalive": True, "interval": 60, "timeout": 30})
        if on_message is not None:
            matcher = MatchXPath("{jabber:client}message")
            self.client.register_handler(Callback("every message", matcher, lambda stanza: on_message(stanza.xml)))

    async def open(self) -> None:
        """Connects and signs in. Raises Down, NotSignedIn."""
        signed_in: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def failed(error: ChannelError) -> None:
            if not signed_in.done():
                signed_in.set_exception(error)

        def over(reason: Any) -> None:
            self.why = str(reason or "")
            self.ended.set()
            ended = Down(message("The XMPP server ended the connection."))
            asyncio.get_running_loop().call_later(_REASON_SECONDS, failed, ended)  # why it ended is told a moment later

        on = self.client.add_event_handler
        on("session_start", lambda _: None if signed_in.done() else signed_in.set_result(None))
        conditions: set[str] = set()
        on("failed_auth", lambda stanza: conditions.add(str(stanza["condition"])))
        on("failed_all_auth", lambda _: failed(_not_in(conditions)))
        on(
            "ssl_invalid_chain",
            lambda error: failed(Down(message("The XMPP server's certificate is not valid: %(why)s", why=error))),
        )
        on("connection_failed", lambda error: failed(Down(wordless.unreachable(message("The XMPP server"), str(error)))))
        on("disconnected", over)
        host, port = str(self.account.settings.get("host") or ""), int(self.account.settings.get("port") or 0)
        if host:
            self.client.connect(host, port or 5222)
        else:
            self.client.connect()
        try:
            async with asyncio.timeout(self._patience):
                await signed_in
        except TimeoutError:
            await self.close()
            raise Down(message("The XMPP server does not answer.")) from None
        except ChannelError:
            await self.close()
            raise

    @property
    def encryption(self) -> str:
        """The version of TLS; empty without."""
        found = self.client.transport.get_extra_info("ssl_object") if self.client.transport else None
        return str(found.version() or "") if found is not None else ""

    def send(self, stanza: Element) -> None:
        """Hands a stanza to the connection."""
        self.client.send_xml(stanza)

    async def ask(self, to: str, type: Literal["get", "set"], payload: Element, seconds: float | None = None) -> Element:
        """An IQ and its answer. Raises IqError, Down if none comes."""
        iq = self.client.make_iq(ito=to or None, itype=type)
        iq.xml.append(payload)
        over = asyncio.create_task(self.ended.wait())
        asked = asyncio.ensure_future(iq.send(timeout=seconds or self._patience))  # type: ignore[no-untyped-call]
        try:
            await asyncio.wait([over, asked], return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise Down(message("The XMPP server ended the connection."))
            answer: Element = asked.result().xml
            return answer
        except IqTimeout:
            raise Down(message("The XMPP server does not answer.")) from None
        finally:
            over.cancel()
            asked.cancel()

    async def handled(self, seconds: float | None = None) -> None:
        """Returns when the server has handled everything sent before: it works in order (RFC 6120, 10.1). Raises Down."""
        try:
            ping = ElementTree.Element("{urn:xmpp:ping}ping")
            await self.ask(own(self.account).partition("@")[2], "get", ping, seconds)
        except IqError:
            return  # it knows no pings; that it says so tells as much

    async def features(self, of: str) -> set[str]:
        """What a server or an account can do (XEP-0030). Raises Down."""
        query = ElementTree.Element("{http://jabber.org/protocol/disco#info}query")
        try:
            answer = await self.ask(of, "get", query)
        except IqError:
            return set()
        return {one.get("var") or "" for one in answer.iter("{http://jabber.org/protocol/disco#info}feature")}

    async def close(self) -> None:
        """Ends the session, politely where that is possible."""
        self.client.cancel_connection_attempt()
        if self.client.transport is not None and not self.ended.is_set():
            self.client.disconnect(wait=1.0, ignore_send_queue=True)
            try:
                async with asyncio.timeout(2):
                    await self.ended.wait()
            except TimeoutError:
                self.client.abort()
        filters = self.client._run_out_filters  # slixmpp leaves its sending task behind
        if filters is not None:
            filters.cancel()
            await asyncio.wait([filters])
        self.ended.set()


def _not_in(conditions: set[str]) -> ChannelError:
    """Why nobody is signed in, by what the server said of each attempt (RFC 6120, 6.5); it said nothing if there was none."""
    if not conditions:
        return Down(message("The XMPP server offers no way to sign in that is safe enough."))
    if "temporary-auth-failure" in conditions:
        return Down(message("The XMPP server cannot check passwords at the moment."))
    return NotSignedIn(message("The XMPP server does not accept our address and password."))


def _trust(account: Account) -> ssl.SSLContext:
    """Which certificates are believed: those of the system's authorities, and of one's own. Raises Down."""
    context = ssl.create_default_context()
    authority = str(account.settings.get("authority") or "").strip()
    if authority:
        try:
            context.load_verify_locations(cadata=authority)
        except (ssl.SSLError, ValueError):
            raise Down(message("The certificate of your own authority cannot be read: it must be in PEM form.")) from None
    return context
