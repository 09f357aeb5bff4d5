"""Instagram: direct messages, comments, mentions, by the page that the account is linked to.

https://developers.facebook.com/documentation/instagram-platform/webhooks/examples (2026-11)
https://developers.facebook.com/docs/instagram-platform/comment-moderation (2026-11)
https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-facebook-login/mentions (2026-11)
"""

import re
import secrets
from datetime import timedelta
from typing import ClassVar, Final

from oase.kernel.clock import Clock
from oase.kernel.errors import NotFound
from oase.sandbox.live import Hub
from oase.sandbox.meta.asked import Upload
from oase.sandbox.meta.base import MetaPlatform
from oase.sandbox.meta.errors import Refused, missing, parameter
from oase.sandbox.places import COMPANY, COMPANY_NAME, Customer, Json, Message, Post
from oase.sandbox.places.types import Feature, PublicFeature

FIELDS: Final = ("feed",)
_SEVEN_DAYS: Final = timedelta(days=7)
_MENTIONED: Final = re.compile(r"mentioned_(comment\.comment_id|media\.media_id)\((\d+)\)")
_TYPES: Final = {
    "image": ("image/jpeg", "image/png", "image/gif"),
    "video": ("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"),
    "audio": ("audio/mp4", "audio/aac", "audio/x-m4a", "audio/wav", "audio/x-wav"),
    "file": ("application/pdf",),
}


