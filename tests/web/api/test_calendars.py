"""Calendars for programs: made, changed in parts, asked whether they are open, refused with the place of the fault."""

from typing import Any

import pytest

from oase.kernel.ids import new_id

from .conftest import Program

OFFICE = {day: [{"start": "08:00", "end": "17:00"}] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
NEW = {"name": "Kundendienst", "time_zone": "Europe/Berlin", "week": OFFICE, "country": "DE", "region": "BY"}


async def test_a_calendar_is_made_changed_in_part_and_deleted(program: Program) -> None:
    made = await program("POST", "/calendars", NEW)
    assert (made.status, made.body["is_default"], made.body["week"]["sunday"]) == (201, True, [])
    path = f"/calendars/{made.body['id']}"
    day = {"on": "2031-05-20", "hours": [{"start": "22:00", "end": "00:00"}], "usual": False, "name": "Werkschau"}
    changed = await program("PATCH", path, {"days": [day], "time_zone": "Europe/Vienna", "worked_holidays": ["Fronleichnam"]})
    assert (changed.body["days"], changed.body["time_zone"]) == ([day], "Europe/Vienna")
    assert changed.body["worked_holidays"] == ["Fronleichnam"]
    assert {**changed.body, "days": [], "time_zone": "Europe/Berlin", "worked_holidays": []} == made.body
    assert (await program("GET", path)).body == changed.body
    assert (await program("GET", "/calendars")).body["data"] == [changed.body]
    assert (await program("DELETE", path)).status == 204
    assert (await program("GET", path)).status == 404


async def test_it_says_whether_it_is_open(program: Program) -> None:
    path = f"/calendars/{(await program('POST', '/calendars', NEW)).body['id']}/standing"
    closed = (await program("GET", f"{path}?at=2027-01-06T10:00:00%2B01:00")).body
    assert (closed["is_open"], closed["reason"], closed["until"]) == (False, "Heilige Drei Könige", "2027-01-07T08:00:00+01:00")
    opened = (await program("GET", f"{path}?at=2027-01-07T10:00:00%2B01:00")).body
    assert (opened["is_open"], opened["reason"], opened["until"]) == (True, "", "2027-01-07T17:00:00+01:00")
    assert (await program("GET", path)).status == 200
    assert (await program("GET", f"{path}?at=0001-01-01T00:00:00Z")).status == 422


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"week": {}}, "#/week"),
        ({"week": {"monday": [{"start": "08:00", "end": "12:00"}, {"start": "11:00", "end": "13:00"}]}}, "#/week/monday"),
        ({"time_zone": "Europe/Atlantis"}, "#/time_zone"),
        ({"country": "XX"}, "#/country"),
        ({"closures": [{"first": "2027-02-01", "last": "2027-01-01"}]}, "#/closures"),
        ({"days": [{"on": "2027-02-01"}, {"on": "2027-02-01"}]}, "#/days"),
    ],
)
async def test_what_is_wrong_is_named(program: Program, changes: dict[str, Any], pointer: str) -> None:
    wrong = await program("POST", "/calendars", {**NEW, **changes})
    assert (wrong.status, wrong.body["errors"][0]["pointer"]) == (422, pointer)
    assert (await program("GET", "/calendars")).body["data"] == []


async def test_a_calendar_is_published_and_withdrawn_and_follows_no_address_of_our_own_network(program: Program) -> None:
    path = f"/calendars/{(await program('POST', '/calendars', NEW)).body['id']}"
    addresses = [(await program("POST", f"{path}/publish")).body["address"] for _ in range(2)]
    assert (addresses[0] == addresses[1], addresses[1].endswith(".ics")) == (False, True)
    assert (await program("GET", path)).body["address"] == addresses[1]
    assert (await program("DELETE", f"{path}/publish")).status == 204
    assert (await program("GET", path)).body["address"] is None
    for address in ("http://127.0.0.1:9/feiertage.ics", "ftp://example.com/x.ics"):
        refused = await program("POST", f"{path}/sources", {"address": address})
        assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "#/address")
    assert (await program("DELETE", f"{path}/sources/{new_id()}")).status == 404
