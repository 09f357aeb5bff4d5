"""The desk: what helps agents to do the right thing next. So far: notifications."""

from oase.desk.notifications.actions import add_browser, change_wishes, remove_browser, try_browsers
from oase.desk.notifications.clock import NotificationClock
from oase.desk.notifications.feed import NotificationFeed
from oase.desk.notifications.queries import browsers_of, notification_of, waiting_for, wishes_of
from oase.desk.notifications.retention import RULE
from oase.desk.notifications.rules import MAIL_AFTER, MAIL_EVERY, check_wishes
from oase.desk.notifications.sender import PushSender, Sent
from oase.desk.notifications.types import KINDS, WAYS, Device, Kind, Shown, Way, Wishes

__all__ = [
    "KINDS",
    "MAIL_AFTER",
    "MAIL_EVERY",
    "RULE",
    "WAYS",
    "Device",
    "Kind",
    "NotificationClock",
    "NotificationFeed",
    "PushSender",
    "Sent",
    "Shown",
    "Way",
    "Wishes",
    "add_browser",
    "browsers_of",
    "change_wishes",
    "check_wishes",
    "notification_of",
    "remove_browser",
    "try_browsers",
    "waiting_for",
    "wishes_of",
]
