"""Somebody is forgotten on their wish: their name stands nowhere, and what is counted stays."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.utils import formats, timezone

from accounts.models import Compensation, Kit, Resume, User
from calls.models import Referral
from contacts.models import Email, FirmCheck, Person, Phone
from contacts.names import fold
from desk import anonymise
from desk.backup import registry
from desk.backup.restoring import Restored
from desk.management.commands import restore as command
from desk.models import Draft
from followups.models import Promise
from tests import factories
from tests.addresses import check_refusals
from tests.pages import html

NAME = "Pät Q. Dôerenburg"
FOLDED = "pat q. doerenburg"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def pat(user: User) -> Person:
    person = factories.PersonFactory(
        owner=user, name=NAME, position="CFO", relation="school", notes=f"{NAME} sings"
    )
    Phone.objects.create(owner=user, person=person, number="+442079460018")
    Email.objects.create(owner=user, person=person, address="pat@example.net").trash()
    return person


def everything(owner: User) -> None:
    """A row or more of every model."""
    common = {"owner": owner}
    recruiter = factories.RecruiterFactory(owner=owner, firm=factories.FirmFactory(owner=owner))
    FirmCheck.objects.create(
        owner=owner, firm=recruiter.firm, way="aesc", result="good", checked_on="2026-01-01"
    )
    factories.PhoneFactory(**common, recruiter=recruiter)
    factories.EmailFactory(**common, recruiter=recruiter)
    cfo = factories.OpportunityFactory(**common, recruiter=recruiter)
    call = factories.CallFactory(**common, recruiter=recruiter, opportunity=cfo)
    factories.SubmissionFactory(**common, opportunity=cfo)
    factories.DisclosureFactory(**common, recruiter=recruiter, call=call)
    factories.ReferralFactory(**common, recruiter=recruiter)
    factories.EmploymentFactory(**common)
    factories.OffLimitsFactory(**common)
    factories.PromiseFactory(**common, call=call)
    factories.PromiseFactory(**common, state="kept", ended_at=timezone.now())
    factories.MailFactory(**common, state="kept")
    factories.DraftFactory(**common)
    Resume.objects.create(owner=owner, label="Board", made_on="2026-01-01")
    Compensation.objects.create(owner=owner, as_of="2026-01-01")
    Kit.of(owner).save()


def said_everywhere(owner: User, name: str) -> int:
    """Write `name` into every text and JSON of every row that bears it; how many fields do."""
    written = 0
    for model in anonymise.owned_models():
        rows = model.across_owners.filter(owner=owner)
        for one in anonymise.texts_of(model):
            said: Any = f"{one.name}: {name}!"
            if isinstance(one, models.JSONField):
                said = {"who": [name], "deep": [{"notes": [said]}]}
            elif one.name.startswith("folded"):
                said = fold(said)
            elif one.max_length and one.max_length < 40:
                continue  # a number, a zone, a country
            try:
                with transaction.atomic():
                    written += bool(rows.update(**{one.name: said}))
            except IntegrityError:
                # Unique or of a shape that no name has; one row may still have it.
                continue
    return written


def stands_in() -> list[str]:
    """The tables in which the name stands, typed or folded."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                text = json.dumps(row, default=str, ensure_ascii=False)
                # JSON in a column has its accents escaped.
                text = re.sub(r"\\+u([0-9a-f]{4})", lambda sign: chr(int(sign[1], 16)), text)
                if NAME in text or FOLDED in fold_all(text):
                    found.append(table)
    return found


def fold_all(text: str) -> str:
    return " ".join(fold(text[at : at + 150]) for at in range(0, len(text), 50))


def forget(person: Person, *also: str) -> int:
    return anonymise.anonymise(person, anonymise.spellings_of(person, also))


