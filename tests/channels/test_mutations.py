"""The contract suite notices: every damage to a signature check, to ids and keys, and to the reading of replies turns it red.

Two kinds of damage. Wrong behaviour around every installed adapter, whatever it is made of; and small damages inside the
methods of every adapter and in the functions named in `DECIDING`, one at a time. What cannot be noticed is listed with its reason.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

import pytest
from msgspec.structs import replace
from tests.channels.mutation import damaged, damages
from tests.channels.test_contract import INSTALLED, suite_of

from oase.channels.adapters.email import inbound, outcome
from oase.channels.adapters.facebook import feed
from oase.channels.adapters.line import api as line_api
from oase.channels.adapters.line import errors as line_errors
from oase.channels.adapters.line import reading as line_reading
from oase.channels.adapters.line import replies as line_replies
from oase.channels.adapters.telegram import api as telegram_api
from oase.channels.adapters.telegram import errors as telegram_errors
from oase.channels.adapters.telegram import ids as telegram_ids
from oase.channels.adapters.telegram import reading as telegram_reading
from oase.channels.adapters.telegram import replies as telegram_replies
from oase.channels.adapters.telegram import updates as telegram_updates
from oase.channels.adapters.viber import api as viber_api
from oase.channels.adapters.viber import content as viber_content
from oase.channels.adapters.viber import errors as viber_errors
from oase.channels.adapters.viber import reading as viber_reading
from oase.channels.adapters.viber import replies as viber_replies
from oase.channels.adapters.whatsapp import errors, people, reading, receipts, replies
from oase.channels.contract import (
    Accepted,
    Account,
    Adapter,
    Again,
    Broken,
    Call,
    Event,
    Forged,
    Manifest,
    NoReply,
    Outcome,
    Raw,
    Refused,
    Reply,
    Unclear,
)
from oase.channels.families import json_in_the_wild, visitor
from oase.channels.families.meta import graph, meanings, outcomes, times, webhook
from oase.channels.families.meta.messaging import delivery
from oase.channels.families.meta.messaging import errors as told
from oase.channels.families.meta.messaging import reading as messaging
from oase.channels.families.meta.messaging import replies as taken
from oase.channels.testing import ChannelSuite

SIGNATURE = (
    "test_genuine_deliveries_are_accepted_with_the_newest_secret_and_with_older_ones",
    "test_five_forgeries_are_refused",
    "test_what_is_signed_and_still_not_genuine_is_refused_for_the_recorded_reason",
    "test_a_secret_that_was_taken_away_no_longer_counts",
    "test_an_account_without_secrets_accepts_nothing",
    "test_hostile_headers_and_queries_are_refused_or_answered",
)
IDS = (
    "test_recordings_mean_the_expected_events",
    "test_what_cannot_be_read_is_malformed_for_the_recorded_reason",
    "test_a_repeated_delivery_gives_the_same_ids",
    "test_different_messages_have_different_ids",
    "test_different_deliveries_have_different_keys",
    "test_the_key_of_each_delivery_is_the_recorded_one",
    "test_one_bad_item_leaves_its_neighbours_alone",
    "test_declared_incoming_capabilities_are_shown_and_shown_ones_declared",
)
REPLIES = (
    "test_recorded_replies_mean_the_expected_outcomes",
    "test_recorded_replies_show_every_outcome",
    "test_no_reply_means_again_if_nothing_was_sent_and_unclear_if_it_may_have_arrived",
    "test_every_http_status_is_classified_without_words_of_the_provider",
    "test_a_success_that_cannot_be_read_is_not_taken_for_sent",
    "test_dialogues_go_as_recorded",
    "test_any_reply_has_a_meaning",
)


def red(suite: ChannelSuite, checks: Sequence[str]) -> str:
    """The first of these checks that fails; empty if all pass or step aside."""
    for name in checks:
        try:
            getattr(suite, name)()
        except pytest.skip.Exception:
            continue
        except Exception:
            return name
    return ""


def installed(channel: str) -> ChannelSuite:
    """The suite of an installed channel, with few examples of hypothesis."""
    point = next(point for point in INSTALLED if point.name == channel)
    suite = suite_of(channel, point.load())
    return type(suite.__name__, (suite,), {"examples": 40})()


CHANNELS = [point.name for point in INSTALLED]


# Wrong behaviour around every adapter


def _accepts_everything(sound: Adapter, raw: Raw, account: Account) -> None:
    return None


def _refuses_everything(sound: Adapter, raw: Raw, account: Account) -> None:
    raise Forged("No.")


def _accepts_what_is_not_signed(sound: Adapter, raw: Raw, account: Account) -> None:
    if raw.headers or raw.query:
        sound.verify(raw, account)


def _knows_the_newest_secret_only(sound: Adapter, raw: Raw, account: Account) -> None:
    sound.verify(raw, replace(account, secrets={name: secrets[:1] for name, secrets in account.secrets.items()}))


def _looks_at_nothing_but_the_presence_of_a_signature(sound: Adapter, raw: Raw, account: Account) -> None:
    try:
        sound.verify(raw, account)
    except Forged:
        if not any(len(value) > 40 for value in (*raw.headers.values(), *raw.query.values())):
            raise


VERIFIERS: Sequence[Callable[[Adapter, Raw, Account], None]] = (
    _accepts_everything,
    _refuses_everything,
    _accepts_what_is_not_signed,
    _knows_the_newest_secret_only,
    _looks_at_nothing_but_the_presence_of_a_signature,
)

_count = itertools.count()


def _renamed(events: Sequence[Event], name: Callable[[str], str]) -> Sequence[Event]:
    return [replace(event, external_id=name(event.external_id)) if hasattr(event, "external_id") else event for event in events]


PARSERS: Mapping[str, Callable[[Adapter, Raw, Account], Sequence[Event]]] = {
    "one id for all": lambda sound, raw, account: _renamed(sound.parse(raw, account), lambda _: "1"),
    "a new id each time": lambda sound, raw, account: _renamed(sound.parse(raw, account), lambda old: f"{old}{next(_count)}"),
    "an id of our own clock": lambda sound, raw, account: _renamed(
        sound.parse(raw, account), lambda old: f"{raw.received_at:%Y}{old}"
    ),
    "no id": lambda sound, raw, account: _renamed(sound.parse(raw, account), lambda _: ""),
    "only the first item": lambda sound, raw, account: sound.parse(raw, account)[:1],
    "broken items in silence": lambda sound, raw, account: [
        event for event in sound.parse(raw, account) if not isinstance(event, Broken)
    ],
    "in reverse": lambda sound, raw, account: list(reversed(sound.parse(raw, account))),
    "nothing": lambda sound, raw, account: (),
}

KEYS: Mapping[str, Callable[[Adapter, Raw], bytes | None]] = {
    "one key for all": lambda sound, raw: b"1",
    "an empty key": lambda sound, raw: b"",
    "a new key each time": lambda sound, raw: str(next(_count)).encode(),
    "a key of our own clock": lambda sound, raw: raw.body + str(raw.received_at).encode(),
}


def _turned(wrong: type, right: type, *, keep: str = "why") -> Callable[[Adapter, Call, Reply | NoReply], Outcome]:
    def interpret(sound: Adapter, call: Call, reply: Reply | NoReply) -> Outcome:
        outcome = sound.interpret(call, reply)
        return right(**{keep: "x"}) if isinstance(outcome, wrong) else outcome

    return interpret


def _without(field: str) -> Callable[[Adapter, Call, Reply | NoReply], Outcome]:
    def interpret(sound: Adapter, call: Call, reply: Reply | NoReply) -> Outcome:
        outcome = sound.interpret(call, reply)
        return replace(outcome, **{field: False}) if getattr(outcome, field, False) else outcome

    return interpret


INTERPRETERS: Mapping[str, Callable[[Adapter, Call, Reply | NoReply], Outcome]] = {
    "all accepted": lambda sound, call, reply: Accepted(external_id="1"),
    "all refused": lambda sound, call, reply: Refused(why="x"),
    "unclear is sent again": _turned(Unclear, Again),
    "unclear is accepted": _turned(Unclear, Accepted, keep="external_id"),
    "again is refused": _turned(Again, Refused),
    "refused is sent again": _turned(Refused, Again),
    "accepted under another id": _turned(Accepted, Accepted, keep="external_id"),
    "credentials are not questioned": _without("sign_in"),
}


def answers(manifest: Manifest) -> bool:
    """Whether anything is said over this channel to a provider, who could reply."""
    said = manifest.capabilities | (manifest.public.capabilities if manifest.public else frozenset())
    return manifest.wire != "local" and bool(said)


def behaving(channel: str, **methods: Callable[..., Any]) -> ChannelSuite:
    """The suite of a channel, whose adapter has one method replaced."""
    suite = installed(channel)
    sound = suite.adapter
    wrong = type(
        f"Wrong{type(sound).__name__}",
        (type(sound),),
        {name: lambda self, *given, method=method: method(sound, *given) for name, method in methods.items()},
    )()
    return type("Wrong", (type(suite),), {"adapter": wrong})()


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_suite_is_green_to_begin_with(channel: str) -> None:
    assert red(installed(channel), (*SIGNATURE, *IDS, *REPLIES)) == ""


@pytest.mark.parametrize("wrong", VERIFIERS, ids=lambda wrong: wrong.__name__.strip("_"))
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_wrong_signature_check_turns_the_suite_red(channel: str, wrong: Callable[..., None]) -> None:
    if not installed(channel).adapter.manifest.signature:
        pytest.skip("The manifest names no signature.")
    assert red(behaving(channel, verify=wrong), SIGNATURE)


@pytest.mark.parametrize("wrong", PARSERS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_wrong_ids_and_lost_items_turn_the_suite_red(channel: str, wrong: str) -> None:
    expected = [recording.expected for recording in installed(channel).deliveries]
    if wrong in ("only the first item", "in reverse") and max(map(len, expected)) < 2:
        pytest.skip("A delivery of this channel holds one item.")
    if wrong == "broken items in silence" and not any(one["type"] == "broken" for events in expected for one in events):
        pytest.skip("A delivery of this channel is read as a whole or not at all.")
    assert red(behaving(channel, parse=PARSERS[wrong]), IDS)


@pytest.mark.parametrize("wrong", KEYS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_wrong_dedup_key_turns_the_suite_red(channel: str, wrong: str) -> None:
    assert red(behaving(channel, dedup_key=KEYS[wrong]), IDS)


@pytest.mark.parametrize("wrong", INTERPRETERS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_wrong_reading_of_replies_turns_the_suite_red(channel: str, wrong: str) -> None:
    manifest = installed(channel).adapter.manifest
    if not answers(manifest):
        pytest.skip("There is no reply.")
    if wrong.startswith("unclear") and manifest.safe_to_repeat:
        pytest.skip("Sending twice does no harm on this channel.")
    if wrong.startswith("credentials") and not any(one.kind == "secret" for one in manifest.settings):
        pytest.skip("The channel has no credentials.")
    assert red(behaving(channel, interpret=INTERPRETERS[wrong]), REPLIES)


# Small damages inside the functions that decide


def is_own(thing: object, module: ModuleType) -> bool:
    """Whether it is a function that this module defines."""
    return isinstance(thing, FunctionType) and thing.__module__ == module.__name__


DECIDING: Mapping[str, Sequence[tuple[FunctionType, Sequence[str]]]] = {
    "email": (
        *((function, REPLIES) for function in vars(outcome).values() if is_own(function, outcome)),
        (inbound._own_or_loop, IDS),
        (inbound._in_sent, IDS),
        (inbound._written_elsewhere, IDS),
        (inbound._said_elsewhere, IDS),
    ),
    "facebook": (
        *((function, IDS) for module in (delivery, messaging) for function in vars(module).values() if is_own(function, module)),
        *((function, IDS) for function in vars(feed).values() if is_own(function, feed)),
        *((function, REPLIES) for function in (taken.accepted, taken.harmless_twice, taken.is_sign)),
        (told.meaning_of, REPLIES),
        (outcomes.Judge._failed, REPLIES),
    ),
    "form": ((visitor.check_page, SIGNATURE), (visitor.sign_page, SIGNATURE)),
    "line": (
        *((function, IDS) for function in vars(line_reading).values() if is_own(function, line_reading)),
        *((function, REPLIES) for function in vars(line_replies).values() if is_own(function, line_replies)),
        (line_api.failure_of, REPLIES),
        (line_errors.meaning_of, REPLIES),
        (line_errors.sentence, REPLIES),
    ),
    "telegram": (
        (telegram_updates.check_secret, SIGNATURE),
        (telegram_updates.key_of, IDS),
        (telegram_ids.external_id, IDS),
        (telegram_ids.person, IDS),
        *(
            (function, IDS)
            for function in vars(telegram_reading).values()
            if is_own(function, telegram_reading) and function is not telegram_reading._is_for_us
        ),  # the suite's account knows its own name: test_reading looks at one that does not
        *((function, REPLIES) for function in vars(telegram_replies).values() if is_own(function, telegram_replies)),
        (telegram_api.failure_of, REPLIES),
        (telegram_api.result_of, REPLIES),
        (telegram_errors.meaning_of, REPLIES),
        (telegram_errors.sentence, REPLIES),
    ),
    "viber": (
        *((function, IDS) for function in vars(viber_reading).values() if is_own(function, viber_reading)),
        *((function, REPLIES) for function in vars(viber_replies).values() if is_own(function, viber_replies)),
        (viber_content.ids_of, IDS),
        (viber_api.status_of, REPLIES),
        (viber_errors.meaning_of, REPLIES),
        (viber_errors.sentence, REPLIES),
    ),
    "webchat": tuple(
        (function, SIGNATURE)
        for function in (visitor.check_signed, visitor.session_of, visitor.session_key, visitor.sign, visitor._same)
    ),
    "whatsapp": (
        (webhook.check_signature, SIGNATURE),
        (reading.read, IDS),
        (reading._entry, IDS),
        (reading._change, IDS),
        (reading._items, IDS),
        (reading._item, IDS),
        (reading._message, IDS),
        (reading._echo, IDS),
        (reading._change_of, IDS),
        (reading._answered, IDS),
        (reading._said, IDS),
        (reading._system, IDS),
        (times.digest, IDS),
        (people.address, IDS),
        (people._contact, IDS),
        (receipts.receipt_of, IDS),
        *((one, REPLIES) for one in vars(outcomes.Judge).values() if is_own(one, outcomes) and one is not outcomes.Judge._failed),
        *((function, REPLIES) for function in (outcomes._fate_by_status, outcomes._after, meanings.sentence_of)),
        (replies._accepted, REPLIES),
        (replies._harmless_twice, REPLIES),
        (replies._is_mark, REPLIES),
        (replies._field, REPLIES),
        (errors.meaning_of, REPLIES),
        (errors.sentence, REPLIES),
        (graph.graph_error, REPLIES),
        (json_in_the_wild.object_of, REPLIES),
    ),
}
UNNOTICEABLE: Mapping[str, str] = {
    "one more: 100": "the length to which the name of an unknown kind is cut",
    "one more: 500": "the length to which somebody's words are cut",
    "len(who) > _WHO_LENGTH": "a limit against abuse; one character more is no abuse",
    "another text: 'refused'": "whatever is none of the other fates is refused",
    "another text: 'replace'": "how a character that no encoding has is written into a key",
    "len(event) < 60": "a limit against abuse; one character more is no abuse",
    "one more: 60": "the same limit",
    "one more: 9": "seconds of ten digits are cut to six hours as well",
}


def _methods(channel: str) -> Sequence[tuple[FunctionType, Sequence[str]]]:
    """The adapter's own methods that decide: its signature check, its key, its reading of replies."""
    adapter = installed(channel).adapter
    checks = {} if adapter.manifest.points else {"dedup_key": IDS}  # keys of what only points: the adapter's own tests
    checks |= {"verify": SIGNATURE} if adapter.manifest.signature else {}
    checks |= {"interpret": REPLIES} if answers(adapter.manifest) else {}
    return [(vars(type(adapter))[name], checks[name]) for name in checks if name in vars(type(adapter))]


@pytest.mark.parametrize(
    ("channel", "function", "checks"),
    [
        (channel, function, checks)
        for channel in CHANNELS
        for function, checks in (*_methods(channel), *DECIDING.get(channel, ()))
    ],
    ids=lambda value: getattr(value, "__qualname__", value if isinstance(value, str) else ""),
)
def test_every_small_damage_to_what_decides_turns_the_suite_red(
    channel: str, function: FunctionType, checks: Sequence[str]
) -> None:
    suite = installed(channel)
    unnoticed = []
    for what, code in damages(function):
        with damaged(function, code):
            if not red(suite, checks) and not any(known in what for known in UNNOTICEABLE):
                unnoticed.append(what)
    assert not unnoticed, "The suite stays green although:\n" + "\n".join(unnoticed)
