"""What agents plan: messages that go later, tasks with a moment, and the first word to a person."""

from oase.desk.outbound.clock import OutboundClock
from oase.desk.outbound.errors import NoScheduled, NoTask, OutboundError, Settled
from oase.desk.outbound.first import Grounds, Reach, first_contact, ways_to
from oase.desk.outbound.keeping import PART
from oase.desk.outbound.rules import SETTING, Waking, check_waking, is_waking, kept_waking, next_waking, waking_of
from oase.desk.outbound.scheduled import (
    cancel_scheduled,
    change_scheduled,
    find_scheduled,
    next_sends,
    restore_scheduled,
    schedule,
    scheduled_of,
    scheduled_places,
    send_scheduled_now,
    waking_hours,
    waking_of_person,
)
from oase.desk.outbound.tasks import (
    add_task,
    change_task,
    count_plans,
    find_task,
    list_tasks,
    remove_task,
    set_task_done,
)
from oase.desk.outbound.types import Scheduled, Task, TaskFilter, When, Who

__all__ = [
    "PART",
    "SETTING",
    "Grounds",
    "NoScheduled",
    "NoTask",
    "OutboundClock",
    "OutboundError",
    "Reach",
    "Scheduled",
    "Settled",
    "Task",
    "TaskFilter",
    "Waking",
    "When",
    "Who",
    "add_task",
    "cancel_scheduled",
    "change_scheduled",
    "change_task",
    "check_waking",
    "count_plans",
    "find_scheduled",
    "find_task",
    "first_contact",
    "is_waking",
    "kept_waking",
    "list_tasks",
    "next_sends",
    "next_waking",
    "remove_task",
    "restore_scheduled",
    "schedule",
    "scheduled_of",
    "scheduled_places",
    "send_scheduled_now",
    "set_task_done",
    "waking_hours",
    "waking_of",
    "waking_of_person",
    "ways_to",
]
