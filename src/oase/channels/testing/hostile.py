"""Hostile input: recordings that are cut, swapped, blown up and nested, and a watch on the time that they cost."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oase.channels.contract import Broken, ChannelError, Event, Forged, Malformed, NoReply, Raw, Reply
from oase.channels.testing.case import Case
from oase.channels.testing.recordings import Dialogue
from oase.channels.testing.snapshots import plain

F = TypeVar("F", bound=Callable[..., None])

SECONDS_PER_MEGABYTE = 3.0
_AT_LEAST_SECONDS = 1.0  # for the machine's own pauses

_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**70, 1.5, 1e308, "", " ", "0", "-5", "nan", "inf", "\u0000", "a\u0000b", "\ud83d", "\udc00x",
    "\u202eabc", "x" * 70_000, "é" * 5_000, "9" * 5_000, [], {}, [[]], [None], {"": ""}, {"id": {"id": {"id": 1}}}, ["x"] * 500,
)  # fmt: skip


def quickly(examples: int) -> Callable[[F], F]:
    """Hypothesis without its own clock and without a database of examples in somebody's folder."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@st.composite
def mutated(draw: st.DrawFn, bodies: Sequence[bytes]) -> bytes:
    """One of the bodies, damaged: as JSON where it is JSON, and as bytes."""
    body = draw(st.sampled_from(list(bodies)))
    try:
        value = json.loads(body)
    except ValueError:
        return _bytes(draw, body)
    for _ in range(draw(st.integers(1, 4))):
        value = _swap(draw, value)
    body = json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    return _bytes(draw, body) if draw(st.integers(0, 3)) == 0 else body


