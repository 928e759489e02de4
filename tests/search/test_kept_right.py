"""The index is what a rebuild would make of it, whatever was done to the rows."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.owned import OwnedModel
from calls.models import Call, Disclosure, Opportunity, Referral, Submission
from contacts.models import Employer, Firm, Person, Phone, Recruiter
from desk import anonymise
from followups.models import Promise
from search import index
from search.models import SearchDocument, engine
from tests import factories
from tests.examples import examples

WORDS = ["Ann", "Müller", "O’Brien", "Weiß", "Smith-Jones", "chair", "search", "+44 20 7946 0123"]
NOW = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)
FOUND: list[Any] = [
    *(Recruiter, Firm, Person, Employer, Opportunity, Call, Promise),
    *(Referral, Submission, Disclosure),
]


def words_in_the_engine() -> list[tuple[Any, ...]]:
    """Each word of SQLite's table with its place; on PostgreSQL they stand in the documents."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary "
            "USING fts5vocab(main, search_words, instance)"
        )
        cursor.execute("SELECT doc, col, offset, term FROM temp.vocabulary ORDER BY 1, 2, 3")
        rows = cursor.fetchall()
        cursor.execute("DROP TABLE temp.vocabulary")
    return rows


def as_it_is() -> tuple[Any, Any]:
    names = [*index.WRITTEN, "kind", "object_id"]
    documents = SearchDocument.across_owners.order_by("kind", "object_id").values_list(*names)
    return list(documents), words_in_the_engine()


def check() -> None:
    kept = as_it_is()
    index.rebuild()
    assert kept == as_it_is()
    engine().empty()
    index.rebuild()
    assert kept == as_it_is()


