"""Business hours: when a company works, and arithmetic with working time. Pure: no I/O, no clock."""

from oase.desk.hours.calendar import Calendar, Closure, Day, InvalidCalendar, Window, week_of
from oase.desk.hours.timetable import NeverOpen, Timetable

__all__ = ["Calendar", "Closure", "Day", "InvalidCalendar", "NeverOpen", "Timetable", "Window", "week_of"]
