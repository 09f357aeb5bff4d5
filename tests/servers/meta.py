"""Meta's description of WhatsApp (Graph v23.0), with the places mended where it contradicts Meta's own pages or itself.

The file was put together from several and lost some names on the way: incoming messages point to the schemas of outgoing ones. Each
mend says what it is and what it rests on; everything else is as Meta published it.
"""

import functools
from pathlib import Path
from typing import Any

import jsonschema
import yaml

Schemas = dict[str, Any]
_FILE = "whatsapp-business-messaging-v23.yaml"
_MEDIA = ("AudioMessage", "DocumentMessage", "ImageMessage", "StickerMessage", "VideoMessage")


@functools.cache
def whatsapp_description(specs: Path) -> dict[str, Any]:
    """The mended description. Raises FileNotFoundError where the providers' descriptions are absent."""
    with (specs / _FILE).open() as source:
        description: dict[str, Any] = yaml.load(source, Loader=yaml.CSafeLoader)
    schemas = description["components"]["schemas"]
    for mend in (_incoming_names, _incoming_options, _incoming_news, _outgoing_options, _outgoing_interactive):
        mend(schemas)
    _mark_as_read(description)
    return description


@functools.cache
def webhook_validator(specs: Path) -> jsonschema.Draft202012Validator:
    """Holds a webhook body to the schema `WebhookPayload`."""
    components = whatsapp_description(specs)["components"]
    return jsonschema.Draft202012Validator({"$ref": "#/components/schemas/WebhookPayload", "components": components})


def _incoming_names(schemas: Schemas) -> None:
    """Webhook schemas whose names were taken got a number; their users still name the outgoing ones."""
    renamed = {
        "TextMessage": "TextMessage_2",
        "ReactionMessage": "ReactionMessage_1",
        "LocationMessage": "LocationMessage_1",
        **{name: f"{name}_1" for name in _MEDIA},
    }
    incoming = schemas["IncomingMessage"]
    del incoming["discriminator"]
    incoming["oneOf"] = [
        {"$ref": "#/components/schemas/" + renamed.get(name, name)}
        for name in (choice["$ref"].rsplit("/", 1)[-1] for choice in incoming["oneOf"])
    ]
    inside = [choice["$ref"].rsplit("/", 1)[-1] for choice in incoming["oneOf"]] + ["SystemMessage"]
    for name in inside:
        for part in schemas[name]["allOf"]:
            if part.get("$ref", "").endswith("/BaseMessageProperties"):
                part["$ref"] += "_1"
    contacts = schemas["ContactSharingMessage"]["allOf"][1]["properties"]["contacts"]
    contacts["items"] = {"$ref": "#/components/schemas/ContactObject_1"}
    errors = schemas["UnsupportedMessage"]["allOf"][1]["properties"]["errors"]
    errors["items"] = {"$ref": "#/components/schemas/ErrorObject_2"}


def _incoming_options(schemas: Schemas) -> None:
    """A context has a product only in product inquiries, and no id in forwarded messages (page "Text messages webhook
    reference"); a removed reaction has no emoji (page "Reaction messages webhook reference", 21 May 2026)."""
    schemas["ContextObject"]["required"] = []
    schemas["ReactionMessage_1"]["allOf"][1]["properties"]["reaction"]["required"] = ["message_id"]


def _incoming_news(schemas: Schemas) -> None:
    """Kinds that came after the description: edit (20 July 2026), revoke (21 May 2026)."""
    for kind, inside in (("edit", ["original_message_id", "message"]), ("revoke", ["original_message_id"])):
        schemas["IncomingMessage"]["oneOf"].append(
            {
                "allOf": [
                    {"$ref": "#/components/schemas/BaseMessageProperties_1"},
                    {
                        "type": "object",
                        "required": ["type", kind],
                        "properties": {"type": {"enum": [kind]}, kind: {"type": "object", "required": inside}},
                    },
                ]
            }
        )


def _outgoing_options(schemas: Schemas) -> None:
    """`biz_opaque_callback_data` (page "Messages API"), degrees as numbers ("Location messages"), templates without
    `policy` ("Send message templates"), button places from 0."""
    schemas["BaseMessageProperties"]["properties"]["biz_opaque_callback_data"] = {"type": "string", "maxLength": 512}
    location = schemas["LocationMessage"]["allOf"][1]["properties"]["location"]["properties"]
    for name in ("latitude", "longitude"):
        location[name] = {"type": ["number", "string"]}
    schemas["LanguageObject"]["required"] = ["code"]
    component = schemas["TemplateComponent"]
    component["properties"]["index"] = {"type": ["string", "integer"]}
    component.pop("discriminator", None)


def _outgoing_interactive(schemas: Schemas) -> None:
    """Two kinds that the description leaves out: pages "Interactive Call-to-Action URL button messages" and "Location request
    messages"."""
    schemas["InteractiveObject"]["properties"]["type"]["enum"] += ["cta_url", "location_request_message"]
    schemas["ActionObject"]["oneOf"] += [
        {"required": ["name", "parameters"], "properties": {"name": {"enum": ["cta_url"]}}},
        {"required": ["name"], "properties": {"name": {"enum": ["send_location"]}}},
    ]


def _mark_as_read(description: dict[str, Any]) -> None:
    """The operation's examples have requests to mark as read and to show typing, its schema does not."""
    operation = description["paths"]["/{Version}/{Phone-Number-ID}/messages"]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    choices = [{"$ref": "#/components/schemas/Message"}, {"$ref": "#/components/schemas/MarkMessageRequestPayload"}]
    content["schema"] = {"anyOf": choices}
