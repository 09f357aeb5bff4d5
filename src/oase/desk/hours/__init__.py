"""Business hours: when a company works, and arithmetic with working time.

pure: calendar, holiday, spans, timetable, worked, ical, ical_out
kept: repository, stored, actions, queries, sources, following, sourcing
per process: Timetables      once a day: CalendarClock
"""

from oase.desk.hours.actions import remove_calendar, save_calendar
from oase.desk.hours.calendar import Calendar, Closure, Day, InvalidCalendar, Pause, Window, week_of, windows_of, zone_of
from oase.desk.hours.clock import CalendarClock
from oase.desk.hours.following import Followed, read_address, read_file
from oase.desk.hours.holiday import countries, holiday_names, holidays_between, holidays_of, is_worked, regions_of
from oase.desk.hours.ical import BYTES
from oase.desk.hours.ical_out import write_calendar
from oase.desk.hours.published import path_of, publish_calendar, published_calendar, withdraw_calendar
from oase.desk.hours.queries import any_calendar, find_calendar, list_calendars
from oase.desk.hours.sources import add_source, remove_source
from oase.desk.hours.standing import Standing, standing
from oase.desk.hours.timetable import NeverOpen, Timetable
from oase.desk.hours.timetables import Timetables, always_open, opens, usable
from oase.desk.hours.types import Source, StoredCalendar
from oase.desk.hours.worked import WorkedTime

__all__ = [
    "BYTES",
    "Calendar",
    "CalendarClock",
    "Closure",
    "Day",
    "Followed",
    "InvalidCalendar",
    "NeverOpen",
    "Pause",
    "Source",
    "Standing",
    "StoredCalendar",
    "Timetable",
    "Timetables",
    "Window",
    "WorkedTime",
    "add_source",
    "always_open",
    "any_calendar",
    "countries",
    "find_calendar",
    "holiday_names",
    "holidays_between",
    "holidays_of",
    "is_worked",
    "list_calendars",
    "opens",
    "path_of",
    "publish_calendar",
    "published_calendar",
    "read_address",
    "read_file",
    "regions_of",
    "remove_calendar",
    "remove_source",
    "save_calendar",
    "standing",
    "usable",
    "week_of",
    "windows_of",
    "withdraw_calendar",
    "write_calendar",
    "zone_of",
]
