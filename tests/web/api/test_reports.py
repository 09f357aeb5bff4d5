"""What was measured, for programs."""

from datetime import timedelta

from oase.kernel.permissions import Permission

from .conftest import Company


async def test_a_program_reads_how_long_customers_waited(company: Company) -> None:
    program = await company.program(Permission.REPORT_READ)
    assert (await program("GET", "/reports/response-times")).body == {"response_times": [], "promises": [], "quotes": []}
    at = company.services.clock.now() - timedelta(days=10)
    async with company.services.database.work(company.workspace_id) as work:
        await work.run(
            "INSERT INTO wait (workspace_id, id, conversation_id, channel, public, kind, asked_at, due_at, ended_at, outcome)"
            " VALUES (%(workspace_id)s, gen_random_uuid(), gen_random_uuid(), 'whatsapp', false, 'first', %(at)s,"
            " %(at)s + interval '15 minutes', %(at)s + interval '20 minutes', 'answered')",
            {"at": at},
        )
    lines = (await program("GET", "/reports/response-times")).body["response_times"]
    assert [(one["days"], one["by"], one["channel"]) for one in lines] == [
        (28, "all", None), (28, "channel", "whatsapp"), (28, "team", None),
    ]  # fmt: skip
    assert lines[1]["within_15_minutes"] == {"kept": 0, "count": 1}
    assert lines[1]["within_1_hour"] == {"kept": 1, "count": 1}
    assert lines[1]["median_seconds"] == 1200


async def test_only_who_may_read_reports_does(company: Company) -> None:
    program = await company.program(Permission.CONVERSATION_READ)
    assert (await program("GET", "/reports/response-times")).status == 403
