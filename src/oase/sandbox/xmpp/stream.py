"""One connection of a client: what it has negotiated so far, and what is written to it (RFC 6120, sections 4 to 7)."""

import asyncio
import secrets
from collections import deque
from typing import Final
from xml.etree.ElementTree import Element

from oase.sandbox.xmpp import names, sasl
from oase.sandbox.xmpp.errors import Refused, returned
from oase.sandbox.xmpp.wire import MOST_BYTES, MOST_BYTES_BEFORE, Opened, Reader, StreamError, child, escaped, make, text, xml

_MOST_ATTEMPTS: Final = 5
_MOST_WAITING: Final = 10_000_000  # bytes that a client does not fetch
_COUNTED: Final = 2**32
_FAREWELL_SECONDS: Final = 2.0  # until a client that does not hang up is cut off


class Stream:
    """A client's connection. `user`: once it has signed in; `resource`: once it is bound."""

    def __init__(self, writer: asyncio.StreamWriter, domain: str) -> None:
        self._writer, self.domain = writer, domain
        self.reader = Reader(MOST_BYTES_BEFORE)
        self.user = self.resource = ""
        self.ended = self._headed = False
        self.available = self.carbons = self.wants_roster = False
        self.priority = 0
        self.refusal: str | None = None  # why nobody can sign in here, whatever the password; None: nobody has tried yet
        self._exchange: sasl.Exchange | None = None
        self._failures = 0
        self.handled: int | None = None  # stanzas that it has sent (XEP-0198); None: it does not count them
        self.unanswered: deque[Element] = deque()  # stanzas that it has not confirmed
        self._confirmed = 0

    @property
    def bare(self) -> str:
        """The account's address."""
        return f"{self.user}@{self.domain}"

    @property
    def full(self) -> str:
        """The address of this client."""
        return f"{self.bare}/{self.resource}"

    # --- writing ---

    def write(self, words: str) -> None:
        """Sends what is XML already."""
        if self.ended or self._writer.is_closing():
            return
        self._writer.write(words.encode())
        if self._writer.transport.get_write_buffer_size() > _MOST_WAITING:
            self.cut()

    def send(self, stanza: Element) -> None:
        """Sends a stanza; keeps it until it is confirmed, where the client confirms."""
        self.write(xml(stanza))
        if self.handled is not None:
            self.unanswered.append(stanza)
            self.write(xml(make(f"{names.MANAGEMENT} r")))

    def half(self, stanza: Element) -> None:
        """Sends the first half of a stanza, and breaks off."""
        words = xml(stanza)
        self.write(words[: len(words) // 2])
        self.close("")

    def fail(self, error: StreamError) -> None:
        """Ends the stream with an error; a header goes before it (RFC 6120, 4.9.1.2)."""
        if not self._headed:
            self._head("jabber:client")
        inside = make(f"{names.STREAM_ERRORS} {error.condition}")
        words = xml(make(f"{names.STREAM_ERRORS} text", error.words), "") if error.words else ""
        self.close(f"<stream:error>{xml(inside, '')}{words}</stream:error></stream:stream>")

    def close(self, last: str = "</stream:stream>") -> None:
        """Ends it after these words."""
        if self.ended:
            return
        self.write(last)
        self.ended = True
        asyncio.get_running_loop().call_later(_FAREWELL_SECONDS, self._writer.transport.abort)
        if self._writer.can_write_eof() and not self._writer.is_closing():
            self._writer.write_eof()

    def cut(self) -> None:
        """Breaks off without a word."""
        self.ended = True
        self._writer.transport.abort()

    # --- negotiating ---

    def opens(self, opened: Opened) -> None:
        """A stream begins, or begins anew after signing in. Raises StreamError."""
        if opened.tag != f"{{{names.STREAM}}}stream":
            named = opened.tag.endswith("}stream") or opened.tag == "stream"
            raise StreamError("invalid-namespace" if named else "bad-format")
        if opened.content != names.CLIENT:
            raise StreamError("invalid-namespace")
        self._head(opened.content)
        if opened.attributes.get("to", self.domain).lower() != self.domain:
            raise StreamError("host-unknown")
        if not opened.attributes.get("version", "").startswith("1."):
            raise StreamError("unsupported-version")
        self.write(f"<stream:features>{self._features()}</stream:features>")

    def _head(self, content: str) -> None:
        self.write(
            f"<?xml version='1.0'?><stream:stream xmlns='{escaped(content)}' xmlns:stream='{names.STREAM}'"
            f" id='{secrets.token_hex(8)}' from='{self.domain}' version='1.0' xml:lang='en'>"
        )
        self._headed = True

    def _features(self) -> str:
        if not self.user:
            offered = [make(f"{names.SASL} mechanism", one) for one in sasl.MECHANISMS]
            return xml(make(f"{names.SASL} mechanisms", *offered))
        session = make(f"{names.SESSION} session", make(f"{names.SESSION} optional"))
        return "".join(map(xml, (make(f"{names.BIND} bind"), session, make(f"{names.MANAGEMENT} sm"))))

    def signs_in(self, element: Element, passwords: dict[str, str]) -> None:
        """One step of signing in. Raises StreamError for what has no place before it."""
        namespace, _, name = element.tag[1:].partition("}")
        if namespace != names.SASL:
            raise StreamError("not-authorized", "Sign in first.")
        try:
            found = self._step(element, name, passwords)
        except sasl.Failed as failed:
            self._exchange = None
            self._failures += 1
            self.write(xml(make(f"{names.SASL} failure", make(f"{names.SASL} {failed.condition}"))))
            if self._failures >= _MOST_ATTEMPTS:
                raise StreamError("policy-violation", "Too many attempts to sign in.") from None
            return
        if isinstance(found, sasl.Challenge):
            self.write(xml(make(f"{names.SASL} challenge", sasl.encoded(found.data))))
            return
        self.write(xml(make(f"{names.SASL} success", *([sasl.encoded(found.data)] if found.data else []))))
        self.user, self.reader = found.user, Reader(MOST_BYTES)

    def _step(self, element: Element, name: str, passwords: dict[str, str]) -> sasl.Challenge | sasl.Success:
        data = text(element).strip()
        if name == "auth":
            self._exchange = sasl.Exchange(element.get("mechanism") or "", passwords, self.domain)
            said = sasl.decoded(data) if data else None
        elif name == "response" and self._exchange is not None:
            said = sasl.decoded(data)
        else:
            raise sasl.Failed("aborted" if name == "abort" else "malformed-request")
        found = self._exchange.step(said)
        if isinstance(found, sasl.Success) and self.refusal:
            raise sasl.Failed(self.refusal)
        return found

    def binds(self, iq: Element) -> str:
        """A resource is bound; gives which. Raises StreamError where something else comes first."""
        asked = child(iq, names.BIND, "bind")
        if iq.tag != f"{{{names.CLIENT}}}iq" or asked is None:
            raise StreamError("not-authorized", "Bind a resource first.")
        if iq.get("type") != "set" or not iq.get("id"):
            self.write(xml(returned(iq, Refused("bad-request"))))
            return ""
        wanted = text(child(asked, names.BIND, "resource")).strip()
        if len(wanted.encode()) > 1023:
            self.write(xml(returned(iq, Refused("bad-request"))))
            return ""
        self.resource = wanted or secrets.token_hex(6)
        bound = make(f"{names.BIND} bind", make(f"{names.BIND} jid", self.full))
        self.write(xml(make(f"{names.CLIENT} iq", bound, type="result", id=iq.get("id") or "")))
        return self.resource

    # --- counting (XEP-0198, without resumption) ---

    def counts(self, element: Element) -> None:
        """What a client says about counting. Raises StreamError for more confirmations than stanzas."""
        name = element.tag.rpartition("}")[2]
        if name == "enable" and self.resource and self.handled is None:
            self.handled = 0
            self.write(xml(make(f"{names.MANAGEMENT} enabled")))
        elif name == "r" and self.handled is not None:
            self.write(xml(make(f"{names.MANAGEMENT} a", h=str(self.handled))))
        elif name == "a" and self.handled is not None:
            self._confirms(element.get("h") or "")
        elif name in ("enable", "resume"):
            condition = "item-not-found" if name == "resume" else "unexpected-request"
            self.write(xml(make(f"{names.MANAGEMENT} failed", make(f"{names.STANZA_ERRORS} {condition}"))))
        else:
            raise StreamError("unsupported-stanza-type")

    def _confirms(self, count: str) -> None:
        new = (int(count) - self._confirmed) % _COUNTED if count.isdecimal() and len(count) < 12 else _COUNTED
        if new > len(self.unanswered):
            raise StreamError("undefined-condition", "More stanzas are confirmed than were sent.")
        for _ in range(new):
            self.unanswered.popleft()
        self._confirmed = (self._confirmed + new) % _COUNTED
