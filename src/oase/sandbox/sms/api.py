"""Twilio's API of 2010-04-01, as far as messages need it: what it takes, what it refuses, how its answers look. Pure.

https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/api/errors (read 2026-08), and Twilio's own
OpenAPI description (twilio-oai, twilio_api_v2010.json) for the shapes.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import parse_qsl, urldefrag, urlsplit

from oase.sandbox.places import Json

_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST: Final = 1600
_STATUS: Final = {20003: 401, 20404: 404, 20429: 429, 20500: 500}
_WORDS: Final = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    21211: "The 'To' number is not a valid phone number.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The From phone number is not a valid, SMS-capable inbound phone number or short code for your account.",
    21609: "The 'StatusCallback' URL is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}


def error(code: int) -> tuple[Json, int]:
    """An error as Twilio answers it, and its HTTP status."""
    status = _STATUS.get(code, 400)
    address = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": _WORDS[code], "more_info": address, "status": status}, status


def refusal(form: Mapping[str, str], numbers: set[str], services: set[str], stopped: set[str]) -> int:
    """Why a message is not taken; 0 if it is."""
    to, body = form.get("To", ""), form.get("Body", "")
    if not to:
        return 21604
    if not _NUMBER.fullmatch(to):
        return 21211
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return 21603
    if form.get("From") and form["From"] not in numbers:
        return 21606
    if form.get("MessagingServiceSid") and form["MessagingServiceSid"] not in services:
        return 21606
    if not body and not form.get("MediaUrl"):
        return 21602
    if len(body) > _LONGEST:
        return 21617
    callback = form.get("StatusCallback", "")
    if callback and not (urlsplit(callback).scheme in ("http", "https") and urlsplit(callback).hostname):
        return 21609
    return 21610 if to in stopped else 0


def message_json(
    account: str,
    sid: str,
    form: Mapping[str, str],
    moment: datetime,
    status: str,
    *,
    direction: str = "outbound-api",
    failed: int | None = None,
) -> Json:
    """A message as the API shows it."""
    uri = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
    date = format_datetime(moment)
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": form.get("Body", ""),
        "date_created": date,
        "date_sent": None if status in ("queued", "accepted") else date,
        "date_updated": date,
        "direction": direction,
        "error_code": failed,
        "error_message": None,
        "from": form.get("From") or None,
        "messaging_service_sid": form.get("MessagingServiceSid") or None,
        "num_media": form.get("NumMedia", "0"),
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": form.get("To", ""),
        "uri": f"{uri}.json",
    }


def account_json(sid: str, name: str, moment: datetime) -> Json:
    """The account."""
    date = format_datetime(moment)
    parts = ("messages", "incoming_phone_numbers")
    return {
        "sid": sid,
        "friendly_name": name,
        "status": "active",
        "type": "Full",
        "owner_account_sid": sid,
        "auth_token": "",
        "date_created": date,
        "date_updated": date,
        "uri": f"/2010-04-01/Accounts/{sid}.json",
        "subresource_uris": {part: f"/2010-04-01/Accounts/{sid}/{part}.json" for part in parts},
    }


def number_json(account: str, sid: str, number: str, sms_url: str, moment: datetime) -> Json:
    """One of the account's numbers."""
    date = format_datetime(moment)
    return {
        "sid": sid,
        "account_sid": account,
        "friendly_name": number,
        "phone_number": number,
        "capabilities": {"voice": False, "sms": True, "mms": True, "fax": False},
        "sms_url": sms_url or None,
        "sms_method": "POST",
        "sms_fallback_url": None,
        "sms_fallback_method": "POST",
        "status": "in-use",
        "api_version": "2010-04-01",
        "date_created": date,
        "date_updated": date,
        "uri": f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}.json",
    }


def page(uri: str, name: str, entries: list[Json]) -> Json:
    """A list as the API gives it, on one page."""
    first = f"{uri}{'&' if '?' in uri else '?'}PageSize=50&Page=0"
    return {
        name: entries, "page": 0, "page_size": 50, "start": 0, "end": max(0, len(entries) - 1), "first_page_uri": first,
        "next_page_uri": None, "previous_page_uri": None, "uri": first,
    }  # fmt: skip


def called(url: str) -> str:
    """The address that is called and signed: without the settings for repeating it, which stand behind a #."""
    return urldefrag(url).url


def signature(token: str, url: str, body: bytes) -> str:
    """X-Twilio-Signature: https://www.twilio.com/docs/usage/security."""
    pairs = parse_qsl(body.decode(), keep_blank_values=True)
    signed = url + "".join(f"{name}{value}" for name, value in sorted(pairs))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def replies(answer: bytes) -> list[str]:
    """What an answer to a webhook makes Twilio send to the customer: each Message of TwiML, or any plain text as it stands."""
    text = answer.decode("utf-8", "replace").strip()
    if not text.startswith("<"):
        return [text] if text else []
    found = re.findall(r"<Message[^>/]*>(?:\s*<Body>)?(.*?)(?:</Body>\s*)?</Message>", text, re.DOTALL)
    return [one.strip() for one in found]
