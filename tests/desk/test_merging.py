"""Two rows become one, with all that refers to either; and two again, as if nothing had been."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.belonging import owned_models, relations_of
from accounts.models import TrashGroup, User
from accounts.owned import CannotComeBack, StaleVersion
from calls.guard import collisions
from calls.models import Call, Submission
from contacts import companies
from contacts.models import (
    Email,
    Employer,
    Firm,
    Kind,
    Merge,
    NotTheSame,
    Person,
    Phone,
    Recruiter,
)
from desk import anonymise, merging, purge
from desk.archive import archive_to, bring_back
from desk.merging import CannotMerge, merge, undo
from desk.models import Draft
from followups.models import Promise, Reminder
from tests import factories
from tests.examples import examples
from tests.search.test_kept_right import check

FACTORIES: dict[Any, Any] = {
    one._meta.model: one
    for one in vars(factories).values()
    if isinstance(one, type)
    and issubclass(one, factories.OwnedFactory)
    and getattr(one._meta, "model", None)
}
MADE: dict[Kind, Any] = {kind: FACTORIES[kind.model] for kind in Kind}
KINDS = pytest.mark.parametrize("kind", list(Kind))
# What says when it was written, and how often.
NOT_COMPARED = {"version", "changed_at"}


def two_of(kind: Kind, owner: User) -> tuple[Any, Any]:
    return MADE[kind](owner=owner), MADE[kind](owner=owner)


def relations_to(target: Any) -> list[tuple[Any, str]]:
    """Every relation of every owned model, as the models say it: not as the merge walks it."""
    return [
        (model, one.field)
        for model in owned_models()
        for one in relations_of(model)
        if model._meta.get_field(one.field).related_model is target
    ]


def referring(row: Any) -> list[str]:
    return [
        f"{model._meta.label}.{name}"
        for model, name in relations_to(type(row))
        if model.across_owners.filter(**{name: row.pk}).exists()
    ]


def fill(row: Any) -> None:
    """One row for each relation to it, in the trash and out of it."""
    for model, name in relations_to(type(row)):
        assert model in FACTORIES, f"tests/factories.py has nothing that makes a {model}"
        for is_trashed in (False, True):
            values: dict[str, Any] = {"owner": row.owner, name: row}
            if model in {Phone, Email} and name != "recruiter":
                values["recruiter"] = None
            if name == "client" and model._meta.model_name == "opportunity":
                values["client_disclosure"] = "named"
            made = FACTORIES[model](**values)
            if is_trashed:
                made.trash()


def everything(owner: User) -> dict[str, list[dict[str, Any]]]:
    """Every row of the owner, but for what merges keep of themselves."""
    found = {}
    for model in owned_models():
        if model in {Merge, NotTheSame} or model.is_derived:
            continue
        rows = list(model.across_owners.filter(owner=owner).order_by("pk").values())
        found[model._meta.label] = [
            {name: value for name, value in row.items() if name not in NOT_COMPARED}
            for row in rows
        ]
    return found


# Nothing is forgotten -----------------------------------------------------------------------------


@KINDS
def test_it_moves_whatever_refers_to_the_one_that_goes(kind: Kind, user: User) -> None:
    kept, gone = two_of(kind, user)
    fill(gone)
    named = referring(gone)
    assert named == [f"{model._meta.label}.{name}" for model, name in relations_to(kind.model)]
    merge(kept, gone)
    assert referring(gone) == []
    assert referring(kept) == named
    check()


@KINDS
def test_it_undoes_all_of_it(kind: Kind, user: User) -> None:
    kept, gone = two_of(kind, user)
    fill(gone)
    fill(kept)
    check()
    before = everything(user)
    done = merge(kept, gone)
    assert everything(user) != before
    assert not undo(done).fields
    assert differences(before, everything(user)) == []
    check()


@KINDS
def test_it_lets_nobody_choose_the_one_that_went(kind: Kind, user: User) -> None:
    kept, gone = two_of(kind, user)
    merge(kept, gone)
    assert list(kind.model.objects.of(user)) == [kept]
    assert TrashGroup.objects.of(user).get().head == gone.pk


def some_world(dice: random.Random, owner: User) -> tuple[Any, Any]:
    """Rows of every kind that refer to each other at random; two of one kind of them."""
    common = {"owner": owner}
    employers = [factories.EmployerFactory(**common) for _ in range(3)]
    for one, other in ((0, 1), (1, 2)):
        if dice.random() < 0.5:
            employers[one].parent = employers[other]
            employers[one].save()
    firms = [factories.FirmFactory(**common, notes=dice.choice(["", "A", "B"])) for _ in range(2)]
    people = [factories.PersonFactory(**common) for _ in range(2)]
    recruiters = [
        factories.RecruiterFactory(**common, firm=dice.choice([None, *firms])) for _ in range(2)
    ]
    numbers = ["+442079460001", "+442079460002"]
    for recruiter in recruiters:
        for number in dice.sample(numbers, dice.randint(0, 2)):
            factories.PhoneFactory(**common, recruiter=recruiter, number=number)
        if dice.random() < 0.5:
            factories.EmailFactory(**common, recruiter=recruiter, address="a@example.net")
    made: list[Any] = []
    for _number in range(dice.randint(1, 6)):
        whom = {"recruiter": dice.choice(recruiters), "firm": dice.choice([None, *firms])}
        make = dice.choice(
            [
                lambda whom=whom: factories.CallFactory(
                    **common, **whom, named_by=dice.choice([None, *people])
                ),
                lambda whom=whom: factories.PromiseFactory(**common, **whom),
                lambda whom=whom: factories.ReferralFactory(
                    **common, **whom, person=dice.choice(people)
                ),
                lambda whom=whom: factories.SubmissionFactory(
                    **common, **whom, client=dice.choice([None, *employers])
                ),
                lambda whom=whom: factories.OpportunityFactory(**common, **whom),
                lambda: factories.OffLimitsFactory(
                    **common, firm=dice.choice(firms), employer=dice.choice(employers)
                ),
            ]
        )
        made.append(make())
    for row in made:
        if dice.random() < 0.2:
            row.refresh_from_db()
            if row.trashed_at is None:
                row.trash()
    factories.DraftFactory(**common, data={"recruiter": [str(recruiters[0].pk)], "who": ["A"]})
    rows = dice.sample(dice.choice([employers, firms, people, recruiters]), 2)
    return tuple(type(row).objects.of(owner).get(pk=row.pk) for row in rows)  # type: ignore[return-value]


@examples(25)
@given(seed=st.integers(0, 10**9))
def test_merged_and_undone_every_row_is_what_it_was(db: None, seed: int) -> None:
    dice = random.Random(seed)
    owner = factories.UserFactory()
    kept, gone = some_world(dice, owner)
    before = everything(owner)
    values = {"notes": "C"} if isinstance(kept, Firm | Person | Recruiter) else {}
    if dice.random() < 0.5:
        values["name"] = gone.name
    done = merge(kept, gone, values)
    assert referring(gone) in ([], *LEFT)
    check()
    undo(done)
    assert differences(before, everything(owner)) == []
    check()


# Numbers and mails that both have stay with the one that goes.
LEFT: list[list[str]] = [
    ["contacts.Phone.recruiter"],
    ["contacts.Email.recruiter"],
    ["contacts.Phone.recruiter", "contacts.Email.recruiter"],
]


# What both have, and what follows -----------------------------------------------------------------


def test_it_keeps_a_number_that_both_have_once(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    for row, mail in ((kept, "jane@example.net"), (gone, "Jane@Example.net")):
        factories.PhoneFactory(owner=user, recruiter=row, number="+442079460001")
        factories.EmailFactory(owner=user, recruiter=row, address=mail)
    factories.PhoneFactory(owner=user, recruiter=gone, number="+442079460002")
    done = merge(kept, gone)
    numbers = Phone.objects.of(user).order_by("number").values_list("recruiter", "number")
    assert list(numbers) == [(kept.pk, "+442079460001"), (kept.pk, "+442079460002")]
    assert Email.objects.of(user).get().recruiter == kept
    undo(done)
    assert Phone.objects.of(user).filter(recruiter=gone).count() == 2
    assert Email.objects.of(user).count() == 2


def test_it_knows_when_they_were_last_spoken_with(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    now = timezone.now()
    factories.CallFactory(owner=user, recruiter=kept, occurred_at=now - dt.timedelta(days=9))
    last = factories.CallFactory(owner=user, recruiter=gone, occurred_at=now)
    done = merge(*map(fresh, (kept, gone)))
    assert fresh(kept).last_call_at == last.occurred_at
    assert fresh(gone).last_call_at is None
    undo(done)
    assert fresh(kept).last_call_at == now - dt.timedelta(days=9)
    assert fresh(gone).last_call_at == last.occurred_at


def fresh(row: Any) -> Any:
    return type(row).across_owners.get(pk=row.pk)


def test_a_promise_is_owed_to_the_kept_one_and_its_reminders_stand(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    promise = factories.PromiseFactory(owner=user, recruiter=gone)
    planned = Reminder.across_owners.filter(promise=promise, cancelled_at=None)
    before = list(planned.values())
    assert before
    merge(kept, gone)
    promise.refresh_from_db()
    assert promise.recruiter == kept
    assert list(planned.values()) == before
    assert Promise.objects.of(user).get().revision == promise.revision


def test_a_call_keeps_its_day_at_the_firm_that_is_kept(user: User) -> None:
    kept, gone = two_of(Kind.FIRM, user)
    call = factories.CallFactory(owner=user, firm=gone)
    merge(kept, gone)
    assert fresh(call).firm == kept


def test_an_edit_that_was_begun_before_is_a_conflict(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    call = factories.CallFactory(owner=user, recruiter=gone)
    merge(kept, fresh(gone))
    with pytest.raises(StaleVersion):
        call.save()


def test_a_sheet_goes_on_with_the_kept_one(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    draft = factories.DraftFactory(
        owner=user, data={"recruiter": [str(gone.pk)], "who": [gone.name]}
    )
    done = merge(kept, gone)
    assert Draft.objects.of(user).get().data["recruiter"] == [str(kept.pk)]
    undo(done)
    assert Draft.objects.of(user).get().data == draft.data


def test_what_waits_in_the_trash_comes_back_to_the_kept_one(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    call = factories.CallFactory(owner=user, recruiter=gone)
    call.trash()
    merge(kept, fresh(gone))
    fresh(call).restore()
    assert Call.objects.of(user).get().recruiter == kept


# Employers ----------------------------------------------------------------------------------------


def test_the_guard_matches_what_either_was_called(user: User) -> None:
    acme = factories.EmployerFactory(owner=user, name="Acme")
    brand = factories.EmployerFactory(owner=user, name="Northwind")
    given: dict[str, Any] = {"owner": user, "permission": Submission.Permission.GIVEN}
    factories.SubmissionFactory(**given, client=brand)
    merge(acme, brand, {"other_names": "Northwind"})
    again = factories.EmployerFactory(owner=user, name="Northwind Ltd")
    mine = Submission(owner=user, firm=factories.FirmFactory(owner=user), client=again)
    found = collisions(mine, on=timezone.localdate())
    assert [one.kind for one in found] == ["same_client_other_firm"]


@pytest.mark.parametrize("chain", [(0, 1), (1, 0), (0, 2, 1), (1, 2, 0)])
def test_no_company_comes_to_belong_to_itself(user: User, chain: tuple[int, ...]) -> None:
    rows = [factories.EmployerFactory(owner=user) for _ in range(3)]
    for one, other in pairwise(chain):
        rows[one].parent = rows[other]
        rows[one].save()
    before = everything(user)
    done = merge(rows[0], rows[1])
    for row in Employer.objects.of(user):
        above = companies.parents_above(user, row.parent_id)
        assert row.pk not in above
    undo(done)
    assert differences(before, everything(user)) == []


def test_it_refuses_a_parent_that_belongs_to_it(user: User) -> None:
    kept, gone = two_of(Kind.EMPLOYER, user)
    below = factories.EmployerFactory(owner=user, parent=kept)
    with pytest.raises(CannotMerge):
        merge(kept, gone, {"parent_id": below.pk})
    assert Employer.objects.of(user).count() == 3


# What it refuses ----------------------------------------------------------------------------------


def test_it_refuses_what_can_never_be_one(user: User, other: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    theirs = factories.RecruiterFactory(owner=other)
    trashed = factories.RecruiterFactory(owner=user)
    trashed.trash()
    firm = factories.FirmFactory(owner=user)
    for one in (kept, theirs, fresh(trashed), firm):
        with pytest.raises(CannotMerge):
            merge(kept, one)
    nobody = factories.PersonFactory(owner=user, anonymised_at=timezone.now())
    with pytest.raises(CannotMerge):
        merge(factories.PersonFactory(owner=user), nobody)
    assert not Merge.objects.of(user).exists()
    assert gone.trashed_at is None


@pytest.mark.parametrize("which", [0, 1])
def test_it_merges_nothing_that_was_changed_meanwhile(user: User, which: int) -> None:
    rows = two_of(Kind.RECRUITER, user)
    factories.CallFactory(owner=user, recruiter=rows[1])
    rows = tuple(map(fresh, rows))
    changed = fresh(rows[which])
    changed.title = "Partner"
    changed.save()
    before = everything(user)
    with pytest.raises(StaleVersion):
        merge(*rows)
    assert differences(before, everything(user)) == []


def test_of_two_merges_at_once_one_is_told(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    late = fresh(kept), fresh(gone)
    merge(kept, gone)
    with pytest.raises(StaleVersion):
        merge(late[1], late[0])
    assert Merge.objects.of(user).count() == 1


# Undone in part, and not at all -------------------------------------------------------------------


def test_what_was_changed_since_stays_and_is_told(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    call = factories.CallFactory(owner=user, recruiter=gone)
    elsewhere = factories.RecruiterFactory(owner=user)
    done = merge(kept, fresh(gone), {"title": "Partner", "best_times": "noon"})
    kept.title = "Managing Partner"
    kept.save()
    moved = fresh(call)
    moved.recruiter = elsewhere
    moved.save()
    left = undo(done)
    assert left == merging.Undone(fields=["Title"], rows=1)
    assert fresh(kept).title == "Managing Partner"
    assert fresh(kept).best_times == ""
    assert fresh(call).recruiter == elsewhere


def test_what_is_new_since_stays_with_the_kept_one(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    done = merge(kept, gone)
    call = factories.CallFactory(owner=user, recruiter=kept)
    undo(done)
    assert fresh(call).recruiter == kept
    assert fresh(gone).trashed_at is None


def test_a_second_press_finds_it_undone(user: User) -> None:
    done = merge(*two_of(Kind.FIRM, user))
    undo(done)
    assert undo(done) == merging.Undone()
    assert Firm.objects.of(user).count() == 2


def test_it_is_undone_in_the_order_in_which_it_was_done(user: User) -> None:
    first, second, third = (factories.FirmFactory(owner=user) for _ in range(3))
    call = factories.CallFactory(owner=user, firm=first)
    before = everything(user)
    one = merge(second, fresh(first))
    other = merge(third, second)
    assert fresh(call).firm == third
    with pytest.raises(CannotComeBack, match="bring that back first"):
        undo(one)
    undo(other)
    undo(one)
    assert differences(before, everything(user)) == []


def test_it_says_when_a_newcomer_has_the_name(user: User) -> None:
    kept, gone = two_of(Kind.FIRM, user)
    done = merge(kept, gone)
    factories.FirmFactory(owner=user, name=gone.name)
    before = everything(user)
    with pytest.raises(CannotComeBack, match="another"):
        undo(done)
    assert differences(before, everything(user)) == []


def test_a_name_that_was_taken_over_is_given_back(user: User) -> None:
    kept, gone = two_of(Kind.FIRM, user)
    names = kept.name, gone.name
    done = merge(kept, gone, {"name": gone.name})
    assert Firm.objects.of(user).get().name == names[1]
    undo(done)
    assert (fresh(kept).name, fresh(gone).name) == names


def test_brought_back_from_the_trash_it_is_undone(user: User) -> None:
    kept, gone = two_of(Kind.FIRM, user)
    call = factories.CallFactory(owner=user, firm=gone)
    merge(kept, fresh(gone))
    merging.bring_back(fresh(gone))
    assert fresh(call).firm == gone
    assert not Merge.objects.of(user).standing().exists()


# For good -----------------------------------------------------------------------------------------


def test_after_30_days_it_is_final(user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    call = factories.CallFactory(owner=user, recruiter=gone)
    for row in (kept, gone):
        factories.PhoneFactory(owner=user, recruiter=row, number="+442079460001")
    factories.NotTheSameFactory(owner=user, one=kept.pk, other=gone.pk)
    done = merge(kept, fresh(gone))
    purge.purge(now=timezone.now() + dt.timedelta(days=31))
    assert not Recruiter.across_owners.filter(pk=gone.pk).exists()
    assert fresh(call).recruiter == kept
    assert Phone.across_owners.get().recruiter == kept
    assert not Merge.across_owners.filter(pk=done.pk).exists()
    assert not NotTheSame.across_owners.exists()
    check()


def test_with_a_person_goes_what_was_merged_into_them(user: User) -> None:
    pat = factories.PersonFactory(owner=user, name="Patricia Quillfeather")
    short = factories.PersonFactory(
        owner=user, name="Patsy Quill", position="Neighbour of mine", notes="Sings"
    )
    older = factories.PersonFactory(owner=user, name="P. Quillfeather-Jones")
    merge(short, older, {"name": older.name})
    done = merge(pat, short, {"notes": "Sings", "position": "Neighbour of mine"})
    factories.CallFactory(owner=user, notes="Patsy Quill, then P. Quillfeather-Jones")
    anonymise.anonymise(pat, anonymise.spellings_of(pat))
    said = str(everything(user)) + str(list(Merge.across_owners.values()))
    for word in ("Quill", "Sings", "Neighbour"):
        assert word not in said
    assert not Merge.across_owners.filter(pk=done.pk).exists()
    short.refresh_from_db()
    assert short.anonymised_at is not None


def test_a_merge_can_be_undone_whoever_is_anonymised(user: User) -> None:
    # Called as what a merge writes down is called.
    called = [factories.PersonFactory(owner=user, name=name) for name in ("Notes", "Wary")]
    kept, gone = two_of(Kind.RECRUITER, user)
    done = merge(kept, gone, {"notes": "Knows Notes.", "standing": "wary"})
    for person in called:
        anonymise.anonymise(person, anonymise.spellings_of(person))
    done.refresh_from_db()
    assert "Knows Notes" not in str(done.changed)
    assert not undo(done).fields
    kept.refresh_from_db()
    assert (kept.notes, kept.standing) == ("", "unknown")


# Many ---------------------------------------------------------------------------------------------


def test_it_asks_as_often_for_many_calls_as_for_few(user: User, other: User) -> None:
    counts = []
    for owner, many in ((user, 3), (other, 60)):
        kept, gone = two_of(Kind.RECRUITER, owner)
        calls = [Call(owner=owner, recruiter=gone) for _ in range(many)]
        Call.across_owners.bulk_create(calls)
        with CaptureQueriesContext(connection) as captured:
            done = merge(kept, fresh(gone))
            undo(done)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_it_says_what_comes_along_in_one_question(user: User) -> None:
    kept, gone = two_of(Kind.FIRM, user)
    factories.CallFactory.create_batch(3, owner=user, firm=gone)
    factories.CallFactory(owner=user, firm=kept)
    with CaptureQueriesContext(connection) as captured:
        assert merging.along(gone) == {"calls.call": 3}
    assert len(captured) == 1


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    found = []
    for label, rows in before.items():
        for one, other in zip(rows, after[label], strict=False):
            found += [
                f"{label} {one['id']} {k}: {one[k]} → {other[k]}"
                for k in one
                if one[k] != other[k]
            ]
        if len(rows) != len(after[label]):
            found.append(f"{label}: {len(rows)} → {len(after[label])}")
    return found


def test_an_archive_holds_what_is_one_and_no_merge(user: User, other: User, tmp_path: Any) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    factories.CallFactory(owner=user, recruiter=gone)
    merge(kept, fresh(gone))
    factories.NotTheSameFactory(owner=user)
    archive_to(tmp_path / "mine.zip", user)
    bring_back(tmp_path / "mine.zip", other)
    assert Call.objects.of(other).get().recruiter.name == kept.name
    assert not Merge.across_owners.filter(owner=other).exists()
    assert not NotTheSame.across_owners.filter(owner=other).exists()
    thrown = Recruiter.across_owners.get(owner=other, name=gone.name)
    merging.bring_back(thrown)
    assert fresh(thrown).trashed_at is None
