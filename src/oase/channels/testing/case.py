"""The adapter under test with its files, and a test account made from its own manifest."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, get_args

from msgspec.structs import replace

from oase.channels.contract import (
    Account,
    Act,
    Adapter,
    Capability,
    Event,
    Limits,
    Moderate,
    Outbound,
    Raw,
    Say,
    Setting,
    secret_texts,
)
from oase.channels.degrade import degrade
from oase.channels.testing.recordings import Dialogue, RecordedReply, Recording, load
from oase.channels.testing.snapshots import plain
from oase.channels.testing.specimens import specimens
from oase.kernel.secrets import Secret

_BY_KIND: Mapping[str, Any] = {
    "email": "support@example.com",
    "url": "https://api.example.com",
    "number": 1,
    "boolean": True,
    "lines": [],
    "rows": [],
    "accounts": [],
}


class Case:
    """What every check works on. `adapter` and `recordings` are given by the subclass, `sign` where there is a signature."""

    adapter: ClassVar[Adapter]
    recordings: ClassVar[Path]
    examples: ClassVar[int] = 150  # of hypothesis, per check

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        """The delivery as the provider would sign it with these secrets."""
        return raw

    @cached_property
    def account(self) -> Account:
        """An account with every setting of the manifest; each secret has two values, the newest first."""
        manifest = self.adapter.manifest
        given = self._account_file
        settings = {one.name: _value(one) for one in manifest.settings if one.kind != "secret"}
        secrets = {
            one.name: (Secret(f"geheim-{one.name}-neu-7Qx"), Secret(f"geheim-{one.name}-alt-3Zk"))
            for one in manifest.settings
            if one.kind == "secret"
        }
        secrets |= {name: tuple(map(Secret, texts)) for name, texts in given.get("secrets", {}).items()}
        return Account(
            id="0193f0a2-0000-7000-8000-000000000001",
            channel=manifest.id,
            name="Test",
            settings=settings | given.get("settings", {}),
            secrets=secrets,
            webhook_url=f"https://support.example.com/hooks/{manifest.id}/0193f0a2-0000-7000-8000-000000000001",
            facts=given.get("facts", {}),
        )

    @cached_property
    def _account_file(self) -> dict[str, Any]:
        file = self.recordings.parent / "account.json"
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}

    @cached_property
    def deliveries(self) -> list[Recording]:
        """The recorded deliveries."""
        return load(self.recordings, Recording)

    @cached_property
    def readable(self) -> list[Recording]:
        """Those of which something can be read."""
        return [recording for recording in self.deliveries if not (recording.malformed or recording.forged)]

    @cached_property
    def replies(self) -> list[RecordedReply]:
        """The recorded replies."""
        return load(self.recordings.parent / "replies", RecordedReply)

    @cached_property
    def dialogues(self) -> list[Dialogue]:
        """The recorded dialogues."""
        return load(self.recordings.parent / "dialogues", Dialogue)

    @cached_property
    def snapshots(self) -> Path:
        """Where the snapshots of rendered calls lie."""
        return self.recordings.parent / "snapshots"

    @cached_property
    def specimens(self) -> Mapping[Capability, Outbound]:
        """One of everything that can be said."""
        given = self._account_file
        manifest = self.adapter.manifest
        found = specimens(
            manifest.identity, given.get("to", ""), given.get("reply_to", "<frage-1@example.com>"), given.get("tokens")
        )
        return {capability: _as_carried(capability, one, manifest.limits) for capability, one in found.items()}

    @cached_property
    def public_specimens(self) -> Mapping[Capability, Outbound]:
        """The same, said in public: below the message `public_reply_to` of the thread `thread`."""
        given = self._account_file
        thread, below = given.get("thread", "thread-1"), given.get("public_reply_to", "comment-1")
        manifest = self.adapter.manifest
        limits = manifest.side(True).limits
        link = "https://support.example.com/said/AZPwogAAcACAAAAAAAAAAQ==" if manifest.public and manifest.public.hosted else ""
        return {
            capability: _as_carried(
                capability, replace(one, envelope=replace(one.envelope, thread=thread, reply_to=below, link=link)), limits
            )
            for capability, one in specimens(manifest.identity, given.get("to", ""), below, given.get("tokens")).items()
        }

    @cached_property
    def sayings(self) -> Mapping[str, Outbound]:
        """Everything that can be said by its name: "text", "public-text", "act-hide", "private-reply"."""
        text, below = self.specimens[Capability.TEXT], self.public_specimens[Capability.TEXT].envelope
        alone = {capability.value: one for capability, one in self.specimens.items()}
        in_public = {f"public-{capability.value}": one for capability, one in self.public_specimens.items()}
        acts = {f"act-{act}": Moderate(envelope=below, act=act) for act in get_args(Act)}
        about = replace(text, envelope=replace(text.envelope, about=below.reply_to))
        return {**alone, **in_public, **acts, "private-reply": about}

    @cached_property
    def main_text(self) -> Outbound:
        """A text on the side that this channel has."""
        public = self.adapter.manifest.public
        in_public = public is not None and Capability.TEXT not in self.adapter.manifest.capabilities
        return (self.public_specimens if in_public else self.specimens)[Capability.TEXT]

    @property
    def speaks(self) -> bool:
        """Whether anything goes out by this channel; feeds, for example, only take in."""
        public = self.adapter.manifest.public
        return bool(self.adapter.manifest.capabilities or (public and public.capabilities))

    @property
    def has_credentials(self) -> bool:
        """Whether we prove at the provider's who we are; strangers' websites ask for nothing."""
        return any(setting.kind == "secret" for setting in self.adapter.manifest.settings)

    def newest(self, age: int = 0) -> Mapping[str, Secret]:
        """One secret of each name: the newest, or an older one."""
        return {name: secrets[min(age, len(secrets) - 1)] for name, secrets in self.account.secrets.items() if secrets}

    def signed(self, recording: Recording) -> Raw:
        """A recorded delivery, signed with the newest secrets."""
        return self.sign(recording.raw(), self.newest())

    def events(self, raw: Raw) -> list[Event]:
        """What the adapter makes of a delivery."""
        return list(self.adapter.parse(raw, self.account))

    def fitted(self, outbound: Outbound) -> list[Outbound]:
        """The outbound as the core would hand it over: degraded, files that do not fit as links."""
        fitted = degrade(outbound, self.adapter.manifest, lambda file: f"https://support.example.com/d/{len(file.content)}")
        return list(fitted)  # type: ignore[arg-type]  # with links at hand nothing needs one

    def leaked(self, *values: object) -> str:
        """The first secret that shows in the repr, the text or the JSON of these values; empty if none does."""
        shown = " ".join(f"{value!r} {value!s} {json.dumps(plain(value), default=repr)}" for value in values)
        return next(
            (name for name, secrets in self.account.secrets.items() for one in secrets if one and one.reveal() in shown), ""
        )

    def with_secrets(self, secrets: Mapping[str, tuple[Secret, ...]]) -> Account:
        """The account with other secrets."""
        return replace(self.account, secrets=secrets)

    def texts(self) -> list[str]:
        """Every secret of the account in the clear."""
        return list(secret_texts(self.account))


def _as_carried(capability: Capability, outbound: Outbound, limits: Limits) -> Outbound:
    """A specimen with its file of a type that the channel names, and without text beside it where files carry none."""
    if not isinstance(outbound, Say) or not outbound.files:
        return outbound
    rule = limits.files.get(capability)
    if rule is not None and rule.types and not any(rule.allows(file.type, file.size_bytes) for file in outbound.files):
        outbound = replace(outbound, files=tuple(replace(file, type=rule.types[0]) for file in outbound.files))
    rules = [limits.files.get(kind) for file in outbound.files if (kind := limits.carrier(file.type, file.size_bytes))]
    bare = limits.caption_length == 0 or any(rule is not None and not rule.caption for rule in rules)
    return replace(outbound, text="") if bare and rules else outbound


def _value(setting: Setting) -> Any:
    if setting.default is not None:
        return setting.default
    if setting.kind == "choice" and setting.choices:
        return setting.choices[0][0]
    return _BY_KIND.get(setting.kind, f"{setting.name}-1")
