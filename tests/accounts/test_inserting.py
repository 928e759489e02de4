"""Many rows at once stand as one by one they would."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import inserting
from accounts.models import User
from contacts.models import Recruiter
from desk.importing.run import ImportRow, ImportRun
from search.models import HiddenGroup

pytestmark = pytest.mark.django_db
# What a database's own way of bringing in many rows may take for a sign of its own.
TEXTS = [
    "a\tb",
    "a\nb\r\nc",
    "back\\slash",
    "\\N",
    "\\.",
    "",
    "it's “so”",
    "Ünïcode 🙂",
    '{"a": 1}',
]


def test_any_text_stands_as_it_was_given(user: User) -> None:
    now = timezone.now()
    rows = [Recruiter(owner=user, name="x", notes=text, created_at=now) for text in TEXTS]
    inserting.insert(rows)
    assert [Recruiter.objects.of(user).get(pk=row.pk).notes for row in rows] == TEXTS


def test_what_is_no_text_stands_as_it_was_given(user: User) -> None:
    run = ImportRun.objects.create(owner=user)
    data = {"phones": [["+442079460001", "work\t\\"]], "said": None}
    row = ImportRow(owner=user, run=run, at=1, verdict="new", data=data, is_left_out=True)
    inserting.insert([row])
    kept = ImportRow.objects.of(user).get(pk=row.pk)
    assert (kept.data, kept.is_left_out, kept.target, kept.run) == (data, True, None, run)
    assert kept.created_at == row.created_at


def test_a_row_that_is_made_afterwards_has_an_id_of_its_own(user: User) -> None:
    inserting.insert([Recruiter(owner=user, name=f"x{n}") for n in range(5)])
    assert Recruiter.objects.create(owner=user, name="y").pk
    assert Recruiter.objects.of(user).count() == 6


def test_what_may_not_be_is_refused_as_it_is_one_by_one(user: User) -> None:
    group = ImportRun.objects.create(owner=user).group
    rows = [HiddenGroup(owner=user, group=group) for _n in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        inserting.insert(rows)
    assert not HiddenGroup.objects.of(user).exists()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite is given parameters")
def test_postgresql_is_not_given_a_statement_of_many_parameters(user: User) -> None:
    with connection.execute_wrapper(_refuse_long):
        inserting.insert([Recruiter(owner=user, name=f"x{n}") for n in range(500)])


def _refuse_long(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    assert len(params or ()) < 10
    return execute(sql, params, many, context)
