"""`python -m oase.sandbox --port N`: the sandbox alone, with one business number and a few customers."""

import argparse

import uvicorn

from oase.sandbox import MailboxSettings, Sandbox, SandboxSettings, WhatsAppSettings, create_app


def main() -> None:
    """Runs until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m oase.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8421)
    parser.add_argument("--webhook", default="", help="where the first business number sends its webhooks")
    parser.add_argument(
        "--hook", action="append", default=[], metavar="PLATFORM=URL", help="where another platform sends its webhooks"
    )
    parser.add_argument("--secret", default="sandbox-app-secret", help="the app secret that signs webhooks")
    parser.add_argument("--token", default="EAAsandbox", help="the access token that Graph accepts")
    parser.add_argument("--throughput", type=int, default=80, help="messages a second and number")
    parser.add_argument("--no-pair-limit", action="store_true", help="without the limit per customer, for load")
    parser.add_argument("--retry-cap", type=float, default=10.0, help="longest wait between attempts of a webhook, in seconds")
    parser.add_argument("--smtp-port", type=int, default=8425, help="where the mailbox takes Oase's mail")
    parser.add_argument("--oase-smtp-port", type=int, default=0, help="where Oase's own mail receiver listens")
    asked = parser.parse_args()
    settings = WhatsAppSettings(
        public_url=f"http://{asked.host}:{asked.port}/sandbox",
        app_secret=asked.secret,
        access_token=asked.token,
        throughput_per_second=asked.throughput,
        pair_limit=not asked.no_pair_limit,
        retry_cap_seconds=asked.retry_cap,
    )
    mailbox = MailboxSettings(listen_port=asked.smtp_port, oase_port=asked.oase_smtp_port)
    sandbox = Sandbox(SandboxSettings(whatsapp=settings, mailbox=mailbox, public_url=settings.public_url))
    sandbox.seed(webhook_url=asked.webhook)
    for hook in asked.hook:
        platform, _, url = hook.partition("=")
        sandbox.platforms[platform].webhook_url = url
    uvicorn.run(create_app(sandbox), host=asked.host, port=asked.port, log_level="warning", timeout_graceful_shutdown=3)


if __name__ == "__main__":
    main()
