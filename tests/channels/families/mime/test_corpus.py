"""Every mail of the corpus is understood as a person would: expectations were written by hand, see corpus/build."""

import json
from pathlib import Path
from typing import Any

import pytest

from oase.channels.families.mime import explain, read

CORPUS = Path(__file__).parent / "corpus"
NAMES = sorted(path.stem for path in CORPUS.glob("*.eml"))


def flat(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def seen(raw: bytes) -> dict[str, Any]:
    mail = read(raw)
    more = {
        "bounced": [{"address": failed.address, "status": failed.status} for failed in mail.bounce.recipients]
        if mail.bounce
        else [],
        "original_message_id": mail.bounce.original_message_id
        if mail.bounce
        else mail.notice.original_message_id
        if mail.notice
        else "",
        "notice": mail.notice.kind if mail.notice else "",
        "list_id": mail.list_id,
        "remote_images": mail.remote_images,
        "delivered_to": list(mail.delivered_to),
    }
    return explain(mail) | more


def problems(name: str) -> list[str]:
    """What differs from the expectation, in words; empty where all is well."""
    expect = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))["expect"]
    result = seen((CORPUS / f"{name}.eml").read_bytes())
    found: list[str] = []
    for key, wanted in expect.items():
        if key.endswith("_has"):
            found += [
                f"{key}: {text!r} is missing in {result[key[:-4]]!r}" for text in wanted if text not in flat(result[key[:-4]])
            ]
        elif key.endswith("_lacks"):
            found += [f"{key}: {text!r} is in {result[key[:-6]]!r}" for text in wanted if text in flat(result[key[:-6]])]
        elif key == "attachments":
            got = [
                {field: part[field] for field in wanted[index]} if index < len(wanted) else part
                for index, part in enumerate(result[key])
            ]
            found += [f"{key}: {got!r} is not {wanted!r}"] if got != wanted else []
        elif result[key] != wanted:
            found.append(f"{key}: {result[key]!r} is not {wanted!r}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_mail_is_understood_as_a_person_would(name: str) -> None:
    assert problems(name) == []


def test_corpus_is_large_and_german_first() -> None:
    german = [
        name
        for name in NAMES
        if "Nordlicht" in (CORPUS / f"{name}.eml").read_text(encoding="utf-8", errors="replace") or name.startswith("de-")
    ]
    assert len(NAMES) >= 150
    assert len(german) >= 100
    assert all((CORPUS / f"{name}.json").exists() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_character_of_the_text_is_lost(name: str) -> None:
    mail = read((CORPUS / f"{name}.eml").read_bytes())
    assert "".join(segment.text for segment in mail.segments) == mail.text
    shown = "".join((mail.reply_text + mail.quoted + mail.signature).split())
    assert sorted(shown) == sorted("".join(mail.text.split()))
