"""What we send is what Microsoft's own description of the Bot Connector asks for."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from oase.channels.adapters.teams import adapter
from oase.channels.contract import Account, Capability
from oase.channels.degrade import NeedsLink, degrade
from oase.channels.testing.specimens import specimens
from oase.kernel.secrets import Secret

TO = "a:1pL6i0oY3C0K8oAj8@smba.trafficmanager.net/emea"


@pytest.fixture
def described(specs: Path) -> dict[str, Any]:
    file = specs / "teams-botframework-channel.json"
    if not file.exists():
        pytest.skip("Microsoft's description of the Bot Connector is not here (OASE_SPECS).")
    return dict(json.loads(file.read_text(encoding="utf-8-sig")))


def test_activities_are_of_the_described_form(described: dict[str, Any]) -> None:
    account = Account(id="1", channel="teams", settings={"app_id": "app"}, secrets={"access_token": (Secret("t"),)})
    schema = {"$ref": "#/definitions/Activity", "definitions": described["definitions"]}
    paths = {path.split("/v3/")[1] for path in described["paths"]}
    assert "conversations/{conversationId}/activities" in paths
    for capability in sorted(adapter.manifest.capabilities - {Capability.REACTION}):  # which came after the description
        *_, said = degrade(specimens("teams", TO)[capability], adapter.manifest)
        assert not isinstance(said, NeedsLink)
        (call,) = adapter.render(said, account)
        known = described["definitions"]["Activity"]["properties"]
        jsonschema.validate(call.json, schema)
        assert not set(call.json) - set(known), f"{capability}: fields that the description does not know"
        assert call.url == "https://smba.trafficmanager.net/emea/v3/conversations/a%3A1pL6i0oY3C0K8oAj8/activities"


def test_our_token_goes_to_nobody_else() -> None:
    account = Account(id="1", channel="teams", settings={"app_id": "app"}, secrets={"access_token": (Secret("t"),)})
    text = specimens("teams", TO)[next(iter(adapter.manifest.capabilities & {"text"}))]  # type: ignore[arg-type]
    for host in (
        "boese.example",
        "smba.trafficmanager.net.boese.example",
        "boese.example/?x=.botframework.com",
        "http:smba.trafficmanager.net",
    ):
        with pytest.raises(Exception, match="not Microsoft's"):
            adapter.render(replace(text, envelope=replace(text.envelope, to=f"a:1@{host}")), account)
