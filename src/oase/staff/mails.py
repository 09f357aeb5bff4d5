"""The mails that staff get: invitation, password reset, word of a changed password and of a new sign-in."""

from datetime import datetime
from typing import Final

from oase.kernel.i18n import Language, Message, translator
from oase.kernel.secrets import Secret
from oase.staff.rules import INVITATION_LASTS, RESET_LASTS
from oase.staff.types import Agent, Mail, Workspace

INVITATION_PATH: Final = "/invitation/"
RESET_PATH: Final = "/reset/"


def invitation(*, to: str, name: str, by: str, workspace: str, language: Language, url: str, token: Secret) -> Mail:
    """Asks somebody to join; `url` is the installation's public address."""
    t, link = translator(language), f"{url}{INVITATION_PATH}{token.reveal()}"
    lines = [
        t.gettext("Hello %(name)s,", name=name),
        t.gettext("%(by)s invites you to work in “%(workspace)s”.", by=by, workspace=workspace)
        if by
        else t.gettext("You are invited to work in “%(workspace)s”.", workspace=workspace),
        t.gettext("Please open this page to choose your password:"),
        link,
        t.ngettext("The link works once, within %(n)s day.", "The link works once, within %(n)s days.", INVITATION_LASTS.days),
    ]
    subject = t.gettext("Your invitation to “%(workspace)s”", workspace=workspace)
    return Mail(to=to, to_name=name, subject=subject, text=_text(lines), link=link)


def reset(*, to: str, name: str, workspace: str, language: Language, url: str, token: Secret) -> Mail:
    """Lets somebody choose a new password."""
    t, link = translator(language), f"{url}{RESET_PATH}{token.reveal()}"
    lines = [
        t.gettext("Hello %(name)s,", name=name),
        t.gettext("somebody asked for a new password for you in “%(workspace)s”. Here you can choose one:", workspace=workspace),
        link,
        t.ngettext(
            "The link works once, within %(n)s minute.",
            "The link works once, within %(n)s minutes.",
            int(RESET_LASTS.total_seconds()) // 60,
        ),
        t.gettext("If it was not you, there is nothing to do: your password stays as it is."),
    ]
    subject = t.gettext("A new password for “%(workspace)s”", workspace=workspace)
    return Mail(to=to, to_name=name, subject=subject, text=_text(lines), link=link)


def password_changed(*, to: str, name: str, workspace: str, language: Language, url: str) -> Mail:
    """Tells somebody that the password was changed, so that a stranger's doing does not stay unseen."""
    t = translator(language)
    lines = [
        t.gettext("Hello %(name)s,", name=name),
        t.gettext("your password for “%(workspace)s” was changed, and all other sign-ins have ended.", workspace=workspace),
        t.gettext("If it was not you, please choose a new password at once and tell your administrator:"),
        f"{url}{RESET_PATH.rstrip('/')}",
    ]
    subject = t.gettext("Your password for “%(workspace)s” was changed", workspace=workspace)
    return Mail(to=to, to_name=name, subject=subject, text=_text(lines))


def new_sign_in(*, agent: Agent, workspace: Workspace, url: str, device: Message, address: str, at: datetime) -> Mail:
    """Tells somebody that they signed in with a browser that is not known yet."""
    t = translator(agent.language, agent.time_zone or workspace.time_zone)
    lines = [
        t.gettext("Hello %(name)s,", name=agent.name),
        t.gettext(
            "somebody has just signed in to “%(workspace)s” as you, in a browser that we do not know yet:",
            workspace=workspace.name,
        ),
        "\n".join((t.text(device), t.gettext("Network address: %(address)s", address=address), t.date_time(at, "full"))),
        t.gettext("If it was you, there is nothing to do."),
        t.gettext("If it was not you, please choose a new password at once and tell your administrator:"),
        f"{url}{RESET_PATH.rstrip('/')}",
    ]
    subject = t.gettext("A new sign-in to “%(workspace)s”", workspace=workspace.name)
    return Mail(to=agent.email, to_name=agent.name, subject=subject, text=_text(lines))


def _text(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"
