"""What else stands in a timeline beside calls, promises and checks: one line of words each.

These carry their words out of the database with their moment, so that any number of kinds costs no
query. What was said of pay is not among the words: that stands where it is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from calls.models import Disclosure, Referral, Submission


def _submission_words(code: str, about: str) -> str:
    said = {"what": about, "permission": Submission.Permission(code).label}
    if not about:
        return _("Résumé to a client: permission %(permission)s") % said
    return _("%(what)s: permission %(permission)s") % said


def _referral_words(code: str, about: str) -> str:
    if code == Referral.Direction.OF_ME:
        return _("%(name)s named you") % {"name": about}
    return _("You named %(name)s") % {"name": about}


def _told_words(code: str, about: str) -> str:
    topic = Disclosure.Topic(code).label
    said = {"topic": topic, "resume": about}
    return (
        _("You gave them your résumé “%(resume)s”") if about else _("You told them: %(topic)s")
    ) % said


@dataclass(frozen=True)
class Kind:
    """One kind of row: when it happened, what its words are made of, and its page."""

    moment: Any
    code: str
    about: Any
    words: Callable[[str, str], str]
    page: str


def _day(name: str) -> Cast:
    return Cast(name, DateTimeField())


KINDS = {
    "submission": Kind(
        moment=Coalesce(_day("submitted_on"), _day("decided_on"), _day("asked_on"), "created_at"),
        code="permission",
        about=Coalesce("opportunity__title", "role"),
        words=_submission_words,
        page="calls:submission_detail",
    ),
    "referral": Kind(
        moment=_day("named_on"),
        code="direction",
        about=F("person__name"),
        words=_referral_words,
        page="calls:referral_edit",
    ),
    "told": Kind(
        moment=_day("told_on"),
        code="topic",
        about=Coalesce("resume__label", Value("")),
        words=_told_words,
        page="calls:disclosure_edit",
    ),
}


def rest_of(owner: User) -> dict[str, QuerySet]:
    """All such rows of `owner`, by their kind."""
    return {
        "submission": Submission.objects.of(owner),
        "referral": Referral.objects.of(owner),
        "told": Disclosure.objects.of(owner),
    }


@dataclass(frozen=True)
class Note:
    """One of them. It is noted by the day, so that its moment (UTC) is that day's beginning.

    Where no day was noted it is the moment of the noting, which is of the user's own day.
    """

    kind: str
    pk: int
    at: dt.datetime
    code: str
    about: str

    @property
    def day(self) -> dt.date:
        at = self.at.astimezone(dt.UTC)
        return at.date() if at.time() == dt.time() else timezone.localtime(at).date()

    @property
    def words(self) -> str:
        return KINDS[self.kind].words(self.code, self.about)

    def get_absolute_url(self) -> str:
        return reverse(KINDS[self.kind].page, args=[self.pk])
