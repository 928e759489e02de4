"""The index is made anew part by part: others write meanwhile, and whoever is killed begins again."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import User
from contacts.models import Firm
from search import index, upkeep, words
from search.models import SearchDocument, engine
from tests import factories


class Killed(Exception):
    pass


def titles() -> list[str]:
    rows = SearchDocument.across_owners.order_by("object_id")
    return list(rows.values_list("title", flat=True))


@pytest.fixture
def firms(user: User, monkeypatch: pytest.MonkeyPatch) -> list[Firm]:
    monkeypatch.setattr(index, "PART", 2)
    return [factories.FirmFactory(owner=user, name=name) for name in "ABCDE"]


@pytest.fixture
def die(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Kill whoever makes a second part."""

    def soon() -> None:
        write, parts = index._write, iter([None])

        def once(documents: list[SearchDocument]) -> None:
            if next(parts, Killed) is Killed:
                raise Killed
            write(documents)

        monkeypatch.setattr(index, "_write", once)

    return soon


def wrong() -> None:
    SearchDocument.across_owners.update(title="wrong")


def test_it_keeps_what_was_made_before_it_was_killed(
    firms: list[Firm], die: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong()
    with monkeypatch.context():
        die()
        with pytest.raises(Killed):
            index.rebuild()
    assert titles() == ["A", "B", "wrong", "wrong", "wrong"]
    monkeypatch.undo()
    assert index.rebuild() == 5
    assert titles() == [*"ABCDE"]


def test_a_first_filling_that_was_killed_is_finished_by_the_next_migrate(
    firms: list[Firm], die: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine().empty()
    die()
    with pytest.raises(Killed):
        upkeep.after_migrate("default", quiet=True)
    assert titles() == ["A", "B"]
    monkeypatch.undo()
    upkeep.after_migrate("default", quiet=True)
    assert titles() == [*"ABCDE"]


def test_it_takes_out_what_is_gone(firms: list[Firm]) -> None:
    """Rows deleted or trashed past Wordkeeper, and kinds that nobody registers any more."""
    gone, trashed, old, *_kept = firms
    rows = Firm.across_owners.all()
    rows.filter(pk=gone.pk)._raw_delete(rows.db)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_firm SET trashed_at = created_at WHERE id = %s", [trashed.pk]
        )
    SearchDocument.across_owners.filter(object_id=old.pk).update(kind="forgotten")
    index.rebuild()
    assert titles() == ["C", "D", "E"]
    assert not SearchDocument.across_owners.filter(kind="forgotten").exists()


@pytest.mark.django_db(transaction=True)
def test_others_can_write_between_its_parts(firms: list[Firm]) -> None:
    held: list[bool] = []
    index.rebuild(lambda label, done: held.append(connection.in_atomic_block))
    assert len(held) > 2
    assert not any(held)


def test_it_remembers_no_text() -> None:
    """Notes of whoever was deleted are not to be kept by a cache."""
    for text in ("Zoë said: " + "so it is " * 30, "Zoë said", "Zoësaid" * 20):
        held = sys.getrefcount(text)
        words.folded(text)
        words.words_of(text)
        assert sys.getrefcount(text) == held
