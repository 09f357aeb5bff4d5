"""Channels: the contract that every place of dialogue meets, the adapters and their registry, and the configured accounts."""

from oase.channels import consent, contract
from oase.channels.accounts import (
    AccountBook,
    change_account,
    create_account,
    delete_account,
    keep_check,
    keep_consent,
    keep_renewed,
    keep_secret,
    keep_told,
    read_settings,
    set_account_state,
    set_needs_sign_in,
    unsaved_account,
)
from oase.channels.checks import NAME as ACCOUNT_NAME
from oase.channels.checks import mistakes as account_mistakes
from oase.channels.checks import with_defaults
from oase.channels.degrade import NeedsLink, degrade
from oase.channels.families.visitor import live_key as visitor_key
from oase.channels.kept import lasts as token_times
from oase.channels.registry import adapter, all_adapters, installed
from oase.channels.repository import (
    cursor,
    in_trouble,
    last_moments,
    note_heard,
    note_sent,
    replace_templates,
    set_cursor,
    set_warned,
    templates,
)
from oase.channels.types import ENDS_SOON, AccountState, AccountTrouble, StoredAccount

__all__ = [
    "ACCOUNT_NAME",
    "ENDS_SOON",
    "AccountBook",
    "AccountState",
    "AccountTrouble",
    "NeedsLink",
    "StoredAccount",
    "account_mistakes",
    "adapter",
    "all_adapters",
    "change_account",
    "consent",
    "contract",
    "create_account",
    "cursor",
    "degrade",
    "delete_account",
    "in_trouble",
    "installed",
    "keep_check",
    "keep_consent",
    "keep_renewed",
    "keep_secret",
    "keep_told",
    "last_moments",
    "note_heard",
    "note_sent",
    "read_settings",
    "replace_templates",
    "set_account_state",
    "set_cursor",
    "set_needs_sign_in",
    "set_warned",
    "templates",
    "token_times",
    "unsaved_account",
    "visitor_key",
    "with_defaults",
]
