"""An opportunity that no call has told of."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from calls.models import Opportunity
from tests.addresses import check_refusals
from tests.factories import FirmFactory, RecruiterFactory
from tests.pages import errors_of, fill_in, html, send

NEW = "/opportunities/new/"


def test_it_saves(client: Client, user: User) -> None:
    typed = {"title": "CFO", "client_name": "Acme", "basis": "retained", "compensation": "180k"}
    response = send(client, NEW, having="title", **typed)
    saved = Opportunity.objects.of(user).get()
    assert response.headers["Location"] == saved.get_absolute_url()
    assert (str(saved), saved.basis, saved.compensation) == ("CFO, Acme", "retained", "180k")


def test_it_is_filled_in_with_whose_it_is(client: Client, user: User) -> None:
    firm = FirmFactory(owner=user, name="Northgate")
    grace = RecruiterFactory(owner=user, name="Grace", firm=firm)
    fields = fill_in(client, f"{NEW}?recruiter={grace.pk}&firm={firm.pk}", having="title")
    assert (fields["recruiter"], fields["firm_name"]) == (str(grace.pk), "Northgate")


def test_it_keeps_the_firm_of_that_day(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, firm=FirmFactory(owner=user, name="Northgate"))
    send(client, NEW, having="title", title="CFO", recruiter=grace.pk)
    grace.firm = FirmFactory(owner=user, name="Elsewhere")
    grace.save()
    assert str(Opportunity.objects.of(user).get().firm) == "Northgate"


def test_it_fills_in_nobody_elses(client: Client, user: User, other: User) -> None:
    theirs = RecruiterFactory(owner=other, name="Xyzzyq")
    assert "Xyzzyq" not in html(client.get(f"{NEW}?recruiter={theirs.pk}"))


def test_it_wants_a_position(client: Client, user: User) -> None:
    response = send(client, NEW, having="title", title="")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["title"]
    assert not Opportunity.objects.of(user).exists()


def test_it_is_refused_to_others(client: Client, anonymous: Client, other: User) -> None:
    check_refusals("calls:opportunity_new", client=client, anonymous=anonymous, other=other)
