"""Degrading: whatever is said fits the channel afterwards, and nothing of it is missing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oase.channels.contract import (
    Account,
    CannotSay,
    Capability,
    Card,
    Choice,
    Counted,
    Envelope,
    File,
    FileRule,
    Limits,
    LongerWindow,
    Manifest,
    MarkRead,
    Outbound,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
    Words,
)
from oase.channels.degrade import NeedsLink, degrade
from oase.channels.splitting import is_boundary, measured, split_text

ENVELOPE = Envelope(id="0193f0", to="+4915228817386", reply_to="wamid.1", at=datetime(2026, 3, 2, tzinfo=UTC))
FILES = {
    Capability.IMAGE: FileRule(types=("image/jpeg", "image/png"), size_bytes=5_000),
    Capability.VOICE: FileRule(types=("audio/ogg",), size_bytes=5_000, caption=False),
    Capability.DOCUMENT: FileRule(types=("application/pdf",), size_bytes=20_000),
}
CHAT = frozenset({Capability.TEXT, Capability.BUTTONS, Capability.LIST, *FILES})
TEXTS_ONLY = frozenset({Capability.TEXT})


def manifest(capabilities: frozenset[Capability] = CHAT, **changes: object) -> Manifest:
    limits = {
        "text_length": 400,
        "caption_length": 100,
        "files": FILES,
        "buttons": 3,
        "list_rows": 10,
        "choices_text_length": 200,
        "reply_window": timedelta(hours=24),
    }
    return Manifest(
        id="chat",
        name=Words("Chat", "Chat"),
        icon="message",
        color="#000000",
        identity="phone",
        pace="messaging",
        wire="http",
        capabilities=capabilities,
        limits=Limits(**(limits | changes)),  # type: ignore[arg-type]
    )


def link(file: File) -> str:
    return f"https://support.example.com/files/{file.name}"


def said(outbound: Outbound, of: Manifest) -> list[Say]:
    parts = degrade(outbound, of, link)
    assert all(isinstance(part, Say) for part in parts)
    return [part for part in parts if isinstance(part, Say)]


def dense(text: str) -> str:
    return "".join(text.split())


def picture(name: str = "Zählerstand.jpg", size: int = 100) -> File:
    return File(name=name, type="image/jpeg", content=b"x" * size)


def test_what_fits_goes_unchanged() -> None:
    say = Say(envelope=ENVELOPE, text="Guten Tag, Frau Özdemir!", files=(picture(),))
    assert degrade(say, manifest()) == (say,)


def test_long_text_is_cut_between_paragraphs_before_lines_before_sentences() -> None:
    text = "Erster Absatz. Noch ein Satz darin.\n\nZweiter Absatz, etwas länger. Auch er endet."
    assert split_text(text, 60) == ["Erster Absatz. Noch ein Satz darin.", "Zweiter Absatz, etwas länger. Auch er endet."]
    assert split_text("Das ist ein Satz. Und das ist der zweite.", 25) == ["Das ist ein Satz.", "Und das ist der zweite."]
    assert split_text("Donaudampfschifffahrt und mehr", 24) == ["Donaudampfschifffahrt", "und mehr"]


def test_an_address_of_the_web_stays_whole() -> None:
    address = "https://www.example.com/konto/bestellungen/4711?ansicht=lang"
    pieces = split_text(f"Siehe<{address}>" + "x" * 80, 70)
    assert any(address in piece for piece in pieces)


def test_the_first_part_keeps_id_and_answer_and_the_others_are_numbered() -> None:
    parts = said(Say(envelope=ENVELOPE, text="Wort " * 200), manifest())
    assert [part.envelope.id for part in parts] == ["0193f0", "0193f0/2", "0193f0/3"]
    assert [part.envelope.reply_to for part in parts] == ["wamid.1", "", ""]


def test_text_goes_beside_the_first_file_where_it_fits() -> None:
    parts = said(Say(envelope=ENVELOPE, text="Anbei die Bilder.", files=(picture("1.jpg"), picture("2.jpg"))), manifest())
    assert [(part.text, [file.name for file in part.files]) for part in parts] == [
        ("Anbei die Bilder.", ["1.jpg"]),
        ("", ["2.jpg"]),
    ]


def test_a_voice_message_carries_no_text_so_the_text_goes_first() -> None:
    voice = File(name="Antwort.ogg", type="audio/ogg", content=b"x")
    parts = said(Say(envelope=ENVELOPE, text="Bitte anhören.", files=(voice,)), manifest())
    assert [(part.text, len(part.files)) for part in parts] == [("Bitte anhören.", 0), ("", 1)]


def test_several_files_share_a_message_where_the_channel_lets_them_up_to_its_total_size() -> None:
    files = tuple(picture(f"{number}.jpg", 2_000) for number in range(5))
    parts = said(Say(envelope=ENVELOPE, files=files), manifest(attachments_per_message=3, files_size_bytes=5_000))
    assert [[file.name for file in part.files] for part in parts] == [["0.jpg", "1.jpg"], ["2.jpg", "3.jpg"], ["4.jpg"]]


@pytest.mark.parametrize(
    "file",
    [picture("groß.jpg", 6_000), File(name="Plan.dwg", type="image/vnd.dwg", content=b"x"), picture("leer.jpg", 0)],
    ids=["too big", "wrong type", "empty"],
)
def test_a_file_that_cannot_go_becomes_a_link(file: File) -> None:
    (part,) = said(Say(envelope=ENVELOPE, text="Hier der Plan.", files=(file,)), manifest())
    assert part.text == f"Hier der Plan.\n\n{file.name}: https://support.example.com/files/{file.name}"
    assert not part.files


def test_a_link_that_nobody_can_make_yet_is_asked_for() -> None:
    (need,) = degrade(Say(envelope=ENVELOPE, text="Hier.", files=(picture("groß.jpg", 6_000), picture())), manifest())
    assert isinstance(need, NeedsLink)
    assert need.file.name == "groß.jpg"


def choices(count: int, title: str = "Termin") -> tuple[Choice, ...]:
    return tuple(Choice(id=str(number), title=f"{title} {number}") for number in range(count))


def test_choices_are_kept_as_buttons_and_as_a_list_and_become_numbers_beyond() -> None:
    assert said(Say(envelope=ENVELOPE, text="Wann?", choices=choices(3)), manifest())[0].choices == choices(3)
    assert said(Say(envelope=ENVELOPE, text="Wann?", choices=choices(10)), manifest())[0].choices == choices(10)
    (numbered,) = said(Say(envelope=ENVELOPE, text="Wann?", choices=choices(11)), manifest())
    assert numbered.choices == ()
    assert numbered.text.startswith("Wann?\n\n1. Termin 0\n2. Termin 1\n")


def test_choices_become_a_numbered_text_where_there_are_none_or_where_a_title_is_too_long() -> None:
    offered = (Choice(id="a", title="Rückruf", description="heute"), Choice(id="b", title="E-Mail"))
    (part,) = said(Say(envelope=ENVELOPE, text="Wie?", choices=offered), manifest(TEXTS_ONLY))
    assert part.text == "Wie?\n\n1. Rückruf – heute\n2. E-Mail"
    (part,) = said(Say(envelope=ENVELOPE, text="Wie?", choices=choices(2, "Ein viel zu langer Titel für eine Zeile")), manifest())
    assert not part.choices


def test_two_choices_that_look_the_same_are_numbered() -> None:
    same = (Choice(id="a", title="Ja"), Choice(id="b", title="Ja"))
    assert not said(Say(envelope=ENVELOPE, text="?", choices=same), manifest())[0].choices


def test_files_go_before_the_message_with_the_choices() -> None:
    parts = said(Say(envelope=ENVELOPE, text="Gefällt es Ihnen?", files=(picture(),), choices=choices(2)), manifest())
    assert [(len(part.files), len(part.choices)) for part in parts] == [(1, 0), (0, 2)]


def test_html_becomes_text_with_its_links() -> None:
    html = '<p>Guten Tag,</p><p>siehe <a href="https://example.com/agb">AGB</a>:</p><ul><li>A&amp;B</li><li>C</li></ul><style>p{}</style>'
    (part,) = said(Say(envelope=ENVELOPE, html=html), manifest())
    assert part.text == "Guten Tag,\n\nsiehe AGB (https://example.com/agb):\n\n- A&B\n- C"
    assert part.html == ""


def test_html_stays_where_the_channel_has_it() -> None:
    say = Say(envelope=ENVELOPE, text="Guten Tag", html="<p>Guten Tag</p>")
    assert degrade(say, manifest(CHAT | {Capability.HTML})) == (say,)


def test_a_subject_becomes_the_first_line() -> None:
    envelope = Envelope(id="1", to="x", subject="Ihre Rechnung", at=ENVELOPE.at)
    (part,) = said(Say(envelope=envelope, text="Anbei."), manifest())
    assert (part.text, part.envelope.subject) == ("Ihre Rechnung\n\nAnbei.", "")


def test_a_place_becomes_a_map_link_and_a_card_becomes_text() -> None:
    place = Position(
        envelope=ENVELOPE, latitude=52.520008, longitude=13.404954, name="Filiale Mitte", address="Am Platz 1, Berlin"
    )
    (part,) = said(place, manifest())
    assert part.text.splitlines() == [
        "Filiale Mitte",
        "Am Platz 1, Berlin",
        "https://www.openstreetmap.org/?mlat=52.520008&mlon=13.404954",
    ]
    card = Card(
        envelope=ENVELOPE, contacts=({"name": "Jörg Müller", "phones": ["+49 30 23125 101"], "emails": ["j@example.com"]},)
    )
    (part,) = said(card, manifest())
    assert part.text == "Jörg Müller\n+49 30 23125 101\nj@example.com"


def test_signs_vanish_where_there_are_none_and_templates_and_reactions_are_refused() -> None:
    assert degrade(MarkRead(envelope=ENVELOPE), manifest()) == ()
    assert degrade(ShowTyping(envelope=ENVELOPE), manifest()) == ()
    with pytest.raises(CannotSay):
        degrade(UseTemplate(envelope=ENVELOPE, name="hallo", language="de"), manifest())
    with pytest.raises(CannotSay):
        degrade(React(envelope=ENVELOPE, emoji="👍"), manifest())


ODD = "👨‍👩‍👧‍👦🏳️‍🌈🇩🇪🇦🇹👍🏽é각ñü"
texts = st.text(st.one_of(st.characters(), st.sampled_from(ODD + "\u200d\u0301\ufe0f  \n\n..")), max_size=1_500)
files = st.builds(
    File,
    name=st.from_regex(r"[a-z]{1,8}\.[a-z]{3}", fullmatch=True),
    type=st.sampled_from(["image/jpeg", "application/pdf", "audio/ogg", "video/mp4", ""]),
    content=st.sampled_from([b"", b"x", b"x" * 4_000, b"x" * 30_000]),
)
offers = st.builds(
    Choice, id=st.text(max_size=3), title=st.text(max_size=30), description=st.sampled_from(["", "heute", "x" * 90])
)
channels = st.builds(
    manifest,
    st.sampled_from([CHAT, TEXTS_ONLY, CHAT | {Capability.HTML, Capability.SUBJECT}, CHAT - {Capability.LIST}]),
    text_length=st.integers(10, 500),
    caption_length=st.sampled_from([0, 50, 500]),
    choices_text_length=st.sampled_from([0, 20]),
    attachments_per_message=st.integers(0, 4),
    files_size_bytes=st.sampled_from([0, 6_000]),
)


@settings(max_examples=200, deadline=None)
@given(texts, st.lists(files, max_size=6).map(tuple), st.lists(offers, max_size=12).map(tuple), channels)
def test_nothing_is_lost_and_every_limit_is_kept(
    text: str, attached: tuple[File, ...], offered: tuple[Choice, ...], of: Manifest
) -> None:
    parts = said(Say(envelope=ENVELOPE, text=text, files=attached, choices=offered), of)
    limits = of.limits
    everything = "".join(dense(part.text) for part in parts)
    assert dense(text) in everything
    carried = [file for part in parts for file in part.files]
    assert carried == [file for file in attached if file in carried]
    for file in attached:
        assert file in carried or dense(f"{file.name}: {link(file)}") in everything
    for choice in offered:
        assert any(choice in part.choices for part in parts) or dense(choice.title) in everything
    for part in parts:
        longest = limits.text_length
        if part.files:
            longest = limits.caption_length
        if part.choices:
            longest = min(longest, limits.choices_text_length or longest)
        assert len(part.text) <= longest
        assert len(part.files) <= limits.attachments_per_message
        assert not (part.files and part.choices)
        assert not limits.files_size_bytes or sum(len(file.content) for file in part.files) <= limits.files_size_bytes
    assert len({part.envelope.id for part in parts}) == len(parts)


@settings(max_examples=300, deadline=None)
@given(texts, st.integers(1, 60))
def test_splitting_keeps_every_character_and_the_limit(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert "".join(dense(piece) for piece in pieces) == dense(text)
    assert all(len(piece) <= limit for piece in pieces)


@settings(max_examples=300, deadline=None)
@given(texts.filter(lambda text: not re.search(r"[\ud800-\udfff]", text)), st.integers(1, 60), st.integers(4, 60))
def test_splitting_by_bytes_keeps_both_limits(text: str, limit: int, limit_bytes: int) -> None:
    pieces = split_text(text, limit, limit_bytes)
    assert "".join(dense(piece) for piece in pieces) == dense(text)
    assert all(len(piece) <= limit and len(piece.encode()) <= limit_bytes for piece in pieces if piece.strip())


def test_a_channel_that_counts_bytes_gets_texts_of_that_many() -> None:
    parts = said(Say(envelope=ENVELOPE, text="Grüße 🧡 " * 60), manifest(TEXTS_ONLY, text_bytes=200))
    assert all(len(part.text.encode()) <= 200 for part in parts)
    assert len(parts) == 4


def test_an_account_may_answer_longer_where_its_setting_says_so() -> None:
    limits = Limits(
        text_length=2000,
        reply_window=timedelta(hours=24),
        longer_window=LongerWindow(only_if=("human_agent", "true"), window=timedelta(days=7)),
    )
    assert limits.window({"human_agent": True}) == timedelta(days=7)
    assert limits.window({"human_agent": False}) == limits.window({}) == timedelta(hours=24)


@settings(max_examples=200, deadline=None)
@given(texts.filter(lambda text: not re.search(r"[\ud800-\udfff]", text)))
def test_no_cut_is_allowed_inside_what_unicode_calls_one_character(text: str) -> None:
    starts = {found.start() for found in regex.finditer(r"\X", text)}
    allowed = {at for at in range(1, len(text)) if is_boundary(text, at)}
    rare = {at for at in allowed - starts if not set(text[max(0, at - 1) : at + 1]) & set(ODD + "\u200d\u0301\ufe0f")}
    assert allowed - starts <= rare


# --- lengths as providers count them ---


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Grüße aus Köln", 14),
        ("これは見本", 10),
        ("Danke 👍", 8),
        ("Familie 👨‍👩‍👧‍👦", 10),
        ("Siehe https://example.com/eine/sehr/lange/adresse?mit=vielem bitte", 6 + 23 + 6),
        ("", 0),
    ],
)
def test_weights_count_letters_once_other_signs_twice_and_addresses_as_23(text: str, length: int) -> None:
    assert measured(text, "weights") == length


def test_graphemes_count_what_a_reader_sees_as_one_character() -> None:
    assert measured("Wir 👨‍👩‍👧‍👦 in 🇩🇪", "graphemes") == 10


@pytest.mark.parametrize("counted", ["graphemes", "weights"])
def test_a_text_is_cut_where_it_is_too_long_as_it_is_counted(counted: Counted) -> None:
    text = "Schön 👩🏽‍🚒 dass Sie schreiben 🎉🎉 " * 40
    pieces = split_text(text, 100, counted=counted)
    assert all(50 < measured(piece, counted) <= 100 for piece in pieces[:-1])
    assert " ".join(pieces).split() == text.split()


def test_an_account_has_the_length_of_its_own_server_or_plan() -> None:
    of_server = replace(manifest(), limits=Limits(text_length=500, caption_length=500, length_from="max_characters"))
    account = Account(id="1", channel="chat", facts={"max_characters": "5000"})
    assert (of_server.of(account).limits.text_length, of_server.of(account).limits.caption_length) == (5000, 5000)
    assert of_server.of(replace(account, facts={"max_characters": "viele"})) == of_server
    assert of_server.of(replace(account, facts={}, settings={"max_characters": 280})).limits.text_length == 280


def test_files_that_the_provider_fetches_stay_files_and_get_their_address() -> None:
    fetched = {kind: replace(rule, by_link=True) for kind, rule in FILES.items()}
    picture = File(name="a.jpg", type="image/jpeg", content=b"x" * 10)
    say = Say(envelope=ENVELOPE, text="So", files=(picture,))
    [without] = degrade(say, manifest(files=fetched))
    assert isinstance(without, NeedsLink)
    [given] = degrade(say, manifest(files=fetched), lambda file: f"https://support.example.com/f/{file.name}")
    assert isinstance(given, Say)
    assert given.files == (replace(picture, link="https://support.example.com/f/a.jpg"),)
    assert given.text == "So"
