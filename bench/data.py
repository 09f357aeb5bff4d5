# ruff: noqa: SIM905 - lists of words read better as words
"""A company's past for the benches: persons, conversations and messages with German and English texts.

    texts (Python, seeded) --COPY--> bench_text, bench_name --INSERT … SELECT generate_series--> person … message

`python bench/data.py --dsn "…" [--conversations 200000] [--messages 1000000]` fills a migrated database;
`await fill(database, workspace_id, …)` does so from a bench. Everything follows from the seed and the numbers.
The words of the texts are distributed as in life: a few in every second message, thousands in a handful.
"""

import argparse
import asyncio
import random
import time
from datetime import timedelta
from uuid import UUID

from oase.kernel.db import Database
from oase.kernel.ids import new_id

FIRST_NAMES = (
    "Anna Jürgen Änne Björn Çelik Dörte Emma Felix Günther Hannah İpek Jörg Käthe Lukas Märta Noël Oğuz Petra Quirin René "
    "Sören Thérèse Uğur Valérie Wolfgang Xenia Yağmur Zoë Oliver Charlotte George Amelia Harry Isla Jack Sophie Thomas Ursula"
).split()
LAST_NAMES = (
    "Müller Schmidt Schneider Fischer Weber Mayer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder "
    "Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Köhler Groß Öztürk Yılmaz "
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright O’Brien MacDonald Núñez Łukasiewicz Sørensen Strauß"
).split()
_PARTS = (
    "Liefer Rechnungs Kunden Garantie Rücksende Zahlungs Vertrags Bestell Versand Geräte Kaffee Wasser Filter Ersatz Reparatur "
    "Termin Konto Mahn Paket Lager Umtausch Gutschein Newsletter Passwort Anmelde Software Netz Batterie Lade Display"
).split()
_ENDS = (
    "adresse nummer schein bestätigung kosten datum frist abteilung anfrage bedingungen formular stelle karte kabel "
    "problem störung übersicht teil behälter pumpe dichtung ventil gehäuse anleitung prüfung"
).split()
GERMAN = (
    "Guten Tag, meine {compound} ist seit {n} Tagen nicht angekommen.",
    "Können Sie mir bitte sagen, wann die Bestellung {order} geliefert wird?",
    "Leider funktioniert das Gerät nach dem Update nicht mehr, die {compound} blinkt nur noch.",
    "Ich möchte die Rechnung {order} reklamieren, der Betrag ist falsch.",
    "Vielen Dank für die schnelle Antwort!",
    "Wir haben die Häuser in der {street}straße {n} umgezogen, bitte ändern Sie die {compound}.",
    "Das Paket wurde beschädigt geliefert, ich hätte gerne Ersatz für die {compound}.",
    "Mit freundlichen Grüßen\n{name}",
    "Sehr geehrte Damen und Herren, anbei die {compound} als PDF.",
    "Bitte rufen Sie mich unter +49 30 23125 {n:03d} zurück.",
    "Die Größe passt nicht, kann ich gegen Größe {n} umtauschen?",
    "Wo finde ich die {compound} in meinem Konto?",
    "Meine Kundennummer lautet K-{order}.",
    "Gestern war der Techniker da, aber die {compound} ist immer noch undicht 😕",
)
ENGLISH = (
    "Hello, I ordered a {product} last week and it has not arrived yet.",
    "Could you please tell me when order {order} will be delivered?",
    "The {product} stopped working after the latest update.",
    "I would like to return the {product}, how do I get a refund?",
    "Thank you very much for the quick answer!",
    "The invoice {order} shows the wrong amount, could you correct it?",
    "Is the warranty still valid if I replace the {product} myself?",
    "Kind regards\n{name}",
    "My flat is in {street} Street {n}, please change the delivery address.",
    "I can't sign in any more, the password reset mail never arrives 🙁",
    "Which {product} do you recommend for a family of {n}?",
)
PRODUCTS = "espresso machine|kettle|water filter|grinder|milk frother|charging cable|display|coffee pot|dishwasher|heater".split(
    "|"
)
STREETS = "Berliner Goethe Schiller Mühlen Garten Linden Königs Bahnhof Kirch Wald Rosen Hafen Baker Oxford Victoria".split()
CHANNELS = ("email", "whatsapp", "webchat", "form")
TAGS = ("rechnung", "lieferung", "garantie", "vip", "rücksendung", "technik")
YEARS = 2
_TEXTS = 30_000


def make_text(generator: random.Random) -> str:
    """One message: one to five sentences of one language; one in a hundred is long."""
    sentences = GERMAN if generator.random() < 0.65 else ENGLISH
    count = generator.choice((1, 1, 2, 2, 3, 3, 4, 5)) if generator.random() > 0.01 else 40
    return " ".join(
        generator.choice(sentences).format(
            compound=generator.choice(_PARTS) + generator.choice(_ENDS),
            product=generator.choice(PRODUCTS),
            street=generator.choice(STREETS),
            order=generator.randint(10_000, 999_999),
            n=generator.randint(2, 60),
            name=f"{generator.choice(FIRST_NAMES)} {generator.choice(LAST_NAMES)}",
        )
        for _ in range(count)
    )


