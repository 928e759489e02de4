"""Cards of address books in all three versions, and as programs really write them."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from contacts.models import Email, Phone
from desk.export import cards as export
from desk.importing.entries import Circle, Contact, ImportRefused, Labelled, Unreadable
from tests import factories
from tests.desk.cards import card, entries

# Three versions -----------------------------------------------------------------------------------


def test_it_reads_a_card_of_an_old_telephone() -> None:
    text = card(
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=B6=C3=9Fer;K=C3=A4=\r\nthe;;Dr.;",
        "ORG:Groesser GmbH;Berlin",
        "TEL;WORK;VOICE:+49 30 123456",
        "TEL;CELL:0171 2345678",
        "TEL;WORK;FAX:+49 30 123457",
        "EMAIL;INTERNET;HOME:kaethe@groesser.example",
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:K=C3=A4the ruft= \r\n fr=C3=BCh an;=0D=0Aimmer.",
        version="2.1",
    )
    assert entries(text) == [
        Contact(
            *(1, "Käthe Größer", "Groesser GmbH"),
            phones=(Labelled("+49 30 123456", "work"), Labelled("0171 2345678", "mobile")),
            emails=(Labelled("kaethe@groesser.example", "home"),),
            notes="Käthe ruft früh an;\nimmer.",
        )
    ]


def test_it_reads_a_card_of_a_mac_with_groups_and_labels_of_its_own() -> None:
    text = card(
        "PRODID:-//Apple Inc.//macOS 15//EN",
        "N:Talbot;Ines;;;",
        "FN:Ines Talbot",
        "ORG:Talbot & Rye\\, Partners;Board;",
        "TITLE:Partner\\; London",
        "item1.TEL;type=pref:+44 20 7946 0018",
        "item1.X-ABLabel:Chalet",
        "item2.TEL:+44 7700 900123",
        "item2.X-ABLabel:_$!<Mobile>!$_",
        'TEL;TYPE="work,voice":+44 20 7946 0019',
        "EMAIL;type=INTERNET;type=WORK:ines@talbot.example",
        "NOTE:one\\ntwo\\, three",
    )
    assert entries(text) == [
        Contact(
            *(1, "Ines Talbot", "Talbot & Rye, Partners", "Partner; London"),
            phones=(
                Labelled("+44 20 7946 0018", "Chalet"),
                Labelled("+44 7700 900123", "mobile"),
                Labelled("+44 20 7946 0019", "work"),
            ),
            emails=(Labelled("ines@talbot.example", "work"),),
            notes="one\ntwo, three",
        )
    ]


def test_it_reads_a_card_of_version_4() -> None:
    text = card(
        "FN;PREF=1:Bo Ferrand",
        "N:Ferrand;Bo;K.,L.;;",
        'TEL;VALUE=uri;TYPE="cell,voice";PREF=1:tel:+33-6-12-34-56-78',
        "TEL;VALUE=uri;TYPE=work:tel:+33-1-23-45-67-89;ext=17",
        "EMAIL:bo@ferrand.example",
        "CATEGORIES:Recruiter,Friends",
        "ROLE:Consultant",
        version="4.0",
    )
    assert entries(text) == [
        Contact(
            *(1, "Bo Ferrand", "", "Consultant"),
            phones=(
                Labelled("+33-6-12-34-56-78", "mobile"),
                Labelled("+33-1-23-45-67-89 ext. 17", "work"),
            ),
            emails=(Labelled("bo@ferrand.example"),),
            circle=Circle.RECRUITER,
        )
    ]


def test_it_reads_several_cards_and_joins_folded_lines() -> None:
    text = card("FN:Ann Lo", " ng", "ORG:Acme") + "\r\n" + card("FN:Bo", "\t Ray")
    assert entries(text) == [Contact(1, "Ann Long", "Acme"), Contact(2, "Bo Ray")]


def test_version_2_1_is_folded_at_its_spaces() -> None:
    assert entries(card("FN:Ann", " Long", version="2.1")) == [Contact(1, "Ann Long")]


def test_it_reads_letters_as_a_line_says_they_are_written() -> None:
    old = card("FN;CHARSET=ISO-8859-1:Käthe", version="2.1").encode("latin-1")
    assert entries(old) == [Contact(1, "Käthe")]
    russian = quopri.encodestring("Иван".encode("cp1251")).decode()
    line = f"FN;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:{russian}"
    assert entries(card(line, version="2.1")) == [Contact(1, "Иван")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_it_reads_cards_in_each_encoding(encoding: str) -> None:
    assert entries(card("FN:Käthe Größer").encode(encoding)) == [Contact(1, "Käthe Größer")]


# Whose a card is ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "name", "firm"),
    [
        (["N:Lee;Ann;Q.,R.;Dr.;"], "Ann Q.,R. Lee", ""),
        (["FN:", "N:Lee;Ann"], "Ann Lee", ""),
        (["N:;;;;", "NICKNAME:Annie"], "Annie", ""),
        (["N:O\\;Neil;A\\\\;;;"], "A\\ O;Neil", ""),
        (["FN:Acme", "ORG:Acme"], "", "Acme"),
        (["FN:Acme Ltd", "KIND:org"], "", "Acme Ltd"),
        (["FN:Ann", "ORG:Acme", "X-ABShowAs:COMPANY"], "", "Acme"),
        (["FN:Acme", "N:Lee;Ann", "ORG:Acme", "X-ABShowAs:COMPANY"], "Ann Lee", "Acme"),
        (["ORG:;Board"], "", "Board"),
    ],
)
def test_it_tells_somebody_from_a_firm(lines: list[str], name: str, firm: str) -> None:
    [one] = entries(card(*lines))
    assert (one.name, one.firm) == (name, firm)


def test_a_list_of_cards_is_nobodys() -> None:
    for line in ("KIND:group", "X-ADDRESSBOOKSERVER-KIND:group"):
        [one] = entries(card("FN:Friends", line))
        assert one == Unreadable(1, "Friends", "This is a list of cards, and nobody's own.")


# What is passed over ------------------------------------------------------------------------------

PICTURE = base64.b64encode(bytes(range(256)) * 40).decode()


@pytest.mark.parametrize(
    "lines",
    [
        [f"PHOTO;ENCODING=b;TYPE=JPEG:{PICTURE}"],
        ["PHOTO;ENCODING=b;TYPE=JPEG:" + PICTURE[:40], " " + PICTURE[40:90], " " + PICTURE[90:]],
        ["PHOTO;JPEG;BASE64:", *(f"  {PICTURE[n : n + 70]}" for n in range(0, 900, 70)), ""],
        ["LOGO;ENCODING=BASE64;GIF:", *(PICTURE[n : n + 70] for n in range(0, 900, 70)), ""],
        [f"PHOTO:data:image/jpeg;base64,{PICTURE}"],
        ["SOUND;VALUE=uri:https://example.org/a.ogg", f"KEY;ENCODING=B:{PICTURE}"],
        ["AGENT:", "BEGIN:VCARD", "VERSION:2.1", "FN:Somebody else", "END:VCARD"],
        ["AGENT: BEGIN:VCARD", "FN:Else", "AGENT:", "BEGIN:VCARD", "END:VCARD", "END:VCARD"],
        ["AGENT:BEGIN:VCARD\\nFN:Somebody else\\nEND:VCARD\\n"],
        ["ADR;WORK:;;1 High Street;London;;;UK", "X-OWN;A;B=c:d", "GEO:1,2", "BDAY:1970-01-01"],
    ],
)
def test_it_passes_over_pictures_keys_and_cards_within(lines: list[str]) -> None:
    text = card("FN:Ann Lee", *lines, "TEL:1234567", version="2.1")
    assert entries(text) == [Contact(1, "Ann Lee", phones=(Labelled("1234567"),))]


# What is wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["EMAIL:a@b.example"], "Neither a name nor a firm stands here."),
        (["FN:" + "A" * 201], "Longer than 200 characters: name."),
        (["FN:" + "A" * 70_000], "A line in it is too long."),
        (["FN:Ann", "what is this"], "A line in it says nothing: there is no colon."),
        (["FN;CHARSET=rot13:Ann"], "Its letters are of a kind that is not known: rot13."),
        (["FN;CHARSET=punycode:Ann"], "Its letters are of a kind that is not known: punycode."),
        (
            ["FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=FF=FE"],
            "Its letters are damaged, or of another kind than it says.",
        ),
        (["FN" + ";X=1" * 60 + ":Ann"], "A line in it has too many parameters."),
        (["FN:Ann", *["NOTE:" + "x" * 60_000] * 18], "The card is too long."),
        (["FN:Ann", *["X-A:b"] * 2000], "More than 2000 lines in a card."),
        (["FN:Ann", *["TEL:12345", "TEL:99%d"] * 11], None),
    ],
)
def test_a_card_that_is_wrong_leaves_the_others(lines: list[str], why: str | None) -> None:
    first, second = entries(card(*lines) + card("FN:Bo"))
    assert second == Contact(2, "Bo")
    assert why is None or (first.at, first.why) == (1, why)


def test_a_card_without_an_end_leaves_the_next_whole() -> None:
    text = "BEGIN:VCARD\r\nFN:Ann\r\n" + card("FN:Bo")
    assert entries(text) == [
        Unreadable(1, "Ann", "The card has no end."),
        Contact(2, "Bo"),
    ]


def test_what_stands_between_cards_is_told_once() -> None:
    text = card("FN:Ann") + "FN:Nobody\r\nTEL:1\r\n" + card("FN:Bo")
    assert entries(text) == [
        Contact(1, "Ann"),
        Unreadable(2, "FN:Nobody", "This stands in no card."),
        Contact(3, "Bo"),
    ]


def test_it_refuses_cards_that_are_cut_off() -> None:
    text = card("FN:Ann") + "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:B"
    with pytest.raises(ImportRefused, match="cut off: card 2 has no end"):
        entries(text)


# Our own ------------------------------------------------------------------------------------------


def test_cards_that_were_taken_out_come_in_again(user: User) -> None:
    firm = factories.FirmFactory(owner=user, name="Müller, Partner; Co")
    jane = factories.RecruiterFactory(
        owner=user, name="Jane van Dœ \\ Co", firm=firm, title='Head, "Board"; ' + "é" * 90
    )
    Phone.objects.create(owner=user, recruiter=jane, number="+12125550100")
    Email.objects.create(owner=user, recruiter=jane, address="jane@doe.example")
    factories.PersonFactory(owner=user, name="Pat", position="CFO")
    assert entries(b"".join(export.write(user))) == [
        Contact(
            *(1, jane.name, firm.name, jane.title),
            phones=(Labelled("+12125550100", "work"),),
            emails=(Labelled("jane@doe.example"),),
            circle=Circle.RECRUITER,
        ),
        Contact(2, "Pat", "", "CFO", circle=Circle.PERSON),
    ]


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), min_size=1, max_size=150
    )
)
def test_any_name_that_is_written_is_read(name: str) -> None:
    line = export.folded(f"FN:{export.text(name)}").decode()
    [one] = entries(f"BEGIN:VCARD\r\nVERSION:3.0\r\n{line}ORG:Acme\r\nEND:VCARD\r\n")
    assert one.firm == "Acme"
    assert one.name in {" ".join(name.split()), ""}
