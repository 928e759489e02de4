"""The way to the trash, its list, and the way back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import formats, timezone

from accounts.models import TrashGroup, User
from contacts.models import Firm
from desk.backup import registry
from followups.models import Reminder
from search import index
from tests import factories
from tests.addresses import check_refusals
from tests.desk.test_trash import World, lives
from tests.pages import fill_in, html

THINGS = {
    "call": "calls",
    "promise": "promises",
    "opportunity": "opportunities",
    "recruiter": "recruiters",
    "firm": "firms",
    "person": "people",
    "employer": "employers",
}
ROWS = {"recruiter": "grace", "opportunity": "cfo", "person": "pat", "employer": "client"}


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def thrown(user: User, **values: Any) -> TrashGroup:
    return factories.TrashGroupFactory(owner=user, **values)


@pytest.mark.parametrize("kind", THINGS)
def test_a_things_page_leads_to_the_trash_and_back(client: Client, user: User, kind: str) -> None:
    row = getattr(World(user), ROWS.get(kind, kind))
    path = f"/{THINGS[kind]}/{row.pk}/trash/"
    assert path in html(client.get(row.get_absolute_url()))
    data = fill_in(client, path, having="version")
    assert lives(row)
    page = client.post(path, data, follow=True)
    assert page.redirect_chain[0][0].startswith(f"/{THINGS[kind]}/")
    group = TrashGroup.objects.of(user).get()
    assert "can be undone for 30 days" in html(page)
    assert f'action="/trash/{group.pk}/restore/"' in html(page)
    assert not lives(row)
    assert client.get(row.get_absolute_url()).status_code == 404
    back = client.post(f"/trash/{group.pk}/restore/", follow=True)
    assert back.redirect_chain[0][0] == row.get_absolute_url()
    assert lives(row)
    assert "It is back." in html(back)


def test_it_says_what_goes_and_what_stays(client: Client, user: User) -> None:
    world = World(user)
    context = client.get(f"/recruiters/{world.grace.pk}/trash/").context
    assert "1 call" in context["goes"]
    assert "3 promises" in context["goes"]
    assert set(context["stays"]) == {"1 opportunity", "1 submission"}
    assert client.get(f"/people/{world.pat.pk}/trash/").context["stays"] == ["1 call"]
    page = client.get(f"/employers/{factories.EmployerFactory(owner=user).pk}/trash/")
    assert (page.context["goes"], page.context["stays"]) == ([], [])


def test_it_speaks_of_reminders_where_a_promise_goes(client: Client, user: User) -> None:
    world = World(user)
    words = "What it would still have reminded you of."
    for row in (world.grace, world.call, world.promise):
        assert words in html(client.get(f"{row.get_absolute_url()}trash/"))
    lone = factories.FirmFactory(owner=user)
    assert words not in html(client.get(f"{lone.get_absolute_url()}trash/"))


def test_what_is_found_of_it_is_made_anew_once(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rows go or come together."""
    grace = World(user).grace
    made: list[bool] = []
    bring = index._bring_up_to_date
    monkeypatch.setattr(index, "_bring_up_to_date", lambda: made.append(True) or bring())
    path = f"/recruiters/{grace.pk}/trash/"
    client.post(path, fill_in(client, path, having="version"))
    assert len(made) == 1
    client.post(f"/trash/{TrashGroup.objects.of(user).get().pk}/restore/")
    assert len(made) == 2


def test_what_was_changed_meanwhile_is_looked_at_again(client: Client, user: User) -> None:
    firm = factories.FirmFactory(owner=user)
    path = f"/firms/{firm.pk}/trash/"
    data = fill_in(client, path, having="version")
    firm.save()
    page = client.post(path, data)
    assert page.status_code == 422
    assert "changed elsewhere" in html(page)
    assert lives(firm)
    assert client.post(path, fill_in(client, path, having="version")).status_code == 302


def test_the_banner_is_of_my_own_alone(client: Client, user: User, other: User) -> None:
    theirs = thrown(other, name="Xyzzy")
    for asked in (theirs.pk, 987_654, "x", "9" * 5000, ""):
        assert "can be undone for 30 days" not in html(client.get(f"/firms/?thrown={asked}"))
    assert Client().get(f"/sign-in/?thrown={theirs.pk}").status_code == 200


