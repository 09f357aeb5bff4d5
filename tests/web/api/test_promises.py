"""What is promised, over the API."""

from tests.web.api.conftest import Program

from oase.kernel.ids import new_id


async def test_the_policy_is_read_and_replaced_as_a_whole_by_whoever_read_it_last(program: Program) -> None:
    read = await program("GET", "/promise-policy")
    assert read.status == 200, read.body
    empty = read.body
    assert (empty["version"], empty["targets"], empty["pause_waiting"]) == (0, [], True)
    target = {"name": "Chats", "paces": ["live"], "priorities": ["urgent"], "first_seconds": 90}
    step = {"minutes": -15, "notify_assignee": True}
    changed = await program(
        "PUT",
        "/promise-policy",
        {"version": 0, "targets": [target], "steps": [step], "lines": {"de": "Bis {{time}}!"}, "second_seconds": {"mail": 7200}},
    )
    assert changed.status == 200, changed.body
    assert (changed.body["version"], changed.body["targets"][0]["first_seconds"], changed.body["steps"][0]["minutes"]) == (
        1,
        90,
        -15,
    )
    assert changed.body["second_seconds"] == {"mail": 7200}
    assert (await program("GET", "/promise-policy")).body == changed.body
    assert (await program("PUT", "/promise-policy", {"version": 1, "second_seconds": {"mail": 5}})).status == 422
    assert (await program("PUT", "/promise-policy", {"version": 0})).status == 409
    assert (await program("PUT", "/promise-policy", {"version": 1, "targets": [{"name": "leer"}]})).status == 422


async def test_the_promises_of_a_conversation_are_listed(program: Program) -> None:
    assert (await program("GET", f"/conversations/{new_id()}/promises")).status == 404
