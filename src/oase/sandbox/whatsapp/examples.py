"""Templates that every simulated business account has from the start, in Meta's form."""

from typing import Any

EXAMPLE_TEMPLATES: list[dict[str, Any]] = [
    {
        "name": "hello_world",
        "language": "en_US",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
            {
                "type": "BODY",
                "text": "Welcome and congratulations!! This message demonstrates your ability to send a message.",
            },
            {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
        ],
    },
    {
        "name": "bestellung_unterwegs",
        "language": "de",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Ihre Bestellung {{1}}"},
            {
                "type": "BODY",
                "text": "Guten Tag {{1}}, Ihr Paket ist unterwegs und kommt voraussichtlich am {{2}} an.",
                "example": {"body_text": [["Frau Özdemir", "Dienstag"]]},
            },
            {"type": "FOOTER", "text": "Antworten Sie einfach auf diese Nachricht."},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "URL", "text": "Sendung verfolgen", "url": "https://shop.example.com/paket/{{1}}"},
                    {"type": "QUICK_REPLY", "text": "Bin nicht da"},
                ],
            },
        ],
    },
    {
        "name": "order_on_its_way",
        "language": "en_US",
        "category": "UTILITY",
        "components": [
            {"type": "BODY", "text": "Hello {{1}}, your parcel is on its way and should arrive on {{2}}."},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "I am not at home"}]},
        ],
    },
    {
        "name": "termin_erinnerung",
        "language": "de",
        "category": "UTILITY",
        "parameter_format": "NAMED",
        "components": [
            {"type": "BODY", "text": "Guten Tag {{name}}, wir erinnern an Ihren Termin am {{tag}} um {{uhrzeit}} Uhr."},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Passt"},
                    {"type": "QUICK_REPLY", "text": "Bitte verschieben"},
                ],
            },
        ],
    },
    {
        "name": "angebot_der_woche",
        "language": "de",
        "category": "MARKETING",
        "components": [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Diese Woche für Sie: {{1}}. Gilt bis Samstag."},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Keine Werbung mehr"}]},
        ],
    },
    {
        "name": "alte_vorlage",
        "language": "de",
        "category": "MARKETING",
        "status": "PAUSED",
        "components": [{"type": "BODY", "text": "Diese Vorlage ist wegen schlechter Bewertungen angehalten."}],
    },
]
