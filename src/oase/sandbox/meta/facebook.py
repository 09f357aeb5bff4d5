"""Facebook: Messenger with a page, and what happens on the page.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page (2026-11)
https://developers.facebook.com/docs/graph-api/reference/comment (2026-11)
https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies (2026-11)
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Final
from urllib.parse import quote

from oase.kernel.clock import Clock
from oase.kernel.errors import NotFound
from oase.sandbox.live import Hub
from oase.sandbox.meta import webhooks
from oase.sandbox.meta.asked import Upload, fields_of
from oase.sandbox.meta.base import MetaPlatform
from oase.sandbox.meta.errors import Refused, missing, parameter
from oase.sandbox.places import COMPANY, COMPANY_NAME, Customer, File, Json, Message, Post
from oase.sandbox.places.timeline import Timeline
from oase.sandbox.places.types import Feature, PublicFeature

FIELDS: Final = (
    "messages", "message_echoes", "message_edits", "message_reactions", "message_reads", "message_deliveries",
    "messaging_postbacks", "messaging_referrals", "feed", "mention", "ratings",
)  # fmt: skip
_SEVEN_DAYS: Final = timedelta(days=7)


class _Page(Timeline):
    """Posts, comments, recommendations with ids in Facebook's form: whose they are stands in front."""

    def add(
        self,
        author_id: str,
        text: str,
        *,
        parent_id: str = "",
        post_id: str = "",
        files: Sequence[File] = (),
        rating: int = 0,
        mentions: bool = False,
    ) -> Post:
        """Keeps what was said."""
        if not post_id:
            number = self._platform.new_id("post")
            if parent_id:
                above = self.post(parent_id).thread_id
                post_id = f"{above.rpartition('_')[2]}_{number}"
            else:
                owner = author_id if mentions else Facebook.page_id
                post_id = number if rating else f"{owner}_{number}"
        return super().add(author_id, text, parent_id=parent_id, post_id=post_id, files=files, rating=rating, mentions=mentions)


