"""Business hours: when a company works, and arithmetic with working time.

pure: calendar, holiday, spans, timetable      kept: tables, stored, repository, actions, queries      per process: Timetables
"""

from oase.desk.hours.actions import remove_calendar, save_calendar
from oase.desk.hours.calendar import Calendar, Closure, Day, InvalidCalendar, Pause, Window, week_of
from oase.desk.hours.queries import find_calendar, list_calendars
from oase.desk.hours.timetable import NeverOpen, Timetable
from oase.desk.hours.timetables import Timetables, always_open
from oase.desk.hours.types import Source, StoredCalendar

__all__ = [
    "Calendar",
    "Closure",
    "Day",
    "InvalidCalendar",
    "NeverOpen",
    "Pause",
    "Source",
    "StoredCalendar",
    "Timetable",
    "Timetables",
    "Window",
    "always_open",
    "find_calendar",
    "list_calendars",
    "remove_calendar",
    "save_calendar",
    "week_of",
]
