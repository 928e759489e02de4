"""Tables of other programs, read into contacts: whose they are, their encodings, what is wrong."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from contacts.models import Email, Phone
from desk.export import tables
from desk.importing import limits
from desk.importing.entries import Circle, Contact, ImportRefused, Labelled, Unreadable
from desk.importing.reading import FIELDS, Recognised, read, recognise, signature
from tests import factories

FILES = Path(__file__).parent / "files"


def recognised(octets: bytes | str) -> Recognised:
    return recognise(io.BytesIO(octets.encode() if isinstance(octets, str) else octets))


def entries(octets: bytes | str, mapping: dict[int, str] | None = None) -> list:
    file = io.BytesIO(octets.encode() if isinstance(octets, str) else octets)
    return list(read(file, recognise(file), mapping=mapping))


def one_of(name: str) -> tuple[Recognised, list]:
    with (FILES / name).open("rb") as file:
        found = recognise(file)
        return found, list(read(file, found))


# Whose tables -------------------------------------------------------------------------------------


def test_it_reads_linkedins_connections_below_their_notes() -> None:
    found, read_out = one_of("linkedin.csv")
    assert (found.format, found.shape, found.header_at) == ("csv", "linkedin", 4)
    assert read_out == [
        Contact(5, "Marlene Brandtner", "Brandtner, Ohlsen & Co", "Partner"),
        Contact(
            *(6, "Jürgen van der Aa", "Aa Search", "Director, Board Practice"),
            emails=(Labelled("juergen@aa.example"),),
        ),
        Unreadable(7, "03 Feb 2020", "Neither a name nor a firm stands here."),
    ]


def test_it_reads_linkedins_older_connections() -> None:
    text = (
        "First Name,Last Name,Email Address,Company,Position,Connected On\r\nA,B,,C,D,1/2/18\r\n"
    )
    assert recognised(text).shape == "linkedin"
    assert entries(text) == [Contact(2, "A B", "C", "D")]


def test_it_reads_googles_old_contacts_and_parts_what_was_joined() -> None:
    found, read_out = one_of("google-old.csv")
    assert found.shape == "google"
    assert read_out == [
        Contact(
            *(2, "Ada Quist", "Quist Search", "Partner"),
            phones=(
                Labelled("+47 22 12 34 56", "mobile"),
                Labelled("+47 22 12 34 57", "mobile"),
            ),
            emails=(
                Labelled("ada@quist.example", "work"),
                Labelled("a.quist@home.example", "work"),
            ),
            notes="Met in Oslo.\nCalls early.",
        )
    ]


def test_it_reads_googles_new_contacts_with_labels_of_their_own() -> None:
    found, read_out = one_of("google-new.csv")
    assert found.shape == "google"
    assert read_out == [
        Contact(
            *(2, "Bo K. Ferrand", "Ferrand SA", "Consultant"),
            phones=(
                Labelled("+33 1 23 45 67 89", "mobile"),
                Labelled("+33 4 50 00 00 00", "Chalet"),
            ),
            emails=(Labelled("bo@ferrand.example"),),
            circle=Circle.RECRUITER,
        )
    ]


def test_it_reads_outlooks_contacts_without_fax_assistant_or_form_of_address() -> None:
    found, read_out = one_of("outlook.csv")
    assert found.shape == "outlook"
    assert read_out == [
        Contact(
            *(2, "Ines R Talbot", "Talbot & Rye", "Managing Partner"),
            phones=(
                Labelled("+44 20 7946 0002", "work"),
                Labelled("+44 20 7946 0000", "work"),
                Labelled("+44 7700 900123", "mobile"),
            ),
            emails=(Labelled("ines@talbot.example"), Labelled("i.talbot@post.example")),
            notes='Board seats, "quietly"',
        )
    ]


def test_it_reads_a_german_outlook_in_windows_1252_with_semicolons() -> None:
    found, read_out = one_of("outlook-german.csv")
    assert (found.shape, found.encoding, found.delimiter) == ("outlook", "cp1252", ";")
    assert read_out == [
        Contact(
            *(2, "Käthe Größer", "Größer Personalberatung", "Geschäftsführerin"),
            phones=(Labelled("+49 30 123456", "work"), Labelled("0171 2345678", "mobile")),
            emails=(Labelled("kaethe@groesser.example"),),
            notes="Ruft gern früh an",
        )
    ]


def test_it_reads_a_french_outlook_whose_two_titles_are_called_alike() -> None:
    text = (
        "Titre,Prénom,Nom,Société,Titre,Télécopie (bureau),Téléphone (bureau),Téléphone (domicile),"
        "Adresse de messagerie,Type de messagerie,Nom complet de l'adresse de messagerie\n"
        "Mme,Aimée,Durand,Cabinet Été,Chasseuse de têtes,+33111111111,+33142685300,+33142685301,"
        "aimee@ete.example,SMTP,Aimée Durand (aimee@ete.example)\n"
    )
    file = io.BytesIO(text.encode("cp1252"))
    found = recognise(file)
    assert (found.shape, found.encoding) == ("outlook", "cp1252")
    assert list(read(file, found)) == [
        Contact(
            *(2, "Aimée Durand", "Cabinet Été", "Chasseuse de têtes"),
            phones=(Labelled("+33142685300", "work"), Labelled("+33142685301", "home")),
            emails=(Labelled("aimee@ete.example"),),
        )
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Vorname,Nachname,URL,E-Mail-Adresse,Unternehmen,Position,Verknüpft am", "Anna,Berg"),
        ("Prénom,Nom,URL,Adresse e-mail,Entreprise,Poste,Connecté le", "Anna,Berg"),
    ],
)
def test_it_reads_linkedins_connections_in_other_languages(header: str, row: str) -> None:
    file = io.BytesIO(f"{header}\n{row},https://x.example,a@b.example,North,Partner,x\n".encode())
    found = recognise(file)
    assert found.shape == "linkedin"
    emails = (Labelled("a@b.example"),)
    assert list(read(file, found)) == [Contact(2, "Anna Berg", "North", "Partner", emails=emails)]


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ("Recruiter;Firma;Handy;E-Mail", ["name", "firm", "phone", "email"]),
        ("Vorname;Name;Telefonnummer", ["first_name", "last_name", "phone"]),
        ("Full name;Organisation;Role;Comments", ["name", "firm", "title", "notes"]),
        ("Titel;Nachname;Position", [None, "last_name", "title"]),
        ("Name;Title;Kategorie", ["name", "title", "circle"]),
        (
            "surname;given name;Tel.;Fax;E-mail type",
            ["last_name", "first_name", "phone", None, None],
        ),
        ("Nom;Entreprise;Tél. portable;Courriel", ["name", "firm", "phone", "email"]),
        ("Nom;Prénom;Titre", ["last_name", "first_name", "title"]),
        ("NAME;Phones;E-mails;Noted on", ["name", "phone", "email", None]),
    ],
)
def test_it_guesses_what_the_columns_of_any_table_hold(
    headers: str, fields: list[str | None]
) -> None:
    found = recognised(f"{headers}\nx;y;z;;\n")
    assert found.shape == "other"
    assert [found.mapping.get(place) for place in range(len(fields))] == fields


def test_it_takes_the_users_mapping_before_its_own() -> None:
    text = "who,where,call them on,remark 1,remark 2\nAnn,Acme,+1 212 555 0100,a,b\n"
    mapping = {0: "name", 1: "firm", 2: "phone", 3: "notes", 4: "notes"}
    assert set(mapping.values()) <= set(FIELDS)
    assert entries(text, mapping) == [
        Contact(
            *(2, "Ann", "Acme"),
            phones=(Labelled("+1 212 555 0100"),),
            notes="remark 1: a\nremark 2: b",
        )
    ]


def test_it_reads_a_table_without_a_header() -> None:
    found = recognised("Ann Lee,ann@acme.example,+1 212 555 0100\nBo Ray,bo@acme.example,\n")
    assert found.header_at == 0
    assert found.mapping == {0: "name", 1: "email", 2: "phone"}
    assert [one.name for one in entries("Ann Lee,a@b.example\nBo Ray,b@b.example\n")] == [
        "Ann Lee",
        "Bo Ray",
    ]


def test_it_reads_one_column_of_names() -> None:
    assert [one.name for one in entries("Name\nAnn\nBo\n")] == ["Ann", "Bo"]


def test_it_heeds_what_excel_says_of_the_delimiter() -> None:
    assert entries("sep=;\nName;Firm\nAnn, Dr.;Acme\n") == [Contact(3, "Ann, Dr.", "Acme")]


def test_it_takes_away_the_apostrophe_of_our_own_tables() -> None:
    assert entries("Name,Firm\n'=Ann,'-Acme\n") == [Contact(2, "=Ann", "-Acme")]


def test_it_shows_the_first_rows_for_the_form_of_the_mapping() -> None:
    rows = "".join(f"Ann {n},Acme\n" for n in range(9))
    assert recognised(f"Name,Firm\n{rows}").sample == [[f"Ann {n}", "Acme"] for n in range(5)]


def test_what_was_recognised_goes_through_json() -> None:
    found = one_of("outlook.csv")[0]
    assert Recognised.from_json(found.as_json()) == found


def test_a_mapping_is_remembered_by_the_headers_in_any_writing() -> None:
    one, same, other = (
        signature(recognised(head))
        for head in ("Full Name,Firm X,Tel\n", "full name;FIRM x;TEL.\n", "Full Name,Firm Y,Tel\n")
    )
    assert one == same != other


def test_our_own_table_of_recruiters_comes_in_again(user: User) -> None:
    firm = factories.FirmFactory(owner=user, name="=Acme; Co")
    ann = factories.RecruiterFactory(owner=user, name="Ann", firm=firm, title="VP", notes="a\nb")
    for number in ("+442079460018", "+12125550100"):
        Phone.objects.create(owner=user, recruiter=ann, number=number)
    Email.objects.create(owner=user, recruiter=ann, address="ann@acme.example")
    [one] = entries(b"".join(tables.write(tables.TABLES["recruiters"], user)))
    assert (one.name, one.firm, one.title, one.notes) == ("Ann", "=Acme; Co", "VP", "a\nb")
    assert {phone.text for phone in one.phones} == {"+44 20 7946 0018", "+1 212 555 0100"}
    assert one.emails == (Labelled("ann@acme.example"),)


# Encodings, cells, lines --------------------------------------------------------------------------

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
# What every encoding has, and none takes for another.
words = st.text("abcXYZ 'äöüÄÖÜßéèñçÅøÿ", min_size=1, max_size=12).filter(
    lambda text: text == " ".join(text.split()) and any(map(str.isalpha, text))
)
people = st.lists(
    st.tuples(
        words,
        words,
        st.lists(words, max_size=3).map("\n".join),
        st.sampled_from(["", "+44 20 7946 0018", "+1 212 555 0100"]),
    ),
    min_size=1,
    max_size=8,
)


@given(people=people, encoding=st.sampled_from(ENCODINGS), delimiter=st.sampled_from(",;\t"))
def test_what_is_written_is_read(people: list, encoding: str, delimiter: str) -> None:
    text = io.StringIO()
    made = csv.writer(text, delimiter=delimiter)
    made.writerow(["Name", "Company", "Notes", "Mobile Phone"])
    made.writerows(people)
    assert [
        (one.name, one.firm, one.notes, "".join(phone.text for phone in one.phones))
        for one in entries(text.getvalue().encode(encoding))
    ] == people


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_reads_every_end_of_line(end: str) -> None:
    text = end.join(["Name,Notes", '"Ann, Dr.","a""b"', "Bo,c", ""])
    assert entries(text) == [Contact(2, "Ann, Dr.", notes='a"b'), Contact(3, "Bo", notes="c")]


def test_a_row_is_told_by_the_line_at_which_it_begins() -> None:
    text = 'Name,Notes\nAnn,"a\nb\nc"\n\nBo,d\n'
    assert [one.at for one in entries(text)] == [2, 6]


# What is wrong with a row -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Ann,Acme,x,more", "It has more cells than there are columns."),
        (",,somewhere", "Neither a name nor a firm stands here."),
        ("\u200b,...,", None),
        ("A" * 201 + ",Acme,", "Longer than 200 characters: name."),
        ("Ann,Acme," + "1" * 65, "Longer than 64 characters: phone."),
        (
            "Ann,Acme," + ";".join(f"0123{n}" for n in range(21)),
            "More than 20 numbers or addresses.",
        ),
        ('"Ann"x,Acme,', "Its quotation marks do not fit, or a cell is too long."),
    ],
)
def test_a_row_that_is_wrong_leaves_the_others(row: str, why: str | None) -> None:
    first, last = entries(f"Name,Firm,Phone\n{row}\nBo,Acme,\n")
    assert last == Contact(3, "Bo", "Acme")
    assert why is None or (isinstance(first, Unreadable) and first.why == why)


def test_what_is_left_of_a_wrong_row_is_nobody() -> None:
    text = 'Name,Firm,Notes\nAnn,Acme,"the "best"\nof them, really"\nBo,Acme,\nCo,\n'
    assert [(one.at, type(one), getattr(one, "why", "")) for one in entries(text)] == [
        (2, Unreadable, "Its quotation marks do not fit, or a cell is too long."),
        (3, Unreadable, "It may belong to the row before, which cannot be read."),
        (4, Contact, ""),
        (5, Contact, ""),
    ]


def test_a_short_row_is_one_whose_last_cells_are_empty() -> None:
    assert entries("Name,Firm,Notes\nAnn,Acme\nBo\n") == [
        Contact(2, "Ann", "Acme"),
        Contact(3, "Bo"),
    ]


# What is wrong with a file ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n  ", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04nothing", "damaged"),
        (b"Name\0Firm,x\nAnn\0Acme,\n", "not text"),
        (b"Name,Firm\nAnn,Acme\n\0\0\0", "not text"),
        (bytes(range(256)) * 40, "not text"),
        ("Name,Firm\nAnn,Müller\nBo,Ağa".encode() + b"\xfc\nCo,\xc3", "another encoding"),
        (b"\xef\xbb\xbfName,Firm\nAnn,M\xfcller\n", "another encoding"),
        ("Name,Firm\nAnn,Acme\n".encode("utf-32"), "UTF-32"),
        (b"Dear Ann, I hope you are well.\nWe met, did we not?\nYours", "made out"),
        (b'{"name": "Ann", "phone": 1}', "made out"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "made out"),
    ],
)
def test_it_refuses_what_is_no_table_and_says_why(octets: bytes, why: str) -> None:
    with pytest.raises(ImportRefused, match=why):
        entries(octets)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('Name,Firm\nAnn,Acme\nBo,"Ac', "ends within a quotation that begins at line 3"),
        ("Name,Firm,Notes\nAnn,A,x\nBo,B,y\nCo,", "cut off"),
    ],
)
def test_it_refuses_a_table_that_is_cut_off(text: str, why: str) -> None:
    with pytest.raises(ImportRefused, match=why):
        entries(text)


def test_it_refuses_utf16_that_is_cut_off() -> None:
    with pytest.raises(ImportRefused, match="After line 2"):
        entries("Name,Firm\nAnn,Acme\nBo,Ac".encode("utf-16")[:-1])


def test_an_accent_in_the_last_row_decides_on_the_encoding() -> None:
    text = "Name,Firm\n" + "Ann,Acme\n" * 9000 + "Zoë,Ünal\n"
    assert entries(text.encode("cp1252"))[-1] == Contact(9002, "Zoë", "Ünal")
    assert entries(text.encode())[-1] == Contact(9002, "Zoë", "Ünal")


def test_it_refuses_a_row_too_many_and_counts_no_empty_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert limits.ROWS == 50_000
    monkeypatch.setattr(limits, "ROWS", 2)
    assert len(entries("Name,Firm\nAnn,Acme\n\nBo,Acme\n\n,\n")) == 2
    for third in ("Co,Acme", '"Co"x,Acme'):
        with pytest.raises(ImportRefused, match="more than 2 rows"):
            entries(f"Name,Firm\nAnn,Acme\nBo,Acme\n{third}\n")
