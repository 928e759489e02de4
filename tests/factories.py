"""Rows for tests: only what the database requires. A test states what matters to it.

Whatever a row belongs to has the same owner: `CallFactory(owner=user)` makes the recruiter
`user`'s, too.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Compensation, Resume, TrashGroup, User
from calls.models import Call, Disclosure, Opportunity, Referral, Submission
from contacts.models import (
    Email,
    Employer,
    Employment,
    Firm,
    FirmCheck,
    Kind,
    Merge,
    NotTheSame,
    OffLimits,
    Person,
    Phone,
    Recruiter,
)
from desk.models import Draft, ImportRow, ImportRun
from followups.models import Mail, Promise, Reminder

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    """An account as sign-up makes it, with its preferences. Its password is `PASSWORD`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user{n}@example.org")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return User.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)


class OwnedFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    owner = factory.SubFactory(UserFactory)


def same_owner(made_by: type[DjangoModelFactory]) -> factory.SubFactory:
    return factory.SubFactory(made_by, owner=factory.SelfAttribute("..owner"))


class FirmFactory(OwnedFactory):
    class Meta:
        model = Firm

    name = factory.Sequence(lambda n: f"Firm {n}")


class RecruiterFactory(OwnedFactory):
    class Meta:
        model = Recruiter

    name = factory.Sequence(lambda n: f"Recruiter {n}")


class PersonFactory(OwnedFactory):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"Person {n}")


class EmployerFactory(OwnedFactory):
    class Meta:
        model = Employer

    name = factory.Sequence(lambda n: f"Employer {n}")


class PhoneFactory(OwnedFactory):
    class Meta:
        model = Phone

    recruiter = same_owner(RecruiterFactory)
    number = factory.Sequence(lambda n: f"+44207946{n % 1000:04}")


class EmailFactory(OwnedFactory):
    class Meta:
        model = Email

    recruiter = same_owner(RecruiterFactory)
    address = factory.Sequence(lambda n: f"recruiter{n}@example.net")


class OpportunityFactory(OwnedFactory):
    class Meta:
        model = Opportunity

    title = factory.Sequence(lambda n: f"Position {n}")


class EmploymentFactory(OwnedFactory):
    class Meta:
        model = Employment

    employer = same_owner(EmployerFactory)


class FirmCheckFactory(OwnedFactory):
    class Meta:
        model = FirmCheck

    firm = same_owner(FirmFactory)
    way = FirmCheck.Way.SWITCHBOARD
    result = FirmCheck.Result.GOOD
    checked_on = dt.date(2026, 1, 5)


class OffLimitsFactory(OwnedFactory):
    class Meta:
        model = OffLimits

    firm = same_owner(FirmFactory)
    employer = same_owner(EmployerFactory)


class SubmissionFactory(OwnedFactory):
    class Meta:
        model = Submission

    firm = same_owner(FirmFactory)


class CallFactory(OwnedFactory):
    class Meta:
        model = Call

    recruiter = same_owner(RecruiterFactory)


class DisclosureFactory(OwnedFactory):
    class Meta:
        model = Disclosure

    recruiter = same_owner(RecruiterFactory)
    topic = Disclosure.Topic.PAY
    what = "120 base"
    told_on = factory.LazyFunction(timezone.localdate)


class ReferralFactory(OwnedFactory):
    """Somebody whom I named today."""

    class Meta:
        model = Referral

    person = same_owner(PersonFactory)
    recruiter = same_owner(RecruiterFactory)
    named_on = factory.LazyFunction(timezone.localdate)


class PromiseFactory(OwnedFactory):
    """Mine, open, to call somebody back by the end of tomorrow."""

    class Meta:
        model = Promise

    recruiter = same_owner(RecruiterFactory)
    kind = Promise.Kind.CALL_BACK
    due_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=1))
    time_zone = factory.SelfAttribute("owner.time_zone")


class MailFactory(OwnedFactory):
    class Meta:
        model = Mail

    kind = Mail.Kind.TEST
    due_utc = factory.LazyFunction(timezone.now)
    not_before = factory.SelfAttribute("due_utc")


class ReminderFactory(OwnedFactory):
    """A row beside those that its promise has planned."""

    class Meta:
        model = Reminder

    promise = same_owner(PromiseFactory)
    revision = factory.SelfAttribute("promise.revision")
    occasion = "due"
    due_utc = factory.SelfAttribute("promise.due_utc")


class ResumeFactory(OwnedFactory):
    """With a file, of today."""

    class Meta:
        model = Resume

    label = factory.Sequence(lambda n: f"Version {n}")
    made_on = factory.LazyFunction(timezone.localdate)
    file = factory.LazyFunction(lambda: ContentFile(b"%PDF-1.4 a life %%EOF", "cv.pdf"))
    file_name = "cv.pdf"


class CompensationFactory(OwnedFactory):
    class Meta:
        model = Compensation

    as_of = factory.LazyFunction(timezone.localdate)
    base = "120,000 a year"


class DraftFactory(OwnedFactory):
    class Meta:
        model = Draft

    data = factory.LazyFunction(lambda: {"who": ["Grace Okonkwo"], "notes": ["Half a sentence"]})


class TrashGroupFactory(OwnedFactory):
    """A firm that was thrown away, called `name`."""

    class Meta:
        model = TrashGroup

    @classmethod
    def _create(cls, model_class: type[TrashGroup], *args: Any, **kwargs: Any) -> TrashGroup:
        firm: Any = FirmFactory(**kwargs)
        return firm.trash()


class MergeFactory(OwnedFactory):
    """Of two recruiters, of whom one was merged with the other."""

    class Meta:
        model = Merge

    @classmethod
    def _create(cls, model_class: type[Merge], *args: Any, **kwargs: Any) -> Merge:
        from desk.merging import merge

        kept: Any = RecruiterFactory(**kwargs)
        gone: Any = RecruiterFactory(**kwargs)
        return merge(kept, gone)


class NotTheSameFactory(OwnedFactory):
    """Two recruiters who are not one."""

    class Meta:
        model = NotTheSame

    kind = Kind.RECRUITER
    one = factory.LazyAttribute(lambda row: RecruiterFactory.create(owner=row.owner).pk)
    other = factory.LazyAttribute(lambda row: RecruiterFactory.create(owner=row.owner).pk)


class ImportRunFactory(OwnedFactory):
    """A table that waits to be looked at; its file is gone."""

    class Meta:
        model = ImportRun

    state = ImportRun.State.READY
    kind = "csv"
    recognised = factory.LazyFunction(lambda: {"headers": ["Name"], "mapping": {"0": "name"}})
    counts = factory.LazyFunction(lambda: {"new": 1})


class ImportRowFactory(OwnedFactory):
    class Meta:
        model = ImportRow

    run = same_owner(ImportRunFactory)
    at = factory.Sequence(lambda n: n + 1)
    verdict = ImportRow.Verdict.NEW
    what = ImportRow.What.PERSON
    name = "Bo Lind"
