"""What can go wrong with the simulated WhatsApp, on demand.

API side: http_error, graph_error, token_expired, slow, outage, cut_before_accept, cut_after_accept, media_expired, media_broken.
Webhook side: batch, duplicate, reversed, delay, wrong_signature, truncated, webhook_outage.
Statuses: status_first, status_reversed, skip_delivered, undeliverable.
"""

KINDS = {
    "http_error": "Graph answers with an HTTP error without Graph's body (status: 500, 429, 401 …)",
    "graph_error": "Graph refuses with an error code (code: 131000, 80007, 130429 …)",
    "token_expired": "Every access token counts as expired (code 190)",
    "slow": "Graph answers late (seconds)",
    "outage": "Graph is down: 503 for everything",
    "cut_before_accept": "The connection is cut before the message is accepted",
    "cut_after_accept": "The message is accepted, but the connection is cut before the answer",
    "media_expired": "Media addresses are expired (404)",
    "media_broken": "Media downloads break off half-way",
    "batch": "Several messages of several customers in one webhook (size)",
    "duplicate": "Each webhook comes again (times)",
    "reversed": "Webhooks of a customer come in reverse order (seconds to gather)",
    "delay": "Webhooks come late (seconds)",
    "wrong_signature": "A copy with a wrong signature comes first",
    "truncated": "A copy that breaks off half-way comes first",
    "webhook_outage": "No webhook is delivered until the fault is gone",
    "status_first": "The status webhook arrives before Graph's answer",
    "status_reversed": "Statuses come in reverse order (read, delivered, sent)",
    "skip_delivered": "Read comes without delivered, as Meta sometimes does",
    "undeliverable": "Accepted, then failed with 131026",
}
