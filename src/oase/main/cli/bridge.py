"""`oase bridge check`: whether a connector keeps to the protocol; `oase bridge schema`: the protocol as JSON Schema."""

import asyncio
import json
import sys
from ipaddress import ip_network

from cyclopts import App
from rich.console import Console

from oase.channels.contract import Call, NoReply, Reply
from oase.channels.families.bridge import schema as protocol
from oase.channels.families.bridge.conformance import Finding, Target, conform, listening
from oase.kernel.clock import SystemClock
from oase.kernel.http import ConnectionNotMade, NoAnswer, OutgoingRequest, Outside
from oase.kernel.http.guard import Guard
from oase.kernel.logging import set_up
from oase.kernel.secrets import Secret

app = App(name="bridge", help="Connectors in any language.")


@app.command
def schema() -> None:
    """Print the protocol as JSON Schema."""
    print(json.dumps(protocol(), indent=1, ensure_ascii=False))


@app.command
def check(url: str, *, secret: str, to: str = "", thread: str = "", reply_to: str = "", wait: float = 0) -> None:
    """Ask a connector everything that Oase asks, and say which rules it keeps.

    Parameters
    ----------
    url
        Its address, as it will stand in the account.
    secret
        The shared secret that it was given.
    to
        Somebody there whom test messages may reach.
    thread
        A public place there where test messages may stand.
    reply_to
        A message there that may be answered, reacted to and hidden.
    wait
        Seconds to listen for events: write something in the place meanwhile.
    """
    set_up(level="warning")
    target = Target(url=url, secret=Secret(secret), to=to, thread=thread, reply_to=reply_to)
    findings = asyncio.run(_check(target, wait))
    failed = sum(not finding.kept for finding in findings)
    print(f"\n{len(findings) - failed} of {len(findings)} rules are kept.")
    sys.exit(1 if failed else 0)


async def _check(target: Target, wait: float) -> list[Finding]:
    clock, findings = SystemClock(), list[Finding]()
    anywhere = [ip_network("0.0.0.0/0"), ip_network("::/0")]  # a connector may well run beside us
    async with Outside(Guard(anywhere)) as outside:

        async def perform(call: Call) -> Reply | NoReply:
            request = OutgoingRequest(method=call.method, url=call.url, headers=call.headers, body=call.body)
            try:
                answer = await outside.send(request)
            except ConnectionNotMade as error:
                return NoReply(sent=False, why=str(error))
            except NoAnswer as error:
                return NoReply(sent=True, why=str(error))
            return Reply(status=answer.status, headers=answer.headers, body=answer.body)

        async for finding in conform(target, perform, clock):
            findings.append(_show(finding))
        if wait > 0:
            async with listening(target, perform, clock) as heard:
                print(f"  Listening for {wait:.0f} seconds: write something in the place now.")
                await heard.until(wait)
                findings += [_show(finding) for finding in heard.findings]
    return findings


def _show(finding: Finding) -> Finding:
    console = Console(highlight=False)
    mark = "[green]kept[/green]  " if finding.kept else "[red]broken[/red]"
    console.print(f"{mark} {finding.rule}", markup=True)
    if finding.words and not finding.kept:
        console.print(f"       {finding.words}", markup=False)
    return finding
