"""What the pages are shown, as JSON."""

from collections.abc import Mapping

import msgspec

from oase.sandbox.places.types import Customer, File, Json, Message, Post

_QUOTED = 120


def customer_view(customer: Customer) -> Json:
    """A person."""
    return {
        "id": customer.id,
        "name": customer.name,
        "handle": customer.handle,
        "online": customer.online,
        "read_receipts": customer.read_receipts,
        "blocked": customer.blocked,
    }


def file_view(file: File) -> Json:
    """A file without its bytes."""
    return {"id": file.id, "name": file.name, "type": file.type, "size": len(file.data)}


def message_view(message: Message, known: Mapping[str, Message]) -> Json:
    """A message, with what it quotes."""
    quoted = known.get(message.reply_to)
    return {
        "id": message.id,
        "from_business": message.from_business,
        "time": message.time.isoformat(),
        "text": message.text,
        "files": [file_view(one) for one in message.files],
        "voice": message.voice,
        "sticker": message.sticker,
        "choices": msgspec.to_builtins(message.choices),
        "chosen": message.chosen,
        "spot": msgspec.to_builtins(message.spot),
        "contact": msgspec.to_builtins(message.contact),
        "quoted": quoted and {"id": quoted.id, "from_business": quoted.from_business, "text": summary(quoted)},
        "state": message.state,
        "why": message.why,
        "edited": message.edited,
        "deleted": message.deleted,
        "reactions": message.reactions,
    }


def summary(message: Message) -> str:
    """A message in a few words, for lists and quotations."""
    if message.deleted:
        return "…"
    named = message.files[0].name if message.files else message.contact.name if message.contact else ""
    place = message.spot.name or "📍" if message.spot else ""
    return (message.text or named or place)[:_QUOTED]


def post_view(post: Post, people: Mapping[str, Customer]) -> Json:
    """Something said in public."""
    author = people.get(post.author_id)
    return {
        "id": post.id,
        "author": post.author_id,
        "name": author.name if author else "",
        "handle": author.handle if author else "",
        "time": post.time.isoformat(),
        "text": post.text,
        "files": [file_view(one) for one in post.files],
        "parent": post.parent_id,
        "thread": post.thread_id,
        "rating": post.rating,
        "mentions": post.mentions,
        "likes": sorted(post.likes),
        "hidden": post.hidden,
        "deleted": post.deleted,
        "edited": post.edited,
    }
