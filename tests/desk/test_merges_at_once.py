"""Two who merge the same two, or undo one merge, at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.owned import StaleVersion
from calls.models import Call
from contacts.models import Merge, Recruiter
from desk import call_sheet
from desk.merging import CannotMerge, merge, undo
from tests import factories
from tests.desk.sheets import SHEET, sheet
from tests.desk.test_merging import fresh


def at_once(*tasks: Callable[[], Any]) -> list[str]:
    """What came of each, begun together: “done”, or the name of what was raised."""
    start = threading.Barrier(len(tasks))
    came: list[str] = []

    def run(task: Callable[[], Any]) -> None:
        try:
            start.wait()
            task()
            came.append("done")
        except (StaleVersion, CannotMerge) as error:
            came.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_the_other_way_round_one_is_made(user: User) -> None:
    one, other = (factories.RecruiterFactory(owner=user) for _ in range(2))
    call = factories.CallFactory(owner=user, recruiter=other)
    pairs = [
        [Recruiter.objects.of(user).get(pk=row.pk) for row in rows]
        for rows in ((one, other), (other, one))
    ]
    came = at_once(lambda: merge(*pairs[0]), lambda: merge(*pairs[1]))
    assert came[1] == "done"
    assert came[0] != "done"
    done = Merge.objects.of(user).get()
    call.refresh_from_db()
    assert Recruiter.objects.of(user).get().pk == done.kept == call.recruiter_id


@pytest.mark.django_db(transaction=True)
def test_two_undos_are_one(user: User) -> None:
    one, other = (factories.RecruiterFactory(owner=user) for _ in range(2))
    call = factories.CallFactory(owner=user, recruiter=other)
    other.refresh_from_db()
    done = merge(one, other)
    seen = [Merge.objects.of(user).get(pk=done.pk) for _ in range(2)]
    assert at_once(lambda: undo(seen[0]), lambda: undo(seen[1])) == ["done", "done"]
    call.refresh_from_db()
    assert call.recruiter == other
    assert Recruiter.objects.of(user).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_merged", [True, False])
def test_a_call_goes_with_a_caller_who_leaves_while_it_is_saved(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch, is_merged: bool
) -> None:
    kept, gone = (factories.RecruiterFactory(owner=user) for _ in range(2))
    data = sheet(client, who=gone.name, recruiter=str(gone.pk))
    leave = (lambda: merge(kept, fresh(gone))) if is_merged else (lambda: fresh(gone).trash())
    leaving = threading.Thread(target=lambda: (leave(), connection.close()))
    inner = call_sheet.save

    def save(*given: Any) -> Call:
        # The caller is found. Whoever takes them away now has a second for it, or waits.
        leaving.start()
        leaving.join(1)
        return inner(*given)

    monkeypatch.setattr(call_sheet, "save", save)
    assert client.post(SHEET, data).status_code == 302
    leaving.join()
    call = Call.across_owners.get(owner=user)
    assert call.recruiter_id == (kept.pk if is_merged else gone.pk)
    assert (call.trashed_at is None) == is_merged
