"""What is owed, and the reminders that see to it."""

from followups.models.engine import Heartbeat, Mailer
from followups.models.links import CalendarFeed, UsedLink
from followups.models.mail import Mail
from followups.models.promise import Promise
from followups.models.reminder import Reminder
from followups.models.reschedule import Reschedule

__all__ = [
    "CalendarFeed",
    "Heartbeat",
    "Mail",
    "Mailer",
    "Promise",
    "Reminder",
    "Reschedule",
    "UsedLink",
]