def test_the_name_stands_in_no_table(client: Client, user: User, pat: Person) -> None:
    everything(user)
    assert said_everywhere(user, NAME) > 40
    Person.across_owners.filter(pk=pat.pk).update(name=NAME, folded_name=fold(NAME))
    pat.refresh_from_db()
    session = client.session
    session["said"] = [f"Kept: {NAME}."]
    session.save()
    before = stands_in()
    assert {"desk_draft", "followups_mail", "calls_call", "calls_referral"} <= set(before)
    counts = {model: model.across_owners.count() for model in anonymise.owned_models()}
    assert forget(pat) > 10
    assert stands_in() == []
    gone = {model: counts[model] - model.across_owners.count() for model in counts}
    # Nothing but their own number and mail; and there is no name by which to find them.
    left = {model.__name__: n for model, n in gone.items() if n}
    assert left == {"Phone": 1, "Email": 1, "SearchDocument": 1}
    kept = Session.objects.get(session_key=session.session_key).get_decoded()
    assert kept["said"] == ["Kept: somebody."]
    assert kept["_auth_user_id"] == str(user.pk)


def test_every_model_is_walked() -> None:
    """Whatever holds words is either owned, or known to hold no user's words."""
    from django.apps import apps

    owned = set(anonymise.owned_models())
    rest = {
        model._meta.label
        for model in apps.get_models()
        if model not in owned and anonymise.texts_of(model)
    }
    assert rest <= {
        *("accounts.User", "followups.Heartbeat", "followups.Mailer"),
        *("account.EmailAddress", "account.EmailConfirmation", "sessions.Session"),
        *("auth.Permission", "auth.Group", "contenttypes.ContentType"),
    }


def test_the_row_stays_and_is_nobody(user: User, pat: Person) -> None:
    referral = factories.ReferralFactory(owner=user, person=pat, why=f"{NAME} ran two")
    forget(pat)
    referral.refresh_from_db()
    assert (pat.name, pat.relation, pat.position, pat.notes) == ("Somebody", "", "", "")
    assert pat.anonymised_at
    assert not Phone.across_owners.filter(person=pat).exists()
    assert not Email.across_owners.filter(person=pat).exists()
    assert (referral.person, referral.why) == (pat, "Somebody ran two")


def test_it_leaves_what_no_user_writes(client: Client, user: User) -> None:
    """A Sydney Django who is forgotten takes no zone with them, and signs nobody out."""
    person = factories.PersonFactory(owner=user, name="Sydney")
    promise = factories.PromiseFactory(owner=user, time_zone="Australia/Sydney", what="Sydney")
    grace = factories.RecruiterFactory(owner=user, country="AU", time_zone="Australia/Sydney")
    also = "django\nallauth\naccount\ncontrib\nau"
    path = f"/people/{person.pk}/anonymise/"
    client.post(path, {"also": also, "sure": "yes"})
    assert client.get(person.get_absolute_url()).status_code == 200
    promise.refresh_from_db()
    grace.refresh_from_db()
    assert (promise.time_zone, promise.what) == ("Australia/Sydney", "Somebody")
    assert (grace.time_zone, grace.country) == ("Australia/Sydney", "AU")


def test_it_leaves_what_is_of_another_account(user: User, other: User, pat: Person) -> None:
    theirs = factories.PersonFactory(owner=other, name=NAME, notes=NAME)
    browser = Client()
    browser.force_login(other)
    session = browser.session
    session["said"] = NAME
    session.save()
    forget(pat)
    theirs.refresh_from_db()
    assert (theirs.name, theirs.notes) == (NAME, NAME)
    assert browser.session["said"] == NAME


def test_it_reaches_the_trash_and_a_draft(user: User, pat: Person) -> None:
    call = factories.CallFactory(owner=user, notes=f"{NAME.upper()} rang")
    call.trash()
    data = {"named_by": [NAME], "notes": [f"says {FOLDED}"]}
    draft = factories.DraftFactory(owner=user, data=data, client_key=uuid.uuid4())
    forget(pat)
    call.refresh_from_db()
    assert call.notes == "Somebody rang"
    draft = Draft.objects.of(user).get()
    assert draft.data == {"named_by": ["Somebody"], "notes": ["says somebody"]}


