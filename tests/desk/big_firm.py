"""A firm with whom much has happened, under the longest names there can be."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import Kit, Resume, User
from calls.models import Call, Disclosure, Opportunity, Referral, Submission
from contacts.models import Employer, Employment, Firm, FirmCheck, OffLimits, Person, Recruiter
from followups.models import Promise
from tests.factories import FirmFactory, PhoneFactory, RecruiterFactory

ENDLESS = "Donaudampfschifffahrtsgesellschaft" * 6
WORDY = "International Executive Search and Leadership Advisory Partners of the North " * 3


def big_firm(user: User, *, calls: int, name: str = ENDLESS[:200]) -> Firm:
    """One firm and one recruiter with `calls` calls, and of everything else in proportion.

    `calls` of 500: 300 promises, 100 opportunities, and 50 of everything else.
    """
    today, now = timezone.localdate(), timezone.now()
    some, open_ones, promises = max(calls // 10, 3), max(calls // 5, 3), max(calls * 3 // 5, 6)
    words = (WORDY * 3)[:200]
    Kit.objects.of(user).update(
        pitch="I turn family firms round. " * 70,
        seeking="A chair who asks questions. " * 60,
        not_seeking="Interim roles without a mandate. " * 50,
        notice_period="six months to the end of a quarter",
        best_times="after six",
        callback_number="+442079460000",
    )
    firm = FirmFactory(
        owner=user,
        name=name,
        kind=Firm.Kind.RETAINED,
        specialties=(WORDY * 3)[:500],
        switchboard="+442079460001",
    )
    grace = RecruiterFactory(
        owner=user,
        name=f"Grace {words}"[:200],
        firm=firm,
        title=words,
        standing=Recruiter.Standing.WARY,
        best_times=words,
        time_zone="America/New_York",
        verified_how=words,
        verified_on=today,
    )
    PhoneFactory(owner=user, recruiter=grace, number="+12125550100")
    for way in FirmCheck.Way.values:
        FirmCheck.objects.create(
            owner=user, firm=firm, way=way, result="open", checked_on=today, notes=words
        )
    companies = Employer.objects.bulk_create(
        Employer(owner=user, name=f"Client {n} {words}"[:200], folded_name=f"client {n} {words}")
        for n in range(open_ones)
    )
    Employment.objects.create(owner=user, employer=companies[0])
    OffLimits.objects.create(owner=user, firm=firm, employer=companies[0])
    opportunities = Opportunity.objects.bulk_create(
        Opportunity(
            owner=user,
            title=f"{n} {words}"[:200],
            recruiter=grace,
            firm=firm,
            client=companies[n],
            client_disclosure=Opportunity.Disclosure.IN_CONFIDENCE,
            stage=Opportunity.Stage.CANDIDATE,
            compensation="180,000 and a bonus",
        )
        for n in range(open_ones)
    )
    common = {"owner": user, "recruiter": grace, "firm": firm}
    made = Call.objects.bulk_create(
        Call(
            **common,
            opportunity=opportunities[n % open_ones],
            occurred_at=now - dt.timedelta(days=n, hours=1),
            duration_minutes=12,
            notes="They told me what they had heard, and asked whom I know. " * 40,
        )
        for n in range(calls)
    )
    Promise.objects.bulk_create(
        Promise(
            **common,
            owed_by="them" if n % 2 else "me",
            kind=Promise.Kind.SEND_INFORMATION,
            what=words,
            due_on=today + dt.timedelta(days=n - 3),
            due_utc=now + dt.timedelta(days=n - 3),
            time_zone=user.time_zone,
            revision=1,
        )
        for n in range(promises)
    )
    resume = Resume.objects.create(owner=user, label=words[:100], made_on=today)
    elsewhere = FirmFactory(owner=user, name=f"Another {words}"[:200])
    Submission.objects.bulk_create(
        Submission(
            owner=user,
            firm=through,
            opportunity=opportunities[n] if through == firm else None,
            client=companies[n],
            permission=Submission.Permission.GIVEN,
            resume=resume,
            limits=words,
            decided_on=today,
            exclusive_until=today + dt.timedelta(days=30),
            ownership_until=today + dt.timedelta(days=300),
        )
        for n in range(min(some, open_ones))
        for through in (firm, elsewhere)
    )
    topics = Disclosure.Topic.values
    Disclosure.objects.bulk_create(
        Disclosure(
            **common,
            call=made[0],
            topic=topics[n % len(topics)],
            what=f"{n} {words}"[:500],
            told_on=today - dt.timedelta(days=n),
            pass_on="no",
        )
        for n in range(some)
    )
    people = Person.objects.bulk_create(
        Person(owner=user, name=f"Person {n} {words}"[:200], folded_name=f"person {n}")
        for n in range(some)
    )
    Referral.objects.bulk_create(
        Referral(
            owner=user,
            recruiter=grace,
            person=person,
            direction=direction,
            named_on=today,
            may_use_my_name="no",
            treated_well="no",
        )
        for person in people
        for direction in ("by_me", "of_me")
    )
    return firm
