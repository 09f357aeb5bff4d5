"""Web push and the mail: what arrives, what is tried again, what is not sent any more."""

from datetime import timedelta
from ipaddress import ip_network
from uuid import UUID

import pytest
from tests.desk.conftest import SAFE, Desk
from tests.desk.test_notifications import mine

from oase.desk import browsers_of, remove_browser, try_browsers
from oase.kernel.http import Guard, Outside
from oase.kernel.i18n import translator
from oase.kernel.settings import Settings
from oase.kernel.webpush import Vapid
from oase.staff import sign_out


async def test_every_browser_of_mine_shows_who_wrote_what(desk: Desk) -> None:
    conversation_id = await mine(desk)
    await desk.browser("Anna", "laptop")
    await desk.browser("Anna", "phone")
    await desk.browser("Sophie", "hers")
    await desk.writes("Grüße aus Þórshöfn! 🌴 Wo bleibt mein Rad?")
    first, second = await desk.pushed()
    assert first == second
    assert (first["title"], first["body"]) == ("Jürgen Groß", "Grüße aus Þórshöfn! 🌴 Wo bleibt mein Rad?")
    assert (first["conversation"], first["path"]) == (str(conversation_id), f"/inbox/open/{conversation_id}")
    assert sorted(name for name, _, _ in desk.service.got) == ["laptop", "phone"]
    headers = desk.service.got[0][1]
    assert (headers["urgency"], int(headers["ttl"]) > 3600) == ("high", True)


async def test_words_are_in_the_language_of_the_agent(desk: Desk) -> None:
    conversation_id = await mine(desk, "Sophie")
    await desk.browser("Ted")
    await desk.mentions(conversation_id, "Ted", by="Sophie", words="Could you have a look? Ümlaut")
    (told,) = await desk.pushed()
    assert (told["title"], told["body"]) == ("Sophie mentioned you", "Could you have a look? Ümlaut")
    assert told["path"] == f"/inbox/mentions/{conversation_id}"


async def test_a_very_long_text_is_cut_so_that_every_push_service_takes_it(desk: Desk) -> None:
    await mine(desk)
    await desk.browser("Anna")
    await desk.writes("Donaudampfschifffahrtsgesellschaftskapitän 🚢 " * 80)
    (told,) = await desk.pushed()
    assert len(told["body"]) <= 180
    assert told["body"].endswith("…")


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(desk: Desk, status: int) -> None:
    await mine(desk)
    await desk.browser("Anna")
    desk.service.status = status
    await desk.writes("Ist da jemand?")
    await desk.pushed()
    assert await desk.value("SELECT count(*) FROM push_subscription") == 0
    assert await desk.value("SELECT count(*) FROM push_delivery") == 0


async def test_a_busy_push_service_is_asked_again_later_and_the_newest_message_wins(desk: Desk) -> None:
    await mine(desk)
    await desk.browser("Anna")
    desk.service.status, desk.service.headers = 429, {"retry-after": "30"}
    await desk.writes("Erster Versuch")
    assert len(await desk.pushed()) == 1
    assert len(await desk.pushed()) == 1  # not before its time
    desk.clock.advance(timedelta(seconds=20))
    assert len(await desk.pushed()) == 1  # the push service asked for thirty seconds
    await desk.writes("Zweiter Versuch")
    desk.service.status = 201
    assert [one["body"] for one in await desk.pushed()] == ["Erster Versuch", "Zweiter Versuch"]
    assert await desk.value("SELECT count(*) FROM push_delivery") == 0


async def test_what_comes_too_late_to_be_news_is_dropped(desk: Desk) -> None:
    await mine(desk)
    await desk.browser("Anna")
    desk.service.status = 503
    await desk.writes("Dringend!")
    for _ in range(12):
        await desk.pushed()
        desk.clock.advance(timedelta(hours=1))
    assert len(desk.service.got) == 5
    assert await desk.value("SELECT count(*) FROM push_delivery") == 0
    assert "503" in str(await desk.value("SELECT trouble FROM push_subscription"))


async def test_what_was_seen_meanwhile_is_not_pushed(desk: Desk) -> None:
    conversation_id = await mine(desk)
    await desk.browser("Anna")
    await desk.writes("Schon gesehen")
    await desk.feed.catch_up()
    await desk.reads("Anna", conversation_id)
    assert await desk.pushed() == []
    assert await desk.value("SELECT count(*) FROM push_delivery") == 0


async def test_quiet_hours_hold_pushes_back_for_good(desk: Desk) -> None:
    await mine(desk)
    await desk.browser("Anna")
    await desk.wishes("Anna", quiet_from="00:00", quiet_until="23:59")
    if desk.clock.now().minute == 59:  # one minute of the day is not quiet
        desk.clock.advance(timedelta(minutes=2))
    await desk.writes("Mitten in der Nacht")
    assert await desk.pushed() == []
    assert await desk.told("Anna", unseen=True) == ["message"]
    assert [one["new"] for one in await desk.pages_hear("Anna")][-1] == []


