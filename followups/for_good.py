"""What goes with promises that are deleted for good: their reminders, and the mails that told them."""

from __future__ import annotations

from typing import Any

from accounts.belonging import Rows, in_parts
from followups.models import Mail, Promise, Reminder

# Ids named in one statement, within what every SQLite takes.
PART = 500


def forget_mails(sender: Any, owner: Any, rows: Rows, **kwargs: Any) -> None:
    """A mail that told of nothing else goes, wherever it stands: who is sending it finds that it
    is theirs no more. One that told of others too stays, without its text if it was kept here.
    """
    for part in in_parts(rows.get(Promise, ()), PART):
        reminders = Reminder.across_owners.filter(promise__in=part)
        mails = set(reminders.exclude(mail=None).values_list("mail", flat=True))
        reminders.delete()
        for some in in_parts(mails, PART):
            told = Mail.across_owners.filter(owner=owner, pk__in=some)
            others = Reminder.across_owners.filter(mail__in=some).values("mail")
            told.exclude(pk__in=others).delete()
            told.exclude(text="").update(subject="", text="")
