"""The platforms that the sandbox simulates, in the order in which the phone shows them. WhatsApp and the mailbox have their own places."""

from typing import Final

from oase.sandbox.blog import Blog
from oase.sandbox.bluesky import Bluesky
from oase.sandbox.forum import Forum
from oase.sandbox.line import Line
from oase.sandbox.mastodon import Mastodon
from oase.sandbox.matrix import Matrix
from oase.sandbox.meta import Facebook, Instagram
from oase.sandbox.places import Platform
from oase.sandbox.slack import Slack
from oase.sandbox.sms import SmsNetwork
from oase.sandbox.teams import Teams
from oase.sandbox.telegram import Telegram
from oase.sandbox.viber import Viber
from oase.sandbox.websites import Websites
from oase.sandbox.x import X
from oase.sandbox.xmpp import Xmpp

PLATFORMS: Final[tuple[type[Platform], ...]] = (
    Facebook,
    Instagram,
    Telegram,
    Line,
    Viber,
    Slack,
    Teams,
    Matrix,
    Xmpp,
    SmsNetwork,
    Mastodon,
    Forum,
    Blog,
    X,
    Bluesky,
    Websites,
)