async def test_a_browser_in_which_i_signed_out_is_told_nothing(desk: Desk) -> None:
    await mine(desk)
    await desk.browser("Anna", "office")
    await desk.browser("Anna", "home")
    async with desk.work() as work:
        await sign_out(work, desk.agents["Anna"], desk.sessions["office"])
    await desk.writes("Nur nach Hause")
    await desk.pushed()
    assert [name for name, _, _ in desk.service.got] == ["home"]


async def test_nobody_takes_a_browser_of_somebody_else_away(desk: Desk) -> None:
    browser: UUID = await desk.browser("Anna")
    async with desk.work() as work:
        assert not await remove_browser(work, desk.agents["Sophie"], browser=browser)
        assert await remove_browser(work, desk.agents["Anna"], browser=browser)
        assert await browsers_of(work, desk.agents["Anna"]) == []


async def test_addresses_and_keys_of_browsers_are_sealed(desk: Desk) -> None:
    await desk.browser("Anna")
    sealed = bytes(await desk.value("SELECT sealed FROM push_subscription"))
    assert desk.service.url.encode() not in sealed
    assert desk.service.url in SAFE.open(sealed, purpose=f"push/{desk.workspace_id}").reveal()


async def test_a_trial_says_what_the_push_services_answered(desk: Desk) -> None:
    outside = Outside(Guard([ip_network("127.0.0.0/8")]))  # type: ignore[list-item]
    guarded = Outside(Guard())
    vapid, reader = Vapid(SAFE, Settings()), translator("de")

    async def trial(over: Outside = outside) -> list[bool]:
        answers = await try_browsers(desk.database, over, SAFE, vapid, desk.workspace_id, desk.agents["Anna"], reader)
        return [one.arrived for one in answers]

    assert await trial() == []
    await desk.browser("Anna")
    assert await trial() == [True]
    assert desk.service.payloads[0]["title"] == "So meldet sich Oase bei Ihnen"
    assert await trial(guarded) == [False]  # an address in our own network, as somebody may have written it by hand
    assert len(desk.service.got) == 1
    desk.service.status = 403
    assert await trial() == [False]
    async with desk.work() as work:
        assert [one.trouble for one in await browsers_of(work, desk.agents["Anna"])] == ["403"]
    desk.service.status = 410
    assert await trial() == [False]
    assert await desk.value("SELECT count(*) FROM push_subscription") == 0
    await outside.close()
    await guarded.close()


async def test_one_mail_says_what_waits_and_none_follows_until_there_is_something_new(desk: Desk) -> None:
    conversation_id = await mine(desk)
    await desk.writes("Ist die Gabel lieferbar?")
    await desk.writes("Und in Rot?")
    await desk.feed.catch_up()
    assert await desk.timer.mails() == []  # it has not waited yet
    desk.clock.advance(timedelta(minutes=16))
    (letter,) = await desk.timer.mails()
    assert (letter.to, letter.subject) == ("anna@lindgruen.example", "Ein Gespräch wartet auf Sie")
    assert "• Jürgen Groß\n  Und in Rot?\n" in letter.text
    assert f"https://hilfe.example/inbox/open/{conversation_id}" in letter.text
    assert "https://hilfe.example/profile/notifications" in letter.text
    desk.clock.advance(timedelta(hours=2))
    assert await desk.timer.mails() == []
    await desk.writes("Hallo?", phone="4915228817386")
    await desk.feed.catch_up()
    desk.clock.advance(timedelta(minutes=16))
    assert len(await desk.timer.mails()) == 1


async def test_there_is_one_mail_in_an_hour_however_much_comes(desk: Desk) -> None:
    await mine(desk)
    sent = 0
    for minute in range(59):
        await desk.writes(f"Nachricht {minute}")
        await desk.feed.catch_up()
        sent += len(await desk.timer.mails())
        desk.clock.advance(timedelta(minutes=1))
    assert sent == 1


async def test_no_mail_goes_to_who_is_here_or_has_seen_it_or_wants_quiet(desk: Desk) -> None:
    conversation_id = await mine(desk)
    await desk.writes("Frage")
    await desk.feed.catch_up()
    desk.clock.advance(timedelta(minutes=20))
    set_seen = "UPDATE agent SET last_seen_at = %(at)s WHERE id = %(id)s RETURNING id"
    await desk.value(set_seen, id=desk.agents["Anna"], at=desk.clock.now() - timedelta(minutes=2))
    assert await desk.timer.mails() == []
    await desk.value(set_seen, id=desk.agents["Anna"], at=None)
    await desk.wishes("Anna", quiet_from="00:00", quiet_until="23:59")
    assert await desk.timer.mails() == []
    await desk.wishes("Anna")
    await desk.reads("Anna", conversation_id)
    await desk.feed.catch_up()
    assert await desk.timer.mails() == []
