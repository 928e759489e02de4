"""Django's own mails, which are those of signing in, through the server in force."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

from accounts import way_out

log = logging.getLogger("followups.mail_backend")

# Seconds that a page waits for the server at each step.
PATIENCE = 15


class EmailBackend(smtp.EmailBackend):
    """Django's, with the server that is in force when it is made: one for each mail or few.

    Without a server nothing goes and nothing is kept: a code in a table would be a way in.
    """

    def __init__(self, **options: Any) -> None:
        server = way_out.server()
        self.is_shut = server is None
        if server is None:
            super().__init__(host="", **options)
            return
        super().__init__(
            host=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.security == "starttls",
            use_ssl=server.security == "tls",
            timeout=PATIENCE,
            **options,
        )

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many went. A server that fails is told in the log alone.

        A page that fails for an address that is known, and not for others, would tell which is.
        """
        if self.is_shut:
            return 0
        try:
            return super().send_messages(email_messages) or 0
        except (OSError, ValueError) as error:  # smtplib's own are of these
            log.error("a mail of signing in did not go: %s", type(error).__name__)
            return 0
