"""Tables as other programs write them, in several languages: which column is what."""

from __future__ import annotations

import csv
import io

import pytest

from accounts.models import User
from contacts.models import Person
from desk.importing import intake
from desk.importing.cleaned import card_of
from desk.importing.entries import Circle, Contact, ImportRefused, Labelled
from desk.importing.reading import Recognised, read, recognise
from desk.importing.run import ImportRun
from tests.desk.imports import bring_in, taken_in, upload

WORK, MOBILE, OTHER = "+44 20 7946 0001", "+44 7700 900123", "+44 20 7946 0009"
MAIL, SECOND = "ann@lee.example", "ann.lee@post.example"


def table(row: dict[str, str], *, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """A header and one row."""
    text = io.StringIO()
    made = csv.writer(text, delimiter=delimiter, quoting=quoting)
    made.writerow(row)
    made.writerow(row.values())
    return text.getvalue()


def one_of(text: str | bytes) -> tuple[Recognised, Contact]:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    found = recognise(file)
    [one] = read(file, found)
    assert isinstance(one, Contact), one
    return found, one


# Outlook ------------------------------------------------------------------------------------------

# What each calls: name, middle name, last name, firm, title, work, mobile, home, a fax and an
# assistant's number, an address, how it is shown and of which type, another, notes.
OUTLOOKS = {
    "spanish": (
        "Título,Nombre,Segundo nombre,Apellidos,Organización,Puesto,Teléfono del trabajo,"
        "Número móvil,Particular,Fax del trabajo,Teléfono del ayudante,"
        "Dirección de correo electrónico,Nombre de pantalla de correo electrónico,"
        "Tipo de correo electrónico,Dirección de correo electrónico 2,Notas"
    ),
    "dutch": (
        "Titel,Voornaam,Middelste naam,Achternaam,Bedrijf,Functie,Telefoon op werk,"
        "Mobiele telefoon,Telefoon thuis,Fax op werk,Telefoon assistent,"
        "E-mailadres,Weergavenaam voor e-mail,E-mailtype,E-mailadres 2,Notities"
    ),
    "italian": (
        "Titolo,Nome,Secondo nome,Cognome,Società,Posizione,Ufficio,"
        "Cellulare,Abitazione,Fax (uff.),Telefono dell'assistente,"
        "Indirizzo posta elettronica,Nome visualizzato posta elettronica,"
        "Tipo posta elettronica,Indirizzo posta elettronica 2,Note"
    ),
    "portuguese": (
        "Título,Nome,Segundo nome,Sobrenome,Empresa,Cargo,Telefone comercial,"
        "Telefone celular,Telefone residencial,Fax comercial,Telefone do assistente,"
        "Endereço de email,Nome para exibição do email,Tipo de email,Endereço de email 2,Anotações"
    ),
    "french": (
        "Civilité,Prénom,Deuxième prénom,Nom,Société,Titre,Téléphone (bureau),"
        "Tél. mobile,Téléphone (domicile),Télécopie (bureau),Téléphone de l'assistant(e),"
        "Adresse de messagerie,Nom complet de l'adresse de messagerie,"
        "Type de messagerie,Adresse de messagerie 2,Notes"
    ),
    "german": (
        "Anrede,Vorname,Weitere Vornamen,Nachname,Firma,Position,Telefon geschäftlich,"
        "Mobiltelefon,Telefon (privat),Fax geschäftlich,Telefon für Hörbehinderte,"
        "E-Mail-Adresse,E-Mail: Angezeigter Name,E-Mail-Typ,E-Mail 2: Adresse,Notizen"
    ),
}
CELLS = [
    *("Ms.", "Ann", "Q.", "Lee", "Lee Search", "Partner", WORK, MOBILE, OTHER),
    *(
        "+44 20 7946 0002",
        "+44 20 7946 0003",
        MAIL,
        f"Ann Lee ({MAIL})",
        "SMTP",
        SECOND,
        "Met at a café",
    ),
]


@pytest.mark.parametrize("language", OUTLOOKS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_it_reads_an_outlooks(language: str, encoding: str) -> None:
    row = dict(zip(OUTLOOKS[language].split(","), CELLS, strict=True))
    found, one = one_of(table(row).encode(encoding))
    assert (found.shape, found.encoding) == ("outlook", encoding)
    assert one == Contact(
        *(2, "Ann Q. Lee", "Lee Search", "Partner"),
        phones=(Labelled(WORK, "work"), Labelled(MOBILE, "mobile"), Labelled(OTHER, "home")),
        emails=(Labelled(MAIL), Labelled(SECOND)),
        notes="Met at a café",
    )


# Of other programs --------------------------------------------------------------------------------


def test_it_reads_a_hubspots() -> None:
    row = {
        **{"Record ID": "901", "First Name": "Ann", "Last Name": "Lee", "Email": MAIL},
        **{"Phone Number": WORK, "Mobile Phone Number": MOBILE, "Job Title": "Partner"},
        **{"Associated Company": "Lee Search", "Associated Company IDs": "123456789"},
        **{
            "Contact owner": "Me",
            "Create Date": "2024-01-15 10:00",
            "Email Domain": "lee.example",
        },
        **{"Last email send date": "2024-01-15", "Unsubscribed from all email": "false"},
        **{"Emails opened": "12", "Additional email addresses": SECOND},
    }
    assert one_of(table(row))[1] == Contact(
        *(2, "Ann Lee", "Lee Search", "Partner"),
        phones=(Labelled(WORK), Labelled(MOBILE, "mobile")),
        emails=(Labelled(MAIL), Labelled(SECOND)),
    )


def test_it_reads_a_salesforces() -> None:
    row = {
        **{"Salutation": "Ms.", "First Name": "Ann", "Last Name": "Lee", "Title": "Partner"},
        **{"Account Name": "Lee Search", "Phone": WORK, "Fax": OTHER, "Mobile": MOBILE},
        **{"Email": MAIL, "Account Owner": "Me", "Asst. Phone": OTHER, "Email Opt Out": "0"},
        **{"Do Not Call": "0", "Email Bounced Reason": "none yet"},
    }
    assert one_of(table(row, quoting=csv.QUOTE_ALL))[1] == Contact(
        *(2, "Ann Lee", "Lee Search", "Partner"),
        phones=(Labelled(WORK), Labelled(MOBILE, "mobile")),
        emails=(Labelled(MAIL),),
    )


def test_it_reads_a_zohos_without_how_somebody_is_addressed() -> None:
    row = {
        **{"Record Id": "zcrm_1", "Contact Owner": "Me", "First Name": "Ann", "Last Name": "Lee"},
        **{"Account Name": "Lee Search", "Title": "Partner", "Email": MAIL, "Phone": WORK},
        **{"Asst Phone": OTHER, "Email Opt Out": "false", "Salutation": "Ms."},
        **{"Secondary Email": SECOND, "Full Name": "Ms. Ann Lee"},
    }
    assert one_of(table(row))[1] == Contact(
        *(2, "Ann Lee", "Lee Search", "Partner"),
        phones=(Labelled(WORK),),
        emails=(Labelled(MAIL), Labelled(SECOND)),
    )


def test_it_reads_a_yahoos_whose_numbers_are_called_home_and_work() -> None:
    row = {
        **{"First": "Ann", "Middle": "", "Last": "Lee", "Email": MAIL, "Category": "", "Home": ""},
        **{
            "Work": WORK,
            "Pager": OTHER,
            "Fax": OTHER,
            "Mobile": MOBILE,
            "Other": "",
            "Primary": "",
        },
        **{"Alternate Email 1": SECOND, "Title": "Partner", "Company": "Lee Search"},
        **{"Work Address": "1 High St", "Comments": "Met"},
    }
    assert one_of(table(row, quoting=csv.QUOTE_ALL))[1] == Contact(
        *(2, "Ann Lee", "Lee Search", "Partner"),
        phones=(Labelled(WORK, "work"), Labelled(MOBILE, "mobile")),
        emails=(Labelled(MAIL), Labelled(SECOND)),
        notes="Met",
    )


def test_a_column_called_home_or_work_that_holds_no_numbers_is_left_out() -> None:
    found, one = one_of(table({"Name": "Ann", "Home": "London", "Work": "on Mondays"}))
    assert found.mapping == {0: "name"}
    assert one == Contact(2, "Ann")


@pytest.mark.parametrize(
    "header",
    [
        (
            "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,"
            "Work Phone,Fax Number,Pager Number,Mobile Number,Job Title,Organization,Notes"
        ),
        (
            "Vorname,Nachname,Anzeigename,Spitzname,Primäre E-Mail-Adresse,Sekundäre E-Mail-Adresse,"
            "Messenger-Name,Tel. dienstlich,Fax-Nummer,Pager-Nummer,Mobil-Tel.-Nr.,Arbeitstitel,"
            "Organisation,Notizen"
        ),
    ],
)
def test_it_reads_a_thunderbirds(header: str) -> None:
    cells = [
        *("Ann", "Lee", "Ann Lee", "Annie", MAIL, SECOND, "ann77", WORK, OTHER, "123", MOBILE),
        *("Partner", "Lee Search", "Met"),
    ]
    assert one_of(table(dict(zip(header.split(","), cells, strict=True))))[1] == Contact(
        *(2, "Ann Lee", "Lee Search", "Partner"),
        phones=(Labelled(WORK, "work"), Labelled(MOBILE, "mobile")),
        emails=(Labelled(MAIL), Labelled(SECOND)),
        notes="Met",
    )


def test_it_reads_googles_with_a_form_of_address_a_fax_and_another_alphabet() -> None:
    row = {
        **{"Name": "Dr. Анна Ли", "Given Name": "Анна", "Family Name": "Ли", "Name Prefix": "Dr."},
        **{"Group Membership": "Headhunters ::: * myContacts", "E-mail 1 - Type": "* Work"},
        **{"E-mail 1 - Value": MAIL, "Phone 1 - Type": "Work Fax", "Phone 1 - Value": OTHER},
        **{"Phone 2 - Type": "Mobile", "Phone 2 - Value": f"{MOBILE} ::: {WORK}"},
        **{"Organization 1 - Name": "Lee Search", "Relation 1 - Value": "Bo"},
    }
    assert one_of(table(row).encode("utf-16"))[1] == Contact(
        *(2, "Анна Ли", "Lee Search"),
        phones=(Labelled(MOBILE, "mobile"), Labelled(WORK, "mobile")),
        emails=(Labelled(MAIL, "work"),),
        circle=Circle.RECRUITER,
    )


@pytest.mark.parametrize("called", ["Nickname", "File As"])
def test_whoever_has_no_name_is_called_as_they_are_filed(called: str) -> None:
    row = {"First Name": "", "Last Name": "", called: "Annie", "Phone 1 - Value": WORK}
    assert one_of(table(row))[1].name == "Annie"
    firm = row | {"Organization Name": "Lee Search", "Organization Title": ""}
    assert one_of(table(firm))[1].name == ""


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ("Nombre;Empresa;Teléfono", ["name", "firm", "phone"]),
        ("Naam;Bedrijf;Mobiel;E-mail", ["name", "firm", "phone", "email"]),
        ("Voornaam;Naam", ["first_name", "last_name"]),
        ("Nome;Azienda;Telefono", ["name", "firm", "phone"]),
        ("Cognome;Nome", ["last_name", "first_name"]),
        ("Correo;Correo electrónico 2", ["email", "email"]),
        ("Adresse électronique principale;Nom à afficher", ["email", "name"]),
    ],
)
def test_it_knows_the_words_of_five_more_languages(headers: str, fields: list[str]) -> None:
    row = ";".join("x" for _field in fields)
    found = recognise(io.BytesIO(f"{headers}\n{row}\n".encode()))
    assert [found.mapping.get(place) for place in range(len(fields))] == fields


