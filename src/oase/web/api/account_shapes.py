"""Channels and accounts of the API, as programs see them. A change here changes the contract: only add, never rename."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct


class PublicSide(Struct, frozen=True, kw_only=True):
    """The side of a channel on which everybody reads along."""

    name: Annotated[dict[str, str], Meta(description="By language.")]
    readers: Annotated[dict[str, str], Meta(description="Who reads what is said there, by language.")]
    capabilities: list[str]
    acts: Annotated[list[str], Meta(description="What can be done about public messages.", examples=[["hide", "show", "like"]])]
    private_reply: Annotated[bool, Meta(description="Who speaks there can be answered in private.")]


class Account(Struct, frozen=True, kw_only=True):
    """A configured connection of a channel."""

    id: UUID
    channel: Annotated[str, Meta(examples=["whatsapp"])]
    name: Annotated[str, Meta(examples=["WhatsApp Berlin"])]
    enabled: bool
    state: Literal["up", "down", "needs_sign_in"]
    state_why: str
    state_since: datetime
    address_kind: Annotated[str, Meta(description="The kind of address that it reaches.", examples=["phone"])]
    capabilities: list[str]
    public: Annotated[PublicSide | None, Meta(description="Null: everything is private there.")]
    settings: Annotated[dict[str, Any], Meta(description="What the channel asks for (see channels), without secrets.")]
    secrets: Annotated[list[str], Meta(description="Names of the secrets that are set; they are never shown.")]
    webhook_url: Annotated[str | None, Meta(description="Where the provider delivers, if the channel works so.")]
    webhook_why: Annotated[
        str, Meta(description="Why the provider has not taken that address, where Oase tells it; empty: it has.")
    ]
    heard_at: Annotated[datetime | None, Meta(description="When something arrived over it last.")]
    sent_at: Annotated[datetime | None, Meta(description="When the provider took a message of ours last.")]
    checked_at: Annotated[datetime | None, Meta(description="When it was tested last: once a day, and when it is changed.")]
    expires_at: Annotated[
        datetime | None,
        Meta(description="When its credentials end, as the provider said; administrators hear of it two weeks before."),
    ]
    facts: Annotated[
        dict[str, str],
        Meta(
            description="What the provider said when it was tested last, by the provider's names; none is secret.",
            examples=[{"display_phone_number": "+49 30 23125100", "quality_rating": "GREEN"}],
        ),
    ]


class Unsent(Struct, frozen=True, kw_only=True):
    """Why messages were not sent, and how many for that reason."""

    why: str
    count: int
    last_at: datetime


class AccountLife(Struct, frozen=True, kw_only=True):
    """What waits for an account, and what went wrong with it in seven days. Counts stop at 1000."""

    to_send: Annotated[int, Meta(description="Messages, reactions and acts that wait to go out.")]
    to_send_since: Annotated[datetime | None, Meta(description="Since when the oldest of them waits.")]
    to_read: Annotated[int, Meta(description="Deliveries that are not taken in yet.")]
    unreadable: Annotated[int, Meta(description="Deliveries that could not be read, wholly or in part.")]
    unknown: Annotated[int, Meta(description="Messages of which nobody knows whether they went out.")]
    failed: Annotated[int, Meta(description="Messages that were not sent.")]
    reasons: Annotated[list[Unsent], Meta(description="Why, the most frequent first.")]


class Choice(Struct, frozen=True, kw_only=True):
    """One value of a setting."""

    value: str
    label: Annotated[dict[str, str], Meta(description="By language.")]


class ChannelSetting(Struct, frozen=True, kw_only=True):
    """What a channel asks for, of each account."""

    name: Annotated[str, Meta(examples=["phone_number_id"])]
    label: Annotated[dict[str, str], Meta(description="By language.")]
    help: Annotated[dict[str, str], Meta(description="By language.")]
    kind: Annotated[
        Literal[
            "text", "secret", "email", "url", "number", "boolean", "choice", "long_text", "lines", "rows", "account", "accounts"
        ],
        Meta(
            description=(
                "`secret` goes into `secrets`. `rows`: a list of objects of `columns`. `account`: the id of another one."
                " `accounts`: a list of such ids, of accounts that customers can be led to."
            )
        ),
    ]
    required: bool
    default: Any
    choices: Annotated[list[Choice], Meta(description="Of the kind `choice`; of the kind `account` the channels.")]
    only_if: Annotated[list[str] | None, Meta(description="Counts only if this other setting has this value.")]
    generated: Annotated[bool, Meta(description="Made by Oase where nothing is sent.")]
    aims: Annotated[bool, Meta(description="Says where secrets are sent: if it changes, they must be sent anew.")]
    columns: Sequence["ChannelSetting"] = ()


class Channel(Struct, frozen=True, kw_only=True):
    """A kind of place that is installed: what its accounts can do, and ask for."""

    id: Annotated[str, Meta(examples=["whatsapp"])]
    name: Annotated[dict[str, str], Meta(description="By language.")]
    address_kind: Annotated[str, Meta(examples=["phone"])]
    capabilities: list[str]
    public: PublicSide | None
    settings: Sequence[ChannelSetting]


class MessageTemplate(Struct, frozen=True, kw_only=True):
    """A template that the provider knows."""

    name: str
    language: str
    category: str
    status: Annotated[str, Meta(examples=["approved"])]
    header: str
    body: Annotated[str, Meta(examples=["Guten Tag {{1}}, Ihr Paket ist unterwegs."])]
    footer: str
    buttons: list[str]
    parameters: Annotated[dict[str, int], Meta(description="How many blanks each component has.")]


class AccountCheck(Struct, frozen=True, kw_only=True):
    """What the test of an account found."""

    ok: bool
    summary: Annotated[str, Meta(description="Who the provider says this is; or why it failed, and what to do.")]
    facts: dict[str, str]


class AccountTest(Struct, frozen=True, kw_only=True):
    """What became of a test message."""

    state: Annotated[Literal["sent", "failed", "unknown"], Meta(description="`unknown`: nobody can tell whether it went out.")]
    why: Annotated[str, Meta(description="The provider's words.")]