def test_it_goes_through_many_rows_in_parts(
    user: User, pat: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anonymise, "PART", 3)
    calls = [factories.CallFactory(owner=user, notes=f"{n} {NAME}") for n in range(8)]
    assert forget(pat) == 8
    for number, call in enumerate(calls):
        call.refresh_from_db()
        assert call.notes == f"{number} somebody"


def test_an_edit_that_was_begun_before_is_a_conflict(user: User, pat: Person) -> None:
    call = factories.CallFactory(owner=user, notes=NAME)
    version = call.version
    forget(pat)
    call.refresh_from_db()
    assert call.version == version + 1


def test_a_promise_keeps_its_reminders(user: User, pat: Person) -> None:
    promise = factories.PromiseFactory(owner=user, what=f"Ring {NAME}")
    planned = list(promise.reminders.values_list("pk", "revision", "due_utc", "cancelled_at"))
    before = Promise.objects.of(user).get().changed_at
    forget(pat)
    promise.refresh_from_db()
    assert promise.what == "Ring somebody"
    assert promise.changed_at > before  # calendars read it again
    after = list(promise.reminders.values_list("pk", "revision", "due_utc", "cancelled_at"))
    assert after == planned


def test_two_wishes_do_not_stand_in_each_others_way(user: User) -> None:
    """Both people's names are firms', too, and there is one firm of a name."""
    for name in ("Ana Ruiz", "Tom Reed"):
        factories.FirmFactory(owner=user, name=name)
        forget(factories.PersonFactory(owner=user, name=name))
    names = {firm.name for firm in factories.FirmFactory._meta.model.objects.of(user)}
    assert len(names) == 2
    assert all(name.startswith("Somebody") for name in names)


@pytest.mark.parametrize("stored", "'’ʼ`´")
def test_it_reaches_every_apostrophe_and_dash(user: User, stored: str) -> None:
    person = factories.PersonFactory(owner=user, name=f"Seán O{stored}Brien-Smith")
    notes = [f"With Sean O{sign}Brien{dash}Smith" for sign in "'’‘ʼ`´" for dash in "-‐‑–—"]
    call = factories.CallFactory(owner=user, notes="\n".join(notes))
    namesake = factories.RecruiterFactory(owner=user, name="Sean O‘Brien‑Smith")
    forget(person)
    call.refresh_from_db()
    namesake.refresh_from_db()
    assert "Brien" not in call.notes
    assert (namesake.name, namesake.folded_name) == ("Somebody", "somebody")


def test_also_written_as(user: User, pat: Person) -> None:
    call = factories.CallFactory(owner=user, notes="Patty, or P.D., or Pat")
    forget(pat, "patty", "P.D.")
    call.refresh_from_db()
    assert call.notes == "Somebody, or somebody, or Pat"


# The page ----------------------------------------------------------------------------------------


def path_for(person: Person) -> str:
    return f"/people/{person.pk}/anonymise/"


def test_it_says_first_what_would_change(client: Client, user: User, pat: Person) -> None:
    factories.CallFactory(owner=user, notes=f"With {NAME}")
    factories.ReferralFactory(owner=user, person=pat)
    factories.PersonFactory(owner=user, name=FOLDED)
    response = client.post(path_for(pat))
    assert response.status_code == 200
    shown = response.context["outlook"]
    assert (shown.rows, shown.namesakes, shown.referrals) == ([("Calls", 1), ("People", 1)], 1, 1)
    pat.refresh_from_db()
    assert pat.name == NAME


def test_it_looks_again_with_other_spellings(client: Client, user: User, pat: Person) -> None:
    factories.CallFactory(owner=user, notes="Patty rang")
    response = client.post(path_for(pat), {"also": "Patty\n\n"})
    assert response.context["outlook"].rows == [("Calls", 1)]
    assert "Patty" in html(response)


