"""The platforms that the sandbox simulates, in the order in which the phone shows them. WhatsApp and the mailbox have their own places."""

from typing import Final

from oase.sandbox.line import Line
from oase.sandbox.mastodon import Mastodon
from oase.sandbox.meta import Facebook, Instagram
from oase.sandbox.places import Platform
from oase.sandbox.slack import Slack
from oase.sandbox.sms import SmsNetwork
from oase.sandbox.telegram import Telegram

<<<<<<< HEAD
PLATFORMS: Final[tuple[type[Platform], ...]] = (Facebook, Instagram, Telegram, Line, SmsNetwork, Mastodon)
=======
PLATFORMS: Final[tuple[type[Platform], ...]] = (Facebook, Instagram, Telegram, Line, Slack, SmsNetwork)
>>>>>>> e4a02a7 (A simulated Slack: direct messages, a shared channel, signed events; Slack's own SDK drives it)
