"""The limit for `response_times`: a bare ASGI application whose answer has, head included, as many bytes as the path says."""

import sys
from typing import Any

import uvicorn

_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"), (b"etag", b'"0123456789abcdef01234567"'), (b"content-encoding", b"gzip"),
    (b"cache-control", b"public, max-age=300, stale-while-revalidate=60"), (b"vary", b"accept-language, accept-encoding"),
]  # fmt: skip
_HEAD_BYTES = 420  # of these, and of what the server adds
_bodies: dict[str, bytes] = {}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers from memory."""
    if scope["type"] != "http":
        return
    path = scope["path"]
    body = _bodies.get(path) or _bodies.setdefault(path, b"x" * max(1, int(path[1:] or 1) - _HEAD_BYTES))
    headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(
        application, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False, loop="uvloop", http="httptools",
        lifespan="off",
    )  # fmt: skip
