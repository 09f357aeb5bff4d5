"""Checks of the signature: genuine deliveries pass, five kinds of forgery do not, old secrets still count."""

from collections.abc import Iterator
from typing import Literal

import pytest
from msgspec.structs import replace

from oase.channels.contract import Account, Forged, Raw
from oase.channels.testing.case import Case
from oase.kernel.secrets import Secret

Place = tuple[Literal["headers", "query"], str]

_NOT_OURS = "somebody-elses-secret-9Wd"


class SignatureChecks(Case):
    """`verify`; channels without a signed webhook step aside by their manifest."""

    def test_genuine_deliveries_are_accepted_with_the_newest_secret_and_with_older_ones(self) -> None:
        self._needs_signature()
        for recording in self._posted():
            for age in range(max(len(secrets) for secrets in self.account.secrets.values())):
                raw = self.sign(recording, self.newest(age))
                assert self._accepts(raw), f"A delivery signed with secret number {age + 1} of the account is refused."

    def test_five_forgeries_are_refused(self) -> None:
        self._needs_signature()
        for raw in self._posted():
            genuine = self.sign(raw, self.newest())
            places = self._signing_places(genuine)
            assert places, "No header and no query makes a difference: nothing is signed, or everything is refused."
            for what, forged in self._forgeries(genuine, places):
                assert not self._accepts(forged), f"A forgery is accepted: {what}."

    def test_a_secret_that_was_taken_away_no_longer_counts(self) -> None:
        self._needs_signature()
        raw = self._posted()[0]
        signed = self.sign(raw, self.newest(1))
        only_newest = self.with_secrets({name: secrets[:1] for name, secrets in self.account.secrets.items()})
        assert not self._accepts(signed, only_newest), "A secret that the account no longer has is accepted."

    def test_what_is_signed_and_still_not_genuine_is_refused_for_the_recorded_reason(self) -> None:
        self._needs_signature()
        for recording in self.deliveries:
            if not recording.forged:
                continue
            try:
                self.adapter.verify(self.signed(recording), self.account)
            except Forged as error:
                assert str(error) == recording.forged, f"{recording.name}: {error}"
            else:
                raise AssertionError(f"{recording.name} is accepted.")

    def test_an_account_without_secrets_accepts_nothing(self) -> None:
        self._needs_signature()
        empty: dict[str, tuple[Secret, ...]] = dict.fromkeys(self.account.secrets, ())
        blank = {name: (Secret(""),) for name in self.account.secrets}
        for raw in self._posted():
            signed = self.sign(raw, {name: Secret("") for name in self.account.secrets})
            assert not self._accepts(signed, self.with_secrets(empty)), "An account without secrets accepts a delivery."
            assert not self._accepts(signed, self.with_secrets(blank)), "An empty secret accepts a delivery."

    def _needs_signature(self) -> None:
        if not self.adapter.manifest.signature:
            pytest.skip("The manifest names no signature.")

    def _posted(self) -> list[Raw]:
        raws = [recording.raw() for recording in self.deliveries if not recording.forged]
        posted = [raw for raw in raws if raw.body and self.adapter.greet(self.sign(raw, self.newest()), self.account) is None]
        assert posted, "There is no recorded delivery to sign."
        return posted

    def _accepts(self, raw: Raw, account: Account | None = None) -> bool:
        try:
            self.adapter.verify(raw, account or self.account)
        except Forged as error:
            assert str(error), "A refusal without a sentence."
            assert not self.leaked(error), "The refusal shows a secret."
            return False
        return True

    def _signing_places(self, raw: Raw) -> list[Place]:
        places: list[Place] = [("headers", name) for name in raw.headers] + [("query", name) for name in raw.query]
        return [place for place in places if not self._accepts(_with(raw, place, None))]

    def _forgeries(self, genuine: Raw, places: list[Place]) -> Iterator[tuple[str, Raw]]:
        bare = genuine
        for place in places:
            bare = _with(bare, place, None)
            yield f"without {place}", _with(genuine, place, None)
        yield "no signature", bare
        yield "nothing but the body", replace(genuine, headers={}, query={})
        others = {name: Secret(_NOT_OURS) for name in self.account.secrets}
        yield "signed with a secret that is not ours", self.sign(replace(genuine, headers={}), others)
        if self.adapter.manifest.signs_body:
            yield "one more byte in the body", replace(genuine, body=genuine.body + b" ")
            yield "one byte of the body changed", replace(genuine, body=bytes([genuine.body[0] ^ 1]) + genuine.body[1:])
            yield "an empty body", replace(genuine, body=b"")
        for place in places:
            value = _value(genuine, place)
            if not value:
                continue
            yield f"{place} cut short", _with(genuine, place, value[:-1])
            yield f"{place} cut to half", _with(genuine, place, value[: len(value) // 2])
            yield f"{place} empty", _with(genuine, place, "")
            yield f"{place} with one digit changed", _with(genuine, place, value[:-1] + ("0" if value[-1] != "0" else "1"))
            yield f"{place} not in ASCII", _with(genuine, place, "ü" * len(value))
            yield f"{place} of broken characters", _with(genuine, place, value[:-1] + "\udcff")
            algorithm, mark, digest = value.partition("=")
            if mark and digest:
                yield f"{place} of another algorithm", _with(genuine, place, f"sha1={digest}")
                yield f"{place} without its algorithm", _with(genuine, place, digest)
                yield f"{place} with its algorithm only", _with(genuine, place, f"{algorithm}=")


def _value(raw: Raw, place: Place) -> str:
    return (raw.headers if place[0] == "headers" else raw.query)[place[1]]


def _with(raw: Raw, place: Place, value: str | None) -> Raw:
    held = raw.headers if place[0] == "headers" else raw.query
    changed = {name: old for name, old in held.items() if name != place[1]}
    if value is not None:
        changed[place[1]] = value
    return replace(raw, headers=changed) if place[0] == "headers" else replace(raw, query=changed)
