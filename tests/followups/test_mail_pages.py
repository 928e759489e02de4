"""One mail: where it stands, sending it after all, setting it aside, and a test of the way."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from followups.delivery import dispatch_due
from followups.models import Mail
from tests.addresses import check_refusals
from tests.factories import MailFactory
from tests.pages import HTMX, html, is_fragment


def test_it_shows_where_a_mail_stands(client: Client, user: User) -> None:
    mail = MailFactory(owner=user, state="failed", answer="550 no such <mailbox>", attempts=3)
    text = html(client.get(mail.get_absolute_url()))
    assert "550 no such &lt;mailbox&gt;" in text
    for verb in ("retry", "settle"):
        assert f'action="/reminders/mails/{mail.pk}/{verb}/"' in text


def test_it_tells_the_whole_history(client: Client, user: User) -> None:
    due = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    mail = MailFactory(
        owner=user,
        state="sent",
        due_utc=due,
        created_at=due + dt.timedelta(seconds=4),
        first_tried_at=due + dt.timedelta(seconds=5),
        attempts=1,
        ambiguous=True,
        sent_at=due + dt.timedelta(minutes=61),
        recipient="ann@work.example",
    )
    history = client.get(mail.get_absolute_url()).context["history"]
    assert history[:3] == [
        "Its time was 1 July 2026, 13:00:00.",
        "It was written down as a mail 1 July 2026, 13:00:04, 4 seconds after that.",
        "The first try was 1 July 2026, 13:00:05; one has failed so far.",
    ]
    assert "it may have arrived then" in history[3]
    assert history[4] == (
        "Went 1 July 2026, 14:01:00 to ann@work.example, 61 minutes after its time."
    )
    assert "under the same Message-ID" in history[5]


@pytest.mark.parametrize("state", ["scheduled", "claimed", "sending", "failed", "held", "kept"])
def test_it_says_something_of_every_state(client: Client, user: User, state: str) -> None:
    leased = state in {"claimed", "sending"}
    mail = MailFactory(
        owner=user,
        state=state,
        token=uuid.uuid4() if leased else None,
        lease_until=timezone.now() if leased else None,
        sent_at=timezone.now() if state == "kept" else None,
    )
    response = client.get(mail.get_absolute_url())
    assert len(response.context["history"]) >= 3
    assert "Cancelled" not in response.context["history"][-1]


def test_what_was_set_aside_is_offered_no_more(client: Client, user: User) -> None:
    mail = MailFactory(owner=user, state="held")
    assert "Send it" in html(client.get(mail.get_absolute_url()))
    mail.settle()
    page = html(client.get(mail.get_absolute_url()))
    assert "Send it" not in page
    assert "You set it aside" in page


def test_it_shows_the_text_of_a_mail_that_was_kept_here(client: Client, user: User) -> None:
    now = timezone.now()
    kept = {"state": "kept", "sent_at": now, "subject": "Reminder", "text": "Ring <Grace>\nback"}
    text = html(client.get(MailFactory(owner=user, **kept).get_absolute_url()))
    assert "Ring &lt;Grace&gt;" in text


def test_it_says_each_thing_once(client: Client, user: User) -> None:
    due = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    mail = MailFactory(owner=user, kind="test", due_utc=due, not_before=due, created_at=due)
    assert client.get(mail.get_absolute_url()).context["history"] == [
        "Its time was 1 July 2026, 13:00:00.",
        "It was written down as a mail at once.",
        "It goes 1 July 2026, 13:00:00.",
    ]


def test_its_head_goes_along_with_its_standing(client: Client, user: User) -> None:
    mail = MailFactory(owner=user)
    whole = html(client.get(mail.get_absolute_url()))
    assert '<span id="state">Waiting</span>' in whole
    assert "swap-oob" not in whole
    Mail.objects.of(user).filter(pk=mail.pk).update(state="sent", sent_at=timezone.now())
    polled = html(client.get(mail.get_absolute_url(), headers=HTMX))
    assert '<span id="state" data-hx-swap-oob="true">Sent</span>' in polled


def test_a_remark_of_ours_is_not_the_servers_answer(client: Client, user: User) -> None:
    now = timezone.now()
    muted = MailFactory(owner=user, state="kept", sent_at=now, answer="Muted: you asked for none.")
    page = html(client.get(muted.get_absolute_url()))
    assert "<dt>Remark</dt><dd>Muted: you asked for none.</dd>" in page
    assert "<dt>Server</dt>" not in page
    sent = MailFactory(owner=user, state="sent", sent_at=now, answer="250 2.0.0 taken")
    assert "<dt>Server</dt><dd>250 2.0.0 taken</dd>" in html(client.get(sent.get_absolute_url()))


@pytest.mark.parametrize("page", ["/reminders/", "/reminders/?show=trouble", None])
def test_how_the_server_fares_is_told_to_the_founder_alone(
    client: Client, user: User, page: str | None
) -> None:
    heard = "The mail server could not be reached. 454 4.7.0 who is <ann>?"
    mail = MailFactory(owner=user, state="failed", answer=heard)
    address = page or mail.get_absolute_url()
    assert "454" in html(client.get(address))
    User.objects.filter(pk=user.pk).update(is_founder=False)
    theirs = html(client.get(address))
    assert "The mail server could not be reached." in theirs
    assert "454" not in theirs


def test_it_gives_htmx_its_standing_alone(client: Client, user: User) -> None:
    mail = MailFactory(owner=user)
    response = client.get(mail.get_absolute_url(), headers=HTMX)
    assert is_fragment(response)
    assert "waiting" in html(response).lower()


@pytest.mark.parametrize("state", ["failed", "held"])
def test_it_sends_after_all(client: Client, user: User, state: str) -> None:
    mail = MailFactory(owner=user, state=state, attempts=9)
    response = client.post(f"/reminders/mails/{mail.pk}/retry/")
    assert response.headers["Location"] == mail.get_absolute_url()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("scheduled", 0)


@pytest.mark.parametrize("state", ["failed", "held"])
def test_it_sets_aside(client: Client, user: User, state: str) -> None:
    mail = MailFactory(owner=user, state=state)
    response = client.post(f"/reminders/mails/{mail.pk}/settle/")
    assert response.headers["Location"] == "/reminders/"
    mail.refresh_from_db()
    assert mail.settled_at is not None
    assert not Mail.objects.of(user).troubled().exists()


@pytest.mark.parametrize("state", ["scheduled", "sent", "kept", "cancelled"])
@pytest.mark.parametrize("verb", ["retry", "settle"])
def test_it_does_so_only_with_what_needs_a_look(
    client: Client, user: User, state: str, verb: str
) -> None:
    mail = MailFactory(owner=user, state=state, sent_at=timezone.now())
    assert client.post(f"/reminders/mails/{mail.pk}/{verb}/").status_code == 404
    mail.refresh_from_db()
    assert mail.state == state


def test_it_tests_the_way_by_going_it(client: Client, user: User) -> None:
    """Without a mail server the way ends here: the mail is kept, and its page shows it."""
    response = client.post("/reminders/test/")
    mail = Mail.objects.of(user).get()
    assert response.headers["Location"] == mail.get_absolute_url()
    assert (mail.kind, mail.state) == ("test", "scheduled")
    assert dispatch_due() == 1
    mail.refresh_from_db()
    assert mail.state == "kept"
    assert "kept here" in html(client.get(mail.get_absolute_url()))


@pytest.mark.parametrize("name", ["mail_detail", "mail_retry", "mail_settle", "send_test"])
def test_it_refuses_what_every_page_refuses(
    name: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(f"followups:{name}", client=client, anonymous=anonymous, other=other)