def test_it_reads_a_pipedrives_and_linkedins_uploaded_contacts() -> None:
    row = {
        **{
            "Person - Name": "Ann Lee",
            "Person - Label": "",
            "Person - Organization": "Lee Search",
        },
        **{
            "Person - Email - Work": MAIL,
            "Person - Phone - Mobile": MOBILE,
            "Person - Owner": "Me",
        },
    }
    assert one_of(table(row))[1] == Contact(
        *(2, "Ann Lee", "Lee Search"),
        phones=(Labelled(MOBILE, "mobile"),),
        emails=(Labelled(MAIL, "work"),),
    )
    row = {
        **{"Source": "G", "First Name": "Ann", "Last Name": "Lee", "Companies": "Lee Search"},
        **{"Title": "Partner", "Emails": f"{MAIL},{SECOND}", "Phone Numbers": f"{WORK},{MOBILE}"},
    }
    one = one_of(table(row))[1]
    assert (one.firm, one.title, len(one.emails)) == ("Lee Search", "Partner", 2)
    card = card_of(one, circle="people", region="GB")
    assert [number for number, _label in card.numbers] == ["+442079460001", "+447700900123"]


# Addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (f"Ann Lee <{MAIL}>", [MAIL]),
        (f"<{MAIL}>", [MAIL]),
        (f"'{MAIL}'", [MAIL]),
        (f"{MAIL}.", [MAIL]),
        (f"mailto:{MAIL}", [MAIL]),
        (f"Ann <{MAIL}>; Lee, Ann <{SECOND}>", [MAIL, SECOND]),
        (f"{MAIL} ::: {SECOND}", [MAIL, SECOND]),
        ("/o=First Organization/ou=Exchange Administrative Group/cn=Recipients/cn=ann", []),
        ("n/a", []),
    ],
)
def test_an_address_is_taken_out_of_what_stands_around_it(cell: str, found: list[str]) -> None:
    one = one_of(table({"Name": "Ann Lee", "Email": cell}))[1]
    card = card_of(one, circle="people", region="GB")
    assert ([address for address, _label in card.addresses], card.notes) == (found, "")


