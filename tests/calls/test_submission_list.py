"""What binds me now, all there ever was, and how it ends."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from calls.models import Submission
from tests.addresses import check_refusals
from tests.factories import (
    EmployerFactory,
    FirmFactory,
    OpportunityFactory,
    RecruiterFactory,
    SubmissionFactory,
)
from tests.pages import html

LIST = "/submissions/"
BEFORE, AFTER = dt.date(2026, 5, 1), dt.date(2999, 1, 1)


def path(submission: Submission, verb: str) -> str:
    return reverse(f"calls:submission_{verb}", args=[submission.pk])


def test_it_shows_through_whom_to_whom_and_until_when(client: Client, user: User) -> None:
    SubmissionFactory(
        owner=user,
        role="CFO",
        firm=FirmFactory(owner=user, name="Northgate"),
        recruiter=RecruiterFactory(owner=user, name="Grace"),
        client=EmployerFactory(owner=user, name="Acme"),
        permission="given",
        exclusive_until=AFTER,
    )
    text = html(client.get(LIST))
    for words in ("CFO", "Northgate", "Grace", "Acme", "exclusive until 1 Jan 2999", "given"):
        assert words in text


def test_open_is_what_still_binds(client: Client, user: User) -> None:
    standing = SubmissionFactory(owner=user)
    later = SubmissionFactory(owner=user, withdrawn_on=AFTER)
    declined = OpportunityFactory(owner=user, declined_on=BEFORE)
    kept = OpportunityFactory(owner=user)
    of_kept = SubmissionFactory(owner=user, opportunity=kept)
    SubmissionFactory(owner=user, permission="refused")
    SubmissionFactory(owner=user, withdrawn_on=BEFORE)
    SubmissionFactory(owner=user, released_on=timezone.localdate())
    SubmissionFactory(owner=user, opportunity=declined)
    assert list(client.get(LIST).context["page"]) == [of_kept, later, standing]
    everything = client.get(f"{LIST}?show=all").context["page"]
    assert everything.paginator.count == 7
    today = timezone.localdate()
    shown = {one.pk for one in Submission.objects.of(user).open_on(today)}
    assert shown == {one.pk for one in everything if not one.is_over(today)}


def test_it_teaches_what_to_do_where_there_is_none(client: Client) -> None:
    assert "Nothing binds you" in html(client.get(LIST))
    assert "No submissions yet" in html(client.get(f"{LIST}?show=all"))


@pytest.mark.parametrize(
    ("verb", "field"), [("withdraw", "withdrawn_on"), ("release", "released_on")]
)
def test_it_ends_as_of_today_and_that_is_undone(
    client: Client, user: User, verb: str, field: str
) -> None:
    row = SubmissionFactory(owner=user, permission="given")
    for _press in range(2):
        response = client.post(path(row, verb))
        assert response.headers["Location"] == row.get_absolute_url()
    row.refresh_from_db()
    assert getattr(row, field) == timezone.localdate()
    assert "it stands again" in html(client.get(row.get_absolute_url())) or verb == "release"
    client.post(path(row, "again"))
    row.refresh_from_db()
    assert getattr(row, field) is None


def test_its_page_says_what_collides(client: Client, user: User) -> None:
    acme = EmployerFactory(owner=user, name="Acme")
    for name in ("Northgate", "Lindqvist"):
        row = SubmissionFactory(
            owner=user, firm=FirmFactory(owner=user, name=name), client=acme, permission="given"
        )
    assert "Northgate has your permission for Acme" in html(client.get(row.get_absolute_url()))
    client.post(path(row, "withdraw"))
    assert "has your permission" not in html(client.get(row.get_absolute_url()))


def test_it_goes_to_the_trash_and_comes_back(client: Client, user: User) -> None:
    row = SubmissionFactory(owner=user)
    response = client.post(path(row, "trash"), follow=True)
    assert "Bring it back" in html(response)
    assert not Submission.objects.of(user).exists()
    for _press in range(2):
        assert client.post(path(row, "restore")).status_code == 302
    assert Submission.objects.of(user).get() == row
    assert "Bring it back" not in html(client.get(f"{LIST}?trashed={row.pk}"))


def test_it_asks_as_often_at_30_as_at_3(client: Client, user: User) -> None:
    counts = []
    for number in (3, 27):
        for _row in range(number):
            SubmissionFactory(
                owner=user,
                opportunity=OpportunityFactory(owner=user, client=None),
                recruiter=RecruiterFactory(owner=user),
            )
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "name",
    [
        *("submission_list", "submission_withdraw", "submission_release", "submission_again"),
        *("submission_trash", "submission_restore"),
    ],
)
def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User, name: str
) -> None:
    check_refusals(f"calls:{name}", client=client, anonymous=anonymous, other=other)