_HELPERS = """
CREATE OR REPLACE FUNCTION pg_temp.id_at(moment timestamptz, number bigint, kind int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(kind), 3, '0')
   || 'b' || lpad(to_hex(number), 15, '0'))::uuid $$;
CREATE OR REPLACE FUNCTION pg_temp.pick(number bigint, salt int, size int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(number, salt) & 2147483647)::int % size $$;
CREATE OR REPLACE FUNCTION pg_temp.opened(number bigint, total bigint) RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT date_trunc('minute', now()) - make_interval(days => 365 * 2) * (1 - number::double precision / (total + 1)) $$;
CREATE TEMPORARY TABLE bench_text (number int PRIMARY KEY, text text NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE bench_name (number int PRIMARY KEY, name text NOT NULL) ON COMMIT DROP;
"""

_ACCOUNTS = """
INSERT INTO account (workspace_id, id, channel, name, state_since, created_at)
SELECT %(workspace_id)s, pg_temp.id_at(now() - interval '3 years', c.number, 1), c.channel, c.channel || ' desk', now(), now()
FROM unnest(%(channels)s::text[]) WITH ORDINALITY AS c (channel, number)"""

_AGENTS = """
INSERT INTO agent (workspace_id, id, name, email, state, language, created_at)
SELECT %(workspace_id)s, pg_temp.id_at(now() - interval '3 years', n, 2), b.name,
       'agent' || n || '@' || left(%(workspace_id)s::text, 8) || '.example', 'active', 'de', now()
FROM generate_series(1, 40) AS n JOIN bench_name b ON b.number = n"""

_PERSONS = """
INSERT INTO person (workspace_id, id, name, language, created_at, updated_at)
SELECT %(workspace_id)s, pg_temp.id_at(pg_temp.opened(n, %(persons)s), n, 3), b.name, CASE WHEN n %% 3 = 0 THEN 'en' ELSE 'de' END,
       pg_temp.opened(n, %(persons)s), now()
FROM generate_series(1, %(persons)s) AS n JOIN bench_name b ON b.number = pg_temp.pick(n, 1, %(names)s)"""

_IDENTITIES = """
INSERT INTO identity (workspace_id, id, person_id, kind, value, name, created_at, last_seen_at)
SELECT %(workspace_id)s, pg_temp.id_at(pg_temp.opened(n, %(persons)s), n, 4), pg_temp.id_at(pg_temp.opened(n, %(persons)s), n, 3),
       (ARRAY['email', 'phone', 'visitor', 'email'])[n %% 4 + 1],
       CASE n %% 4 WHEN 1 THEN '+4915228' || lpad(n::text, 6, '0') WHEN 2 THEN md5(n::text)
            ELSE 'kunde' || n || '@example.com' END, b.name, pg_temp.opened(n, %(persons)s), now()
FROM generate_series(1, %(persons)s) AS n JOIN bench_name b ON b.number = pg_temp.pick(n, 1, %(names)s)"""

_CONVERSATIONS = """
INSERT INTO conversation (workspace_id, id, number, person_id, identity_id, account_id, channel, subject, state, assignee_id,
    priority, due_at, snoozed_until, waiting_since, last_at, last_in_at, first_line, message_count, tags, token, created_at)
SELECT %(workspace_id)s, pg_temp.id_at(c.opened, c.n, 5), nextval('conversation_number'),
    pg_temp.id_at(pg_temp.opened(c.person, %(persons)s), c.person, 3),
    pg_temp.id_at(pg_temp.opened(c.person, %(persons)s), c.person, 4),
    pg_temp.id_at(now() - interval '3 years', c.channel + 1, 1), (%(channels)s::text[])[c.channel + 1],
    CASE WHEN c.channel IN (0, 3) THEN left(t.text, 70) ELSE '' END, c.state,
    CASE WHEN pg_temp.pick(c.n, 5, 3) > 0
         THEN pg_temp.id_at(now() - interval '3 years', 1 + pg_temp.pick(c.n, 6, 40), 2) END,
    (ARRAY[0, 0, 0, 0, 0, 0, 1, 2, -1])[1 + pg_temp.pick(c.n, 7, 9)],
    CASE WHEN c.state = 'open' THEN now() + make_interval(mins => pg_temp.pick(c.n, 8, 6000) - 2000) END,
    CASE WHEN c.state = 'snoozed' THEN now() + make_interval(hours => 1 + pg_temp.pick(c.n, 9, 200)) END,
    CASE WHEN c.state = 'open' THEN c.opened END, c.opened + make_interval(mins => 37 * (c.messages - 1)), c.opened,
    left(t.text, 160), c.messages,
    CASE WHEN pg_temp.pick(c.n, 10, 4) = 0 THEN ARRAY[(%(tags)s::text[])[1 + pg_temp.pick(c.n, 11, %(tag_count)s)]] ELSE '{}' END,
    left(md5(%(workspace_id)s::text || c.n), 16), c.opened
FROM bench_conversation c JOIN bench_text t ON t.number = pg_temp.pick(c.n * 1000 + 1, 12, %(texts)s)"""