@pytest.mark.parametrize("also", ["P", "\n".join(f"name {n}" for n in range(21)), "x" * 2001])
def test_it_refuses_what_is_no_spelling(client: Client, pat: Person, also: str) -> None:
    response = client.post(path_for(pat), {"also": also, "sure": "yes"})
    assert response.status_code == 422
    pat.refresh_from_db()
    assert not pat.anonymised_at


def test_it_is_done_once_it_is_sure(client: Client, user: User, pat: Person) -> None:
    call = factories.CallFactory(owner=user, named_by=pat, notes=f"{NAME} and Patty")
    response = client.post(path_for(pat), {"also": "Patty", "sure": "yes"}, follow=True)
    text = html(response)
    assert "Anonymised on" in text
    assert "data-forget-drafts" in text  # static/app.js heeds it once
    assert "data-forget-drafts" not in html(client.get(pat.get_absolute_url()))
    assert call.get_absolute_url() in text  # counts and relations stay
    call.refresh_from_db()
    assert call.notes == "Somebody and somebody"
    for path in (pat.get_absolute_url(), "/people/", "/referrals/", call.get_absolute_url()):
        assert FOLDED not in fold_all(html(client.get(path)))
    assert client.get(f"/people/{pat.pk}/edit/").status_code == 404
    assert client.post(path_for(pat), {"sure": "yes"}).status_code == 302


def test_nobody_is_offered_or_found_by_the_name_of_nobody(
    client: Client, user: User, pat: Person
) -> None:
    forget(pat)
    assert "Somebody" not in html(client.post("/people/options/", {"person_name": "somebody"}))
    assert Person.objects.of(user).found_or_made("Somebody") != pat


def test_a_referral_of_somebody_can_still_be_mended(
    client: Client, user: User, pat: Person
) -> None:
    from tests.pages import fill_in

    referral = factories.ReferralFactory(owner=user, person=pat)
    forget(pat)
    path = f"/referrals/{referral.pk}/edit/"
    data = {**fill_in(client, path, having="named_on"), "outcome": "hired"}
    assert data["person_name"] == "Somebody"
    assert client.post(path, data).status_code == 302
    assert Referral.objects.of(user).get().person == pat


def test_it_refuses_what_every_page_refuses(
    client: Client, anonymous: Client, other: User
) -> None:
    check_refusals("desk:person_anonymise", client=client, anonymous=anonymous, other=other)


# Backups -----------------------------------------------------------------------------------------


def test_it_names_the_backups_that_still_hold_the_name(
    client: Client, user: User, pat: Person, tmp_path: Path
) -> None:
    User.objects.filter(pk=user.pk).update(is_founder=True)
    gone, there, later = (tmp_path / name for name in ("gone.zip", "there.zip", "later.zip"))
    now = timezone.now()
    for file, hours in ((gone, 3), (there, 2)):
        registry.note_backup(file, now - dt.timedelta(hours=hours))
    there.touch()
    text = html(client.post(path_for(pat)))
    assert str(there) in text
    assert str(gone) not in text
    client.post(path_for(pat), {"also": "", "sure": "yes"})
    registry.note_backup(later, now + dt.timedelta(hours=1))
    later.touch()
    text = html(client.get(pat.get_absolute_url()))
    assert str(there) in text
    assert str(later) not in text
    there.unlink()
    assert "there.zip" not in html(client.get(pat.get_absolute_url()))


def test_it_tells_where_they_lie_to_the_founder_alone(
    client: Client, user: User, pat: Person, tmp_path: Path
) -> None:
    file = tmp_path / "there.zip"
    file.touch()
    registry.note_backup(file, timezone.now() - dt.timedelta(hours=1))
    User.objects.filter(pk=user.pk).update(is_founder=False)
    text = html(client.post(path_for(pat)))
    assert "there.zip" not in text
    assert "One backup, of" in text


