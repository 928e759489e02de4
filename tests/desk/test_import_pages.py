"""The import page: hand in a file, look at it, decide, and back."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.pages import PER_PAGE
from calls.models import Call
from contacts.models import Person, Phone, Recruiter
from desk import anonymise
from desk.archive import archive_to
from desk.importing import intake, work
from desk.importing.run import ImportRow, ImportRun
from tests.addresses import check_refusals
from tests.desk.imports import LINKEDIN, bring_in, row_of, table, taken_in, upload, verdicts
from tests.factories import PersonFactory, RecruiterFactory
from tests.pages import HTMX, html, is_fragment

pytestmark = pytest.mark.django_db
URL = "/import/"
State = ImportRun.State
NAMES = (
    *("import_file", "import_run", "import_row", "import_columns", "import_choose"),
    *("import_bring_in", "import_cancel", "import_undo"),
)


def hand_in(client: Client, content: str | bytes) -> Any:
    return client.post(URL, {"file": upload(content)})


def newest(user: User) -> ImportRun:
    return ImportRun.objects.of(user).order_by("-pk")[0]


@pytest.mark.parametrize("name", NAMES)
def test_it_refuses_what_every_page_refuses(client: Client, other: User, name: str) -> None:
    check_refusals(f"desk:{name}", client=client, anonymous=Client(), other=other)


def test_it_teaches_where_nothing_was_brought_in(client: Client) -> None:
    page = html(client.get(URL))
    assert "Nothing was brought in yet" in page
    assert "LinkedIn" in page


def test_a_file_leads_to_its_preview(client: Client, user: User) -> None:
    response = hand_in(client, LINKEDIN)
    run = newest(user)
    assert response.headers["Location"] == f"/import/{run.pk}/"
    page = html(client.get(response.headers["Location"]))
    assert "LinkedIn connections" in page
    assert "Anna Berg" in page
    assert 'Bring in <span id="taken">3</span>' in page


def test_without_a_file_it_says_so(client: Client) -> None:
    response = client.post(URL, {})
    assert response.status_code == 422
    assert "Choose a file." in html(response)


REFUSED = [
    (b"", "This file is empty."),
    (b"%PDF-1.7 ...", "This file is a PDF"),
    (b"PK\x03\x04 broken", "This ZIP is damaged."),
    (b"Name\n" + b"x" * (20 << 20), "20 MB"),
]


@pytest.mark.parametrize(("content", "words"), REFUSED)
def test_what_it_does_not_take_it_refuses_in_words(
    client: Client, user: User, content: bytes, words: str
) -> None:
    response = hand_in(client, content)
    assert response.status_code == 422
    assert words in html(response)
    assert not ImportRun.objects.of(user).exists()


ENCODED = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_names_come_through_in_any_writing(
    client: Client, user: User, encoding: str, delimiter: str
) -> None:
    text = table("Zoë Müller,Café Search,Recruiter,,zoe@n.example,").replace(",", delimiter)
    hand_in(client, text.encode(encoding))
    assert row_of(newest(user), 1).name == "Zoë Müller"


def test_the_file_is_for_nobody_else_and_its_name_is_not_kept(client: Client, user: User) -> None:
    client.post(URL, {"file": upload(LINKEDIN, "Anna Berg and others.csv")})
    path = newest(user).file.path
    assert "Anna" not in path
    assert (settings.MEDIA_ROOT / newest(user).file.name).stat().st_mode & 0o777 == 0o600


# Deciding ----------------------------------------------------------------------------------------


def test_a_row_is_left_out_and_taken_along_after_all(client: Client, user: User) -> None:
    run = taken_in(user, LINKEDIN)
    path = reverse("desk:import_row", args=[row_of(run, 1).pk])
    response = client.post(path, {"take": "no"}, headers=HTMX)
    assert is_fragment(response)
    assert 'data-hx-swap-oob="true">2<' in html(response)
    assert row_of(run, 1).is_left_out
    response = client.post(path, {"take": "yes", "page": "1"})
    assert response.headers["Location"].startswith(f"/import/{run.pk}/?show=new&page=1#row-")
    assert not row_of(run, 1).is_left_out


def test_whom_it_is_about_is_said_for_the_whole_file(client: Client, user: User) -> None:
    run = taken_in(user, LINKEDIN)
    client.post(reverse("desk:import_choose", args=[run.pk]), {"circle": "recruiters"})
    rows = ImportRow.objects.of(user).filter(run=run)
    assert {row.what for row in rows} == {"recruiter"}


def test_what_was_left_out_stays_so_when_it_is_read_anew(client: Client, user: User) -> None:
    run = taken_in(user, LINKEDIN)
    client.post(reverse("desk:import_row", args=[row_of(run, 2).pk]), {"take": "no"})
    client.post(reverse("desk:import_choose", args=[run.pk]), {"circle": "people"})
    assert [row_of(run, at).is_left_out for at in (1, 2, 3)] == [False, True, False]


def test_what_differs_is_brought_in_once_that_is_said(client: Client, user: User) -> None:
    PersonFactory(owner=user, name="Bo Lind", position="Baker")
    run = taken_in(user, table("Bo Lind,Acme,CFO,,,"))
    assert "stays (the file says" in html(client.get(f"{run.get_absolute_url()}?show=same"))
    path = reverse("desk:import_choose", args=[run.pk])
    client.post(path, {"circle": "titles", "overwrites": "on"})
    assert verdicts(run) == ["changes"]
    client.post(reverse("desk:import_bring_in", args=[run.pk]))
    assert Person.objects.of(user).get().position == "CFO, Acme"


def test_unknown_columns_are_asked_for_and_remembered(client: Client, user: User) -> None:
    text = table("Anna Berg,Northgate", header="Wer,Wo genau")
    hand_in(client, text)
    run = newest(user)
    assert run.state == State.COLUMNS
    path = reverse("desk:import_columns", args=[run.pk])
    assert "Wo genau" in html(client.get(run.get_absolute_url()))
    response = client.post(path, {"column-1": "firm", "column-0": "notes"})
    assert response.status_code in (302, 422)
    client.post(path, {"column-0": "name", "column-1": "firm"})
    assert row_of(run, 1).name == "Anna Berg"
    hand_in(client, text)
    assert newest(user).state == State.READY


def test_columns_without_a_name_are_refused_beside_the_form(client: Client, user: User) -> None:
    run = taken_in(user, LINKEDIN)
    response = client.post(reverse("desk:import_columns", args=[run.pk]), {"column-5": "title"})
    assert response.status_code == 422
    assert "Say which column holds the names" in html(response)
    assert row_of(run, 1).name == "Anna Berg"


def test_a_tab_shows_one_kind_of_rows(client: Client, user: User) -> None:
    PersonFactory(owner=user, name="Bo Lind", position="Chief Financial Officer, Acme")
    run = taken_in(user, LINKEDIN)
    page = html(client.get(f"{run.get_absolute_url()}?show=same"))
    assert "Bo Lind" in page
    assert "Anna Berg" not in page


def test_cancelling_forgets_it_all(client: Client, user: User) -> None:
    run = taken_in(user, LINKEDIN)
    storage, name = run.file.storage, run.file.name
    response = client.post(reverse("desk:import_cancel", args=[run.pk]), follow=True)
    assert "Cancelled." in html(response)
    assert not ImportRow.across_owners.exists()
    assert not storage.exists(name)


def test_two_presses_bring_it_in_once(client: Client, user: User) -> None:
    run = taken_in(user, LINKEDIN)
    for _press in range(2):
        client.post(reverse("desk:import_bring_in", args=[run.pk]))
    page = html(client.get(run.get_absolute_url()))
    assert "1 person" in page
    assert "2 recruiters" in page
    assert Recruiter.objects.of(user).count() == 2
    client.post(reverse("desk:import_undo", args=[run.pk]))
    assert "Taken back" in html(client.get(run.get_absolute_url()))
    assert "Taken back" in html(client.get(URL))


def test_a_long_file_waits_for_a_worker_and_says_when_there_is_none(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "SMALL_FILE", 0)
    hand_in(client, LINKEDIN)
    run = newest(user)
    assert run.state == State.READING
    page = html(client.get(run.get_absolute_url()))
    assert "No worker is running" in page
    progress = {**HTMX, "HX-Target": "progress"}
    response = client.get(run.get_absolute_url(), headers=progress)
    assert is_fragment(response)
    assert "HX-Refresh" not in response.headers
    assert work.go_on() == 1
    response = client.get(run.get_absolute_url(), headers=progress)
    assert response.headers["HX-Refresh"] == "true"


# What stands in the list ------------------------------------------------------------------------


def listed(client: Client, page: int = 1) -> list[str]:
    """The paths of the runs that the page of the import lists, from the first."""
    return re.findall(
        r'row__what"><a href="(/import/\d+/)', html(client.get(f"{URL}?page={page}"))
    )


def test_what_can_be_taken_back_is_listed_whatever_came_after(client: Client, user: User) -> None:
    done = bring_in(taken_in(user, LINKEDIN))
    for _dry_run in range(PER_PAGE + 5):
        ImportRun.objects.create(owner=user, kind="csv", state=State.CANCELLED)
    assert listed(client) == [done.get_absolute_url()]
    for _other in range(PER_PAGE + 5):
        ImportRun.objects.create(owner=user, kind="csv", state=State.FAILED)
    assert done.get_absolute_url() in listed(client, page=2)


def test_what_waits_comes_first(client: Client, user: User) -> None:
    waiting, done = taken_in(user, LINKEDIN), bring_in(taken_in(user, LINKEDIN))
    assert listed(client) == [waiting.get_absolute_url(), done.get_absolute_url()]


def test_tables_are_told_apart_by_how_much_is_in_them(client: Client, user: User) -> None:
    PersonFactory(owner=user, name="Bo Lind", position="Chief Financial Officer, Acme")
    taken_in(user, LINKEDIN)
    assert "3 rows, 2 to bring in" in html(client.get(URL))
    hand_in(client, table("Anna Berg,Northgate", header="Wer,Wo genau"))
    assert "What are its columns? Wer, Wo genau" in html(client.get(URL))


def test_a_sixth_file_is_refused_while_five_wait(client: Client, user: User) -> None:
    waiting = [taken_in(user, LINKEDIN) for _time in range(intake.MOST_WAITING)]
    response = hand_in(client, LINKEDIN)
    assert response.status_code == 422
    assert "5 files wait already." in html(response)
    assert waiting[0].get_absolute_url() in html(response)
    assert ImportRun.objects.of(user).filter(state=State.READY).count() == 5
    client.post(reverse("desk:import_cancel", args=[waiting[2].pk]))
    assert hand_in(client, LINKEDIN).status_code == 302
    assert ImportRun.objects.of(user).filter(state=State.READY).count() == 5


def test_what_somebody_else_has_waiting_is_in_nobodys_way(
    client: Client, user: User, other: User
) -> None:
    for _time in range(intake.MOST_WAITING):
        taken_in(other, LINKEDIN)
    assert hand_in(client, LINKEDIN).status_code == 302


def test_a_preview_that_went_by_itself_says_why(client: Client, user: User) -> None:
    run = taken_in(user, LINKEDIN)
    work.tidy(timezone.now() + dt.timedelta(days=8))
    why = "Nobody looked at it for 7 days."
    assert why in html(client.get(run.get_absolute_url()))
    assert why in html(client.get(URL))


# Calls -------------------------------------------------------------------------------------------

STARTED = dt.datetime(2026, 3, 2, 14, 5, 30, tzinfo=dt.UTC)


def log(*calls: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<calls count="{len(calls)}">{"".join(calls)}</calls>'


def logged(number: str, *, minutes: int = 0, kind: int = 1, duration: int = 300) -> str:
    at = int((STARTED + dt.timedelta(minutes=minutes)).timestamp() * 1000)
    return (
        f'<call number="{number}" duration="{duration}" date="{at}" type="{kind}" '
        'presentation="1" contact_name="(Unknown)" />'
    )


def test_calls_of_known_numbers_come_in_once(client: Client, user: User) -> None:
    anna = RecruiterFactory(owner=user, name="Anna Berg")
    Phone.objects.create(owner=user, recruiter=anna, number="+442079460001")
    file = log(
        logged("+442079460001"),
        logged("020 7946 0001", minutes=9, kind=3, duration=0),
        logged("+442079469999"),
    )
    hand_in(client, file)
    run = newest(user)
    assert verdicts(run) == ["new", "new", "unclear"]
    assert "Nobody of yours has this number." in html(
        client.get(f"{run.get_absolute_url()}?show=unclear")
    )
    bring_in(run)
    talked, missed = Call.objects.of(user).order_by("occurred_at")
    assert (talked.recruiter, talked.duration_minutes, talked.outcome) == (anna, 5, "talked")
    assert (missed.outcome, missed.duration_minutes) == ("missed", None)
    anna.refresh_from_db()
    assert anna.last_call_at == missed.occurred_at
    talked.trash()
    again = taken_in(user, file)
    assert verdicts(again) == ["same", "same", "unclear"]
    assert "thrown this call away" in row_of(again, 1).why


def test_a_call_that_was_logged_by_hand_is_the_same(client: Client, user: User) -> None:
    anna = RecruiterFactory(owner=user)
    Phone.objects.create(owner=user, recruiter=anna, number="+442079460001")
    Call.objects.create(owner=user, recruiter=anna, occurred_at=STARTED.replace(second=0))
    assert verdicts(taken_in(user, log(logged("+442079460001")))) == ["same"]


# An archive --------------------------------------------------------------------------------------


def test_an_archive_is_tried_first_and_then_brought_back(
    client: Client, user: User, other: User, tmp_path: Any
) -> None:
    RecruiterFactory(owner=other, name="Anna Berg")
    archive_to(tmp_path / "a.zip", other)
    hand_in(client, (tmp_path / "a.zip").read_bytes())
    run = newest(user)
    assert "Bring it all back" in html(client.get(run.get_absolute_url()))
    assert not Recruiter.objects.of(user).exists()
    client.post(reverse("desk:import_bring_in", args=[run.pk]))
    work.go_on()
    assert Recruiter.objects.of(user).get().name == "Anna Berg"
    assert "It is in." in html(client.get(run.get_absolute_url()))


def test_an_archive_into_a_full_account_is_refused_in_words(
    client: Client, user: User, other: User, tmp_path: Any
) -> None:
    RecruiterFactory(owner=other)
    archive_to(tmp_path / "a.zip", other)
    RecruiterFactory(owner=user)
    hand_in(client, (tmp_path / "a.zip").read_bytes())
    page = html(client.get(newest(user).get_absolute_url()))
    assert "This account holds something already" in page


def test_what_is_hidden_goes_into_no_archive(user: User, other: User, tmp_path: Any) -> None:
    run = taken_in(user, LINKEDIN)
    rows = Recruiter.across_owners
    hidden = RecruiterFactory(owner=user, name="Hidden")
    rows.filter(pk=hidden.pk).update(trashed_at=timezone.now(), trash_group=run.group)
    assert archive_to(tmp_path / "a.zip", user).rows == archive_to(tmp_path / "b.zip", other).rows


# What is kept ------------------------------------------------------------------------------------


def test_anonymising_somebody_drops_the_files_that_wait(user: User) -> None:
    bo = PersonFactory(owner=user, name="Bo Lind")
    run = taken_in(user, LINKEDIN)
    storage, name = run.file.storage, run.file.name
    anonymise.anonymise(bo, anonymise.spellings_of(bo))
    run.refresh_from_db()
    assert run.state == State.CANCELLED
    assert run.why == "Somebody was anonymised, whom it may have named."
    assert not storage.exists(name)
    assert not ImportRow.across_owners.exists()


def test_a_preview_goes_after_a_week_and_an_undo_after_a_month(user: User) -> None:
    waiting, done = taken_in(user, LINKEDIN), bring_in(taken_in(user, LINKEDIN))
    work.tidy(timezone.now() + dt.timedelta(days=6))
    waiting.refresh_from_db()
    assert waiting.state == State.READY
    work.tidy(timezone.now() + dt.timedelta(days=31))
    waiting.refresh_from_db()
    done.refresh_from_db()
    assert (waiting.state, done.made) == (State.CANCELLED, {})
    assert not ImportRow.across_owners.exists()


def test_a_run_keeps_no_name(user: User) -> None:
    run = bring_in(taken_in(user, LINKEDIN))
    kept = str(ImportRun.across_owners.filter(pk=run.pk).values())
    for name in ("Anna", "Berg", "Lind", "Northgate"):
        assert name not in kept
