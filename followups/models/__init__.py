"""What is owed, and the reminders that see to it."""

from followups.models.engine import Heartbeat, Mailer
from followups.models.links import CalendarFeed, UsedLink
from followups.models.mail import Mail
from followups.models.promise import Promise, Reschedule
from followups.models.reminder import Reminder

__all__ = [
    *("CalendarFeed", "Heartbeat", "Mail", "Mailer", "Promise", "Reminder", "Reschedule"),
    "UsedLink",
]
