"""The page on which two become one, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import TrashGroup, User
from calls.models import Call
from contacts.models import Employer, Firm, Kind, Merge, Person, Recruiter
from desk.merging import merge
from search.results import find
from tests import factories
from tests.addresses import check_refusals
from tests.desk.test_merging import FACTORIES, KINDS, two_of
from tests.pages import errors_of, fill_in, html


def page_of(kept: Any, gone: Any = None) -> str:
    query = {"with": gone.pk} if gone else {}
    return reverse(f"desk:{Kind.of(type(kept))}_merge", args=[kept.pk], query=query)


def press(client: Client, kept: Any, gone: Any, **chosen: str) -> Any:
    """The page as it comes, with what is chosen otherwise, sent."""
    path = page_of(kept, gone)
    return client.post(path, fill_in(client, path, having="other_version") | chosen)


@KINDS
def test_it_makes_one_of_two_and_two_again(client: Client, user: User, kind: Kind) -> None:
    kept, gone = two_of(kind, user)
    response = press(client, kept, gone)
    done = Merge.objects.of(user).get()
    assert response.headers["Location"] == f"{kept.get_absolute_url()}?merged={done.pk}"
    page = html(client.get(response.headers["Location"]))
    undo = reverse("desk:merge_undo", args=[done.pk])
    assert undo in page
    assert list(kind.model.objects.of(user)) == [kept]
    assert client.post(undo).headers["Location"] == kept.get_absolute_url()
    assert kind.model.objects.of(user).count() == 2
    assert undo not in html(client.get(response.headers["Location"]))


@KINDS
def test_pressed_twice_it_is_one_merge(client: Client, user: User, kind: Kind) -> None:
    kept, gone = two_of(kind, user)
    path = page_of(kept, gone)
    data = fill_in(client, path, having="other_version")
    first, second = client.post(path, data), client.post(path, data)
    assert second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    # So it is one step back.
    assert client.get(path).headers["Location"] == first.headers["Location"]
    assert Merge.objects.of(user).count() == 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("desk:recruiter_detail", Kind.RECRUITER),
        ("desk:recruiter_brief", Kind.RECRUITER),
        ("desk:firm_detail", Kind.FIRM),
        ("desk:firm_brief", Kind.FIRM),
        ("desk:person_detail", Kind.PERSON),
        ("contacts:employer_edit", Kind.EMPLOYER),
    ],
)
def test_an_address_from_before_leads_to_the_kept_one(
    client: Client, user: User, other: User, name: str, kind: Kind
) -> None:
    kept, gone = two_of(kind, user)
    path = reverse(name, args=[gone.pk])
    assert client.get(path).status_code == 200
    merge(kept, gone)
    assert client.get(path).headers["Location"] == reverse(name, args=[kept.pk])
    assert client.post(path).status_code in {404, 405}
    theirs = Client()
    theirs.force_login(other)
    assert theirs.get(path).status_code == 404
    further = FACTORIES[kind.model](owner=user)
    kept.refresh_from_db()
    merge(further, kept)
    assert client.get(path).headers["Location"] == reverse(name, args=[further.pk])
    further.refresh_from_db()
    further.trash()
    assert client.get(path).status_code == 404


@KINDS
def test_it_is_chosen_by_its_name(client: Client, user: User, kind: Kind) -> None:
    kept, gone = two_of(kind, user)
    path = page_of(kept)
    assert client.get(path).status_code == 200
    response = client.post(path, {"other": "", "other_name": gone.name})
    assert response.headers["Location"] == page_of(kept, gone)
    for wrong in (kept.name, "Nobody of this name", ""):
        response = client.post(path, {"other": "", "other_name": wrong})
        assert response.status_code == 422
        assert errors_of(response)["other"]
    assert kind.model.objects.of(user).count() == 2


@KINDS
def test_its_dossier_leads_to_it(client: Client, user: User, kind: Kind) -> None:
    row = FACTORIES[kind.model](owner=user)
    assert page_of(row) in html(client.get(row.get_absolute_url()))


def test_it_shows_each_field_in_which_they_differ(client: Client, user: User) -> None:
    firm = factories.FirmFactory(owner=user, name="Acme")
    kept = factories.RecruiterFactory(
        owner=user, name="Jane Doe", notes="First.", best_times="noon", standing="wary"
    )
    gone = factories.RecruiterFactory(
        owner=user, name="J. Doe", notes="Second.", firm=firm, best_times="noon"
    )
    response = client.get(page_of(kept, gone))
    form = response.context["form"]
    shown = {field.name: field.initial for field in form.choices}
    assert shown == {"name": "kept", "firm": "gone", "standing": "kept", "notes": "both"}
    press(client, kept, gone)
    kept.refresh_from_db()
    assert (kept.name, kept.firm, kept.standing) == ("Jane Doe", firm, "wary")
    assert kept.notes == "First.\n\nSecond."


@pytest.mark.parametrize(("chosen", "notes"), [("kept", "First."), ("gone", "Second.")])
def test_it_takes_what_is_chosen(client: Client, user: User, chosen: str, notes: str) -> None:
    kept = factories.FirmFactory(owner=user, name="Acme", notes="First.", founded=1999)
    gone = factories.FirmFactory(owner=user, name="Acme Ltd", notes="Second.", founded=2001)
    press(client, kept, gone, notes=chosen, name="gone", founded=chosen)
    kept.refresh_from_db()
    assert (kept.notes, kept.name) == (notes, "Acme Ltd")
    assert kept.founded == (1999 if chosen == "kept" else 2001)


@pytest.mark.parametrize("chosen", ["kept", "gone"])
@pytest.mark.parametrize("kind", [Kind.RECRUITER, Kind.FIRM, Kind.PERSON])
def test_by_the_name_that_is_not_chosen_they_are_still_found(
    client: Client, user: User, kind: Kind, chosen: str
) -> None:
    kept = FACTORIES[kind.model](owner=user, name="Jean-Luc Calder", notes="Met in May.")
    gone = FACTORIES[kind.model](owner=user, name="Clémence Rautenberg")
    assert "kept in the notes" in html(client.get(page_of(kept, gone)))
    press(client, kept, gone, name=chosen)
    other = "Clémence Rautenberg" if chosen == "kept" else "Jean-Luc Calder"
    for typed in ("clemence raut", "jean-luc calder"):
        (group,) = find(user, typed)
        assert [row.document.object_id for row in group.rows] == [kept.pk]
    kept.refresh_from_db()
    assert kept.notes == f"Met in May.\n\nAlso known as {other}."
    client.post(reverse("desk:merge_undo", args=[Merge.objects.of(user).get().pk]))
    kept.refresh_from_db()
    assert (kept.name, kept.notes) == ("Jean-Luc Calder", "Met in May.")


@pytest.mark.parametrize("name", ["J. Doe", "JANE DOÉ", "Doe"])
def test_a_name_by_which_they_are_found_anyway_is_not_noted(
    client: Client, user: User, name: str
) -> None:
    kept = factories.RecruiterFactory(owner=user, name="Jane Doe", notes="")
    gone = factories.RecruiterFactory(owner=user, name=name, notes="")
    press(client, kept, gone, name="kept")
    kept.refresh_from_db()
    assert kept.notes == ""


def test_the_name_that_is_not_chosen_goes_on_finding_an_employer(
    client: Client, user: User
) -> None:
    kept = factories.EmployerFactory(owner=user, name="Acme", other_names="Acme Inc")
    gone = factories.EmployerFactory(owner=user, name="Northwind", other_names="ACME inc\nWindco")
    press(client, kept, gone, name="gone")
    kept.refresh_from_db()
    assert kept.name == "Northwind"
    assert kept.other_names.splitlines() == ["Acme Inc", "Windco", "Acme"]


def test_a_parent_that_belongs_to_it_is_not_offered(client: Client, user: User) -> None:
    kept = factories.EmployerFactory(owner=user)
    below = factories.EmployerFactory(owner=user, parent=kept)
    gone = factories.EmployerFactory(owner=user, parent=below)
    form = client.get(page_of(kept, gone)).context["form"]
    assert "parent" not in form.differing
    assert press(client, kept, gone).status_code == 302
    assert Employer.objects.of(user).get(pk=kept.pk).parent is None


@pytest.mark.parametrize("chosen", ["kept", "gone"])
def test_what_belonged_to_the_other_belongs_to_what_is_chosen(
    client: Client, user: User, chosen: str
) -> None:
    top = factories.EmployerFactory(owner=user)
    gone = factories.EmployerFactory(owner=user, parent=top)
    kept = factories.EmployerFactory(owner=user, parent=gone)
    assert press(client, kept, gone, parent=chosen).status_code == 302
    kept.refresh_from_db()
    assert kept.parent == (top if chosen == "gone" else None)


def test_two_texts_that_are_too_long_together_are_said_to_be(client: Client, user: User) -> None:
    kept, gone = (factories.PersonFactory(owner=user, notes=word * 15_000) for word in "ab")
    response = press(client, kept, gone)
    assert response.status_code == 422
    assert errors_of(response)["notes"]
    assert Person.objects.of(user).count() == 2
    assert press(client, kept, gone, notes="gone").status_code == 302


@pytest.mark.parametrize("which", [0, 1])
def test_it_shows_that_one_was_changed_elsewhere(client: Client, user: User, which: int) -> None:
    rows = two_of(Kind.FIRM, user)
    path = page_of(*rows)
    data = fill_in(client, path, having="other_version")
    rows[which].notes = "Written meanwhile."
    rows[which].save()
    response = client.post(path, data)
    assert response.status_code == 422
    assert errors_of(response)
    assert "Written meanwhile." in html(response)
    assert Firm.objects.of(user).count() == 2
    # As it is shown now it can be sent.
    again = data | {"version": rows[0].version, "other_version": rows[1].version, "notes": "kept"}
    assert client.post(path, again).status_code == 302


def test_it_counts_what_comes_along_and_swaps(client: Client, user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    factories.CallFactory.create_batch(2, owner=user, recruiter=gone)
    factories.PromiseFactory(owner=user, recruiter=gone)
    page = html(client.get(page_of(kept, gone)))
    assert "2 calls" in page
    assert "1 promise" in page
    assert page_of(gone, kept) in page


@KINDS
def test_it_refuses_what_is_not_mine_gone_or_the_same(
    client: Client, user: User, other: User, kind: Kind
) -> None:
    kept, gone = two_of(kind, user)
    gone.trash()
    theirs = FACTORIES[kind.model](owner=other)
    for one in (theirs, gone, kept):
        assert client.get(page_of(kept, one)).status_code == 404
        data = {"with": one.pk, "version": 1, "other_version": 1}
        assert client.post(page_of(kept), data).status_code == 404
    for named in ("x", "9" * 30, "0"):
        assert client.post(page_of(kept), {"with": named}).status_code == 404
    assert not Merge.across_owners.exists()


def test_nobody_who_is_anonymised_comes_back_by_a_merge(client: Client, user: User) -> None:
    nobody = factories.PersonFactory(owner=user, anonymised_at=timezone.now())
    somebody = factories.PersonFactory(owner=user)
    assert client.get(page_of(nobody, somebody)).status_code == 404
    assert client.get(page_of(somebody, nobody)).status_code == 404
    assert page_of(nobody) not in html(client.get(nobody.get_absolute_url()))
    response = client.post(page_of(somebody), {"other": nobody.pk, "other_name": nobody.name})
    assert response.status_code == 422


def test_what_stays_is_told_after_the_undo(client: Client, user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    done = merge(kept, gone, {"title": "Partner"})
    kept.title = "Owner"
    kept.save()
    undo = reverse("desk:merge_undo", args=[done.pk])
    page = html(client.post(undo, follow=True))
    assert "They are two again." in page
    assert "What you have changed since stays: Title." in page


def test_an_undo_that_is_refused_says_why(client: Client, user: User) -> None:
    kept, gone = two_of(Kind.FIRM, user)
    done = merge(kept, gone)
    factories.FirmFactory(owner=user, name=gone.name)
    page = html(client.post(reverse("desk:merge_undo", args=[done.pk]), follow=True))
    assert "There is another" in page
    assert Merge.objects.of(user).standing().exists()


def test_from_the_trash_it_is_undone_as_well(client: Client, user: User) -> None:
    kept, gone = two_of(Kind.RECRUITER, user)
    call = factories.CallFactory(owner=user, recruiter=gone)
    gone.refresh_from_db()
    merge(kept, gone)
    group = TrashGroup.objects.of(user).get()
    assert "merged with another" in html(client.get(reverse("desk:trash")))
    client.post(reverse("desk:trash_restore", args=[group.pk]))
    assert Call.objects.of(user).get() == call
    assert Call.objects.of(user).get().recruiter == gone
    assert Recruiter.objects.of(user).count() == 2


def test_it_asks_as_often_for_many_rows_as_for_few(client: Client, user: User) -> None:
    counts = []
    for many in (1, 30):
        kept, gone = two_of(Kind.FIRM, user)
        factories.CallFactory.create_batch(many, owner=user, firm=gone)
        with CaptureQueriesContext(connection) as captured:
            client.get(page_of(kept, gone))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    "name", [*(f"desk:{kind}_merge" for kind in Kind), "desk:merge_undo", "desk:same_again"]
)
def test_it_refuses(client: Client, anonymous: Client, other: User, name: str) -> None:
    check_refusals(name, client=client, anonymous=anonymous, other=other)
