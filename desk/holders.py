"""Who holds which of my résumés: those whom I noted to have it, and submissions it goes with."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from accounts.models import Resume, User
from accounts.owned import OwnedQuerySet
from calls.models import Disclosure, Submission
from contacts.models import Firm, Recruiter
from followups.models import Promise

# As many as one page shows; nobody has handed out one version to more by hand.
MOST = 200


@dataclass(frozen=True)
class Holder:
    """A recruiter or a firm that has a résumé, or is about to: the newest noting first."""

    recruiter: Recruiter | None
    firm: Firm | None
    told: list[Disclosure]
    submissions: list[Submission]

    @property
    def since(self) -> dt.date | None:
        """The first day on which they had it, as far as is known."""
        days = [one.told_on for one in self.told]
        days += [one.since for one in self.submissions if one.since]
        return min(days, default=None)


def went_out(rows: OwnedQuerySet) -> OwnedQuerySet:
    """Submissions with which a résumé is in somebody's hands: permitted or sent, whatever came
    of it later. One that was only spoken of, or refused, is none."""
    return rows.filter(Q(permission=Submission.Permission.GIVEN) | Q(submitted_on__isnull=False))


def count(owner: User, resumes: Collection[int]) -> dict[int, int]:
    """How many hold each of `resumes` (by id), by two queries; see `accounts.resume_holders`."""
    if not resumes:
        return {}
    held: dict[int, set[tuple[str, int]]] = defaultdict(set)
    told = Disclosure.objects.of(owner).filter(resume__in=resumes)
    for resume, recruiter in told.values_list("resume", "recruiter").distinct():
        held[resume].add(("recruiter", recruiter))
    submissions = went_out(Submission.objects.of(owner).filter(resume__in=resumes))
    for resume, recruiter, firm in submissions.values_list(
        "resume", "recruiter", "firm"
    ).distinct():
        held[resume].add(("recruiter", recruiter) if recruiter else ("firm", firm))
    return {resume: len(who) for resume, who in held.items()}


def holders_of(resume: Resume) -> list[Holder]:
    """Everybody who has `resume`, the latest first, by two queries."""
    told = Disclosure.objects.of(resume.owner_id).filter(resume=resume)
    submissions = went_out(Submission.objects.of(resume.owner_id).for_list().filter(resume=resume))
    found: dict[tuple[str, int | None], Holder] = {}
    for one in told.select_related("recruiter", "firm").order_by("-told_on", "-pk")[:MOST]:
        _holder(found, one.recruiter, one.firm).told.append(one)
    for one in submissions[:MOST]:
        _holder(found, one.recruiter, one.firm).submissions.append(one)
    return sorted(found.values(), key=lambda one: one.since or dt.date.min, reverse=True)


def _holder(
    found: dict[tuple[str, int | None], Holder], recruiter: Recruiter | None, firm: Firm | None
) -> Holder:
    key = ("recruiter", recruiter.pk) if recruiter else ("firm", firm.pk if firm else None)
    return found.setdefault(key, Holder(recruiter, firm, [], []))


@dataclass(frozen=True)
class Kept:
    """A promise that sending the résumé keeps, and when: see `Promise.keep`."""

    promise: Promise
    moment: dt.datetime | None
    day: dt.date | None


def note_sent(
    resume: Resume, recruiter: Recruiter, *, on: dt.date, kept: Iterable[Kept] = ()
) -> bool:
    """`recruiter` has `resume` since `on` (local), which keeps the promises in `kept`.

    Whether it was new: who holds it already is not noted a second time, so that a button that
    is pressed twice, and at once, says the same as one pressed once.
    """
    with transaction.atomic():
        # Held until the end: of two presses at once the second finds what the first wrote.
        Resume.objects.of(resume.owner_id).select_for_update().get(pk=resume.pk)
        rows = Disclosure.objects.of(resume.owner_id)
        is_new = not rows.filter(resume=resume, recruiter=recruiter).exists()
        if is_new:
            rows.create(
                recruiter=recruiter,
                firm=recruiter.firm,
                topic=Disclosure.Topic.RESUME,
                resume=resume,
                told_on=on,
            )
        still_open = Promise.objects.of(resume.owner_id).open()
        for one in kept:
            # Read anew: it may have been kept elsewhere since the form was checked.
            promise = still_open.filter(pk=one.promise.pk).first()
            if promise:
                promise.keep(resume.label, now=one.moment, on=one.day)
    return is_new
