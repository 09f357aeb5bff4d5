"""Checks of the manifest: complete in both languages, and sane."""

import re

from oase.channels.contract import Adapter, Capability, Manifest, Setting, Words
from oase.channels.testing.case import Case

_FILE_KINDS = (Capability.IMAGE, Capability.AUDIO, Capability.VOICE, Capability.VIDEO, Capability.DOCUMENT, Capability.STICKER)


class ManifestChecks(Case):
    """The data that the core, the form and the docs are made from."""

    def test_the_manifest_has_its_words_in_both_languages(self) -> None:
        manifest = self.adapter.manifest
        missing = [] if _both(manifest.name) else ["name"]
        missing += [f"setting {one.name}" for one in _all(manifest.settings) if not _worded(one)]
        if manifest.wire == "http" and not _both(manifest.guide):
            missing.append("guide")
        if manifest.public and not (_both(manifest.public.name) and _both(manifest.public.readers)):
            missing.append("public")
        if bool(manifest.guide.en) != bool(manifest.guide.de):
            missing.append("guide in one of the languages")
        assert not missing, f"Words are missing, in English or German: {missing}"

    def test_the_manifest_is_sane(self) -> None:
        manifest, limits = self.adapter.manifest, self.adapter.manifest.limits
        has = manifest.capabilities
        wrong = {
            "id": not re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", manifest.id),
            "icon": not manifest.icon,
            "color": not re.fullmatch(r"#[0-9a-f]{6}", manifest.color.lower()),
            "identity": not manifest.identity,
            "capabilities: a channel without text": Capability.TEXT not in has | manifest.incoming | _in_public(manifest),
            "polls_if without polls": manifest.polls_if is not None and not manifest.polls,
            "limits.text_length": limits.text_length <= 0,
            "limits.buttons": Capability.BUTTONS in has and limits.buttons <= 0,
            "limits.list_rows": Capability.LIST in has and limits.list_rows <= 0,
            "limits.reply_window": limits.reply_window is not None and limits.reply_window.total_seconds() <= 0,
            "limits.attachments_per_message": has.intersection(_FILE_KINDS) and limits.attachments_per_message < 1,
            "limits.caption_length beyond text_length": limits.caption_length > limits.text_length,
            "signature: a webhook that says not how it is signed": manifest.webhook
            and manifest.wire == "http"
            and not manifest.points
            and not manifest.signature,
            "points without a webhook": manifest.points and not manifest.webhook,
            "settings: a server's address without `aims`": any(_names_a_server(one) for one in _all(manifest.settings)),
            "settings: a name twice": len({one.name for one in manifest.settings}) != len(manifest.settings),
        }
        found = [what for what, is_wrong in wrong.items() if is_wrong]
        found += [f"limits.files: {kind}" for kind in _FILE_KINDS if kind in has and kind not in limits.files]
        found += [f"limits.files: {kind} is no capability" for kind in limits.files if kind not in has | manifest.incoming]
        assert not found, f"The manifest is not right in: {found}"

    def test_the_adapter_has_the_functions_that_its_manifest_promises(self) -> None:
        manifest = self.adapter.manifest
        needed = {"parse"}
        needed |= {"render", "interpret"} if manifest.wire != "local" else set()
        needed |= {"perform"} if manifest.wire == "own" else set()
        needed |= {"listen"} if manifest.listens else set()
        needed |= {"serve"} if manifest.serves else set()
        needed |= {"verify"} if manifest.signature else set()
        needed |= {"verify", "follow"} if manifest.points else set()
        needed |= {"poll"} if manifest.polls else set()
        needed |= {"renew"} if manifest.renews else set()
        needed |= {"whois"} if manifest.names else set()
        needed |= {"subscribe"} if manifest.subscribes else set()
        needed |= {"invite"} if manifest.invites else set()
        needed |= {"templates"} if Capability.TEMPLATE in manifest.capabilities else set()
        missing = [name for name in sorted(needed) if getattr(type(self.adapter), name) is getattr(Adapter, name)]
        assert not missing, f"The manifest promises what the adapter does not have: {missing}"


def _in_public(manifest: Manifest) -> frozenset[Capability]:
    return manifest.public.capabilities | manifest.public.incoming if manifest.public else frozenset()


def _all(settings: tuple[Setting, ...]) -> list[Setting]:
    return [inner for one in settings for inner in (one, *_all(one.columns))]


def _names_a_server(setting: Setting) -> bool:
    return bool(re.search(r"(^|_)(host|port|server|url|endpoint)$", setting.name)) and not (setting.aims or setting.kind == "url")


def _both(words: Words) -> bool:
    return bool(words.en.strip() and words.de.strip())


def _worded(setting: Setting) -> bool:
    half_helped = bool(setting.help.en) != bool(setting.help.de)
    named = setting.kind == "account" or all(_both(words) for _, words in setting.choices)
    consents = all(_both(one.label) and _both(one.guide) for one in setting.consents)
    return consents and _both(setting.label) and not half_helped and named and (setting.group is None or _both(setting.group))