def test_an_address_that_is_none_is_kept_as_it_was_written() -> None:
    one = one_of(table({"Name": "Ann Lee", "Email": "ann(at)lee.example"}))[1]
    card = card_of(one, circle="people", region="GB")
    assert (card.addresses, card.notes) == ([], "E-mail: ann(at)lee.example")


# How they are saved -------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["", "sep=|\n"])
def test_cells_may_be_parted_by_bars(first: str) -> None:
    found, one = one_of(f"{first}Name|Firma|Handy\nAnn, Dr.|A;B|{MOBILE}\n")
    assert found.delimiter == "|"
    assert (one.name, one.firm, one.phones[0].text) == ("Ann, Dr.", "A;B", MOBILE)


def test_it_reads_what_excel_calls_unicode_text() -> None:
    text = f"Name\tCompany\tMobile\r\nJürg Größer\tAcme\t{MOBILE}\r\n"
    found, one = one_of(text.encode("utf-16"))
    assert (found.delimiter, one.name, one.phones[0].text) == ("\t", "Jürg Größer", MOBILE)


def test_a_file_with_the_ends_of_an_old_mac_has_its_letters_too() -> None:
    found, one = one_of("Name;Firma\rJürgen Müller;Café Größe\r".encode("mac_roman"))
    assert (found.encoding, one.name, one.firm) == ("mac_roman", "Jürgen Müller", "Café Größe")


