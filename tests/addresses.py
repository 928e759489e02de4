"""Every address of the product, and how a test calls on it.

`tests/test_isolation.py` fails when the URL configuration has one that is not in this table: who
adds an address says here what it shows and whose it is, and every test that walks the addresses
(isolation, headers) takes it in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from factory.django import DjangoModelFactory

from accounts.models import User
from followups.models import Mail
from tests import factories
from tests.pages import without_token

READ = frozenset({"GET", "HEAD"})
FORM = READ | {"POST"}
DO = frozenset({"POST"})
EVERY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Address:
    """`of` makes the row whose id stands in the path; no `of`, no id."""

    methods: frozenset[str]
    of: type[DjangoModelFactory] | None = None
    # What that row must have for the address to answer.
    having: tuple[tuple[str, Any], ...] = ()
    # Answers to everybody, signed in or not.
    public: bool = False
    # Of django-allauth, which decides on its methods and redirects itself.
    allauth: bool = False
    # Brings a row back from the trash, so that there it is no unknown one.
    brings_back: bool = False
    # A secret stands in the path. Here it is one that is known to nobody.
    token: bool = False
    # The secret is the proof: it is posted to without a cookie, and its page tells no referrer.
    bearer: bool = False
    # Answers with a file, which is not looked at as a page.
    file: bool = False
    # Shown to the installation's first user alone.
    founders: bool = False
    # Stands in the addresses only where there is a mail server.
    optional: bool = False

    def row(self, owner: User) -> Any:
        assert self.of is not None
        return self.of(owner=owner, **dict(self.having))


FAILED = (("state", Mail.State.FAILED),)
# No more to be said of its columns.
BROUGHT_IN = (("state", "done"),)
# What they owed at a fixed time that has passed.
NOT_COME = (("owed_by", "them"), ("due_on", dt.date(2026, 1, 2)), ("due_time", dt.time(9)))
# A job description as a file.
WITH_JD = (
    ("jd_file", ContentFile(b"What is asked for.", "jd.txt")),
    ("jd_file_name", "jd.txt"),
)

ADDRESSES = {
    "desk:today": Address(READ),
    "desk:firm_brief": Address(READ, factories.FirmFactory),
    "desk:recruiter_brief": Address(READ, factories.RecruiterFactory),
    "desk:promise_brief": Address(READ, factories.PromiseFactory),
    "desk:backups": Address(READ, founders=True),
    "desk:export": Address(FORM),
    "desk:import_file": Address(FORM),
    "desk:import_run": Address(READ, factories.ImportRunFactory),
    "desk:import_row": Address(DO, factories.ImportRowFactory),
    "desk:import_columns": Address(DO, factories.ImportRunFactory, BROUGHT_IN),
    "desk:import_choose": Address(DO, factories.ImportRunFactory),
    "desk:import_bring_in": Address(DO, factories.ImportRunFactory),
    "desk:import_cancel": Address(DO, factories.ImportRunFactory),
    "desk:import_undo": Address(DO, factories.ImportRunFactory),
    "desk:call_sheet": Address(FORM),
    "desk:caller_options": Address(DO),
    "desk:question_list": Address(DO),
    "desk:due_echo": Address(DO),
    "desk:draft_keep": Address(DO),
    "desk:draft_list": Address(READ),
    "desk:draft_discard": Address(DO, factories.DraftFactory),
    "desk:draft_restore": Address(DO, factories.DraftFactory, brings_back=True),
    "desk:capture": Address(FORM),
    "desk:call_detail": Address(READ, factories.CallFactory),
    "desk:firm_detail": Address(READ, factories.FirmFactory),
    "desk:recruiter_detail": Address(READ, factories.RecruiterFactory),
    "desk:person_detail": Address(READ, factories.PersonFactory),
    "desk:person_anonymise": Address(DO, factories.PersonFactory),
    "desk:promise_names": Address(FORM, factories.PromiseFactory),
    "desk:call_trash": Address(FORM, factories.CallFactory),
    "desk:promise_trash": Address(FORM, factories.PromiseFactory),
    "desk:opportunity_trash": Address(FORM, factories.OpportunityFactory),
    "desk:recruiter_trash": Address(FORM, factories.RecruiterFactory),
    "desk:firm_trash": Address(FORM, factories.FirmFactory),
    "desk:person_trash": Address(FORM, factories.PersonFactory),
    "desk:employer_trash": Address(FORM, factories.EmployerFactory),
    "desk:recruiter_merge": Address(FORM, factories.RecruiterFactory),
    "desk:firm_merge": Address(FORM, factories.FirmFactory),
    "desk:person_merge": Address(FORM, factories.PersonFactory),
    "desk:employer_merge": Address(FORM, factories.EmployerFactory),
    "desk:merge_undo": Address(DO, factories.MergeFactory),
    "desk:duplicates": Address(READ),
    "desk:not_the_same": Address(DO),
    "desk:same_again": Address(DO, factories.NotTheSameFactory),
    "desk:trash": Address(READ),
    "desk:trash_restore": Address(DO, factories.TrashGroupFactory),
    "desk:trash_delete": Address(FORM, factories.TrashGroupFactory),
    "desk:account_delete": Address(FORM),
    "desk:resume_detail": Address(FORM, factories.ResumeFactory),
    "search:results": Address(FORM),
    "followups:promise_list": Address(READ),
    "followups:promise_new": Address(FORM),
    "followups:promise_detail": Address(READ, factories.PromiseFactory),
    "followups:promise_edit": Address(FORM, factories.PromiseFactory),
    "followups:keep": Address(DO, factories.PromiseFactory),
    "followups:snooze": Address(DO, factories.PromiseFactory),
    "followups:snooze_undo": Address(DO, factories.PromiseFactory),
    "followups:release": Address(DO, factories.PromiseFactory),
    "followups:mark_broken": Address(DO, factories.PromiseFactory),
    "followups:no_show": Address(DO, factories.PromiseFactory, NOT_COME),
    "followups:nudge": Address(DO, factories.PromiseFactory, NOT_COME),
    "followups:nudge_undo": Address(DO, factories.PromiseFactory),
    "followups:reopen": Address(DO, factories.PromiseFactory),
    "followups:promise_calendar": Address(READ, factories.PromiseFactory, file=True),
    "followups:calendar_feed": Address(FORM),
    "followups:calendar_revoke": Address(DO),
    "followups:calendar": Address(READ, public=True, token=True, file=True),
    "followups:reminder_list": Address(FORM),
    "followups:lead_times": Address(FORM),
    "followups:unmute": Address(DO),
    "followups:send_test": Address(DO),
    "followups:mail_setup": Address(FORM, founders=True),
    "followups:mail_take_down": Address(DO, founders=True),
    "followups:mail_detail": Address(READ, factories.MailFactory),
    "followups:mail_retry": Address(DO, factories.MailFactory, FAILED),
    "followups:mail_settle": Address(DO, factories.MailFactory, FAILED),
    "followups:act": Address(FORM, public=True, token=True, bearer=True),
    "followups:healthz": Address(READ, public=True),
    "followups:readyz": Address(READ, public=True),
    "calls:call_list": Address(READ),
    "calls:call_edit": Address(FORM, factories.CallFactory),
    "calls:opportunity_list": Address(READ),
    "calls:opportunity_edit": Address(FORM, factories.OpportunityFactory),
    "calls:opportunity_options": Address(DO),
    "calls:opportunity_new": Address(FORM),
    "calls:opportunity_reveal": Address(FORM, factories.OpportunityFactory),
    "calls:opportunity_stage": Address(FORM, factories.OpportunityFactory),
    "calls:opportunity_step_back": Address(DO, factories.OpportunityFactory),
    "calls:opportunity_jd": Address(READ, factories.OpportunityFactory, WITH_JD, file=True),
    "calls:submission_list": Address(READ),
    "calls:submission_new": Address(FORM),
    "calls:submission_detail": Address(READ, factories.SubmissionFactory),
    "calls:submission_edit": Address(FORM, factories.SubmissionFactory),
    "calls:submission_withdraw": Address(DO, factories.SubmissionFactory),
    "calls:submission_release": Address(DO, factories.SubmissionFactory),
    "calls:submission_again": Address(DO, factories.SubmissionFactory),
    "calls:submission_trash": Address(DO, factories.SubmissionFactory),
    "calls:submission_restore": Address(DO, factories.SubmissionFactory, brings_back=True),
    "desk:opportunity_detail": Address(READ, factories.OpportunityFactory),
    "desk:opportunity_decline": Address(FORM, factories.OpportunityFactory),
    "desk:opportunity_reconsider": Address(DO, factories.OpportunityFactory),
    "calls:disclosure_list": Address(READ),
    "calls:disclosure_new": Address(FORM),
    "calls:disclosure_edit": Address(FORM, factories.DisclosureFactory),
    "calls:disclosure_trash": Address(DO, factories.DisclosureFactory),
    "calls:disclosure_restore": Address(DO, factories.DisclosureFactory, brings_back=True),
    "calls:referral_list": Address(READ),
    "calls:referral_new": Address(FORM),
    "calls:referral_edit": Address(FORM, factories.ReferralFactory),
    "calls:referral_contacted": Address(DO, factories.ReferralFactory),
    "calls:referral_thank": Address(DO, factories.ReferralFactory),
    "calls:referral_trash": Address(DO, factories.ReferralFactory),
    "calls:referral_restore": Address(DO, factories.ReferralFactory, brings_back=True),
    "contacts:person_options": Address(DO),
    "desk:firm_check": Address(FORM, factories.FirmFactory),
    "desk:check_edit": Address(FORM, factories.FirmCheckFactory),
    "desk:check_trash": Address(DO, factories.FirmCheckFactory),
    "desk:check_restore": Address(DO, factories.FirmCheckFactory, brings_back=True),
    "desk:off_limits_new": Address(FORM, factories.FirmFactory),
    "desk:off_limits_edit": Address(FORM, factories.OffLimitsFactory),
    "desk:off_limits_trash": Address(DO, factories.OffLimitsFactory),
    "desk:off_limits_restore": Address(DO, factories.OffLimitsFactory, brings_back=True),
    "desk:recruiter_move": Address(FORM, factories.RecruiterFactory),
    "contacts:firm_resembling": Address(DO),
    "contacts:recruiter_resembling": Address(DO),
    "contacts:person_resembling": Address(DO),
    "contacts:employer_resembling": Address(DO),
    "contacts:employer_list": Address(READ),
    "contacts:employer_options": Address(DO),
    "contacts:employer_new": Address(FORM),
    "contacts:employer_edit": Address(FORM, factories.EmployerFactory),
    "contacts:employment_list": Address(READ),
    "contacts:employment_new": Address(FORM),
    "contacts:employment_edit": Address(FORM, factories.EmploymentFactory),
    "contacts:employment_trash": Address(DO, factories.EmploymentFactory),
    "contacts:employment_restore": Address(DO, factories.EmploymentFactory, brings_back=True),
    "contacts:firm_list": Address(READ),
    "contacts:firm_options": Address(DO),
    "contacts:firm_new": Address(FORM),
    "contacts:firm_edit": Address(FORM, factories.FirmFactory),
    "contacts:recruiter_list": Address(READ),
    "contacts:recruiter_options": Address(DO),
    "contacts:recruiter_new": Address(FORM),
    "contacts:recruiter_edit": Address(FORM, factories.RecruiterFactory),
    "contacts:person_list": Address(READ),
    "contacts:person_new": Address(FORM),
    "contacts:person_edit": Address(FORM, factories.PersonFactory),
    "accounts:first_account": Address(FORM, public=True),
    "accounts:kit": Address(FORM),
    "accounts:kit_look_over": Address(DO),
    "accounts:resume_new": Address(FORM),
    "accounts:resume_edit": Address(FORM, factories.ResumeFactory),
    "accounts:resume_download": Address(READ, factories.ResumeFactory, file=True),
    "accounts:resume_trash": Address(DO, factories.ResumeFactory),
    "accounts:resume_restore": Address(DO, factories.ResumeFactory, brings_back=True),
    "accounts:compensation_list": Address(READ),
    "accounts:compensation_new": Address(FORM),
    "accounts:compensation_edit": Address(FORM, factories.CompensationFactory),
    "accounts:compensation_trash": Address(DO, factories.CompensationFactory),
    "accounts:compensation_restore": Address(DO, factories.CompensationFactory, brings_back=True),
    "accounts:settings": Address(FORM),
    "accounts:change_zone": Address(DO),
    "accounts:keep_zone": Address(DO),
    "account_login": Address(FORM, public=True, allauth=True),
    "account_logout": Address(FORM, public=True, allauth=True),
    "account_inactive": Address(READ, public=True, allauth=True),
    "account_signup": Address(FORM, public=True, allauth=True),
    "account_reauthenticate": Address(FORM, allauth=True),
    "account_change_password": Address(FORM, allauth=True),
    "account_set_password": Address(FORM, allauth=True),
    **{
        name: Address(FORM, public=True, allauth=True, optional=True)
        for name in (
            "account_reset_password",
            "account_confirm_password_reset_code",
            "account_complete_password_reset",
            "account_password_reset_completed",
            "account_request_login_code",
            "account_confirm_login_code",
        )
    },
}


@dataclass(frozen=True)
class Found:
    """One pattern of the URL configuration, with the names of the parameters in its path."""

    name: str
    path: str
    parameters: frozenset[str]


def walk(resolver: URLResolver | None = None, path: str = "", spaces: str = "") -> Iterator[Found]:
    """Every pattern, however deep it is included."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            space = f"{spaces}{entry.namespace}:" if entry.namespace else spaces
            yield from walk(entry, here, space)
        else:
            assert isinstance(entry, URLPattern)
            yield Found(
                name=spaces + (entry.name or f"no name: {here}"),
                path=here,
                parameters=frozenset(entry.pattern.converters),
            )


def in_use() -> dict[str, Address]:
    """The table without what this configuration leaves out."""
    found = {one.name for one in walk()}
    return {name: one for name, one in ADDRESSES.items() if name in found or not one.optional}


def path_of(name: str, row: Any = None) -> str:
    address = ADDRESSES[name]
    if address.token:
        return reverse(name, args=["unknown"])
    return reverse(name, args=[row.pk] if address.of else [])


def check_refusals(name: str, *, client: Client, anonymous: Client, other: User) -> None:
    """What every page refuses: strangers, other methods, another's row and one that is not there.

    `tests/test_isolation.py` looks closer, and at every address at once.
    """
    address = ADDRESSES[name]
    theirs = path_of(name, address.row(other) if address.of else None)
    for method in EVERY:
        assert anonymous.generic(method, theirs).headers["Location"].startswith("/sign-in/")
        response = client.generic(method, theirs)
        if method not in address.methods:
            assert response.status_code == 405
        elif address.of:
            unknown = client.generic(method, reverse(name, args=[987_654_321]))
            assert response.status_code == unknown.status_code == 404
            assert without_token(response) == without_token(unknown)
