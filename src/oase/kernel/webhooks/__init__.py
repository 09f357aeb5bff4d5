"""Webhooks: programs elsewhere are told what happens, signed, at least once, with a log."""

from oase.kernel.webhooks.actions import (
    TEST,
    change_webhook,
    create_webhook,
    delete_webhook,
    find_webhook,
    replay_delivery,
    rotate_secret,
    send_test,
    tell_webhooks,
)
from oase.kernel.webhooks.repository import all_webhooks as list_webhooks
from oase.kernel.webhooks.repository import deliveries as list_deliveries
from oase.kernel.webhooks.retention import RULE
from oase.kernel.webhooks.types import Publish, Published, Webhook, WebhookDelivery
from oase.kernel.webhooks.workers import WebhookFeed, WebhookSender

__all__ = [
    "RULE",
    "TEST",
    "Publish",
    "Published",
    "Webhook",
    "WebhookDelivery",
    "WebhookFeed",
    "WebhookSender",
    "change_webhook",
    "create_webhook",
    "delete_webhook",
    "find_webhook",
    "list_deliveries",
    "list_webhooks",
    "replay_delivery",
    "rotate_secret",
    "send_test",
    "tell_webhooks",
]
