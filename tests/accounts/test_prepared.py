"""A prepared question is written down once, and answers for whatever it is given."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from accounts.models import User
from accounts.owned import OwnerNotNamed
from accounts.prepared import prepared, together
from calls.models import Call
from tests.factories import CallFactory, FirmFactory, RecruiterFactory, UserFactory


def make_talks() -> prepared:
    """A new one each time, so that no test finds it prepared by another."""

    @prepared
    def talks(owner: Any, firm: Any = None, since: Any = None) -> QuerySet:
        rows = Call.objects.of(owner).for_list()
        if firm is not None:
            rows = rows.filter(firm=firm)
        return rows if since is None else rows.filter(occurred_at__gte=since)

    return talks


def test_it_answers_as_the_queryset_would(user: User) -> None:
    call = CallFactory(owner=user, notes="What was said.")
    (found,) = make_talks()(owner=user.pk)
    assert found == call
    assert (found.notes, found.occurred_at) == (call.notes, call.occurred_at)
    assert found.recruiter.name == call.recruiter.name


def test_it_answers_for_what_it_is_given(user: User) -> None:
    talks, one, other = make_talks(), FirmFactory(owner=user), FirmFactory(owner=user)
    calls = {firm.pk: CallFactory(owner=user, firm=firm) for firm in (one, other)}
    for firm in (one, other, one):
        assert talks(owner=user.pk, firm=firm.pk) == [calls[firm.pk]]


def test_it_never_keeps_a_row(user: User) -> None:
    talks = make_talks()
    call = CallFactory(owner=user)
    assert talks(owner=user.pk) == [call]
    call.trash()
    assert talks(owner=user.pk) == []


def test_it_never_gives_anothers_rows(user: User) -> None:
    talks, stranger = make_talks(), UserFactory()
    mine, theirs = CallFactory(owner=user), CallFactory(owner=stranger)
    assert talks(owner=user.pk) == [mine]
    assert talks(owner=stranger.pk) == [theirs]


def test_it_is_another_question_with_other_values(user: User) -> None:
    talks, firm = make_talks(), FirmFactory(owner=user)
    CallFactory(owner=user)
    call = CallFactory(owner=user, firm=firm, occurred_at=timezone.now() - dt.timedelta(days=3))
    assert len(talks(owner=user.pk)) == 2
    assert talks(owner=user.pk, firm=firm.pk) == [call]
    since = timezone.now() - dt.timedelta(days=1)
    assert talks(owner=user.pk, firm=firm.pk, since=since) == []
    assert talks(owner=user.pk, firm=firm.pk, since=since - dt.timedelta(days=9)) == [call]


def test_it_gives_values_too(user: User) -> None:
    @prepared
    def names(owner: Any) -> QuerySet:
        return Call.objects.of(owner).values_list("recruiter__name", flat=True)

    CallFactory(owner=user, recruiter=RecruiterFactory(owner=user, name="Grace Okonkwo"))
    assert names(owner=user.pk) == ["Grace Okonkwo"]
    assert names.first(owner=user.pk) == "Grace Okonkwo"


def test_it_is_put_into_sql_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    talks, written = make_talks(), []
    as_sql = SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler, "as_sql", lambda *args, **kw: written.append(1) or as_sql(*args, **kw)
    )
    for _time in range(3):
        talks(owner=user.pk)
    assert len(written) == 1


def test_it_refuses_a_question_that_names_no_owner() -> None:
    @prepared
    def everybodys(firm: Any) -> QuerySet:
        return Call.objects.filter(firm=firm)

    with pytest.raises(OwnerNotNamed):
        everybodys(firm=1)


def test_it_refuses_none_which_sql_compares_otherwise(user: User) -> None:
    with pytest.raises(KeyError):
        make_talks()(owner=user.pk, firm=None)


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_on_its_own_connection(user: User) -> None:
    talks, call = make_talks(), CallFactory(owner=user)
    found: list[Any] = []

    def ask() -> None:
        try:
            found.extend(talks(owner=user.pk))
        finally:
            connections.close_all()

    talks(owner=user.pk)
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [call]
    assert connection.is_usable()


def test_what_is_asked_together_is_answered_each_for_itself(user: User) -> None:
    talks, earlier = make_talks(), timezone.now() - dt.timedelta(days=1)
    call = CallFactory(owner=user, firm=FirmFactory(owner=user))
    other = CallFactory(owner=user, firm=FirmFactory(owner=user), occurred_at=earlier)
    by_firm = [talks.given(owner=user.pk, firm=one.firm_id) for one in (call, other)]
    assert together(talks.given(owner=user.pk), *by_firm) == [[call, other], [call], [other]]


def test_what_is_asked_together_is_counted_one_by_one(
    user: User, django_assert_num_queries: Any
) -> None:
    talks = make_talks()
    with django_assert_num_queries(2):
        together(talks.given(owner=user.pk), talks.given(owner=user.pk, firm=1))


def test_one_that_the_database_refuses_leaves_the_connection_well(user: User) -> None:
    @prepared
    def wrong(owner: Any) -> QuerySet:
        return User.objects.filter(pk=owner).extra(where=["email / 0 > 'a' COLLATE nowhere"])

    talks, call = make_talks(), CallFactory(owner=user)
    with pytest.raises(DatabaseError), transaction.atomic():
        together(talks.given(owner=user.pk), wrong.given(owner=user.pk))
    assert talks(owner=user.pk) == [call]


def test_it_is_planned_once(user: User) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite plans in no time
    talks = make_talks()
    for _time in range(3):
        talks(owner=user.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements")
        plans = cursor.fetchall()
    assert (3, 0) in plans
