"""The refusals of the Cloud API by code: HTTP status, title, usual details.

Source: developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (15 May 2026) and the Graph API's
"Handling errors". Meta asks clients to look at `code` and `error_data.details`, not at titles.
"""

import secrets

from oase.sandbox.whatsapp.types import Json, Refused

_HELP = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

_CODES: dict[int, tuple[int, str, str]] = {
    0: (401, "AuthException", "Unable to authenticate the app user."),
    1: (500, "API Unknown", "Invalid request or possible server error."),
    2: (503, "API Service", "Temporary due to downtime or due to being overloaded."),
    3: (500, "API Method", "Capability or permissions issue."),
    4: (429, "API Too Many Calls", "The app has reached its API call rate limit."),
    10: (403, "Permission Denied", "Permission is either not granted or has been removed."),
    100: (400, "Invalid parameter", "The request included one or more unsupported or misspelled parameters."),
    190: (401, "Access token has expired", "Your access token has expired."),
    368: (403, "Temporarily blocked for policies violations", "The account has been restricted or disabled."),
    80007: (429, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    130429: (429, "Rate limit hit", "Cloud API message throughput has been reached."),
    130472: (400, "User's number is part of an experiment", "Message was not sent as part of an experiment."),
    131000: (500, "Something went wrong", "Message failed to send due to an unknown error."),
    131005: (403, "Access denied", "Permission is either not granted or has been removed."),
    131008: (400, "Required parameter is missing", "The request is missing a required parameter."),
    131009: (400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131016: (500, "Service unavailable", "A service is temporarily unavailable."),
    131021: (400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131026: (400, "Message undeliverable", "Message Undeliverable."),
    131031: (403, "Account has been locked", "Business Account has been locked."),
    131042: (400, "Business eligibility payment issue", "There was an error related to your payment method."),
    131045: (500, "Incorrect certificate", "Message failed to send due to a phone number registration error."),
    131047: (
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: (429, "Spam rate limit hit", "Message failed to send because there are restrictions on this number."),
    131049: (400, "Meta chose not to deliver", "This message was not delivered to maintain healthy ecosystem engagement."),
    131051: (400, "Unsupported message type", "Message type is not currently supported."),
    131052: (400, "Media download error", "Unable to download the media sent by the user."),
    131053: (400, "Media upload error", "Unable to upload the media used in the message."),
    131056: (
        429,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number to the same "
        "phone number in a short period of time.",
    ),
    131057: (500, "Account in maintenance mode", "Business Account is in maintenance mode."),
    132000: (400, "Number of parameters does not match the expected number of params", ""),
    132001: (404, "Template name does not exist in the translation", ""),
    132005: (400, "Translated text too long", "Translated text is too long."),
    132012: (400, "Parameter format does not match format in the created template", ""),
    132015: (400, "Template is paused", "Template is paused due to low quality so it cannot be sent."),
    132016: (400, "Template is disabled", "Template has been paused too many times and is now permanently disabled."),
    133010: (400, "Phone number not registered", "Phone number not registered on the WhatsApp Business Platform."),
}


def refuse(code: int, details: str = "", *, status: int | None = None, subcode: int | None = None) -> Refused:
    """The refusal for a code of Meta's list; `details` replaces the usual explanation."""
    usual, title, text = _CODES.get(code, (400, "Unknown error", ""))
    return Refused(status or usual, code, title, details or text, subcode=subcode)


def missing_node(node: str) -> Refused:
    """Graph's answer for an id that does not exist or is not ours."""
    return Refused(
        400,
        100,
        f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation",
        subcode=33,
    )


def error_body(refused: Refused) -> Json:
    """The JSON body of a refusal, as the Cloud API sends it."""
    about_messages = refused.code >= 80000
    message = f"(#{refused.code}) {refused.title}" if refused.code not in (190, 0) else refused.title
    error: Json = {"message": message, "type": "OAuthException", "code": refused.code}
    if about_messages:
        error["error_data"] = {"messaging_product": "whatsapp", "details": refused.details}
    elif refused.details and refused.code == 100 and refused.subcode is None:
        error["message"] = f"(#100) {refused.details}"
    if refused.subcode is not None:
        error["error_subcode"] = refused.subcode
    error["fbtrace_id"] = trace_id()
    return {"error": error}


def status_error(code: int, details: str = "") -> Json:
    """The same refusal as it stands in `statuses[].errors[]` of a webhook."""
    refused = refuse(code, details)
    return {
        "code": code,
        "title": refused.title,
        "message": refused.title,
        "error_data": {"details": refused.details},
        "href": _HELP,
    }


def trace_id() -> str:
    """A new id of the kind that Meta's support asks for."""
    return "A" + secrets.token_urlsafe(16)
