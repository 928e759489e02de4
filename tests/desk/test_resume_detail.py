"""The page of a résumé: who holds it, and whom it goes to now."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Resume, User
from calls.models import Disclosure
from followups.models import Promise
from tests.addresses import check_refusals
from tests.factories import (
    DisclosureFactory,
    FirmFactory,
    PromiseFactory,
    RecruiterFactory,
    ResumeFactory,
    SubmissionFactory,
)
from tests.pages import errors_of, fill_in, html


@pytest.fixture
def resume(user: User) -> Resume:
    made: Resume = ResumeFactory(owner=user, label="CFO, two pages")
    return made


def note(client: Client, resume: Resume, **values: Any) -> Any:
    url = resume.get_absolute_url()
    return client.post(url, fill_in(client, url, having="sent_on", **values))


def promised(user: User, **values: Any) -> Promise:
    made: Promise = PromiseFactory(owner=user, kind=Promise.Kind.SEND_RESUME, **values)
    return made


def told(user: User) -> list[Disclosure]:
    return list(Disclosure.objects.of(user))


def test_it_says_who_holds_it_and_since_when(client: Client, user: User, resume: Resume) -> None:
    firm = FirmFactory(owner=user, name="Ashdown")
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=firm)
    DisclosureFactory(
        owner=user, resume=resume, recruiter=grace, firm=firm, told_on=dt.date(2026, 3, 2)
    )
    SubmissionFactory(
        owner=user,
        resume=resume,
        recruiter=grace,
        firm=firm,
        role="Finance director",
        permission="given",
        submitted_on=dt.date(2026, 3, 9),
    )
    SubmissionFactory(
        owner=user,
        resume=resume,
        firm=FirmFactory(owner=user, name="Birch"),
        permission="given",
        decided_on=dt.date(2026, 4, 1),
        limits="Hexagon only",
    )
    page = client.get(resume.get_absolute_url())
    holders = page.context["holders"]
    assert [(one.recruiter or one.firm).name for one in holders] == ["Birch", "Grace Okonkwo"]
    assert [one.since for one in holders] == [dt.date(2026, 4, 1), dt.date(2026, 3, 2)]
    for words in ("2 hold it", "2 March 2026", "9 March 2026", "Finance director", "Hexagon only"):
        assert words in html(page)


def test_what_was_refused_or_only_spoken_of_is_in_nobodys_hands(
    client: Client, user: User, resume: Resume
) -> None:
    for permission in ("not_asked", "asked", "refused"):
        SubmissionFactory(owner=user, resume=resume, permission=permission)
    DisclosureFactory(owner=user, resume=resume).trash()
    page = client.get(resume.get_absolute_url())
    assert page.context["holders"] == []
    assert "Nobody holds it yet." in html(page)


def test_it_notes_whom_it_went_to(client: Client, user: User, resume: Resume) -> None:
    firm = FirmFactory(owner=user)
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=firm)
    day = timezone.localdate() - dt.timedelta(days=3)
    response = note(client, resume, recruiter_name="grace okonkwo", sent_on=day.isoformat())
    assert response.headers["Location"] == resume.get_absolute_url()
    [one] = told(user)
    assert (one.recruiter, one.firm, one.resume) == (grace, firm, resume)
    assert (one.topic, one.told_on, one.owner) == ("resume", day, user)


def test_noted_twice_it_is_noted_once(client: Client, user: User, resume: Resume) -> None:
    grace = RecruiterFactory(owner=user, name="Grace Okonkwo")
    for _press in range(2):
        page = client.get(note(client, resume, recruiter=grace.pk).headers["Location"])
    assert "Grace Okonkwo has it already." in html(page)
    assert len(told(user)) == 1


def test_a_ticked_promise_is_kept_and_names_its_recruiter(
    client: Client, user: User, resume: Resume
) -> None:
    promise = promised(user)
    response = note(client, resume, kept=[promise.pk])
    assert response.status_code == 302
    promise.refresh_from_db()
    assert (promise.state, promise.outcome) == (Promise.State.KEPT, "CFO, two pages")
    assert told(user)[0].recruiter == promise.recruiter


def test_it_was_kept_on_the_day_on_which_it_went(
    client: Client, user: User, resume: Resume
) -> None:
    now = timezone.now()
    day = timezone.localdate()
    promise = promised(user, due_on=day - dt.timedelta(days=2))
    made = now - dt.timedelta(days=9)
    Promise.objects.of(user).update(created_at=made, agreed_at=made)
    note(client, resume, kept=[promise.pk], sent_on=(day - dt.timedelta(days=3)).isoformat())
    promise.refresh_from_db()
    assert promise.state == Promise.State.KEPT
    assert promise.ended_on == day - dt.timedelta(days=3)


def test_a_promise_to_another_is_not_kept(client: Client, user: User, resume: Resume) -> None:
    promise = promised(user)
    somebody = RecruiterFactory(owner=user)
    response = note(client, resume, kept=[promise.pk], recruiter=somebody.pk)
    assert response.status_code == 422
    assert list(errors_of(response)) == ["kept"]
    assert told(user) == []
    promise.refresh_from_db()
    assert promise.is_open


def test_a_promise_to_their_firm_is_kept(client: Client, user: User, resume: Resume) -> None:
    firm = FirmFactory(owner=user)
    promise = promised(user, recruiter=None, firm=firm)
    grace = RecruiterFactory(owner=user, firm=firm)
    note(client, resume, kept=[promise.pk], recruiter=grace.pk)
    promise.refresh_from_db()
    assert not promise.is_open


def test_a_promise_that_cannot_be_kept_leaves_nothing_noted(
    client: Client, user: User, resume: Resume, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise = promised(user)
    monkeypatch.setattr(Promise, "keep", lambda self, *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        note(client, resume, kept=[promise.pk])
    assert told(user) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "recruiter"),
        ({"recruiter_name": "Nobody"}, "recruiter"),
        ({"sent_on": "2999-01-01"}, "sent_on"),
        ({"sent_on": ""}, "sent_on"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    client: Client, user: User, resume: Resume, values: dict[str, str], field: str
) -> None:
    response = note(client, resume, **values)
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    assert told(user) == []


def test_only_my_own_open_promises_to_send_it_are_offered(
    client: Client, user: User, other: User, resume: Resume
) -> None:
    mine = promised(user)
    promised(other)
    promised(user, owed_by="them")
    PromiseFactory(owner=user)
    promised(user).keep()
    form = client.get(resume.get_absolute_url()).context["form"]
    assert list(form.fields["kept"].queryset) == [mine]


@pytest.mark.parametrize("field", ["recruiter", "kept"])
def test_what_is_anothers_is_refused(
    client: Client, user: User, other: User, resume: Resume, field: str
) -> None:
    promised(user)
    theirs = promised(other)
    pk = theirs.pk if field == "kept" else theirs.recruiter.pk
    response = note(client, resume, **{field: [pk]})
    assert response.status_code == 422
    assert field in errors_of(response)


def test_it_asks_as_much_for_thirty_as_for_three(
    client: Client, user: User, resume: Resume
) -> None:
    def asked(more: int) -> int:
        for _n in range(more):
            firm = FirmFactory(owner=user)
            DisclosureFactory(
                owner=user,
                resume=resume,
                recruiter=RecruiterFactory(owner=user, firm=firm),
                firm=firm,
            )
            SubmissionFactory(owner=user, resume=resume, permission="given")
            promised(user)
        with CaptureQueriesContext(connection) as queries:
            client.get(resume.get_absolute_url())
        return len(queries)

    few = asked(3)
    assert asked(12) == few <= 12


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:resume_detail", client=client, anonymous=anonymous, other=other)
