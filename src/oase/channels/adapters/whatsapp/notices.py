"""What WhatsApp tells us about our account: templates, quality, limits, restrictions; in sentences.

Fields that are not known become `Unknown`, with their content, so that nothing passes in silence.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from oase.channels.adapters.whatsapp.people import address, phone
from oase.channels.contract import Event, Notice, Unknown

Value = Mapping[str, Any]

_SERIOUS = frozenset(
    [
        "REJECTED",
        "PAUSED",
        "DISABLED",
        "FLAGGED",
        "DOWNGRADE",
        "RED",
        "CRITICAL",
        "WARNING",
        "DISABLED_UPDATE",
        "ACCOUNT_RESTRICTION",
        "ACCOUNT_VIOLATION",
        "ACCOUNT_DELETED",
        "PARTNER_REMOVED",
        "PENDING_DELETION",
        "LIMIT_EXCEEDED",
    ]
)


def notices_of(field: str, value: Value, at: datetime, digest: str) -> Iterator[Event]:
    """The events of a change that is no message. `digest` stands for an id, which most of these changes do not have."""
    calls = value.get("calls")
    if field == "calls" and isinstance(calls, list) and calls:
        for number, item in enumerate(calls):
            yield _call(item if isinstance(item, dict) else {"value": item}, at, f"{digest}-{number}")
        return
    sentence = _SENTENCES.get(field)
    if sentence is None:
        yield Unknown(kind=f"field.{field}"[:100], external_id=digest, at=at, data=value)
        return
    words = {word.upper() for word in _leaves(value)}
    yield Notice(kind=field, text=sentence(value), at=at, serious=field == "security" or not _SERIOUS.isdisjoint(words))


def _call(item: Value, at: datetime, digest: str) -> Event:
    """A call: shown with the person, as it came."""
    ours = str(item.get("direction", "")).upper() == "BUSINESS_INITIATED"
    other = item.get("to" if ours else "from")
    sender = address(other if isinstance(other, str | int) else None, None, ())
    own_id = "/".join(part for part in (_word(item, "id"), _word(item, "event")) if part)
    return Unknown(kind="field.calls", external_id=own_id or digest, at=at, sender=sender, data=item)


def _word(value: Value, key: str, otherwise: str = "") -> str:
    found = value.get(key)
    return str(found)[:500] if isinstance(found, str | int | float) and found != "NONE" else otherwise


def _template_status(value: Value) -> str:
    reason = _word(value, "reason")
    return f"Template {_template(value)}: {_word(value, 'event', 'changed')}" + (f" ({reason})" if reason else "") + "."


def _template_quality(value: Value) -> str:
    return f"Template {_template(value)}: quality now {_word(value, 'new_quality_score', 'unknown')}."


def _template_category(value: Value) -> str:
    return f"Template {_template(value)}: category now {_word(value, 'new_category', 'unknown')}."


def _template(value: Value) -> str:
    return f"{_word(value, 'message_template_name', '?')} ({_word(value, 'message_template_language', '?')})"


def _number_quality(value: Value) -> str:
    limit = _word(value, "current_limit") or _word(value, "max_daily_conversations_per_business")
    number = phone(_word(value, "display_phone_number"))
    return f"Number {number}: {_word(value, 'event', 'changed')}" + (f", messaging limit {limit}" if limit else "") + "."


def _number_name(value: Value) -> str:
    name = _word(value, "requested_verified_name", "?")
    return f"Display name {name} of {phone(_word(value, 'display_phone_number'))}: {_word(value, 'decision', 'changed')}."


def _account_update(value: Value) -> str:
    parts = [_word(value, "event", "changed")]
    for key in ("restriction_info", "violation_info", "ban_info", "disconnection_info"):
        parts += _leaves(value.get(key))
    return f"WhatsApp Business account: {', '.join(parts)}."


def _leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for inner in list(value.values())[:20] for leaf in _leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value[:20] for leaf in _leaves(inner)]
    return [str(value)[:200]] if isinstance(value, str | int) else []


def _account_review(value: Value) -> str:
    return f"WhatsApp Business account review: {_word(value, 'decision', 'unknown')}."


def _account_alert(value: Value) -> str:
    source = value.get("alert_info") if isinstance(value.get("alert_info"), dict) else value
    described = _word(source or {}, "alert_description") or _word(source or {}, "alert_type", "unknown")
    return f"Alert of WhatsApp: {described}"


def _capability(value: Value) -> str:
    facts = ", ".join(f"{key} {_word(value, key)}" for key in value if _word(value, key))
    return f"Limits of the WhatsApp Business account: {facts}."


def _security(value: Value) -> str:
    return f"Two-step verification of {phone(_word(value, 'display_phone_number'))}: {_word(value, 'event', 'changed')}."


def _flow(value: Value) -> str:
    return _word(value, "message") or f"Flow {_word(value, 'flow_id', '?')}: {_word(value, 'event', 'changed')}."


def _preferences(value: Value) -> str:
    entries = value.get("user_preferences")
    lines = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            who = phone(_word(entry, "wa_id")) or _word(entry, "user_id", "?")
            lines.append(f"{who}: {_word(entry, 'category', 'messages')}: {_word(entry, 'value', 'changed')}.")
    return "\n".join(lines) or "A customer has changed which messages they want."


_SENTENCES: Mapping[str, Callable[[Value], str]] = {
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "template_category_update": _template_category,
    "phone_number_quality_update": _number_quality,
    "phone_number_name_update": _number_name,
    "account_update": _account_update,
    "account_review_update": _account_review,
    "account_alerts": _account_alert,
    "business_capability_update": _capability,
    "business_status_update": _account_update,
    "security": _security,
    "flows": _flow,
    "user_preferences": _preferences,
}
