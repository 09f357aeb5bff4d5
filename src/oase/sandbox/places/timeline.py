"""What is said in public on one platform: posts, the comments below them, mentions, reviews; bounded.

a person on the timeline page ── publish, change, remove, like ──▶ Timeline ── platform.on_post … ──▶ webhook, or polled
company's API call ── answer, hide, erase, like ──▶ Timeline ──▶ the page
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from oase.kernel.errors import Conflict, NotFound
from oase.sandbox.places.types import File, Post
from oase.sandbox.places.views import post_view

if TYPE_CHECKING:
    from oase.sandbox.places.platform import Platform

COMPANY: Final = ""
_KEEP_POSTS: Final = 50_000


class Timeline:
    """Everything public of one platform."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self.posts: dict[str, Post] = {}

    def post(self, post_id: str) -> Post:
        """What was said; raises NotFound."""
        if post_id not in self.posts:
            raise NotFound(f"There is nothing with the id {post_id!r} on {self._platform.name}.")
        return self.posts[post_id]

    def threads(self) -> list[Post]:
        """What opens a thread, the newest first."""
        return sorted((one for one in self.posts.values() if not one.parent_id), key=lambda one: one.time, reverse=True)

    def below(self, thread_id: str) -> list[Post]:
        """What was said in a thread below its first post, in order."""
        return [one for one in self.posts.values() if one.thread_id == thread_id and one.parent_id]

    # --- what people do ---

    def publish(
        self,
        author_id: str,
        text: str,
        *,
        parent_id: str = "",
        files: Sequence[File] = (),
        rating: int = 0,
        mentions: bool = False,
        tell: bool = True,
    ) -> Post:
        """Somebody says something in public; the company too (with `author_id` empty), by another program than ours."""
        if author_id != COMPANY:
            self._platform.phone.customer(author_id)
        post = self.add(author_id, text, parent_id=parent_id, files=files, rating=rating, mentions=mentions)
        if tell:
            self._platform.on_post(post)
        return post

    def edit(self, post_id: str, text: str) -> Post:
        """Its author changes it."""
        post = self._standing(post_id)
        post.text, post.edited = text, True
        self._platform.on_post_edited(post)
        return self._tell(post)

    def remove(self, post_id: str) -> Post:
        """Its author takes it away."""
        post = self._standing(post_id)
        post.deleted = True
        self._platform.on_post_deleted(post)
        return self._tell(post)

    def like(self, post_id: str, by: str, on: bool = True) -> Post:
        """Somebody likes it, or no longer; the company is `COMPANY`."""
        post = self.post(post_id)
        (post.likes.add if on else post.likes.discard)(by)
        if by != COMPANY:
            self._platform.on_post_liked(post, by, on)
        return self._tell(post)

    # --- what the company does, by the provider's API ---

    def answer(self, text: str, *, parent_id: str, post_id: str = "", key: str = "", files: Sequence[File] = ()) -> Post:
        """The company answers in public; `key` is the id that its request carried."""
        post = self.add(COMPANY, text, parent_id=parent_id, post_id=post_id, files=files)
        self._platform.phone.take(post.id, f"public {post.thread_id}", text, key)
        return post

    def rewrite(self, post_id: str, text: str) -> Post:
        """The company changes what it said."""
        post = self._standing(post_id)
        post.text, post.edited = text, True
        return self._tell(post)

    def hide(self, post_id: str, hidden: bool = True) -> Post:
        """The company hides it, or shows it again."""
        post = self._standing(post_id)
        post.hidden = hidden
        return self._tell(post)

    def erase(self, post_id: str) -> Post:
        """The company deletes it."""
        post = self._standing(post_id)
        post.deleted = True
        return self._tell(post)

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
        """Keeps what was said, without telling anybody but the open pages."""
        new_id = post_id or self._platform.new_id("post")
        thread_id = self.post(parent_id).thread_id if parent_id else new_id
        post = Post(
            id=new_id, author_id=author_id, time=self._platform.now(), text=text, parent_id=parent_id, thread_id=thread_id,
            files=list(files), rating=rating, mentions=mentions,
        )  # fmt: skip
        self.posts[post.id] = post
        if len(self.posts) > _KEEP_POSTS:
            del self.posts[next(iter(self.posts))]
        return self._tell(post)

    def _standing(self, post_id: str) -> Post:
        post = self.post(post_id)
        if post.deleted:
            raise Conflict("It was deleted before.")
        return post

    def _tell(self, post: Post) -> Post:
        self._platform.tell("public", {"type": "post", "post": post_view(post, self._platform.phone.customers)})
        return post