def test_it_names_the_day_on_which_the_backup_of_a_day_goes(
    client: Client, pat: Person, settings: Any
) -> None:
    settings.BACKUP_DAYS = 14
    made_at = timezone.now() - dt.timedelta(minutes=1)
    file = registry.daily_folder() / f"wordkeeper-{made_at.date()}.zip"
    file.parent.mkdir()
    file.touch()
    registry.note_backup(file, made_at)
    goes = formats.date_format(made_at.date() + dt.timedelta(days=14), "j F Y")
    assert f"until {goes}" in html(client.post(path_for(pat)))
    forget(pat)
    assert f"until {goes}" in html(client.get(pat.get_absolute_url()))


def test_a_backup_written_over_is_as_of_the_last_time(tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    file.touch()
    now = timezone.now()
    registry.note_backup(file, now - dt.timedelta(days=2))
    registry.note_backup(file, now)
    assert registry.kept_from_before(now) == []
    assert [one.path for one in registry.kept_from_before(now + dt.timedelta(seconds=1))] == [file]


def test_a_damaged_line_costs_no_other(tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    file.touch()
    (tmp_path / "backups.jsonl").write_text('{"path": "/x", "made\n')
    registry.note_backup(file, timezone.now())
    assert len(registry.kept_from_before(timezone.now() + dt.timedelta(1))) == 1


def test_it_sees_that_an_older_copy_has_named_them_again(
    client: Client, user: User, pat: Person
) -> None:
    forget(pat)
    assert "named them again" not in html(client.get(pat.get_absolute_url()))
    Person.across_owners.filter(pk=pat.pk).update(name=NAME, anonymised_at=None)
    assert "named them again" in html(client.get(pat.get_absolute_url()))
    # Another account's, or a later row of the same number, is none of it.
    later = timezone.now() + dt.timedelta(days=1)
    Person.across_owners.filter(pk=pat.pk).update(created_at=later)
    assert "named them again" not in html(client.get(pat.get_absolute_url()))


@pytest.mark.django_db(transaction=True)
def test_the_name_is_not_in_sqlites_file_either(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's vacuum sees to that in its own time")
    user = factories.UserFactory()
    plain = "Quentin Zweiblum"
    person = factories.PersonFactory(owner=user, name=plain)
    for number in range(50):
        factories.CallFactory(owner=user, notes=f"{number} {plain} " + "said much. " * 200)
    file = Path(connection.settings_dict["NAME"])
    assert b"Zweiblum" in in_files_of(file)
    forget(person)
    assert b"Zweiblum" not in in_files_of(file)
    assert b"zweiblum" not in in_files_of(file)


def in_files_of(file: Path) -> bytes:
    wal = file.with_name(file.name + "-wal")
    return file.read_bytes() + (wal.read_bytes() if wal.exists() else b"")


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_noted_as_it_is_made(tmp_path: Path) -> None:
    factories.UserFactory()
    file = tmp_path / "copy.zip"
    call_command("backup", str(file))
    found = registry.kept_from_before(timezone.now())
    assert [one.path for one in found] == [file]
    assert (tmp_path / "backups.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_restore_says_whose_names_it_has_brought_back(
    user: User, pat: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made_at = timezone.now() - dt.timedelta(hours=1)
    forget(pat)
    registry.note_wish(user.pk, 987_654_321, made_at - dt.timedelta(hours=1))  # the copy knows it
    done = Restored(made_at=made_at, rows=1, files=0, held=0, kept=None, same_key=True)
    monkeypatch.setattr(command, "restore", lambda *args, **kwargs: done)
    call_command("restore", "copy.zip")
    said = capsys.readouterr().out
    assert f"named again in this copy: {pat.get_absolute_url()} (" in said
    assert "987654321" not in said
