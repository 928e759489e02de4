"""Merges that build on each other, undone in whichever order: nothing is left of either."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from contacts.models import Kind, Recruiter
from desk.merging import merge, undo
from tests import factories
from tests.desk.test_merging import differences, everything, fresh, some_world, two_of
from tests.examples import examples
from tests.search.test_kept_right import check


def test_three_that_were_one_are_three_again_the_first_one_first(user: User) -> None:
    kept, *others = (factories.FirmFactory(owner=user, name=name, notes=name) for name in "BAC")
    before = everything(user)
    made = [
        merge(kept, others[0], {"name": "A", "notes": "B A"}),
        merge(kept, others[1], {"name": "C", "notes": "B A C"}),
    ]
    for done in made:
        undo(done)
    assert differences(before, everything(user)) == []


def test_a_firm_taken_over_and_merged_itself_is_given_back(user: User) -> None:
    here, there = two_of(Kind.FIRM, user)
    kept = factories.RecruiterFactory(owner=user, firm=here)
    gone = factories.RecruiterFactory(owner=user, firm=there)
    before = everything(user)
    made = [merge(kept, gone, {"firm_id": there.pk}), merge(here, there)]
    assert not undo(made[0]).fields
    undo(made[1])
    assert differences(before, everything(user)) == []


def test_a_firm_given_up_and_merged_itself_is_given_back(user: User) -> None:
    here, there = two_of(Kind.FIRM, user)
    kept = factories.RecruiterFactory(owner=user, firm=there)
    gone = factories.RecruiterFactory(owner=user)
    before = everything(user)
    made = [merge(kept, gone, {"firm_id": None}), merge(here, there)]
    assert not undo(made[0]).fields
    assert fresh(kept).firm == here
    undo(made[1])
    assert differences(before, everything(user)) == []


def test_a_firm_merged_and_then_given_up_is_given_back(user: User) -> None:
    here, there = two_of(Kind.FIRM, user)
    kept = factories.RecruiterFactory(owner=user, firm=there)
    gone = factories.RecruiterFactory(owner=user)
    before = everything(user)
    made = [merge(here, there), merge(fresh(kept), gone, {"firm_id": None})]
    for done in made:
        undo(done)
    assert differences(before, everything(user)) == []


@examples(25)
@given(seed=st.integers(0, 10**9))
def test_merges_undone_in_any_order_leave_nothing(db: None, seed: int) -> None:
    dice = random.Random(seed)
    owner = factories.UserFactory()
    pair = some_world(dice, owner)
    before = everything(owner)
    made = []
    for _number in range(dice.choice([2, 2, 3])):
        kept, gone = map(fresh, pair)
        values = {"name": gone.name} if dice.random() < 0.5 else {}
        if isinstance(kept, Recruiter) and dice.random() < 0.5:
            values["firm_id"] = gone.firm_id
        made.append(merge(kept, gone, values))
        # The next two: of another kind, or this one and a third.
        kinds = [kind for kind in Kind if kind.model.objects.of(owner).count() > 1]
        if not kinds:
            break
        pair = dice.sample(list(dice.choice(kinds).model.objects.of(owner)), 2)
    while made:
        # What was merged further is in the trash, and waits for that.
        further = {(one.kind, one.gone) for one in made}
        done = dice.choice([one for one in made if (one.kind, one.kept) not in further])
        made.remove(done)
        undo(done)
        check()
    assert differences(before, everything(owner)) == []
