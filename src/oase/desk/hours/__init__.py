"""Business hours: when a company works, and arithmetic with working time.

pure: calendar, holiday, spans, timetable      kept: tables, stored, repository, actions, queries      per process: Timetables
"""

from oase.desk.hours.actions import remove_calendar, save_calendar
from oase.desk.hours.calendar import Calendar, Closure, Day, InvalidCalendar, Pause, Window, week_of, windows_of, zone_of
from oase.desk.hours.holiday import countries, holidays_between, holidays_of, regions_of
from oase.desk.hours.queries import find_calendar, list_calendars
from oase.desk.hours.standing import Standing, standing
from oase.desk.hours.timetable import NeverOpen, Timetable
from oase.desk.hours.timetables import Timetables, always_open, opens, usable
from oase.desk.hours.types import Source, StoredCalendar

__all__ = [
    "Calendar",
    "Closure",
    "Day",
    "InvalidCalendar",
    "NeverOpen",
    "Pause",
    "Source",
    "Standing",
    "StoredCalendar",
    "Timetable",
    "Timetables",
    "Window",
    "always_open",
    "countries",
    "find_calendar",
    "holidays_between",
    "holidays_of",
    "list_calendars",
    "opens",
    "regions_of",
    "remove_calendar",
    "save_calendar",
    "standing",
    "usable",
    "week_of",
    "windows_of",
    "zone_of",
]