def test_the_list_says_what_is_in_it_and_how_long(client: Client, user: User) -> None:
    empty = html(client.get("/trash/"))
    assert "The trash is empty" in empty
    assert "0 things" not in empty
    world = World(user)
    world.call.trash()
    old = thrown(user, name="Eldgate")
    TrashGroup.objects.of(user).filter(pk=old.pk).update(
        thrown_at=timezone.now() - dt.timedelta(days=29, hours=1)
    )
    page = client.get("/trash/")
    text = html(page)
    assert [one.kind_words for one in page.context["page"]] == ["call", "firm"]
    assert "1 day left" in text
    assert "30 days left" in text
    assert "3 promises" in text
    oldest = client.get("/trash/?sort=old").context["page"]
    assert [one.kind_words for one in oldest] == ["firm", "call"]
    assert client.get("/trash/?sort=kind&page=9").status_code == 200
    assert "/trash/" in html(client.get("/settings/"))


def test_it_pages_by_its_address(client: Client, user: User) -> None:
    for number in range(52):
        thrown(user, name=f"Firm {number:02}")
    assert "Page 1 of 2" in html(client.get("/trash/"))
    page = client.get("/trash/?sort=old&page=2").context["page"]
    assert [one.title for one in page] == ["Firm 50", "Firm 51"]


