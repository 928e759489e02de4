"""What I tell a recruiter goes onto the sheet, and stands beside the next one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from calls.models import Call, Disclosure, Referral
from desk.models import Draft
from tests.desk.sheets import NOW, SHEET, only_call, sheet
from tests.factories import (
    CallFactory,
    DisclosureFactory,
    FirmFactory,
    PersonFactory,
    RecruiterFactory,
)
from tests.pages import html, send

TOLD = {"told_pay": "120 base", "told_availability": "from May", "pass_on": "no"}


@pytest.fixture(autouse=True)
def _at_half_past_nine() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_it_keeps_each_thing_told_with_the_call(client: Client, user: User) -> None:
    typed = {"who": "Grace", "firm": "Northgate", "position": "CFO", **TOLD}
    client.post(SHEET, sheet(client, **typed))
    call = only_call(user)
    told = {one.topic: one for one in Disclosure.objects.of(user)}
    assert {topic: one.what for topic, one in told.items()} == {
        "pay": "120 base",
        "availability": "from May",
    }
    for one in told.values():
        assert (one.call, one.recruiter, one.firm) == (call, call.recruiter, call.firm)
        assert (one.opportunity, one.pass_on) == (call.opportunity, "no")


def test_it_is_of_the_day_on_which_it_was_said_here(client: Client, user: User) -> None:
    """Half past seven in the evening in New York is the next day in London and UTC."""
    user.time_zone = "America/New_York"
    user.save()
    data = sheet(client, who="Grace", occurred_at="2026-11-23T19:30", **TOLD)
    client.post(SHEET, data)
    assert only_call(user).occurred_at == dt.datetime(2026, 11, 24, 0, 30, tzinfo=dt.UTC)
    assert {one.told_on for one in Disclosure.objects.of(user)} == {dt.date(2026, 11, 23)}


def test_it_keeps_nothing_where_nothing_was_told(client: Client, user: User) -> None:
    data = sheet(client, who="Grace", pass_on="yes")
    assert [client.post(SHEET, data).status_code for _ in range(2)] == [302, 302]
    assert only_call(user)
    assert not Disclosure.objects.of(user).exists()


def test_it_keeps_it_once_when_the_sheet_is_sent_twice(client: Client, user: User) -> None:
    data = sheet(client, who="Grace", **TOLD)
    assert [client.post(SHEET, data).status_code for _ in range(2)] == [302, 302]
    assert Disclosure.objects.of(user).count() == 2


def test_a_sheet_is_known_again_when_more_was_noted_of_its_call(
    client: Client, user: User
) -> None:
    data = sheet(client, who="Grace", told_pay="120 base")
    client.post(SHEET, data)
    call = only_call(user)
    DisclosureFactory(owner=user, recruiter=call.recruiter, call=call, topic="interest")
    assert client.post(SHEET, data).status_code == 302


def test_too_long_is_said_and_nothing_is_saved(client: Client, user: User) -> None:
    response = client.post(SHEET, sheet(client, who="Grace", told_pay="x" * 501))
    assert response.status_code == 422
    assert not Call.objects.of(user).exists()
    # The part is unfolded, so that the error is seen.
    assert response.context["form"].told_open


def test_a_draft_keeps_it_and_its_part_stays_unfolded(client: Client, user: User) -> None:
    data = sheet(client, who="Grace", **TOLD)
    client.post("/calls/new/draft/", {**data, "typed_at": "1"})
    draft = Draft.objects.of(user).get()
    response = client.get(draft.get_absolute_url())
    assert "120 base" in html(response)
    assert response.context["form"].told_open
    assert not client.get(SHEET).context["form"].told_open


def told_beside(client: Client, recruiter: Any) -> list[tuple[str, str]]:
    known = client.get(f"{SHEET}?recruiter={recruiter.pk}").context["known"]
    return [(one.topic, one.what) for one in known.told]


def test_beside_the_sheet_stands_what_they_were_told_last(client: Client, user: User) -> None:
    grace = RecruiterFactory(owner=user, name="Grace")
    for day, topic, what in ((1, "pay", "110"), (3, "pay", "120"), (2, "interest", "CFO only")):
        DisclosureFactory(
            owner=user,
            recruiter=grace,
            topic=topic,
            what=what,
            told_on=dt.date(2026, 1, day),
        )
    DisclosureFactory(owner=user, what="of somebody else")
    DisclosureFactory(owner=user, recruiter=grace, what="in the trash").trash()
    assert told_beside(client, grace) == [("interest", "CFO only"), ("pay", "120")]
    assert "120" in html(client.get(f"{SHEET}?recruiter={grace.pk}"))


def test_beside_the_sheet_stands_what_others_of_the_firm_were_told(
    client: Client, user: User
) -> None:
    firm = FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user, name="Grace", firm=firm)
    henry = RecruiterFactory(owner=user, name="Henry", firm=firm)
    mine = DisclosureFactory(owner=user, recruiter=grace, firm=firm, what="120")
    DisclosureFactory(owner=user, recruiter=henry, firm=firm, what="140")
    assert told_beside(client, grace) == [("pay", mine.what), ("pay", "140")]
    assert "to Henry," in html(client.get(f"{SHEET}?recruiter={grace.pk}"))


def test_it_notes_who_named_me_as_a_referral_once(client: Client, user: User) -> None:
    for _ in range(2):
        client.post(SHEET, sheet(client, who="Grace", named_by="Tom", position="CFO"))
    assert Call.objects.of(user).count() == 2
    referral = Referral.objects.of(user).get()
    assert (referral.direction, referral.person.name) == ("of_me", "Tom")
    assert referral.recruiter.name == "Grace"
    assert referral.named_on == NOW.date()


def test_it_notes_another_recommendation_for_another_assignment(
    client: Client, user: User
) -> None:
    for position in ("CFO", "COO"):
        client.post(SHEET, sheet(client, who="Grace", named_by="Tom", position=position))
    assert Referral.objects.of(user).count() == 2


def test_a_mended_call_mends_the_referral(client: Client, user: User) -> None:
    client.post(SHEET, sheet(client, who="Grace", named_by="Tom"))
    path = f"/calls/{only_call(user).pk}/edit/"
    send(client, path, having="named_by_name", named_by_name="Tim")
    assert Referral.objects.of(user).get().person.name == "Tim"
    send(client, path, having="named_by_name", named_by_name="")
    assert not Referral.objects.of(user).exists()


def test_a_name_of_an_anonymised_person_is_somebody_new(client: Client, user: User) -> None:
    gone = PersonFactory(owner=user, name="Somebody", anonymised_at=NOW)
    client.post(SHEET, sheet(client, who="Grace", named_by="Somebody"))
    assert only_call(user).named_by != gone


def test_it_asks_as_often_for_much_that_was_told(
    client: Client, user: User, django_assert_num_queries: Any
) -> None:
    grace = RecruiterFactory(owner=user, firm=FirmFactory(owner=user))
    CallFactory(owner=user, recruiter=grace)
    path = f"{SHEET}?recruiter={grace.pk}"
    counts = []
    for _ in range(2):
        DisclosureFactory.create_batch(5, owner=user, recruiter=grace, firm=grace.firm)
        with django_assert_num_queries(10**6, exact=False) as captured:
            client.get(path)
        counts.append(len(captured))
    assert counts[0] == counts[1]