class Facebook(MetaPlatform):
    """Messenger and a page."""

    id = "facebook"
    name = "Messenger"
    icon = "brand-messenger"
    color = "#0866ff"
    public_name = "Facebook"
    features: ClassVar[frozenset[Feature]] = frozenset(
        {"files", "voice", "location", "choices", "reply", "reactions", "edit", "delete", "receipts", "sticker"}
    )
    public: ClassVar[frozenset[PublicFeature]] = frozenset(
        {"posts", "comments", "mentions", "reviews", "files", "likes", "edit", "delete"}
    )
    hooks_object = "page"
    page_id = "106540352242922"
    own_id = page_id
    app_id = "1517776481860111"
    permissions = (
        "pages_messaging", "pages_manage_metadata", "pages_show_list", "pages_read_engagement", "pages_read_user_content",
        "pages_manage_engagement",
    )  # fmt: skip
    messaging_permission = "pages_messaging"
    edit_field = "message_edits"
    referral_field = "messaging_referrals"
    echo_field = "message_echoes"
    link_source = "SHORTLINK"
    inbox_app_id = "263902037430900"
    username = "lindgruenfahrraeder"

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.timeline = _Page(self)
        self.answered: set[str] = set()  # comments and posts that were answered in private
        self.photos: dict[str, str] = {}

    def seed(self) -> None:
        """Two people, a post of the company's; the application hears everything."""
        self.fields[self.app_id] = list(FIELDS)
        self.get_started = "GET_STARTED"
        self.phone.add_customer("7204519562999120", "Erika Mustermann")
        self.phone.add_customer("6911223344556677", "Łukasz D’Angelo")
        self.timeline.add(COMPANY, "Neu: Sonntags geöffnet! 🎉 Wir freuen uns auf Sie.")

    def takes(self, kind: str, type: str) -> bool:
        """Whether a file of this type goes as that kind."""
        return kind == "file" or type.startswith(f"{kind}/")

    def page_node(self) -> Json:
        """The page."""
        link = f"https://www.facebook.com/{self.username}"
        return {"id": self.page_id, "name": COMPANY_NAME, "username": self.username, "link": link}

    def echo_marks(self, app_id: str, metadata: str) -> Json:
        """Which application wrote it, and what it gave along."""
        marks: Json = {"is_echo": True, "app_id": int(app_id)}
        return marks | ({"metadata": metadata} if metadata else {})

    def on_state(self, message: Message) -> None:
        """Delivered, or read."""
        when = webhooks.milliseconds(message.time)
        if message.state == "delivered":
            item = self.from_customer(message.customer_id, delivery={"mids": [message.id], "watermark": when})
            self.tell_item("message_deliveries", item, message.customer_id)
        elif message.state == "read":
            self.tell_item(
                "message_reads", self.from_customer(message.customer_id, read={"watermark": when}), message.customer_id
            )

    # --- the page: what Meta tells ---

    def on_post(self, post: Post) -> None:
        """A post, a comment, a mention, a recommendation."""
        self._tell(post, "add", files=True)

    def on_post_edited(self, post: Post) -> None:
        """It was changed."""
        self._tell(post, "edited", files=True)

    def on_post_deleted(self, post: Post) -> None:
        """It was taken away."""
        self._tell(post, "remove")

    def on_post_liked(self, post: Post, by: str, on: bool) -> None:
        """A reaction."""
        value = self._where(post) | {"item": "reaction", "reaction_type": "like", "verb": "add" if on else "remove"}
        field = self._field(post)
        self.tell_change(field, value | self._author(by, field), post.thread_id)

    def _tell(self, post: Post, verb: str, *, files: bool = False) -> None:
        field = self._field(post)
        if post.mentions and field == "feed":
            field = "mention"
        value = self._where(post) | self._author(post.author_id, field) | {"verb": verb}
        value["item"] = "comment" if post.parent_id else "rating" if post.rating else "post" if post.author_id else "status"
        if field == "ratings" and not post.parent_id:
            value |= {"review_text": post.text, "recommendation_type": "POSITIVE" if post.rating > 2 else "NEGATIVE"}
        elif verb in ("add", "edited"):
            value["message"] = post.text
        if files and post.files:
            value |= self._picture(post)
        self.tell_change(field, value, post.thread_id)

    def _field(self, post: Post) -> str:
        top = self.timeline.posts.get(post.thread_id, post)
        return "ratings" if top.rating else "mention" if top.mentions else "feed"

    def _where(self, post: Post) -> Json:
        top = self.timeline.posts.get(post.thread_id, post)
        value: Json = {"created_time": int(post.time.timestamp())}
        if top.rating:
            return value | {"open_graph_story_id": top.id} | ({"comment_id": post.id} if post.parent_id else {})
        value["post_id"] = top.id
        if post.parent_id:
            status = "wall_post" if top.author_id else "mobile_status_update"
            link = f"https://www.facebook.com/{top.id}"
            value |= {"comment_id": post.id, "parent_id": post.parent_id}
            value["post"] = {"id": top.id, "status_type": status, "is_published": True, "permalink_url": link}
        return value

    def _author(self, author_id: str, field: str) -> Json:
        """Who did it: in recommendations and mentions under other names."""
        person = self.phone.customers.get(author_id)
        id, name = (author_id, person.name) if person else (self.page_id, COMPANY_NAME)
        if field == "feed" or not person:
            return {"from": {"id": id, "name": name}}
        if field == "ratings":
            return {"reviewer_id": id, "reviewer_name": name, "sender_id": id, "sender_name": name}
        return {"sender_id": id, "sender_name": name}

    def _picture(self, post: Post) -> Json:
        file = post.files[0]
        url = f"{self.cdn}/{file.id}/{quote(file.name)}?oe=69C1"
        if post.parent_id:
            return {"video" if file.type.startswith("video/") else "photo": url}
        return {"link": url, "photo_id": file.id, "item": "photo"}

    # --- the page: what the company asks for ---

    async def node(self, method: str, node: str, given: Json) -> Json:
        """A comment or a post: its picture, hidden or shown, deleted."""
        if node not in self.timeline.posts:
            return await super().node(method, node, given)
        post = self.timeline.post(node)
        if method == "GET":
            self.keys.need("pages_read_user_content")
            found: Json = {"id": node}
            if "attachment" in fields_of(given) and post.files:
                url = f"{self.cdn}/{post.files[0].id}/{quote(post.files[0].name)}?oe=70AA"
                found["attachment"] = {"media": {"image": {"height": 720, "src": url, "width": 960}}, "type": "photo"}
            return found
        self.keys.need("pages_manage_engagement")
        if post.deleted:
            raise missing(node)
        if method == "DELETE":
            self.timeline.erase(node)
            self._tell(post, "remove")
            return {"success": True}
        if not isinstance(given.get("is_hidden"), bool):
            raise parameter("Requires one of the params: message, is_hidden, attachment_id, attachment_url")
        if post.author_id == COMPANY:
            raise Refused(200, "(#200) Cannot hide a comment of the page itself", status=403)
        self.timeline.hide(node, given["is_hidden"])
        self._tell(post, "hide" if given["is_hidden"] else "unhide")
        return {"success": True}

    async def edge(self, method: str, node: str, edge: str, given: Json, upload: Upload | None) -> Json:
        """Comments, likes, pictures that are not shown by themselves."""
        if (method, node, edge) == ("POST", self.page_id, "photos"):
            return self._photo(given, upload)
        if node not in self.timeline.posts or self.timeline.post(node).deleted:
            raise missing(node)
        self.keys.need("pages_manage_engagement")
        if (method, edge) == ("POST", "comments"):
            return self._comment(node, given)
        if edge == "likes" and method in ("POST", "DELETE"):
            post = self.timeline.like(node, COMPANY, on=method == "POST")
            self.on_post_liked(post, COMPANY, method == "POST")
            return {"success": True}
        raise missing(node)

    def _photo(self, given: Json, upload: Upload | None) -> Json:
        self.keys.need("pages_manage_engagement")
        if upload is None or not upload.type.startswith("image/"):
            raise Refused(324, "(#324) Missing or invalid image file")
        if given.get("published") is not False:
            raise parameter("The sandbox takes pictures for comments only (published=false).")
        file = self.phone.add_file(upload.name, upload.type, upload.data)
        number = self.new_id("photo")
        self.photos[number] = file.id
        return {"id": number}

    def _comment(self, node: str, given: Json) -> Json:
        text, photo = str(given.get("message") or ""), str(given.get("attachment_id") or "")
        if not text and not photo:
            raise parameter("Requires one of the params: message, attachment_id, attachment_share_url, attachment_url")
        if len(text) > 8000:
            raise parameter("Length of param message must be less than or equal to 8000")
        if photo and photo not in self.photos:
            raise parameter("Invalid attachment ID")
        files = [self.phone.file(self.photos[photo])] if photo else []
        comment = self.timeline.answer(text, parent_id=node, files=files)
        self._tell(comment, "add", files=True)
        return {"id": comment.id}

    def private_reply(self, asked: Json) -> Customer:
        """Once, within seven days, to somebody who is no page."""
        self.keys.need("pages_messaging")
        id = str(asked.get("comment_id") or asked.get("post_id") or "")
        try:
            post = self.timeline.post(id)
        except NotFound:
            raise parameter("Invalid comment or post ID") from None
        if post.deleted or post.author_id == COMPANY:
            raise Refused(10903, "(#10903) This user cant reply to this activity")
        if id in self.answered:
            raise Refused(10900, "(#10900) Activity already replied to")
        if self.now() - post.time > _SEVEN_DAYS:
            raise Refused(10, "(#10) The comment is too old for a private reply.", subcode=1893063)
        self.answered.add(id)
        return self.phone.customer(post.author_id)