class World:
    """Two users' rows, and whatever can be done to them."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.users = [factories.UserFactory(), factories.UserFactory()]

    def text(self) -> str:
        return " ".join(self.dice.choice(WORDS) for _ in range(self.dice.randint(1, 4)))

    def name(self) -> str:
        return f"{self.text()} {self.dice.randrange(10**6)}"

    def one(self, model: type[OwnedModel], owner: User) -> Any:
        rows = list(model.objects.of(owner))
        return self.dice.choice(rows) if rows else None

    def any_row(self) -> Any:
        """One of anything, of anybody, in the trash or not."""
        rows = list(self.dice.choice([*FOUND, Phone]).across_owners.all())
        return self.dice.choice(rows) if rows else None

    def create(self) -> None:
        owner = self.dice.choice(self.users)
        recruiter, firm = self.one(Recruiter, owner), self.one(Firm, owner)
        whom = {"recruiter": recruiter or factories.RecruiterFactory(owner=owner), "firm": firm}
        about = {"opportunity": self.one(Opportunity, owner)}
        make: list[Callable[[], Any]] = [
            lambda: factories.FirmFactory(owner=owner, name=self.name(), notes=self.text()),
            lambda: factories.RecruiterFactory(owner=owner, name=self.name(), firm=firm),
            lambda: factories.PersonFactory(owner=owner, name=self.name(), position=self.text()),
            lambda: factories.EmployerFactory(
                owner=owner, name=self.name(), parent=self.one(Employer, owner)
            ),
            lambda: factories.OpportunityFactory(owner=owner, title=self.text(), **whom),
            lambda: self.phone(owner),
            lambda: factories.CallFactory(
                owner=owner,
                notes=self.text(),
                named_by=self.one(Person, owner),
                occurred_at=NOW - dt.timedelta(minutes=self.dice.randrange(10**6)),
                **whom,
                **about,
            ),
            lambda: factories.PromiseFactory(owner=owner, what=self.text(), **whom, **about),
            lambda: factories.ReferralFactory(
                owner=owner,
                person=self.one(Person, owner) or factories.PersonFactory(owner=owner),
                why=self.text(),
                **whom,
                **about,
            ),
            lambda: factories.SubmissionFactory(
                owner=owner, recruiter=whom["recruiter"], client=self.one(Employer, owner), **about
            ),
            lambda: factories.DisclosureFactory(owner=owner, what=self.text(), **whom, **about),
        ]
        self.dice.choice(make)()

    def phone(self, owner: User) -> None:
        recruiter = self.one(Recruiter, owner) or factories.RecruiterFactory(owner=owner)
        recruiter.learn_phone(f"+4420794{self.dice.randrange(10**5):05}")

    def edit(self) -> None:
        row = self.any_row()
        if row is None:
            return
        texts = [
            one
            for one in anonymise.texts_of(type(row))
            if one.name in {"name", "title", "notes", "what", "why", "limits", "outcome"}
        ]
        if texts:
            one = self.dice.choice(texts)
            setattr(row, one.name, (self.name() if one.name == "name" else self.text())[:200])
            row.save(**self.dice.choice([{}, {"update_fields": [one.name]}]))

    def edit_without_saving(self) -> None:
        """What is changed on an object alone is not found."""
        row = self.one(Recruiter, self.dice.choice(self.users))
        if row:
            row.name = "never saved"
            factories.CallFactory(owner=row.owner, recruiter=row)

    def update_many(self) -> None:
        model, values = self.dice.choice(
            [
                (Call, {"notes": self.text()}),
                (Promise, {"what": self.text()}),
                (Firm, {"notes": ""}),
            ]
        )
        model.objects.of(self.dice.choice(self.users)).update(**values)

    def bulk(self) -> None:
        owner = self.dice.choice(self.users)
        firms = Firm.objects.bulk_create(
            Firm(owner=owner, name=name, folded_name=name) for name in (self.name(), self.name())
        )
        for firm in firms:
            firm.name = self.name()
        Firm.objects.of(owner).bulk_update(firms, ["name"])

    def trash(self) -> None:
        row = self.any_row()
        if row and row.trashed_at is None:
            row.trash()

    def restore(self) -> None:
        row = self.any_row()
        if row and row.trashed_at:
            row.restore()

    def move(self) -> None:
        owner = self.dice.choice(self.users)
        recruiter, firm = self.one(Recruiter, owner), self.one(Firm, owner)
        if recruiter:
            recruiter.firm = firm
            recruiter.save()
            number = self.one(Phone, owner)
            if number and not recruiter.phones.filter(number=number.number).exists():
                if self.dice.random() < 0.5:
                    number.recruiter = recruiter
                    number.save()
                else:
                    Phone.objects.of(owner).filter(pk=number.pk).update(recruiter=recruiter)

    def reveal(self) -> None:
        owner = self.dice.choice(self.users)
        about, client = self.one(Opportunity, owner), self.one(Employer, owner)
        if about and client:
            about.reveal_client(client, in_confidence=self.dice.random() < 0.5)

    def anonymise(self) -> None:
        person = self.one(Person, self.dice.choice(self.users))
        if person and not person.anonymised_at:
            anonymise.anonymise(person, anonymise.spellings_of(person))

    def delete(self) -> None:
        row = self.any_row()
        # What others hold on to is refused, and nothing changes.
        if row:
            if self.dice.random() < 0.5:
                row.delete()
            else:
                type(row).across_owners.filter(pk=row.pk).delete()

    def undone(self) -> None:
        """Whatever is rolled back was never found."""
        with transaction.atomic():
            self.create()
            self.edit()
            transaction.set_rollback(True)

    def leave(self) -> None:
        if len(self.users) > 1 and self.dice.random() < 0.2:
            self.users.pop().delete()


DEEDS = [name for name in vars(World) if not name.startswith("_")]
DEEDS = [name for name in DEEDS if name not in {"text", "name", "one", "any_row", "phone"}]


@pytest.mark.django_db
@examples(25)
@given(
    seed=st.integers(0, 10**6),
    deeds=st.lists(st.sampled_from([*["create"] * 8, *DEEDS]), min_size=10, max_size=60),
)
def test_it_is_what_a_rebuild_would_make_of_it(seed: int, deeds: list[str]) -> None:
    from django.db.models import RestrictedError

    with transaction.atomic():
        world = World(seed)
        for deed in deeds:
            try:
                with transaction.atomic():
                    getattr(world, deed)()
            except RestrictedError:
                pass
        check()
        engine().leave_no_trace()
        check()
        transaction.set_rollback(True)
