"""What other programs read: tables, cards, the calendar; and the page that gives them out."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import icalendar
import pytest
from django.test import Client

from accounts.models import Compensation, User
from contacts.models import Email, Phone, Recruiter
from desk.export import cards, cells, tables
from desk.importing.reading import read, recognise
from tests import factories
from tests.addresses import check_refusals
from tests.factories import PASSWORD
from tests.pages import html

PAGE = "/export/"


@pytest.fixture
def sure(user: User) -> Client:
    """A browser in which `user` has just typed the password."""
    browser = Client()
    browser.force_login(user)
    browser.post("/reauthenticate/", {"password": PASSWORD})
    return browser


@pytest.fixture
def jane(user: User) -> Recruiter:
    firm = factories.FirmFactory(owner=user, name="Müller, Partner; Co")
    jane = factories.RecruiterFactory(
        owner=user, name="Jane van Dœ", firm=firm, title='Head, "Board"', notes="a\nb"
    )
    Phone.objects.create(owner=user, recruiter=jane, number="+12125550100")
    Phone.objects.create(owner=user, recruiter=jane, number="+442079460018").trash()
    Email.objects.create(owner=user, recruiter=jane, address="jane@example.net")
    return jane


def content(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def table(response: Any) -> list[dict[str, str]]:
    text = content(response)
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


# The page ----------------------------------------------------------------------------------------


def test_the_page_says_how_much_there_is(client: Client, user: User, other: User) -> None:
    factories.CallFactory.create_batch(2, owner=user)
    factories.CallFactory(owner=other)
    factories.FirmFactory(owner=user).trash()
    page = html(client.get(PAGE))
    assert "can read everything" in page
    assert tables.counts(user)["calls"] == 2
    assert tables.counts(user)["firms"] == 0
    assert "2 rows" in page


def test_settings_lead_there(client: Client) -> None:
    assert f'href="{PAGE}"' in html(client.get("/settings/"))


def test_the_password_is_asked_for_first(client: Client, user: User) -> None:
    for what in ("calls", "cards", "calendar", "archive"):
        asked = client.post(PAGE, {"what": what})
        assert asked.status_code == 302
        there = f"/export/?chosen={what}"
        assert asked.headers["Location"] == f"/reauthenticate/?{urlencode({'next': there})}"
        back = client.post(asked.headers["Location"], {"password": PASSWORD})
        assert back.headers["Location"] == there
        client.logout()
        client.force_login(user)


def test_what_was_chosen_before_the_password_is_offered_at_the_top(
    client: Client, sure: Client
) -> None:
    words = "That was your password. Now it can be downloaded:"
    assert f"{words} <b>Calls</b>" in html(sure.get(f"{PAGE}?chosen=calls"))
    assert f"{words} <b>the archive</b>" in html(sure.get(f"{PAGE}?chosen=archive"))
    assert words not in html(client.get(f"{PAGE}?chosen=calls"))
    for nothing in ("", "?chosen=", "?chosen=users"):
        assert words not in html(sure.get(f"{PAGE}{nothing}"))


def test_another_choice_is_refused(sure: Client) -> None:
    for what in ("", "users", "../calls"):
        response = sure.post(PAGE, {"what": what})
        assert response.status_code == 422
        assert "Choose what to take out" in html(response)


def test_strangers_and_other_methods_are_refused(client: Client, other: User) -> None:
    check_refusals("desk:export", client=client, anonymous=Client(), other=other)


@pytest.mark.parametrize(
    ("what", "kind", "ending"),
    [
        ("calls", "text/csv; charset=utf-8", "csv"),
        ("cards", "text/vcard; charset=utf-8", "vcf"),
        ("calendar", "text/calendar; charset=utf-8", "ics"),
        ("archive", "application/zip", "zip"),
    ],
)
def test_each_is_an_attachment_that_nothing_keeps(
    sure: Client, what: str, kind: str, ending: str
) -> None:
    response = sure.post(PAGE, {"what": what})
    headers = response.headers
    assert headers["Content-Type"] == kind
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert headers["Content-Disposition"].endswith(f'.{ending}"')
    assert "ann" not in headers["Content-Disposition"]
    assert headers["Cache-Control"] == "no-store"
    content(response)
    response.close()


# Tables ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", tables.TABLES)
def test_each_table_holds_its_owners_rows_alone(
    sure: Client, user: User, other: User, name: str
) -> None:
    from tests.desk.test_anonymise import everything

    everything(user)
    everything(other)
    rows = table(sure.post(PAGE, {"what": name}))
    assert len(rows) == tables.counts(user)[name] > 0


def test_a_row_is_in_the_words_of_the_page(sure: Client, jane: Recruiter) -> None:
    (row,) = table(sure.post(PAGE, {"what": "recruiters"}))
    assert row["Name"] == "Jane van Dœ"
    assert row["Firm"] == "Müller, Partner; Co"
    assert row["Title"] == 'Head, "Board"'
    assert row["Standing"] == "not known yet"
    assert row["Notes"] == "a\nb"
    assert row["Phones"] == "+1 212 555 0100"
    assert row["E-mails"] == "jane@example.net"


def test_moments_are_where_their_user_is(sure: Client, user: User) -> None:
    factories.CallFactory(owner=user, occurred_at="2026-07-01T10:30:15Z")
    (row,) = table(sure.post(PAGE, {"what": "calls"}))
    assert row["When"] == "2026-07-01 11:30"


def test_formulas_are_defused(sure: Client, user: User) -> None:
    Compensation.objects.create(
        owner=user, as_of="2026-01-01", base="=HYPERLINK(A1)", bonus=" @SUM(1)", equity="10 %"
    )
    (row,) = table(sure.post(PAGE, {"what": "compensation"}))
    assert row["Base"] == "'=HYPERLINK(A1)"
    assert row["Bonus"] == "' @SUM(1)"
    assert row["Equity"] == "10 %"


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\ufeff=1"),
        *("＝1", "\u200b=1", "+442079460018", "+1-2", "+44 20 (7946)", "+1 2; =1", "\t1"),
    ],
)
def test_what_may_be_a_formula_is_text(text: str) -> None:
    assert cells.defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "+44 20 7946 0018", "+1 2; +3 4", "'=1", " "])
def test_what_is_none_stays(text: str) -> None:
    assert cells.defused(text) == text


def test_a_long_table_is_read_in_parts(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "PART", 2)
    factories.FirmFactory.create_batch(5, owner=user)
    assert len(list(tables.write(tables.TABLES["firms"], user))) == 6


# Cards and calendar ------------------------------------------------------------------------------


def test_a_card_says_who_and_how_to_reach_them(
    sure: Client, user: User, other: User, jane: Recruiter
) -> None:
    factories.PersonFactory(owner=user, name="Pat", position="CFO; a,b\\c")
    factories.PersonFactory(owner=other, name="Not mine")
    text = content(sure.post(PAGE, {"what": "cards"})).decode()
    assert text.count("BEGIN:VCARD\r\nVERSION:3.0\r\n") == 2
    assert "\r\nFN:Jane van Dœ\r\nN:Dœ;Jane van;;;\r\n" in text
    assert "\r\nORG:Müller\\, Partner\\; Co\r\n" in text
    assert "\r\nTEL;TYPE=WORK,VOICE:+12125550100\r\n" in text
    assert "+442079460018" not in text
    assert "\r\nTITLE:CFO\\; a\\,b\\\\c\r\n" in text
    assert text.count("\r\nCATEGORIES:Recruiter\r\n") == 1
    assert text.count("\r\nCATEGORIES:Person\r\n") == 1
    assert "Not mine" not in text
    assert "NOTE" not in text


def test_a_long_line_is_folded_between_letters() -> None:
    folded = cards.folded("FN:" + "é" * 200)
    assert all(len(line) <= 75 for line in folded.split(b"\r\n"))
    assert folded.replace(b"\r\n ", b"").decode() == "FN:" + "é" * 200 + "\r\n"


def test_no_line_of_a_card_is_made_by_a_name() -> None:
    assert cards.text("A\r\nTEL:1\u2028B\x00") == "A\\nTEL:1\\nB"


def test_who_was_anonymised_is_on_no_card(user: User) -> None:
    factories.PersonFactory(owner=user, anonymised_at="2026-01-01T00:00Z")
    assert list(cards.write(user)) == []


def test_the_calendar_holds_what_is_open(sure: Client, user: User) -> None:
    factories.PromiseFactory(owner=user)
    factories.PromiseFactory(owner=user).keep()
    text = content(sure.post(PAGE, {"what": "calendar"}))
    assert len(icalendar.Calendar.from_ical(text).walk("VEVENT")) == 1


def test_the_archive_is_one(sure: Client, user: User) -> None:
    factories.CallFactory(owner=user)
    response = sure.post(PAGE, {"what": "archive"})
    with zipfile.ZipFile(io.BytesIO(content(response))) as archive:
        assert {"manifest.json", "rows/calls.Call.jsonl"} <= set(archive.namelist())
    response.close()


# Other people's programs -------------------------------------------------------------------------


def run(*command: str, home: Path) -> str:
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def write_cards(folder: Path, user: User) -> int:
    folder.mkdir()
    made = list(cards.write(user))
    for number, card in enumerate(made):
        (folder / f"{number}.vcf").write_bytes(card)
    return len(made)


@pytest.mark.skipif(shutil.which("khard", path="/usr/bin") is None, reason="Optional: khard")
def test_khard_reads_the_cards(user: User, jane: Recruiter, tmp_path: Path) -> None:
    write_cards(tmp_path / "book", user)
    config = tmp_path / "khard.conf"
    config.write_text(f"[addressbooks]\n[[book]]\npath = {tmp_path / 'book'}\n")
    said = run("/usr/bin/khard", "-c", str(config), "list", home=tmp_path)
    assert "Jane van Dœ" in said
    assert "+12125550100" in said


@pytest.mark.skipif(
    shutil.which("vdirsyncer", path="/usr/bin") is None, reason="Optional: vdirsyncer"
)
def test_vdirsyncer_carries_the_cards(user: User, jane: Recruiter, tmp_path: Path) -> None:
    factories.PersonFactory(owner=user)
    made = write_cards(tmp_path / "one", user)
    (tmp_path / "two").mkdir()
    storages = "".join(
        f'[storage {name}]\ntype = "filesystem"\npath = "{tmp_path / name}"\nfileext = ".vcf"\n'
        for name in ("one", "two")
    )
    config = tmp_path / "config"
    config.write_text(
        f'[general]\nstatus_path = "{tmp_path / "status"}"\n'
        f'[pair p]\na = "one"\nb = "two"\ncollections = null\n{storages}'
    )
    run("/usr/bin/vdirsyncer", "-c", str(config), "discover", home=tmp_path)
    run("/usr/bin/vdirsyncer", "-c", str(config), "sync", home=tmp_path)
    carried = list((tmp_path / "two").iterdir())
    assert len(carried) == made == 2
    assert "Jane van Dœ" in {one.name for path in carried for one in read_in(path)}


def read_in(path: Path) -> list[Any]:
    with path.open("rb") as file:
        return list(read(file, recognise(file)))


@pytest.mark.skipif(shutil.which("khard", path="/usr/bin") is None, reason="Optional: khard")
def test_a_card_that_khard_wrote_comes_in(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    config = tmp_path / "khard.conf"
    config.write_text(f"[addressbooks]\n[[book]]\npath = {tmp_path / 'book'}\n")
    said = tmp_path / "said.yaml"
    said.write_text(
        "First name: Käthe\nLast name: Größer\nOrganisation: Müller; Partner, Co\n"
        "Title: Head of Search\nPhone:\n    cell: +49 171 2345678\n    work: +49 30 123456\n"
        "Email:\n    work: kaethe@groesser.example\n"
        f"Note: |\n    {'early, not late; ' * 10}\n    second line\n"
    )
    run("/usr/bin/khard", "-c", str(config), "new", "-i", str(said), home=tmp_path)
    [card] = (tmp_path / "book").glob("*.vcf")
    [one] = read_in(card)
    assert (one.name, one.firm, one.title) == (
        *("Käthe Größer", "Müller; Partner, Co", "Head of Search"),
    )
    assert {(phone.text, phone.label) for phone in one.phones} == {
        ("+49 171 2345678", "mobile"),
        ("+49 30 123456", "work"),
    }
    assert [email.text for email in one.emails] == ["kaethe@groesser.example"]
    assert one.notes.startswith("early, not late; early")
    assert one.notes.endswith("second line")
