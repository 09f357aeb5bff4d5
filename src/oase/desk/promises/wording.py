"""How a customer is told of a second promise: a line in chats and on messengers, a short mail by mail. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from oase.desk.promises.types import Pace, Policy
from oase.kernel.i18n import LANGUAGES, Language, Message, Translator, message

LINE: Final = message("Thank you for waiting. You will have our answer by {{time}}.")
LETTER: Final = message(
    "Thank you for your message. We need a little longer than we promised: you will have our answer by {{time}}.\n\n"
    "You need not do anything; your message is not lost.\n\n{{company}}"
)
BLANK: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def language_of(person: str, workspace: Language) -> Language:
    """The language in which a person is told: their own, if it is one of ours."""
    return next((one for one in LANGUAGES if person[:2].casefold() == one), workspace)


def told(policy: Policy, pace: Pace, due: datetime, now: datetime, company: str, t: Translator) -> str:
    """What the customer is told: in the workspace's words, or ours."""
    own: Mapping[str, str] = policy.letters if pace == "mail" else policy.lines
    ours: Message = LETTER if pace == "mail" else LINE
    text = own.get(t.language, "").strip() or t.text(ours)
    return fill(text, {"time": moment(due, now, t), "company": company})


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled; a name that is no blank stays as it stands."""
    return BLANK.sub(lambda blank: values.get(blank.group(1), blank.group(0)), text)


def moment(due: datetime, now: datetime, t: Translator) -> str:
    """The end of a promise as it is said: "2:20 PM", "Monday, November 30, 9:20 AM"."""
    then, today = due.astimezone(t.zone).date(), now.astimezone(t.zone).date()
    if then == today:
        return t.pgettext("end of a promise", "%(time)s", time=t.time(due))
    return t.pgettext(
        "end of a promise", "%(weekday)s, %(day)s, %(time)s", weekday=t.weekday(due), day=t.day_and_month(due), time=t.time(due)
    )
