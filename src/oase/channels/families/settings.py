"""Settings that many channels have alike."""

from oase.channels.contract import Setting, Words


def accounts_led_to(offered: str, group: Words | None = None) -> Setting:
    """To which accounts customers are led, where the setting `offered` says that they are (`oase.conversations.offers`)."""
    return Setting(
        name="elsewhere_accounts",
        kind="accounts",
        required=False,
        default=(),
        only_if=(offered, "true"),
        group=group,
        label=Words("Only to these", "Nur zu diesen"),
        help=Words("None ticked: to all of them, later ones too.", "Keiner angekreuzt: zu allen, auch zu späteren."),
    )


def provider_address(default: str, label: Words) -> Setting:
    """Where the provider's API is: always its own address, except when Oase is tried with the sandbox."""
    return Setting(
        name="base_url",
        kind="url",
        required=False,
        default=default,
        group=Words("For experts", "Für Fachleute"),
        label=label,
        help=Words("Change it only to try Oase with the sandbox.", "Nur ändern, um Oase mit der Sandbox auszuprobieren."),
    )
