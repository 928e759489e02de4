"""Keep, release, break and reopen, from a row or from the promise's page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.owned import StaleVersion
from followups.models import Promise
from tests.addresses import check_refusals
from tests.factories import FirmFactory, PromiseFactory
from tests.pages import HTMX, html, is_fragment

ENDINGS = [("keep", "kept"), ("release", "released"), ("break", "broken")]
NAMES = {
    **{"keep": "keep", "release": "release", "break": "mark_broken", "reopen": "reopen"},
    **{
        "no-show": "no_show",
        "nudge": "nudge",
        "nudge/undo": "nudge_undo",
        "snooze/undo": "snooze_undo",
    },
}


@pytest.fixture
def promise(user: User) -> Promise:
    firm = FirmFactory(owner=user, name="Northgate")
    return PromiseFactory(owner=user, firm=firm, recruiter__name="Grace Okonkwo")


def press(client: Client, promise: Promise, verb: str, **data: Any) -> Any:
    headers = data.pop("headers", {})
    return client.post(f"/promises/{promise.pk}/{verb}/", data, headers=headers)


def state_of(promise: Promise) -> str:
    promise.refresh_from_db()
    return promise.state


@pytest.mark.parametrize(("verb", "state"), ENDINGS)
def test_it_ends(client: Client, promise: Promise, verb: str, state: str) -> None:
    response = press(client, promise, verb, outcome="  Nobody came to mind  ")
    assert response.headers["Location"] == promise.get_absolute_url()
    assert state_of(promise) == state
    assert promise.outcome == "Nobody came to mind"
    assert promise.ended_at is not None


def test_it_is_kept_late_after_its_moment(client: Client, user: User) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=2)
    promise = PromiseFactory(owner=user, due_on=yesterday)
    press(client, promise, "keep")
    assert state_of(promise) == "kept_late"


def test_it_opens_again(client: Client, promise: Promise) -> None:
    promise.keep()
    press(client, promise, "reopen")
    assert state_of(promise) == "open"


@pytest.mark.parametrize(("verb", "state"), ENDINGS)
def test_it_gives_htmx_the_row_alone(
    client: Client, promise: Promise, verb: str, state: str
) -> None:
    response = press(client, promise, verb, headers=HTMX)
    assert response.status_code == 200
    assert is_fragment(response)
    text = html(response)
    assert text.count("<li") == 1
    assert f'id="promise-{promise.pk}"' in text
    assert "Grace Okonkwo" in text
    assert "Northgate" in text
    assert f'action="/promises/{promise.pk}/reopen/"' in text
    assert state_of(promise) == state


def test_it_gives_htmx_the_open_row_again(client: Client, promise: Promise) -> None:
    promise.keep()
    response = press(client, promise, "reopen", headers=HTMX)
    assert is_fragment(response)
    assert f'action="/promises/{promise.pk}/keep/"' in html(response)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
@pytest.mark.parametrize("verb", ["keep", "release", "break"])
def test_it_leaves_one_that_has_ended_as_it_is(
    client: Client, promise: Promise, verb: str, headers: dict[str, str]
) -> None:
    promise.release("They found somebody")
    response = press(client, promise, verb, outcome="second", headers=headers)
    assert response.status_code == (200 if headers else 302)
    assert state_of(promise) == "released"
    assert promise.outcome == "They found somebody"
    if headers:
        assert "released" in html(response)
    else:
        assert "It had been changed already" in html(client.get(response.headers["Location"]))


def test_it_shows_how_it_stands_when_somebody_was_faster(
    client: Client, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(self: Promise, outcome: str = "", **when: Any) -> None:
        Promise.across_owners.get(pk=self.pk).release("faster")
        raise StaleVersion

    monkeypatch.setattr(Promise, "keep", overtaken)
    response = press(client, promise, "keep", headers=HTMX)
    assert response.status_code == 200
    assert "released" in html(response)
    assert state_of(promise) == "released"


@pytest.mark.parametrize(
    ("where", "leads_to"),
    [
        ("/", "/"),
        ("/promises/?show=ended", "/promises/?show=ended"),
        ("https://evil.example/", None),
        ("//evil.example", None),
        ("/\\evil.example", None),
        ("javascript:alert(1)", None),
        ("accounts:settings", None),
        ("settings", None),
        ("", None),
        ("\x00", None),
    ],
)
def test_it_leads_back_to_where_it_was_pressed_and_nowhere_else(
    client: Client, promise: Promise, where: str, leads_to: str | None
) -> None:
    response = press(client, promise, "keep", next=where)
    assert response.headers["Location"] == (leads_to or promise.get_absolute_url())
    assert "evil" not in response.headers["Location"]


def test_it_makes_no_header_of_a_line_break(client: Client, promise: Promise) -> None:
    response = press(client, promise, "keep", next="/\r\nSet-Cookie: planted=1")
    assert "\n" not in response.headers["Location"]
    assert "planted" not in client.cookies


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        ("x" * 100_000, "x" * 500),
        ("NUL \x00 in it", "NUL  in it"),
        ("日本 🙂", "日本 🙂"),
        ("", ""),
    ],
)
def test_it_bears_any_outcome(client: Client, promise: Promise, outcome: str, kept: str) -> None:
    assert press(client, promise, "keep", outcome=outcome).status_code == 302
    assert state_of(promise) == "kept"
    assert promise.outcome == kept


@pytest.mark.parametrize("verb", NAMES)
def test_it_refuses_what_every_page_refuses(
    verb: str, client: Client, anonymous: Client, other: User
) -> None:
    name = f"followups:{NAMES[verb]}"
    check_refusals(name, client=client, anonymous=anonymous, other=other)
