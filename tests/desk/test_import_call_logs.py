"""Logs of calls as “SMS Backup & Restore” writes them."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from desk.importing import call_logs, decoding
from desk.importing.entries import Direction, ImportRefused, LoggedCall, Unreadable
from desk.importing.reading import read, recognise
from desk.importing.run import ImportRun
from tests.desk.imports import table, taken_in, upload, verdicts
from tests.pages import html

FILES = Path(__file__).parent / "files"
IN, OUT = Direction.INCOMING, Direction.OUTGOING


def entries(octets: bytes | str) -> list:
    file = io.BytesIO(octets.encode() if isinstance(octets, str) else octets)
    found = recognise(file)
    assert found.format == "call_log"
    return list(read(file, found))


def log(*calls: str) -> str:
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<calls count=\"9\">{''.join(calls)}</calls>"


def call(**said: str) -> str:
    said = {"number": "+441", "duration": "5", "date": "1795348800000", "type": "1"} | said
    return "<call " + " ".join(f'{name}="{value}"' for name, value in said.items()) + " />"


def test_it_reads_every_kind_of_call() -> None:
    noon = [dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC) for day in (22, 21, 20, 19, 18)]
    assert entries((FILES / "calls.xml").read_bytes()) == [
        LoggedCall(1, "+442079460018", "Ines Talbot 😀", noon[0], 312, IN),
        LoggedCall(2, "030 123456", "", noon[1] + dt.timedelta(seconds=0.5), 65, OUT),
        LoggedCall(3, "", "", noon[2], 0, IN, was_missed=True),
        LoggedCall(4, "+4930123456", "Käthe", noon[3], 30, IN, is_voicemail=True),
        LoggedCall(5, "+4930123456", "Käthe", noon[4], 0, IN, was_missed=True),
    ]


@pytest.mark.parametrize(
    ("kind", "direction", "was_missed", "is_voicemail"),
    [
        *(("1", IN, False, False), ("2", OUT, False, False), ("3", IN, True, False)),
        *(("4", IN, False, True), ("5", IN, True, False), ("6", IN, True, False)),
        ("7", IN, False, False),
    ],
)
def test_it_knows_androids_kinds(
    kind: str, direction: Direction, was_missed: bool, is_voicemail: bool
) -> None:
    [one] = entries(log(call(type=kind)))
    assert (one.direction, one.was_missed, one.is_voicemail) == (
        *(direction, was_missed, is_voicemail),
    )


@pytest.mark.parametrize(
    "said",
    [
        *({"number": ""}, {"number": "-1"}, {"number": "-2"}, {"presentation": "3"}),
        *({"number": "Private"}, {"number": "Unknown"}, {"number": "Restricted"}),
    ],
)
def test_a_number_that_was_withheld_is_none(said: dict[str, str]) -> None:
    [one] = entries(log(call(**said)))
    assert one.number == ""


@pytest.mark.parametrize("duration", ["", "null", "-1"])
def test_a_call_of_which_no_length_is_known_took_none(duration: str) -> None:
    [one] = entries(log(call(duration=duration, type="3")))
    assert (one.seconds, one.was_missed) == (0, True)


def test_it_reads_a_log_with_remarks_a_stylesheet_and_two_cards() -> None:
    head = (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
        "<!--File Created By SMS Backup & Restore v10.15.001 on 01/02/2024 10:00:00-->\n"
        "<!--\n\nTo view this file, visit https://view.example/view-backup/\n\n-->\n"
        '<?xml-stylesheet type="text/xsl" href="calls.xsl"?>\n'
        '<calls count="1" backup_set="24a8" backup_date="1795348800000" type="full">\n'
    )
    one = call(
        number="+442079460018",
        presentation="1",
        subscription_id="8944000000000000000",
        post_dial_digits=",,17",
        subscription_component_name="com.android.phone/com.android.services.telephony.Service",
        readable_date="22 Nov 2026 12:00:00",
        contact_name="Ann &amp; Bo",
    )
    assert entries(f"{head}  {one}\n</calls>") == [
        LoggedCall(
            *(1, "+442079460018", "Ann & Bo"),
            *(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), 5, IN),
        )
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"date": "yesterday"}, "It does not say when it was."),
        ({"date": "9" * 15}, "It does not say when it was."),
        ({"date": "-5"}, "It does not say when it was."),
        ({"duration": "long"}, "It does not say how long it took."),
        ({"duration": "999999999"}, "It does not say how long it took."),
        ({"type": "8"}, "It does not say who called whom."),
        ({"type": "½"}, "It does not say who called whom."),
        ({"number": "1" * 65}, "Its number is too long."),
    ],
)
def test_a_call_that_is_wrong_leaves_the_others(said: dict[str, str], why: str) -> None:
    first, second = entries(log(call(**said), call()))
    assert isinstance(first, Unreadable)
    assert (first.at, first.why, second.at) == (1, why, 2)


def test_a_sign_in_two_halves_is_one_wherever_the_file_is_parted() -> None:
    text = log(*(call(contact_name=f"{'x' * n}&#55357;&#56832;") for n in range(200)))
    whole = entries(text)
    assert [one.name for one in whole] == ["x" * n + "😀" for n in range(200)]
    before = decoding.BLOCK
    for block in (7, 64, 1000):
        call_logs.BLOCK = block
        try:
            assert entries(text) == whole
        finally:
            call_logs.BLOCK = before


def test_half_a_sign_alone_is_replaced() -> None:
    assert [one.name for one in entries(log(call(contact_name="a&#55357;b&#0;c&#56832;")))] == [
        "a\ufffdb\ufffdc\ufffd"
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_it_reads_other_encodings(encoding: str) -> None:
    text = log(call(contact_name="Käthe")).replace("UTF-8", encoding.removesuffix("-sig").upper())
    assert entries(text.encode(encoding))[0].name == "Käthe"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('<smses count="1"><sms address="1"/></smses>', "messages"),
        ('<calls><call number="1"/><sms address="1"/></calls>', "messages"),
        ("<html><body>Not found</body></html>", "a web page"),
        ("<!DOCTYPE html><html></html>", "a web page"),
        ("<table><tr><td>Name</td></tr></table>", "a web page"),
        ("<!DOCTYPE calls><calls></calls>", "DOCTYPE"),
        ("<contacts></contacts>", "no log of calls"),
        ("<calls><call><a><b><c><d/></c></b></a></call></calls>", "nested"),
        (log(call())[:-9], "cut off or damaged"),
        (log(call()) + "<calls>", "cut off or damaged"),
        ("<calls><call number='&who;'/></calls>", "cut off or damaged"),
        ('<?xml version="1.0" encoding="EBCDIC-X"?><calls></calls>', "cut off or damaged"),
        ("<!-- nothing -->", "no log of calls"),
    ],
)
def test_it_refuses_what_is_no_whole_log(text: str, why: str) -> None:
    with pytest.raises(ImportRefused, match=why):
        entries(text)


@pytest.mark.django_db
@pytest.mark.parametrize("date", ["4763000000000", "100000000000000"])
def test_a_call_of_the_future_says_so(client: Client, user: User, date: str) -> None:
    run = taken_in(user, log(call(number="+442079460018", date=date)))
    assert verdicts(run) == ["unreadable"]
    assert "Its day is in the future." in html(client.get(run.get_absolute_url()))


# As telephones, their programs and routers write them.
LOGS = [
    "Date,Time,Number,Name,Duration,Type",
    "Name,Phone Number,Call Type,Call Date & Time,Duration (in sec)",
    "Call type,Date,Duration,Number,Contact,Location,Service",
    "Name,From Number,To Number,Date Time,Duration,Type",
    "Typ;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer",
    "Contact name\tPhone\tDirection\tStarted at\tCall duration",
    "Nom,Numéro,Date,Durée,Type",
]


@pytest.mark.django_db
@pytest.mark.parametrize("header", LOGS)
def test_a_log_that_is_a_table_is_refused_in_words(
    client: Client, user: User, header: str
) -> None:
    text = table(re.sub(r"[^,;\t]+", "12", header), header=header)
    response = client.post("/import/", {"file": upload(text)})
    assert response.status_code == 422
    assert "This looks like a log of calls; calls come in as the XML of" in html(response)
    assert not ImportRun.objects.of(user).exists()
    # Whoever says what its columns are has said that it is an address book.
    assert taken_in(user, text, mapping={"0": "name"}).state == ImportRun.State.READY


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        *("Name,Phone,Duration", "Name,Phone,Start date,Type", "Name,Date of birth,Mobile"),
        *(
            "Name,Email,Last call date,Last call duration,Phone",
            "Name,Company,Phone,Date,Duration",
        ),
    ],
)
def test_an_address_book_that_speaks_of_calls_is_none(user: User, header: str) -> None:
    assert taken_in(user, table("Ann,x,x,x", header=header)).state == ImportRun.State.READY


def test_what_comes_after_a_fault_is_a_fault_of_the_whole_file() -> None:
    octets = log(*[call()] * 3000, "\udcff", call()).encode(errors="surrogateescape")
    file = io.BytesIO(octets)
    found = read(file, recognise(file))
    assert isinstance(next(found), LoggedCall)
    with pytest.raises(ImportRefused, match="cannot be read after line 2"):
        list(found)
