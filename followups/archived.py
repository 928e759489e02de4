"""What is put right in a promise or a mail that comes back out of an archive."""

from __future__ import annotations

import re

from followups.models import Mail, Promise
from followups.models.mail import make_message_id

# As `make_message_id` writes them: it becomes a header, so nothing else may stand in it.
MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@[A-Za-z0-9.:\[\]_-]{1,200}>")


def look_at_mail(mail: Mail) -> None:
    """Nobody works on it here. One that was being handed over may have arrived."""
    if mail.state == Mail.State.SENDING:
        mail.ambiguous = True
    if mail.state in {Mail.State.CLAIMED, Mail.State.SENDING}:
        mail.state = Mail.State.SCHEDULED
    if not MESSAGE_ID.fullmatch(mail.message_id):
        raise ValueError("no Message-ID of ours")
    if Mail.across_owners.filter(message_id=mail.message_id).exists():
        mail.message_id = make_message_id()  # of the same installation


def look_at_promise(promise: Promise) -> None:
    promise.due_utc = promise.derive_due_utc()
