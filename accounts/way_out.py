"""The way out for the mails of signing in: codes, and resets of a password.

Which server that is, the room above knows, for it also sends the reminders. It says so here when
the house is built up; this room cannot ask it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from crm.environment import MailServer


def of_the_environment() -> MailServer | None:
    """The server of `EMAIL_URL`, which goes before any other."""
    return settings.MAIL_SERVER


# Answers with the server in force, read anew at each call; set by `followups.apps`.
ask: Callable[[], MailServer | None] = of_the_environment


def server() -> MailServer | None:
    """The mail server in force, or None: then nobody would get a code."""
    found = ask()
    return found if found is not None and found.password is not None else None


def only_with_mail(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a page be there only while a mail server is; else it answers as an unknown one does."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if server() is None:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