_PLAN = """
CREATE TEMPORARY TABLE bench_conversation ON COMMIT DROP AS
SELECT n, pg_temp.opened(n, %(conversations)s) AS opened, 1 + pg_temp.pick(n, 2, %(persons)s)::bigint AS person,
    pg_temp.pick(n, 3, 4) AS channel,
    %(messages)s / %(conversations)s + CASE WHEN n <= %(messages)s %% %(conversations)s THEN 1 ELSE 0 END AS messages,
    CASE WHEN n > %(conversations)s * 0.97 AND pg_temp.pick(n, 4, 10) < 7 OR pg_temp.pick(n, 4, 200) = 0 THEN 'open'
         WHEN pg_temp.pick(n, 4, 100) < 3 THEN 'waiting' WHEN pg_temp.pick(n, 4, 200) = 199 THEN 'snoozed' ELSE 'solved' END AS state
FROM generate_series(1, %(conversations)s) AS n"""

_MESSAGES = """
INSERT INTO message (workspace_id, id, conversation_id, direction, kind, channel, account_id, identity_id, author_id, author_name,
    text, subject, external_id, at, created_at)
SELECT %(workspace_id)s, pg_temp.id_at(m.at, c.n * 1000 + m.number, 6), pg_temp.id_at(c.opened, c.n, 5),
    CASE WHEN m.number %% 2 = 1 THEN 'in' WHEN pg_temp.pick(c.n, 13, 12) = 0 THEN 'note' ELSE 'out' END, 'text',
    (%(channels)s::text[])[c.channel + 1], pg_temp.id_at(now() - interval '3 years', c.channel + 1, 1),
    pg_temp.id_at(pg_temp.opened(c.person, %(persons)s), c.person, 4),
    CASE WHEN m.number %% 2 = 0 THEN pg_temp.id_at(now() - interval '3 years', 1 + pg_temp.pick(c.n, 6, 40), 2) END,
    b.name, t.text, CASE WHEN c.channel = 0 THEN left(t.text, 70) ELSE '' END, 'bench-' || c.n || '-' || m.number, m.at, m.at
FROM bench_conversation c
CROSS JOIN LATERAL (SELECT number, c.opened + make_interval(mins => 37 * (number - 1)) AS at
                    FROM generate_series(1, c.messages) AS number) AS m
JOIN bench_text t ON t.number = pg_temp.pick(c.n * 1000 + m.number, 12, %(texts)s)
JOIN bench_name b ON b.number = CASE WHEN m.number %% 2 = 0 THEN 1 + pg_temp.pick(c.n, 6, 40)
                                     ELSE pg_temp.pick(c.person, 1, %(names)s) END
WHERE c.n > %(after)s AND c.n <= %(after)s + %(step)s"""

_STEP = 50_000
TABLES = ("account", "agent", "person", "identity", "conversation", "message")


async def fill(
    database: Database, workspace_id: UUID, *, conversations: int = 200_000, messages: int = 1_000_000, seed: int = 7
) -> None:
    """Writes a workspace's past in one transaction and gathers statistics; a million messages take a minute or two."""
    generator = random.Random(seed)
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    generator.shuffle(names)
    facts = {
        "conversations": conversations,
        "messages": messages,
        "persons": max(1, conversations * 3 // 5),
        "names": len(names),
        "texts": _TEXTS,
        "channels": list(CHANNELS),
        "tags": list(TAGS),
        "tag_count": len(TAGS),
    }
    async with database.work(workspace_id) as work:
        await work.connection.execute(_HELPERS.encode())
        for table, rows in (
            ("bench_text (number, text)", [make_text(generator) for _ in range(_TEXTS)]),
            ("bench_name (number, name)", names),
        ):
            async with (
                work.connection.cursor() as cursor,
                cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy,
            ):
                for row in enumerate(rows):
                    await copy.write_row(row)
        await work.connection.execute(b"ANALYZE bench_text; ANALYZE bench_name")
        for statement in (_ACCOUNTS, _AGENTS, _PERSONS, _IDENTITIES, _PLAN, _CONVERSATIONS):
            await work.run(statement, facts)
        for after in range(0, conversations, _STEP):
            await work.run(_MESSAGES, {**facts, "after": after, "step": _STEP})
    async with database.connection() as connection:
        for table in TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {table}".encode())


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--workspace", type=UUID, default=None)
    parser.add_argument("--conversations", type=int, default=200_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    arguments = parser.parse_args()
    workspace_id = arguments.workspace or new_id()
    database = Database(arguments.dsn)
    await database.open()
    began = time.perf_counter()
    await fill(database, workspace_id, conversations=arguments.conversations, messages=arguments.messages)
    taken = timedelta(seconds=round(time.perf_counter() - began))
    print(f"{arguments.conversations} conversations, {arguments.messages} messages in workspace {workspace_id}: {taken}")
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