def test_it_asks_as_often_for_many_as_for_few(client: Client, user: User) -> None:
    counts = []
    for _ in range(2):
        for _row in range(3):
            thrown(user)
        with CaptureQueriesContext(connection) as captured:
            client.get("/trash/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_undo_that_meets_a_newcomer_says_so(client: Client, user: User) -> None:
    group = thrown(user, name="Northgate")
    factories.FirmFactory(owner=user, name="northgate")
    page = client.post(f"/trash/{group.pk}/restore/", follow=True)
    assert "There is another “Northgate” by now (firm)" in html(page)
    assert Firm.objects.of(user).count() == 1
    assert group in page.context["page"]


def test_a_second_press_finds_it_there(client: Client, user: User) -> None:
    group = thrown(user)
    path = f"/trash/{group.pk}/restore/"
    assert client.post(path).status_code == 302
    assert client.post(path).status_code == 404
    assert Firm.objects.of(user).count() == 1


def test_what_is_left_without_its_head_comes_back(client: Client, user: User) -> None:
    """The call went for good with its recruiter; what was promised in it is the firm's, too."""
    world = World(user)
    group = world.call.trash()
    client.post(f"/trash/{world.grace.trash().pk}/delete/")
    [listed] = client.get("/trash/").context["page"]
    assert (listed.pk, listed.kind_words) == (group.pk, "promise")
    page = client.post(f"/trash/{group.pk}/restore/", follow=True)
    assert "It is back." in html(page)
    assert page.redirect_chain[0][0].startswith("/promises/")
    assert lives(world.promise)
    assert Reminder.across_owners.waiting().filter(promise=world.promise).exists()


def test_a_group_whose_head_is_gone_comes_back_all_the_same(client: Client, user: User) -> None:
    """As one that lost its head before groups were given another."""
    world = World(user)
    group = world.promise.trash()
    TrashGroup.objects.of(user).filter(pk=group.pk).update(kind="calls.call", head=987_654)
    page = client.post(f"/trash/{group.pk}/restore/", follow=True)
    assert page.redirect_chain[0][0] == world.promise.get_absolute_url()
    assert lives(world.promise)


def test_of_an_empty_group_it_says_that_nothing_is_left(client: Client, user: User) -> None:
    group = thrown(user)
    Firm.across_owners.filter(owner=user).delete()
    text = html(client.post(f"/trash/{group.pk}/restore/", follow=True))
    assert "Nothing of it is left in the trash." in text
    assert "It is back." not in text
    assert not TrashGroup.objects.of(user).exists()


def test_a_busy_database_is_no_failure_once_it_is_deleted(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("search.index.leave_no_trace", busy)
    page = client.post(f"/trash/{thrown(user).pk}/delete/", follow=True)
    assert "Deleted for good." in html(page)


def test_it_does_not_say_deleted_of_what_was_brought_back_meanwhile(
    client: Client, user: User
) -> None:
    group = thrown(user)
    Firm.across_owners.filter(owner=user).update(trashed_at=None, trash_group=None)
    text = html(client.post(f"/trash/{group.pk}/delete/", follow=True))
    assert "Nothing of it is left in the trash." in text
    assert "Deleted for good." not in text


def test_for_good_takes_a_second_press(client: Client, user: User) -> None:
    world = World(user)
    group = world.grace.trash()
    kept = thrown(user)
    path = f"/trash/{group.pk}/delete/"
    assert path in html(client.get("/trash/"))
    page = client.get(path)
    assert "1 call" in html(page)
    assert "thrown away today " in html(page)
    assert "by anybody" in html(page)
    assert type(world.grace).across_owners.filter(pk=world.grace.pk).exists()
    assert "Deleted for good." in html(client.post(path, follow=True))
    assert not type(world.grace).across_owners.filter(pk=world.grace.pk).exists()
    assert not type(world.call).across_owners.exists()
    assert TrashGroup.objects.of(user).get() == kept
    assert lives(world.cfo)


def test_it_names_the_backups_that_hold_it(client: Client, user: User, tmp_path: Path) -> None:
    group = thrown(user)
    file = tmp_path / "there.zip"
    file.touch()
    registry.note_backup(file, timezone.now() - dt.timedelta(hours=1))
    path = f"/trash/{group.pk}/delete/"
    assert str(file) in html(client.get(path))
    User.objects.filter(pk=user.pk).update(is_founder=False)
    text = html(client.get(path))
    assert str(file) not in text
    assert "One backup, of" in text


def test_it_names_the_day_on_which_the_backup_of_a_day_goes(
    client: Client, user: User, settings: Any
) -> None:
    group = thrown(user)
    settings.BACKUP_DAYS = 14
    made_at = timezone.now() - dt.timedelta(minutes=1)
    file = registry.daily_folder() / f"wordkeeper-{made_at.date()}.zip"
    file.parent.mkdir()
    file.touch()
    registry.note_backup(file, made_at)
    goes = formats.date_format(made_at.date() + dt.timedelta(days=14), "j F Y")
    text = html(client.get(f"/trash/{group.pk}/delete/"))
    assert f"until {goes}" in text
    assert "until you delete that file" not in text


@pytest.mark.parametrize(
    "name",
    [*(f"{kind}_trash" for kind in THINGS), "trash", "trash_restore", "trash_delete"],
)
def test_it_refuses_what_every_page_refuses(
    name: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(f"desk:{name}", client=client, anonymous=anonymous, other=other)


def test_a_kept_mail_is_silent_of_what_is_in_the_trash(client: Client, user: User) -> None:
    promise = factories.PromiseFactory(owner=user, what="Ring Xyzzy")
    mail = factories.MailFactory(owner=user, kind="reminder", state="kept", text="Ring Xyzzy")
    factories.ReminderFactory(owner=user, promise=promise, mail=mail, occasion="lead")
    assert "Xyzzy" in html(client.get(mail.get_absolute_url()))
    promise.trash()
    assert "Xyzzy" not in html(client.get(mail.get_absolute_url()))
    promise.restore()
    assert "Xyzzy" in html(client.get(mail.get_absolute_url()))


def test_each_kind_is_called_as_its_user_calls_it(client: Client, user: User) -> None:
    factories.DraftFactory(owner=user).trash()
    factories.CompensationFactory(owner=user, as_of=dt.date(2026, 1, 5)).trash()
    grace = factories.RecruiterFactory(owner=user, name="Grace")
    noon = dt.datetime(2026, 7, 1, 11, 0, tzinfo=dt.UTC)
    client.post(
        f"/calls/{factories.CallFactory(owner=user, recruiter=grace, occurred_at=noon).pk}/trash/"
    )
    titles = {one.title for one in client.get("/trash/").context["page"]}
    assert titles == {"Grace Okonkwo", "As of 5 January 2026", "Grace, 1 July 2026, 12:00"}
