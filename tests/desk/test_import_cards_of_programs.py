"""Cards as telephones and address books write them, with what is odd in each."""

from __future__ import annotations

import base64

import pytest

from desk.importing.cleaned import card_of
from desk.importing.entries import Contact, Labelled
from tests.desk.cards import card, entries

PICTURE = base64.b64encode(bytes(range(200))).decode()


def test_it_reads_an_iphones() -> None:
    text = card(
        *("PRODID:-//Apple Inc.//iOS 17.4//EN", "N:Lee;Ann;Q.;Dr.;", "FN:Dr. Ann Q. Lee"),
        *("ORG:Lee Search;", "TITLE:Partner", "item1.TEL;type=pref:+44 (7700) 900-123"),
        *("item1.X-ABLabel:_$!<Mobile>!$_", "item2.TEL:020\u00a07946\u00a00001"),
        *("item2.X-ABLabel:Front desk", "TEL;type=IPHONE;type=CELL;type=VOICE:07700 900124"),
        *("item3.ADR;type=WORK;type=pref:;;1 High St\\nFloor 2;London;;;UK", "item3.X-ABADR:gb"),
        *("item4.URL;type=pref:https\\://lee.example", "item4.X-ABLabel:_$!<HomePage>!$_"),
        *("item5.X-ABRELATEDNAMES;type=pref:Bo", "item5.X-ABLabel:_$!<Assistant>!$_"),
        "X-SOCIALPROFILE;type=linkedin;x-user=ann:https://www.linkedin.example/in/ann",
        f"PHOTO;ENCODING=b;TYPE=JPEG;VALUE=BINARY:{PICTURE[:40]}",
        *(f" {PICTURE[40:110]}", f" {PICTURE[110:]}", "BDAY;value=date:1604-01-02"),
    )
    assert entries(text) == [
        Contact(
            *(1, "Ann Q. Lee", "Lee Search", "Partner"),
            phones=(
                Labelled("+44 (7700) 900-123", "mobile"),
                Labelled("020 7946 0001", "Front desk"),
                Labelled("07700 900124", "mobile"),
            ),
        )
    ]


@pytest.mark.parametrize(
    "label",
    [
        "_$!<HomeFAX>!$_",
        "_$!<WorkFAX>!$_",
        "_$!<OtherFAX>!$_",
        "_$!<Pager>!$_",
        "Fax",
        "Assistant",
    ],
)
def test_a_fax_that_only_its_label_tells_of_is_passed_over(label: str) -> None:
    text = card("FN:Ann Lee", "item1.TEL:020 7946 0001", f"item1.X-ABLabel:{label}")
    assert entries(text) == [Contact(1, "Ann Lee")]


@pytest.mark.parametrize(
    ("written", "structured", "name"),
    [
        ("Ms. Ann Lee", "Lee;Ann;;Ms.;", "Ann Lee"),
        ("Dr. Ann Lee", "Lee;Ann;;Dr.;", "Ann Lee"),
        ("Prof. Dr. Ann Lee", "Lee;Ann;;Prof. Dr.;", "Ann Lee"),
        ("Ms. Ann Lee", "Lee;Ann;;;", "Ms. Ann Lee"),
        ("Msgr Lee", "Lee;;;Ms;", "Msgr Lee"),
        ("Ms.", ";;;Ms.;", "Ms."),
    ],
)
def test_a_form_of_address_is_no_name(written: str, structured: str, name: str) -> None:
    [one] = entries(card(f"N:{structured}", f"FN:{written}"))
    assert one.name == name


def test_it_reads_an_androids_with_soft_breaks() -> None:
    text = card(
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4D=C3=BC=6C=6C=65=72;=4A=C3=BC=72=67;;;",
        *(
            "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4A=C3=BC=72=67=20=",
            "=4D=C3=BC=6C=6C=65=72",
        ),
        *("TEL;CELL;PREF:0171-2345678", "TEL;X-Direct line:030123457"),
        "TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=42=C3=BC=72=6F):030 123458",
        *("EMAIL;X-INTERNET:j@mueller.example", "ORG;CHARSET=UTF-8:Müller Search;Finanz"),
        *("NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=5A=65=69=0D=0A=5A=", "=77=65=69"),
        *(f"PHOTO;ENCODING=BASE64;JPEG:{PICTURE[:60]}", f" {PICTURE[60:]}", ""),
        "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Jojo;1;;;;;;;;;;;;;",
        version="2.1",
    )
    assert entries(text) == [
        Contact(
            *(1, "Jürg Müller", "Müller Search"),
            phones=(
                Labelled("0171-2345678", "mobile"),
                Labelled("030123457", "direct line"),
                Labelled("030 123458"),
            ),
            emails=(Labelled("j@mueller.example"),),
            notes="Zei\nZwei",
        )
    ]


