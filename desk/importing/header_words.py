"""The words that stand above columns, as programs write them in several languages; folded."""

from __future__ import annotations

HEADERS = {
    "name": (
        # English, German, French
        "name, full name, fullname, contact, contact name, recruiter, person, display name, "
        "kontakt, vollstandiger name, ansprechpartner, ansprechpartnerin, anzeigename, "
        "nom, nom complet, nom a afficher, "
        # Spanish, Portuguese, Italian, Dutch
        "nombre, nombre completo, nombre en pantalla, nombre para mostrar, contacto, "
        "nome, nome completo, nome para exibicao, mostrar nome, contato, "
        "nome visualizzato, contatto, naam, volledige naam, weergavenaam, contactpersoon"
    ),
    "first_name": (
        "first name, firstname, first, given name, forename, vorname, vornamen, prenom, "
        "nombre de pila, primer nombre, primeiro nome, nome proprio, voornaam, roepnaam"
    ),
    "middle_name": (
        "middle name, middle, additional name, weitere vornamen, zweiter vorname, deuxieme prenom, "
        "segundo nombre, segundo nome, nome do meio, secondo nome, middelste naam, tussenvoegsel"
    ),
    "last_name": (
        "last name, lastname, last, surname, family name, nachname, familienname, zuname, "
        "nom de famille, apellido, apellidos, primer apellido, sobrenome, ultimo nome, apelido, "
        "cognome, achternaam, familienaam"
    ),
    "firm": (
        "company, company name, companies, firm, firm name, organization, organisation, "
        "organization name, "
        "organization 1 name, employer, agency, search firm, current company, account name, "
        "associated company, work company, firma, firmenname, "
        "unternehmen, arbeitgeber, org, societe, entreprise, employeur, cabinet, "
        "empresa, organizacion, compania, organizacao, companhia, "
        "societa, azienda, ditta, organizzazione, bedrijf, bedrijfsnaam, organisatie, werkgever"
    ),
    "title": (
        "position, job title, jobtitle, job, title, role, current position, organization title, "
        "organization 1 title, work title, "
        "titel, rolle, funktion, berufsbezeichnung, stellenbezeichnung, arbeitstitel, "
        "titre, poste, fonction, intitule du poste, "
        "titulo, puesto, cargo, titolo, posizione, qualifica, functie, functietitel"
    ),
    "notes": (
        "notes, note, comment, comments, remarks, notizen, notiz, bemerkung, bemerkungen, "
        "kommentar, anmerkung, anmerkungen, remarque, remarques, commentaire, commentaires, "
        "notas, comentarios, observaciones, anotacoes, observacoes, commenti, "
        "notitie, notities, opmerking, opmerkingen"
    ),
    "circle": (
        "circle, recruiter or person, categories, category, labels, group membership, groups, tags, "
        "kreis, kategorien, kategorie, gruppen, categorie, groupes, "
        "categoria, categorias, grupos, gruppi, categorieen, groepen"
    ),
}
# Beside a column that says the position, these say “Dr.” or “Mrs”.
FORMS_OF_ADDRESS = frozenset({"title", "titel", "titre", "titulo", "titolo"})
ADDRESSES = frozenset({"salutation", "name prefix", "prefix", "anrede", "civilite", "aanhef"})
# Behind a last name: “Jr.”
SUFFIXES = frozenset(
    "suffix, name suffix, namenszusatz, suffixe, sufijo, sufixo, suffisso, achtervoegsel".split(
        ", "
    )
)
# For whom no name is written.
NICKNAMES = frozenset({"nickname", "file as", "spitzname", "surnom", "bijnaam", "apodo"})
# French, Outlook calls both of them so, and this is the first.
TWICE = "titre"
# Alone a name; beside a first name the last, or beside a last name the first.
NAMES_THAT_ARE_LAST = frozenset({"name", "nom", "naam"})
NAMES_THAT_ARE_FIRST = frozenset({"nombre", "nome"})

# Machines, somebody else's, and how something is shown or sounds.
OF_NOBODY = frozenset(
    "fax telefax telex pager tty tdd isdn radio type typ label assistant assistent assistentin asst "
    "display angezeigter yomi phonetic telecopie telecopieur assistante horbehinderte "
    "tipo asistente ayudante buscapersonas localizador radiotelefono pantalla "
    "assistente exibicao visualizzato cercapersone "
    "mailtype weergavenaam weergegeven radiotelefoon teksttelefoon semafoon".split()
)
# What CRMs count and mark beside an address.
OF_AN_ADDRESS = frozenset(
    "opt opted optout out bounce bounced domain date sent send opened open clicked click delivered "
    "verified valid status count reason unsubscribed subscribed last format source owner "
    "permission preference replied hash".split()
)
# What stands above a log of calls, word by word: how long, when, and whom.
HOW_LONG = frozenset("duration dauer duree duracion duracao durata duur".split())
WHEN = frozenset(
    "date time datetime timestamp started datum zeit uhrzeit heure fecha hora data ora tijd".split()
)
WHOM = frozenset("number numbers rufnummer nummer telefonnummer numero".split())
PHONES = frozenset(
    "tel phone phones cell mobile mobil handy festnetz durchwahl switchboard portable "
    "movil celular centralita telemovel fone cellulare mobiel".split()
)
# Programs call columns so that hold numbers; others mean something else by it.
MAY_BE_A_PHONE = frozenset(
    "home, work, other, primary, callback, business, office, privat, geschaftlich, dienstlich, "
    "bureau, domicile, rappel, ruckmeldung, particular, trabajo, ufficio, ufficio 2, abitazione, "
    "abitazione 2, thuis, werk, terugbellen".split(", ")
)
MAILS = frozenset(
    "mail mails mailadresse courriel correo correos elettronica electronique".split()
)
BEGINS_A_MAIL = ("email", "mailadres")
BEGINS_A_PHONE = ("telefo", "telephone", "phone", "mobiltel", "mobilnum", "mobilfunk", "handynum")
ENDS_A_PHONE = ("telefon", "telefoon", "phone", "rufnummer")
