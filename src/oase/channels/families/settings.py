"""Settings that many channels have alike."""

from oase.channels.contract import Setting, Words


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