def test_it_reads_an_outlooks() -> None:
    text = card(
        *("X-MS-SIGNATURE:YES", "N;LANGUAGE=en-us:Lee;Ann;;Ms.", "FN:Ms. Ann Lee"),
        *("ORG:Lee Search", "TITLE:Partner", "TEL;WORK;VOICE:(212) 555-0100"),
        "LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE:1 High St=0D=0A=",
        *("NY, NY 10001", "EMAIL;PREF;INTERNET:ann@lee.example"),
        *("PHOTO;TYPE=JPEG;ENCODING=BASE64:", f" {PICTURE[:60]}", f" {PICTURE[60:]}", ""),
        'X-MS-OL-DESIGN;CHARSET=utf-8:<card xmlns="http://schemas.example" ver="1.0"></card>',
        version="2.1",
    )
    assert entries(text) == [
        Contact(
            *(1, "Ann Lee", "Lee Search", "Partner"),
            phones=(Labelled("(212) 555-0100", "work"),),
            emails=(Labelled("ann@lee.example"),),
        )
    ]


def test_it_reads_a_nextclouds() -> None:
    text = card(
        *("PRODID:-//Nextcloud Contacts v5.3.2//EN", "FN:Ann Lee", "N:Lee;Ann;;;"),
        *("ADR;TYPE=HOME:;;;;;;", 'EMAIL;TYPE="WORK,INTERNET":ann@lee.example'),
        *('TEL;TYPE="HOME,VOICE":020 7946 0001', "TEL;TYPE=CELL;VALUE=uri:tel:+44-7700-900123"),
        *("CATEGORIES:Friends,Headhunter", f"PHOTO:data:image/png;base64\\,{PICTURE}"),
        version="4.0",
    )
    [one] = entries(text)
    assert one.phones == (
        Labelled("020 7946 0001", "home"),
        Labelled("+44-7700-900123", "mobile"),
    )
    assert (one.emails, one.circle) == ((Labelled("ann@lee.example", "work"),), "recruiter")


def test_an_address_is_taken_out_of_what_stands_around_it() -> None:
    lines = ("EMAIL:Ann Lee <ann@lee.example>", "EMAIL;TYPE=X400:/o=First/ou=Group/cn=ann")
    [one] = entries(card("FN:Ann Lee", *lines))
    found = card_of(one, circle="people", region="GB")
    assert ([address for address, _label in found.addresses], found.notes) == (
        ["ann@lee.example"],
        "",
    )


@pytest.mark.parametrize("kind", ["X-ASSISTANT", "X-EVOLUTION-ASSISTANT", "X-FAX", "X-RADIO"])
def test_a_number_of_a_kind_of_its_own_may_be_nobodys(kind: str) -> None:
    text = card("FN:Ann Lee", f"TEL;TYPE={kind}:020 7946 0001", "TEL;TYPE=X-School:020 7946 0002")
    [one] = entries(text)
    assert one.phones == (Labelled("020 7946 0002", "school"),)


@pytest.mark.parametrize(("charset", "name"), [("GB2312", "张三"), ("windows-1251", "Иван Ильич")])
def test_letters_that_a_line_tells_of_may_be_any(charset: str, name: str) -> None:
    text = "".join(card(f"FN;CHARSET={charset}:{name}", version="2.1") for _n in range(9))
    assert {one.name for one in entries(text.encode(charset))} == {name}


# Letters ------------------------------------------------------------------------------------------


def test_letters_of_old_telephones_that_do_not_say_which() -> None:
    line = "N;ENCODING=QUOTED-PRINTABLE:M=FCller;J=FCrgen"
    assert entries(card(line, version="2.1")) == [Contact(1, "Jürgen Müller")]


def test_letters_that_are_others_than_they_say() -> None:
    text = card("N;CHARSET=UTF-8:Müller;Jürgen", version="2.1")
    assert entries(text.encode("cp1252")) == [Contact(1, "Jürgen Müller")]


# Files put together -------------------------------------------------------------------------------


def test_cards_that_were_strung_together_keep_their_marks() -> None:
    text = "".join(f"\ufeff{card(f'FN:{name}')}" for name in ("Ann", "Bo"))
    assert entries(text) == [Contact(1, "Ann"), Contact(2, "Bo")]


@pytest.mark.parametrize("before", ["# exported on Monday\r\n", "My cards:\r\n\r\n"])
def test_what_stands_above_the_first_card_is_told(before: str) -> None:
    first, second = entries(before + card("FN:Ann"))
    assert (first.why, second.name) == ("This stands in no card.", "Ann")


def test_it_reads_cards_that_are_indented() -> None:
    text = card("FN:Ann Lee", "NOTE:a", " b", "TEL:020 7946 0001")
    indented = "".join(f"   {line}\n" for line in text.splitlines())
    assert entries(indented) == [
        Contact(1, "Ann Lee", phones=(Labelled("020 7946 0001"),), notes="ab")
    ]