class Instagram(MetaPlatform):
    """Direct messages, comments, mentions."""

    id = "instagram"
    name = "Instagram"
    icon = "brand-instagram"
    color = "#c13584"
    features: ClassVar[frozenset[Feature]] = frozenset(
        {"files", "voice", "choices", "reply", "reactions", "edit", "delete", "receipts", "sticker"}
    )
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"comments", "mentions"})
    hooks_object = "instagram"
    page_id = "106540352242922"
    own_id = "17841405793187218"
    app_id = "1517776481860111"
    permissions = (
        "instagram_basic", "instagram_manage_messages", "instagram_manage_comments", "pages_messaging", "pages_manage_metadata",
        "pages_show_list", "pages_read_engagement",
    )  # fmt: skip
    messaging_permission = "instagram_manage_messages"
    text_bytes = 1000
    edit_field = "message_edit"
    referral_field = "messaging_referral"
    echo_field = "messages"
    link_source = "IGME-SOURCE-LINK"
    inbox_app_id = "1217981644879628"
    username = "lindgruen.fahrraeder"

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.answered: set[str] = set()  # comments that were answered in private

    def seed(self) -> None:
        """Two people, a post of the company's; the page's application is subscribed."""
        self.fields[self.app_id] = list(FIELDS)
        self.get_started = "ICE_BREAKER"
        self.phone.add_customer("1254477777772919", "Erika Mustermann", "erika.m")
        self.phone.add_customer("1254477777773001", "Łukasz D’Angelo", "lukasz_d")
        self.timeline.add(COMPANY, "Die neuen Farben sind da 🚲💙")

    def new_id(self, kind: str) -> str:
        """Ids of messages are longer here."""
        if kind == "message":
            return f"aWdfZAG1faXRlbToxOklHTWVzc2FnZAUl{secrets.token_urlsafe(60)}"
        return super().new_id(kind).replace("1221", "1790", 1)

    def subscribed(self, field: str) -> bool:
        """Any field of the page opens the way for all of its Instagram account, as far as the application asked for them."""
        opened = bool(self.fields.get(self.app_id))
        return opened and (not self.fields_here or field in self.fields_here)

    def takes(self, kind: str, type: str) -> bool:
        """Whether a file of this type goes as that kind."""
        return type.partition(";")[0] in _TYPES[kind]

    def page_node(self) -> Json:
        """The page, with the account that is linked to it."""
        linked = {"id": self.own_id, "username": self.username, "name": COMPANY_NAME}
        return {"id": self.page_id, "name": COMPANY_NAME, "instagram_business_account": linked}

    def profile(self, customer: Customer) -> Json:
        """What a customer's profile tells."""
        return {"name": customer.name, "username": customer.handle or customer.name}

    def echo_marks(self, app_id: str, metadata: str) -> Json:
        """Instagram does not tell which application it was."""
        return {"is_echo": True}

    def on_state(self, message: Message) -> None:
        """Read; nothing is told of delivery."""
        if message.state == "read":
            self.tell_item(
                "messaging_seen", self.from_customer(message.customer_id, read={"mid": message.id}), message.customer_id
            )

    # --- in public ---

    def on_post(self, post: Post) -> None:
        """A comment, or a mention; posts of the company's own are not told."""
        top = self.timeline.posts.get(post.thread_id, post)
        if post.mentions or top.mentions:
            value: Json = {"media_id": top.id} | ({"comment_id": post.id} if post.parent_id else {})
            self.tell_change("mentions", value, post.thread_id)
        elif post.parent_id:
            self._tell_comment(post)

    def _tell_comment(self, post: Post) -> None:
        person = self.phone.customers.get(post.author_id)
        author = {"id": post.author_id, "username": person.handle or person.name} if person else None
        value: Json = {
            "id": post.id,
            "from": author or {"id": self.own_id, "username": self.username},
            "text": post.text,
            "media": {"id": post.thread_id, "media_product_type": "FEED"},
        }
        if post.parent_id != post.thread_id:
            value["parent_id"] = post.parent_id
        self.tell_change("comments", value, post.thread_id)

    async def node(self, method: str, node: str, given: Json) -> Json:
        """The account (what a mention says), a comment: hidden or shown, deleted."""
        if method == "GET" and node == self.own_id:
            return self._mentioned(str(given.get("fields") or "")) | {"id": self.own_id}
        if node not in self.timeline.posts:
            return await super().node(method, node, given)
        self.keys.need("instagram_manage_comments")
        post = self.timeline.post(node)
        if post.deleted or not post.parent_id:
            raise missing(node)
        if method == "DELETE":
            self.timeline.erase(node)
            return {"success": True}
        if method == "POST" and isinstance(given.get("hide"), bool):
            self.timeline.hide(node, given["hide"])
            return {"success": True}
        raise parameter("The parameter hide is required.")

    async def edge(self, method: str, node: str, edge: str, given: Json, upload: Upload | None) -> Json:
        """Replies to comments, comments below posts, answers where the account was mentioned."""
        self.keys.need("instagram_manage_comments")
        if (method, node, edge) == ("POST", self.own_id, "mentions"):
            node = str(given.get("comment_id") or given.get("media_id") or "")
        elif (method, edge) not in (("POST", "replies"), ("POST", "comments")):
            raise missing(node)
        text = str(given.get("message") or "")
        if not text:
            raise parameter("The parameter message is required.")
        if node not in self.timeline.posts or self.timeline.post(node).deleted:
            raise missing(node)
        above = self.timeline.post(node)
        if edge == "replies":
            if not above.parent_id:
                raise missing(node)
            if above.hidden:
                raise parameter("You cannot reply to hidden comments")
            if above.parent_id != above.thread_id:
                above = self.timeline.post(above.parent_id)  # replies to a reply stand below the first comment
        comment = self.timeline.answer(text, parent_id=above.id)
        self.on_post(comment)
        return {"id": comment.id}

    def _mentioned(self, fields: str) -> Json:
        self.keys.need("instagram_basic")
        found = _MENTIONED.search(fields)
        if found is None:
            return {}
        try:
            post = self.timeline.post(found.group(2))
        except NotFound:
            raise missing(found.group(2)) from None
        person = self.phone.customers.get(post.author_id)
        told: Json = {"id": post.id, "username": person.handle if person else self.username, "timestamp": post.time.isoformat()}
        link = f"https://www.instagram.com/p/{post.thread_id}/"
        if found.group(1).startswith("comment"):
            return {"mentioned_comment": told | {"text": post.text, "media": {"permalink": link, "id": post.thread_id}}}
        return {"mentioned_media": told | {"caption": post.text, "permalink": link}}

    def private_reply(self, asked: Json) -> Customer:
        """Once, within seven days."""
        id = str(asked.get("comment_id") or "")
        try:
            post = self.timeline.post(id)
        except NotFound:
            raise parameter("Invalid comment ID") from None
        if post.deleted or post.author_id == COMPANY:
            raise Refused(10903, "(#10903) This user cant reply to this activity")
        if id in self.answered:
            raise Refused(10900, "(#10900) Activity already replied to")
        if self.now() - post.time > _SEVEN_DAYS:
            raise Refused(10, "(#10) The comment is too old for a private reply.", subcode=1893063)
        self.answered.add(id)
        return self.phone.customer(post.author_id)
