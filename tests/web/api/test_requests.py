"""What is not as described is refused in the sender's terms; who may not, is told so; limits are told."""

import json
from typing import Any

import pytest
from tests.web.api.conftest import Company, Program, new

from oase.kernel.errors import TooMany
from oase.kernel.ids import new_id
from oase.web.api.caller import Budget


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"subjct": "Tippfehler"}, "#/subjct", "There is no field “subjct”."),
        ({"message": {"text": "Hallo", "colour": "red"}}, "#/message/colour", "There is no field “colour”."),
        ({"message": {"text": 5}}, "#/message/text", ""),
        ({"account_id": "abc"}, "#/account_id", ""),
        ({"priority": "sehr"}, "#/priority", ""),
        ({"address": "kein Telefon"}, "#/address", "“kein Telefon” is no address of this channel (phone)."),
        ({"message": {"text": "  "}}, "#/message", "The first message is empty."),
        ({"tags": [""]}, "#/tags/0", ""),
        ({"message": None}, "#/message", ""),
        ({"message": {"text": "Hallo", "at": "2026-11-24T09:30:00"}}, "#/message/at", ""),
    ],
)
async def test_each_input_at_fault_is_named(
    company: Company, program: Program, change: dict[str, Any], pointer: str, words: str
) -> None:
    answer = await program("POST", "/conversations", {**new(company), **change})
    assert answer.status == 422, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    (found,) = answer.body["errors"]
    assert found["pointer"] == pointer
    assert words in found["detail"]


async def test_a_missing_field_is_named(company: Company, program: Program) -> None:
    given = new(company)
    del given["message"]
    answer = await program("POST", "/conversations", given)
    assert answer.body["errors"] == [{"detail": "The field “message” is missing.", "pointer": "#/message"}]


@pytest.mark.parametrize(
    ("raw", "status", "kind"),
    [
        (b"{", 400, "not-json"),
        (b"", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b'"text"', 422, "invalid"),
        (b"\xff\xfe{}", 400, "not-json"),
        (b"[" * 200_000, 400, "not-json"),
        (json.dumps({"fields": json.loads('{"a":' * 60 + "1" + "}" * 60)}).encode(), 400, "not-json"),
        (b'{"address":"a\\u0000b"}', 400, "not-json"),
        (b'{"account_id":"' + b"x" * 3_000_000 + b'"}', 413, "too-large"),
    ],
)
async def test_bodies_that_cannot_be_read_get_a_clear_answer(program: Program, raw: bytes, status: int, kind: str) -> None:
    answer = await program("POST", "/conversations", raw=raw)
    assert (answer.status, answer.body["type"]) == (status, f"/api/v1/problems/{kind}")


@pytest.mark.parametrize(
    ("path", "parameter"),
    [("/conversations?limit=0", "limit"), ("/conversations?limit=abc", "limit"), ("/conversations?cursor=unsinn", "cursor"),
     ("/conversations?state=offen", "state"), ("/search?q=is:offn", "q"), ("/search", "q"),
     ("/conversations?tag=" + "x" * 41, "tag"), ("/events?types=nothing.such", "types"),
     ("/conversations?number=99999999999999999999", "number"),
     ("/persons?cursor=x", "cursor")],
)  # fmt: skip
async def test_a_parameter_at_fault_is_named(program: Program, path: str, parameter: str) -> None:
    answer = await program("GET", path)
    assert answer.status == 422, answer.body
    assert answer.body["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    ("headers", "parameter"), [({"idempotency_key": "k" * 256}, "idempotency-key"), ({"if_match": "neu"}, "If-Match")]
)
async def test_a_header_at_fault_is_named(program: Program, headers: dict[str, str], parameter: str) -> None:
    answer = await program("PATCH", f"/conversations/{new_id()}", {"subject": "Neu"}, **headers)
    assert (answer.status, answer.body["errors"][0]["parameter"]) == (422, parameter)


async def test_without_a_token_nothing_is_told(company: Company) -> None:
    nobody = Program(company.session)
    answer = await nobody("GET", "/me")
    assert (answer.status, answer.body["type"]) == (401, "/api/v1/problems/not-authenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer oase_falsch", "Bearer ", "Basic YTpi", "oase_abc", "Bearer " + "x" * 5000])
async def test_a_wrong_token_is_refused(company: Company, header: str) -> None:
    assert (await Program(company.session)("GET", "/me", authorization=header)).status == 401


async def test_a_program_learns_who_it_is_and_what_is_left(company: Company, program: Program) -> None:
    answer = await program("GET", "/me")
    assert (answer.body["kind"], answer.body["name"], answer.body["workspace_id"]) == (
        "token",
        "Kasse",
        str(company.workspace_id),
    )
    assert answer.headers["ratelimit-policy"] == '"default";q=60000;w=60'
    assert answer.headers["ratelimit"].startswith('"default";r=')


async def test_unknown_paths_and_methods_are_problems_too(program: Program) -> None:
    assert (await program("GET", "/gibtsnicht")).status == 404
    assert (await program("DELETE", "/me")).status == 405
    assert (await program("GET", "/conversations/keine-uuid")).status == 404


def test_a_budget_lets_bursts_pass_and_fills_again() -> None:
    now = [0.0]
    budget, caller = Budget(600, lambda: now[0]), new_id()
    for _ in range(60):
        budget.spend(caller)
    with pytest.raises(TooMany):
        budget.spend(caller)
    assert budget.spend(new_id()) == 59
    now[0] = 1.0
    for _ in range(10):
        budget.spend(caller)
    with pytest.raises(TooMany):
        budget.spend(caller)
