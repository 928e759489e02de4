"""When a recruiter was last spoken with stands beside them, and is always what their calls say."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from calls.models import Call
from contacts.models import Recruiter
from tests.examples import examples
from tests.factories import CallFactory, RecruiterFactory

NOW = timezone.now().replace(microsecond=0)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["new", "move", "hand over", "trash", "restore", "delete", "edit"]),
        st.integers(0, 5),
        st.integers(0, 2),
        st.integers(0, 500),
    ),
    max_size=14,
)


def days_ago(number: int) -> dt.datetime:
    return NOW - dt.timedelta(days=number)


def last_of(recruiter: Recruiter) -> dt.datetime | None:
    return Recruiter.across_owners.get(pk=recruiter.pk).last_call_at


def said_by_calls(recruiter: Recruiter) -> dt.datetime | None:
    calls = Call.objects.of(recruiter.owner_id).filter(recruiter=recruiter)
    return calls.order_by("-occurred_at").values_list("occurred_at", flat=True).first()


@pytest.mark.django_db
@given(steps=STEPS)
@examples(25)
def test_it_follows_whatever_becomes_of_the_calls(user: User, steps: list) -> None:
    recruiters = [RecruiterFactory(owner=user) for _number in range(3)]
    for step, which, who, days in steps:
        calls = list(Call.across_owners.filter(owner=user).order_by("pk"))
        recruiter = recruiters[who]
        if step == "new" or not calls:
            CallFactory(owner=user, recruiter=recruiter, occurred_at=days_ago(days))
            continue
        call = calls[which % len(calls)]
        match step:
            case "move":
                call.occurred_at = days_ago(days)
                call.save()
            case "hand over":
                call.recruiter = Recruiter.across_owners.get(pk=recruiter.pk)
                call.save()
            case "trash":
                call.trash()
            case "restore":
                call.restore()
            case "delete":
                call.delete()
            case "edit":
                recruiter.refresh_from_db()
                recruiter.title = f"Partner {days}"
                recruiter.save()
    for recruiter in recruiters:
        assert last_of(recruiter) == said_by_calls(recruiter)
    Call.across_owners.filter(owner=user).delete()


def test_it_is_kept_when_calls_are_made_in_bulk(user: User) -> None:
    grace = RecruiterFactory(owner=user)
    Call.objects.of(user).bulk_create(
        [Call(owner=user, recruiter=grace, occurred_at=days_ago(n)) for n in (4, 2, 9)]
    )
    assert last_of(grace) == days_ago(2)


def test_it_is_kept_when_calls_are_deleted_in_bulk(user: User) -> None:
    grace = RecruiterFactory(owner=user)
    for days in (2, 4, 9):
        CallFactory(owner=user, recruiter=grace, occurred_at=days_ago(days))
    Call.objects.of(user).filter(occurred_at__gt=days_ago(3)).delete()
    assert last_of(grace) == days_ago(4)


def test_a_recruiter_read_before_the_call_does_not_take_it_back(user: User) -> None:
    read_before = RecruiterFactory(owner=user)
    CallFactory(
        owner=user, recruiter=Recruiter.across_owners.get(pk=read_before.pk), occurred_at=NOW
    )
    read_before.title = "Partner"
    read_before.save()
    assert last_of(read_before) == NOW


@pytest.mark.django_db(transaction=True)
def test_of_calls_saved_at_once_the_latest_stays(user: User) -> None:
    grace = RecruiterFactory(owner=user)

    def call(number: int) -> None:
        CallFactory(owner=user, recruiter=grace, occurred_at=days_ago(number))
        connection.close()

    threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert last_of(grace) == days_ago(0)