def _swap(draw: st.DrawFn, value: Any) -> Any:
    """The JSON value with one place in it changed."""
    copy = json.loads(json.dumps(value))
    places = _places(copy)
    if not places:
        return draw(st.sampled_from(_ODD))
    holder, key = places[draw(st.integers(0, len(places) - 1))]
    action = draw(st.sampled_from(["odd", "odd", "odd", "delete", "wrap", "double", "deep", "rename"]))
    match action:
        case "delete":
            del holder[key]
        case "wrap":
            holder[key] = draw(st.sampled_from([[holder[key]], {"value": holder[key]}, str(holder[key])]))
        case "double" if isinstance(holder, list):
            holder.extend([holder[key]] * draw(st.integers(1, 30)))
        case "deep":
            holder[key] = _deep(draw(st.integers(5, 400)))
        case "rename" if isinstance(holder, dict):
            holder[str(draw(st.sampled_from(["", "type", "id", "text", "field", "\u0000"])))] = holder.pop(key)
        case _:
            holder[key] = draw(st.sampled_from(_ODD))
    return copy


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Everything that is in something: what holds it, and its key there."""
    found, holders = [], [value]
    while holders:
        holder = holders.pop()
        inner = list(holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ())
        found += [(holder, key) for key, _ in inner]
        holders += [one for _, one in inner if isinstance(one, dict | list)]
    return found


def _deep(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def _bytes(draw: st.DrawFn, body: bytes) -> bytes:
    at = draw(st.integers(0, max(0, len(body) - 1)))
    action = draw(st.sampled_from(["cut", "flip", "insert", "nest", "repeat", "drop line"]))
    match action:
        case "cut":
            return body[:at]
        case "flip":
            return body[:at] + bytes([body[at] ^ draw(st.integers(1, 255))]) + body[at + 1 :] if body else b"\x00"
        case "insert":
            return (
                body[:at]
                + draw(st.sampled_from([b"\xff", b"\x00", b"\xed\xa0\x80", b"\r\n", b"}", b'"', b"=?utf-8?b?"]))
                + body[at:]
            )
        case "nest":
            return body[:at] + draw(st.sampled_from([b"[", b'{"a":', b"("])) * draw(st.sampled_from([100, 20_000])) + body[at:]
        case "repeat":
            return body[:at] + body[at : at + 50] * draw(st.sampled_from([2, 500])) + body[at:]
        case _:
            lines = body.split(b"\n")
            del lines[draw(st.integers(0, len(lines) - 1))]
            return b"\n".join(lines)


class HostileChecks(Case):
    """`parse`, `verify`, `greet` and the step-by-step functions on input that nobody should send."""

    def test_hostile_deliveries_raise_only_malformed_and_in_bounded_time(self) -> None:
        bodies = [recording.raw().body for recording in self.deliveries]
        raws = [recording.raw() for recording in self.deliveries]

        @quickly(self.examples)
        @given(st.sampled_from(raws), st.one_of(mutated(bodies), mutated(bodies), st.binary(max_size=300)))
        def check(like: Raw, body: bytes) -> None:
            raw = replace(like, body=body)
            started = time.thread_time()
            try:
                events = self.events(raw)
            except Malformed as error:
                assert str(error).strip(), "Malformed without a reason."
                events = []
            seconds = time.thread_time() - started
            allowed = _AT_LEAST_SECONDS + SECONDS_PER_MEGABYTE * len(body) / 1e6
            assert seconds < allowed, f"{seconds:.2f} s for {len(body)} bytes."
            for event in events:
                _can_be_stored(event)
            answer = self.adapter.acknowledge(raw, self.account)
            assert answer is None or (200 <= answer.status < 300 and not self.leaked(answer)), f"Acknowledged with {answer}."

        check()

    def test_hostile_headers_and_queries_are_refused_or_answered(self) -> None:
        raws = [self.signed(recording) for recording in self.deliveries]
        names = sorted({name for raw in raws for name in raw.headers} | {"content-type", "authorization"})
        queries = sorted(
            {name for raw in raws for name in raw.query} | {"hub.mode", "hub.verify_token", "hub.challenge", "token"}
        )

        @quickly(self.examples)
        @given(
            st.sampled_from(raws),
            st.dictionaries(st.sampled_from(names), st.text(max_size=200)),
            st.dictionaries(st.sampled_from(queries), st.text(max_size=200)),
            st.sampled_from(["GET", "POST", "PUT", "HEAD", ""]),
        )
        def check(raw: Raw, headers: dict[str, str], query: dict[str, str], method: str) -> None:
            hostile = replace(raw, headers={**raw.headers, **headers}, query=query, method=method)
            answer = self.adapter.greet(hostile, self.account)
            if answer is not None:
                assert 200 <= answer.status < 500
                assert not self.leaked(answer), "The answer to a handshake shows a secret."
            if self.adapter.manifest.signature:
                try:
                    self.adapter.verify(hostile, self.account)
                except Forged as error:
                    assert not self.leaked(error)

        check()

    def test_hostile_answers_in_a_dialogue_never_break_it(self) -> None:
        for dialogue in self.dialogues:
            replies = dialogue.replies()
            known = [reply.body for reply in replies if isinstance(reply, Reply)]
            if known:
                self._damage(dialogue, replies, known)

    def _damage(self, dialogue: Dialogue, replies: Sequence[Reply | NoReply], known: Sequence[bytes]) -> None:
        @quickly(max(10, self.examples // 5))
        @given(
            st.integers(0, len(replies) - 1),
            st.one_of(mutated(known), st.binary(max_size=100)),
            st.sampled_from([200, 200, 200, 400, 401, 404, 500]),
        )
        def check(at: int, body: bytes, status: int) -> None:
            damaged = [*replies[:at], Reply(status=status, body=body)]
            try:
                result = self.step(dialogue, damaged)
            except ChannelError as error:
                assert str(error).strip()
                return
            assert not self.leaked(result), "A dialogue's next step shows a secret."

        check()

    def step(self, dialogue: Dialogue, replies: Sequence[Reply | NoReply]) -> Any:
        """The next step of a dialogue; given by the dialogue checks."""
        raise NotImplementedError


def _can_be_stored(event: Event) -> None:
    """A database takes no NUL and no half of a surrogate pair."""
    for text in _strings(plain(event)):
        assert "\x00" not in text, f"A NUL is left in {text[:300]!r}."
        assert text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text), (
            f"Half a surrogate pair is left in {text[:300]!r}."
        )
    if isinstance(event, Broken):
        assert event.place
        assert event.why


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
