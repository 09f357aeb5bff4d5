"""Rules about addresses, tokens and automatic answers (RFC 3834)."""

import pytest
from tests.channels.email.conftest import letter

from oase.channels.adapters.email import may_answer_automatically
from oase.channels.adapters.email.addresses import is_nobody, is_own, token_in, with_token, without_plus
from oase.channels.adapters.email.configuration import Identity, identity
from oase.channels.contract import Account
from oase.channels.families.mime import read

WHO: Identity = identity(
    Account(id="1", channel="email", settings={"address": "support@firma.example", "aliases": "info@firma.example\n"})
)


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("Support@Firma.Example", True),
        ("support+k7q2@firma.example", True),
        ("info@firma.example", True),
        ("verkauf@firma.example", False),
        ("support@firma.example.example.com", False),
        ("", False),
    ],
)
def test_our_own_addresses_are_known_with_and_without_tokens(address: str, own: bool) -> None:
    assert is_own(address, WHO) is own


def test_the_token_in_our_address_counts_more_than_the_one_in_the_subject() -> None:
    addresses = ["x+fremd@example.com", "support+k7q2@firma.example"]
    assert token_in(addresses, "Re: Frage [#zzzz]", WHO) == "k7q2"
    assert token_in(["support@firma.example"], "AW: Frage [#zzzz] und mehr", WHO) == "zzzz"
    assert token_in(["support+@firma.example"], "Frage [#1] [# x]", WHO) == ""


def test_a_token_survives_being_put_into_the_address() -> None:
    assert with_token("support@firma.example", "k7q2") == "support+k7q2@firma.example"
    assert without_plus("Support+k7q2@Firma.example") == "support@firma.example"
    assert without_plus("+49@firma.example") == "+49@firma.example"


@pytest.mark.parametrize(
    "address",
    [
        "noreply@x.example", "no-reply@x.example", "do_not_reply@x.example", "donotreply@x.example", "nicht-antworten@x.example",
        "keine.antwort@x.example", "shop-noreply@x.example", "noreply-4711@x.example", "MAILER-DAEMON@x.example",
        "bounces+123-abc@x.example", "owner-liste@x.example", "liste-request@x.example", "postmaster@x.example",
    ],
)  # fmt: skip
def test_addresses_that_nobody_reads_are_recognised(address: str) -> None:
    assert is_nobody(address)


@pytest.mark.parametrize("address", ["norbert.reply@x.example", "antwort@x.example", "nora@x.example", "info@noreply.example"])
def test_people_with_similar_names_are_people(address: str) -> None:
    assert not is_nobody(address)


@pytest.mark.parametrize(
    ("fields", "envelope_from", "may"),
    [
        ({}, None, True),
        ({}, "kunde@example.com", True),
        ({"X_Oase_Loop": "anderes-haus.1"}, None, True),
        ({}, "", False),
        ({}, "<>", False),
        ({}, "bounces+17@liste.example", False),
        ({"Auto_Submitted": "auto-replied"}, None, False),
        ({"Auto_Submitted": "auto-generated (Shop)"}, None, False),
        ({"Auto_Submitted": "no"}, None, True),
        ({"Precedence": "bulk"}, None, False),
        ({"List_Id": "<news.example.com>"}, None, False),
        ({"Return_Path": "<>"}, None, False),
        ({"From": "noreply@example.com"}, None, False),
        ({"From": "MAILER-DAEMON@example.com"}, None, False),
        ({"Subject": "Automatische Antwort: Re: Bestellung"}, None, False),
        ({"X_Auto_Response_Suppress": "All"}, None, False),
        ({"From": ""}, None, False),
    ],
)
def test_no_machine_answers_machines_lists_and_nobody(fields: dict[str, str], envelope_from: str | None, may: bool) -> None:
    assert may_answer_automatically(read(letter(**fields)), envelope_from=envelope_from) is may
