"""How Twilio signs: by Twilio's own library, which the adapter's own code knows nothing of."""

import hashlib
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs, urlencode

import pytest
from msgspec.structs import replace
from twilio.request_validator import RequestValidator

from oase.channels.contract import Forged, Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """Twilio deliveries carry X-Twilio-Signature over the address and the form."""

    form: ClassVar[str] = "application/x-www-form-urlencoded"

    def sign(self, raw: Raw, secrets: Mapping[str, Secret], address: str = "") -> Raw:
        url = address or self.account.webhook_url
        validator = RequestValidator(secrets["auth_token"].reveal())
        if raw.headers.get("content-type") == "application/json":
            raw = replace(raw, query={**raw.query, "bodySHA256": hashlib.sha256(raw.body).hexdigest()})
            parameters: Mapping[str, object] = {}
        else:
            parameters = {name: values if len(values) > 1 else values[0] for name, values in self._form(raw).items()}
        whole = url + (f"?{urlencode(raw.query)}" if raw.query else "")
        signature = validator.compute_signature(whole, parameters)
        return replace(raw, headers={**raw.headers, "x-twilio-signature": signature})

    def _form(self, raw: Raw) -> Mapping[str, list[str]]:
        return parse_qs(raw.body.decode("utf-8", "replace"), keep_blank_values=True)

    @pytest.mark.parametrize("port", [":443", ""])
    def test_the_usual_port_may_be_in_the_signed_address_or_not(self, port: str) -> None:
        raw = self.deliveries[0].raw()
        address = self.account.webhook_url.replace(".com/", f".com{port}/")
        self.adapter.verify(self.sign(raw, self.newest(), address), self.account)

    def test_a_delivery_to_another_account_is_refused(self) -> None:
        raw = self.sign(self.deliveries[0].raw(), self.newest(), self.account.webhook_url + "2")
        with pytest.raises(Forged):
            self.adapter.verify(raw, self.account)

    def test_the_documented_sample_of_twilio_is_genuine(self) -> None:
        """https://www.twilio.com/docs/usage/security, in every version of Twilio's own libraries."""
        body = urlencode(
            {
                "CallSid": "CA1234567890ABCDE",
                "Caller": "+12349013030",
                "Digits": "1234",
                "From": "+12349013030",
                "To": "+18005551212",
            }
        )
        account = replace(self.account, webhook_url="https://mycompany.com/myapp.php", secrets={"auth_token": (Secret("12345"),)})
        raw = Raw(
            body=body.encode(),
            query={"foo": "1", "bar": "2"},
            headers={"x-twilio-signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="},
            received_at=self.deliveries[0].received_at,
        )
        self.adapter.verify(raw, account)
        with pytest.raises(Forged):
            self.adapter.verify(replace(raw, body=raw.body.replace(b"1234&", b"1235&")), account)
