"""Files of every origin, from being handed in to being taken back."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from calls.models import Call
from contacts.models import Phone
from tests.desk.imports import bring_in, seen, take_back, taken_in, upload, verdicts
from tests.factories import RecruiterFactory

pytestmark = pytest.mark.django_db

LINKEDIN = (
    '\ufeffNotes:\r\n"When exporting your connection data, you may notice, some are missing."\r\n\r\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\r\n"
    'Ann,Lee,https://www.linkedin.example/in/ann,,"Lee, Inc.",Technical Recruiter,12 Mar 2024\r\n'
    'Bo,,https://www.linkedin.example/in/bo,,North,"Senior ""Platform"" Engineer",7-Feb-22\r\n'
    ",,https://www.linkedin.example/in/nobody,,,,\r\n"
    "Bo,,https://www.linkedin.example/in/bo-2,,South,Baker,8-Feb-22\r\n"
)
GOOGLE = (
    "First Name,Last Name,Name Prefix,Nickname,File As,Organization Name,Organization Title,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\r\n"
    "Ann,Lee,Dr.,,,Lee Search,Partner,* myContacts ::: Headhunters,* ,ann@lee.example,Work,"
    "+44 20 7946 0001 ::: +44 20 7946 0003 x12\r\n"
    ",,,,,Northgate,,* myContacts,,info@north.example,Mobile,+44 20 7946 0004\r\n"
    ",,,Annie,,,,* myContacts,,,Mobile,07700 900123\r\n"
    ",,,,,,,* myContacts,,,Mobile,07700 900124\r\n"
)
OUTLOOK = (
    "Anrede;Vorname;Nachname;Firma;Position;Telefon geschäftlich;Mobiltelefon;Fax geschäftlich;"
    "E-Mail-Adresse;E-Mail-Typ;E-Mail: Angezeigter Name;Notizen\r\n"
    "Frau;Käthe;Groß;Groß GmbH;Personalberaterin;+49 30 123456;0171 2345678;+49 30 123457;"
    'k@gross.example;SMTP;Käthe Groß (k@gross.example);"Zeile 1\r\nZeile 2"\r\n'
)
CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lee;Ann;;Dr.;\r\nFN:Dr. Ann Lee\r\nORG:Lee Search;\r\n"
    "TITLE:Headhunter\r\nitem1.TEL:020 7946 0001\r\nitem1.X-ABLabel:_$!<Work>!$_\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:M=C3=BC=\r\n"
    "ller;Bo\r\nTEL;CELL:07700900125\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Northgate\r\nKIND:org\r\nTEL;VALUE=uri:tel:+44-20-7946-0004\r\n"
    "END:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\nFN:Friends\r\nEND:VCARD\r\n"
)
FILES = {
    "linkedin": (LINKEDIN.encode(), {"new": 3, "unreadable": 1}),
    "google": (GOOGLE.encode("utf-8-sig"), {"new": 3, "unreadable": 1}),
    "outlook": (OUTLOOK.encode("cp1252"), {"new": 1}),
    "old mac": (OUTLOOK.replace("\r\n", "\r").encode("mac_roman"), {"new": 1}),
    "excel": (OUTLOOK.replace(";", "\t").encode("utf-16"), {"new": 1}),
    "cards": (CARDS.encode(), {"new": 3, "unreadable": 1}),
}


@pytest.mark.parametrize("origin", FILES)
def test_a_file_comes_in_once_and_goes_whole(user: User, origin: str) -> None:
    content, counts = FILES[origin]
    before = seen(user)
    run = taken_in(user, content)
    assert run.counts == counts
    bring_in(run)
    full = seen(user)
    assert full != before
    again = taken_in(user, content)
    assert not {"new", "changes", "unclear"} & set(verdicts(again))
    bring_in(again)
    assert seen(user) == full
    take_back(run)
    assert seen(user) == before


def test_the_same_people_in_another_format_are_known(user: User) -> None:
    bring_in(taken_in(user, GOOGLE.encode()))
    run = taken_in(user, CARDS.encode())
    assert Counter(verdicts(run)) == {"same": 2, "new": 1, "unreadable": 1}


@pytest.mark.parametrize("origin", FILES)
def test_its_pages_show_it(client: Client, user: User, origin: str) -> None:
    content, counts = FILES[origin]
    response = client.post(reverse("desk:import_file"), {"file": upload(content)}, follow=True)
    for verdict in counts:
        assert client.get(f"{response.redirect_chain[-1][0]}?show={verdict}").status_code == 200


def test_a_log_of_calls_comes_in_once_and_goes_whole(user: User) -> None:
    ann = RecruiterFactory(owner=user)
    Phone.objects.create(owner=user, recruiter=ann, number="+442079460001")
    kinds = [
        *(("+442079460001", 1, 312), ("020 7946 0001", 2, 0), ("00442079460001", 3, 0)),
        *(("+442079460001;17", 4, 20), ("-2", 3, 0), ("Private", 5, 0), ("+442079460001", 6, 0)),
    ]
    calls = "".join(
        f'<call number="{number}" duration="{seconds}" date="{1772460330000 - at * 600_000}" '
        f'type="{kind}" presentation="1" contact_name="(Unknown)" />\n'
        for at, (number, kind, seconds) in enumerate(kinds)
    )
    log = f'<?xml version="1.0" encoding="UTF-8"?>\n<calls count="{len(kinds)}">{calls}</calls>'
    run = taken_in(user, log)
    assert verdicts(run) == ["new", "new", "new", "new", "unclear", "unclear", "new"]
    bring_in(run)
    found = Call.objects.of(user).order_by("-occurred_at")
    assert [(call.direction, call.outcome, call.duration_minutes) for call in found] == [
        *(("incoming", "talked", 5), ("outgoing", "missed", None), ("incoming", "missed", None)),
        *(("incoming", "voicemail", 1), ("incoming", "missed", None)),
    ]
    assert set(verdicts(taken_in(user, log))) == {"same", "unclear"}
    take_back(run)
    assert (run.stayed, run.why) == (0, "")
    assert not found.all().exists()
