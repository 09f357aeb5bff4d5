"""Checks of the functions that work step by step: `check`, `fetch`, `follow`, `poll`, `renew`, `subscribe`, `templates`, `whois`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from oase.channels.contract import Call, Capability, Media, NoReply, Polled, Raw, Reply
from oase.channels.testing.case import Case
from oase.channels.testing.recordings import Dialogue
from oase.channels.testing.snapshots import contains, plain, same


class DialogueChecks(Case):
    """Dialogues go as recorded."""

    def test_dialogues_go_as_recorded(self) -> None:
        for dialogue in self.dialogues:
            replies = dialogue.replies()
            for number, step in enumerate(dialogue.steps):
                due = self.step(dialogue, replies[:number])
                assert isinstance(due, Call), f"{dialogue.name}: ended before step {number + 1} with {due!r}"
                assert contains(plain(due), step.call), f"{dialogue.name}: step {number + 1} is {plain(due)}"
                assert not self.leaked(due), f"{dialogue.name}: step {number + 1} shows a secret."
            result = self.step(dialogue, replies)
            shown = plain(list(result)) if isinstance(result, tuple | list) else plain(result)
            assert same(shown, dialogue.expected), f"{dialogue.name} ends otherwise:\n{shown}"
            assert not self.leaked(result), f"{dialogue.name}: the result shows a secret."

    def test_what_the_manifest_promises_has_a_dialogue(self) -> None:
        shown = {dialogue.function for dialogue in self.dialogues}
        manifest = self.adapter.manifest
        needed = {"templates"} if Capability.TEMPLATE in manifest.capabilities else set()
        needed |= {"check"} if manifest.wire == "http" else set()
        needed |= {"poll"} if manifest.polls else set()
        needed |= {"follow"} if manifest.points else set()
        needed |= {"renew"} if manifest.renews else set()
        needed |= {"whois"} if manifest.names else set()
        needed |= {"subscribe"} if manifest.subscribes else set()
        events = [event for recording in self.deliveries for event in recording.expected]
        media = [media for event in events for media in event.get("content", {}).get("media", [])]
        needed |= {"fetch"} if any(one.get("source") == "call" for one in media) else set()
        assert not needed - shown, f"No dialogue shows: {sorted(needed - shown)}"

    def test_what_polling_gives_can_be_read_and_its_cursor_kept(self) -> None:
        for dialogue in self.dialogues:
            result = self.step(dialogue, dialogue.replies()) if dialogue.function == "poll" else None
            if isinstance(result, Polled):
                assert json.loads(json.dumps(result.cursor)) == result.cursor, f"{dialogue.name}: the cursor is no JSON"
                assert result.cursor or not result.raws, f"{dialogue.name}: without a cursor the same comes again for ever"
                for raw in result.raws:
                    self.events(raw)

    def test_what_is_found_where_a_delivery_points_can_be_read(self) -> None:
        for dialogue in self.dialogues:
            result = self.step(dialogue, dialogue.replies()) if dialogue.function == "follow" else None
            if isinstance(result, Raw):
                assert result.received_at == dialogue.now, f"{dialogue.name}: fetched at another time than it was"
                assert self.events(result), f"{dialogue.name}: it was fetched and says nothing"

    def step(self, dialogue: Dialogue, replies: Sequence[Reply | NoReply]) -> Any:
        """The next step of a dialogue, after these answers."""
        match dialogue.function:
            case "check":
                return self.adapter.check(self.account, replies)
            case "templates":
                return self.adapter.templates(self.account, [reply for reply in replies if isinstance(reply, Reply)])
            case "whois":
                return self.adapter.whois(dialogue.address, self.account, replies)
            case "poll":
                return self.adapter.poll(self.account, dialogue.cursor, dialogue.now, replies)
            case "renew":
                return self.adapter.renew(self.account, replies)
            case "subscribe":
                return self.adapter.subscribe(self.account, replies)
            case "follow":
                pointer = Raw(body=dialogue.delivery.content(Path(dialogue.folder)), received_at=dialogue.now)
                return self.adapter.follow(pointer, self.account, dialogue.now, replies)
            case "fetch":
                return self.adapter.fetch(msgspec.convert(dialogue.media, Media), self.account, replies)