@pytest.mark.parametrize("end", ["\x1a", "\r\n\x1a", "\r\n\x1a\r\n"])
def test_the_sign_with_which_dos_ends_a_file_is_nothing(end: str) -> None:
    assert one_of(f"Name,Firm\r\nAnn,Acme{end}")[1] == Contact(2, "Ann", "Acme")


@pytest.mark.parametrize(
    ("encoding", "headers"),
    [("cp1251", "Имя;Фамилия;Компания"), ("cp1253", "Όνομα;Επώνυμο;Εταιρεία")],
)
def test_letters_that_are_not_western_are_refused_in_words(encoding: str, headers: str) -> None:
    text = f"{headers}\n{headers}\n"
    with pytest.raises(ImportRefused, match="other letters than Western ones"):
        recognise(io.BytesIO(text.encode(encoding)))
    assert recognise(io.BytesIO(text.encode())).headers == headers.split(";")


# Columns in no language that is known -------------------------------------------------------------

POLISH = "Imię;Nazwisko;Firma;Telefon komórkowy\nJan;Kowalski;Firma X;+48 601 234 567\n"


@pytest.mark.django_db
def test_people_are_not_taken_for_their_firm_where_no_name_is_made_out(user: User) -> None:
    assert intake.take_in(user, upload(POLISH)).state == ImportRun.State.COLUMNS


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["Firma;Telefon\nA;0123456789\n", "Company,City\nAcme,London\n"])
def test_a_table_of_firms_is_not_asked_for_names(user: User, text: str) -> None:
    assert intake.take_in(user, upload(text)).state == ImportRun.State.READING


@pytest.mark.django_db
def test_what_was_said_of_its_columns_is_not_asked_again(user: User) -> None:
    said = {"0": "first_name", "1": "last_name", "2": "firm", "3": "phone"}
    bring_in(taken_in(user, POLISH, mapping=said))
    assert Person.objects.of(user).get().name == "Jan Kowalski"
    assert taken_in(user, POLISH).counts == {"same": 1}
