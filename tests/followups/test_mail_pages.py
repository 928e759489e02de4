"""One mail: where it stands, sending it after all, setting it aside, and a test of the way."""

from __future__ import annotations

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


def test_it_shows_the_text_of_a_mail_that_was_kept_here(client: Client, user: User) -> None:
    now = timezone.now()
    kept = {"state": "kept", "sent_at": now, "subject": "Reminder", "text": "Ring <Grace>\nback"}
    text = html(client.get(MailFactory(owner=user, **kept).get_absolute_url()))
    assert "Ring &lt;Grace&gt;" in text


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
