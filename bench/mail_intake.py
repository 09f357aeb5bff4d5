"""Mail: raw -> message in its conversation. Two worker processes, four addresses, German and English multipart mails with replies.

Every third mail begins a thread, the two others answer the one before it with the quote below, as mail programs do. Counted are the
threads that came out whole and the texts that are exactly what was typed.
The limit of the same run: reading the same mails and nothing else, in two processes.
"""

import asyncio
import concurrent.futures
import time
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

import uvloop

from bench.ground import BIN, Ground, open_ground, process, say
from oase.channels import create_account
from oase.channels.contract import Raw
from oase.channels.families import mime
from oase.conversations import Journal
from oase.kernel.blobs import Blobs, open_blobs
from oase.kernel.clock import SystemClock
from oase.kernel.settings import Settings

MAILS, ACCOUNTS, WORKERS = 6_000, 4, 2
REACH = 300.0
_TEXTS = (
    "Guten Tag,\n\nmeine Bestellung {n} ist noch immer nicht da. Wann kommt sie? 🚲 Straße: Öhringer Weg {n}, Köln-Müngersdorf.",
    "Hello,\n\nmy order {n} hasn’t arrived yet. Could you please check? The café on “Main Street” {n} says it never came.",
)
_WROTE = (
    "Am Dienstag, 24. November 2026 um 10:{m:02d} schrieb Radhaus <{to}>:",
    "On Tue, 24 Nov 2026 at 10:{m:02d}, Radhaus <{to}> wrote:",
)


def typed(number: int) -> str:
    """What the customer typed in the mail with this number."""
    return _TEXTS[number // 3 % 2].format(n=number)


def mail(number: int, to: str) -> bytes:
    """The mail with this number: a first one, or an answer to the one before."""
    thread, place = divmod(number, 3)
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Jürgen Groß {thread} <kunde{thread}@example.com>"
    message["To"] = to
    message["Subject"] = ("" if place == 0 else "AW: " if thread % 2 == 0 else "Re: ") + f"Bestellung {thread} für Köln"
    message["Message-ID"] = f"<m{number}@mail.example.com>"
    message["Date"] = f"Tue, 24 Nov 2026 10:{place:02d}:00 +0100"
    text = typed(number)
    html = "<p>" + text.replace("\n\n", "</p><p>") + "</p>"
    if place:
        message["In-Reply-To"] = f"<m{number - 1}@mail.example.com>"
        message["References"] = " ".join(f"<m{thread * 3 + one}@mail.example.com>" for one in range(place))
        wrote, before = _WROTE[thread % 2].format(m=place, to=to), typed(number - 1)
        html += f'<div class="gmail_quote"><div class="gmail_attr">{wrote}</div><blockquote><p>{before}</p></blockquote></div>'
        text += f"\n\n{wrote}\n" + "\n".join(f"> {line}" for line in before.split("\n"))
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


def read_all(mails: list[bytes]) -> int:
    """The limit: reading."""
    return sum(len(mime.read(one).text) for one in mails)


async def _arrive(ground: Ground, blobs: Blobs) -> None:
    journal, now = Journal(ground.database, blobs), SystemClock().now()
    accounts: list[tuple[UUID, str]] = []
    for index in range(ACCOUNTS):
        address = f"hilfe{index}@radhaus.example"
        async with ground.database.work(ground.workspace_id) as work:
            given = {"address": address, "incoming": "receiver", "smtp_host": "localhost"}
            accounts.append((await create_account(work, ground.safe, "email", address, given), address))
    for start in range(0, MAILS, 600):
        for number in range(start, start + 600, 1):
            account, address = accounts[number // 3 % ACCOUNTS]
            raw = Raw(body=mail(number, address), received_at=now)
            asyncio.create_task(journal.accept(ground.workspace_id, account, "email", raw))  # noqa: RUF006 - waited for below
        while await _count(ground, "SELECT count(*) FROM journal") < start + 600:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _count(ground: Ground, statement: str) -> int:
    async with ground.database.everywhere() as work:
        return int(await work.value(statement))


async def measure(ground: Ground) -> None:
    """Everything is in the journal; then the workers start."""
    await _arrive(ground, open_blobs(Settings(data_dir=ground.folder)))
    async with (
        process([str(BIN / "oase"), "work"], ground.environment(18630)),
        process([str(BIN / "oase"), "work"], ground.environment(18631)),
    ):
        while not (first := await _count(ground, "SELECT count(*) FROM message")):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        began = time.perf_counter()
        while await _count(ground, "SELECT count(*) FROM message") < MAILS:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        rate = (MAILS - first) / (time.perf_counter() - began)
    async with ground.database.everywhere() as work:
        threads = await work.value(
            "SELECT count(*) FROM (SELECT conversation_id FROM message GROUP BY 1 HAVING count(*) = 3 AND count(DISTINCT subject) <= 2) t"
        )
        rows = await work.tuples("SELECT external_id, text FROM message")
    whole = sum(1 for external, text in rows if text.strip() == typed(int(external.split("@")[0].strip("<m"))))
    mails = [[mail(number, "hilfe@radhaus.example") for number in range(one, MAILS, WORKERS)] for one in range(WORKERS)]
    with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(read_all, [part[:20] for part in mails]))  # the processes are there, the languages are read
        began = time.perf_counter()
        await asyncio.gather(*(asyncio.get_running_loop().run_in_executor(pool, read_all, part) for part in mails))
    limit = MAILS / (time.perf_counter() - began)
    say("mail", per_second=rate, reach=REACH, threads_whole=f"{threads} of {MAILS // 3}", texts_whole=f"{whole} of {MAILS}",
        limit_per_second=limit, ratio=rate / limit)  # fmt: skip


async def main() -> None:
    """Runs the bench on a ground of its own."""
    async with open_ground() as ground:
        await measure(ground)


if __name__ == "__main__":
    uvloop.run(main())
