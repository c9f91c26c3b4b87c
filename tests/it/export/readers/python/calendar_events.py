"""Prints each event of a calendar, and whether reading and writing it again brings the same events."""
import sys

import icalendar

with open(sys.argv[1], "rb") as file:
    calendar = icalendar.Calendar.from_ical(file.read())
again = icalendar.Calendar.from_ical(calendar.to_ical())
assert not calendar.errors, calendar.errors
for event, same in zip(calendar.walk("VEVENT"), again.walk("VEVENT"), strict=True):
    assert not event.errors and event.to_ical() == same.to_ical(), event.errors
    alarms = ",".join(str(alarm["TRIGGER"].dt.days) for alarm in event.walk("VALARM"))
    sequence = int(event["SEQUENCE"])
    assert 0 < sequence < 2**31 and event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt
    fields = [event["UID"], event["DTSTART"].dt.isoformat(), event["SUMMARY"], event["DESCRIPTION"], alarms]
    print("|".join(str(field).replace("\n", "/") for field in fields))
