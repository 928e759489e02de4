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
# What they owed at a fixed time that has passed.
NOT_COME = (("owed_by", "them"), ("due_on", dt.date(2026, 1, 2)), ("due_time", dt.time(9)))

ADDRESSES = {
    "desk:today": Address(READ),
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
