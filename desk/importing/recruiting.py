"""Who searches for others, by the words of their title and of the firm they work for; folded."""

from __future__ import annotations

import re

from desk.importing.people import words

# Of one who does so, by title. Whole words; “head hunter”, too.
TITLES = re.compile(
    r"\b(recruit(er|ers|erin|erinnen|ing|ment)|head ?hunt(er|ers|erin|erinnen|ing)|talent"
    r"|executive search|search consultant|staffing|sourcer|sourcing specialist|resourcer"
    r"|personal(berat|vermittl)(er|erin|erinnen|ung)|rekruter(in)?|rekrutier(er|erin|ung)"
    r"|(chasseu(r|se)s?|chasse) de tetes?|recrut(eur|euse|ement|ador|adora|amento)"
    r"|reclut(ador|adora|amiento)|caza ?talentos"
    r"|selezion(e del personale|atore|atrice)|cacciat(ore|rice) di teste|werving)\b"
)
# Of a firm. “Research” is another word, and Google's search another thing.
FIRMS = re.compile(
    r"\b(recruit(ment|ing|ers?)|head ?hunt(er|ers|ing)|staffing|resourcing"
    r"|talent(?! (garden|house|lms|show|software|agency))"
    r"|\w*personal(berat|vermittl)(er|ung|ungen)|personaldienstleist(er|ung|ungen)"
    r"|recrutement|(chasseurs?|chasse) de tetes?"
    r"|reclutamiento|seleccion de (personal|directivos|ejecutivos)|caza ?talentos"
    r"|recrutamento|ricerca e selezione|selezione (del )?personale|werving)\b"
)
SEARCH = re.compile(
    r"(?<!\bgoogle )(?<!\bbing )(?<!\byahoo )(?<!\bmicrosoft )(?<!\bamazon )(?<!\bapple )"
    r"(?<!\belastic )(?<!\bweb )(?<!\bsite )(?<!\benterprise )(?<!\bvisual )(?<!\bopen )"
    r"(?<!\bai )(?<!\bpaid )(?<!\bjob )"
    r"\bsearch\b"
    r"(?! (engines?|marketing|technolog(y|ies)|optimi[sz]ation|ads|and rescue|rescue|labs?"
    r"|laboratory|analytics|platforms?|discovery)\b)"
)
# Known by their name, which says nothing of it. They begin so, in whatever country.
HOUSES = (
    "alexander hughes, amrop, boyden, caldwell partners, dhr global, dhr international, "
    "diversified search, egon zehnder, eric salmon, heidrick, horton international, "
    "kienbaum, korn ferry, michael page, morgan philips, norman broadbent, odgers, "
    "page executive, pedersen partners, perrett laver, robert half, robert walters, "
    "russell reynolds, saxton bampfylde, signium, spencer stuart, stanton chase, transearch, "
    "ward howell, witt kieffer, wittkieffer"
).split(", ")
A_HOUSE = re.compile(rf"\b({'|'.join(HOUSES)})\b")
# A title of another trade: at a firm whose name does not say it, whoever has it does not search.
# Unless they do so for that trade: “Partner, CFO Practice”.
OTHER_TRADES = re.compile(
    r"\b(engineer|engineering|developer|software|programmer|architect|designer|scientist|analyst"
    r"|product|marketing|sales|accountant|accounting|controller|finance|financial|treasurer"
    r"|counsel|lawyer|legal|tax|audit|operations|logistics|procurement|manufacturing|plant|nurse"
    r"|physician|c[fiotm]o|chief (financial|information|operating|technology|marketing) officer)\b"
)
SEARCHES_FOR = re.compile(r"\b(partner|consultant|practice|principal|client|associate)\b")


def by_title(title: str) -> bool:
    return bool(TITLES.search(words(title)))


def by_firm(firm: str) -> bool:
    """Whether the name of a firm says that it searches: “Kestrel Search”, “Korn Ferry”."""
    said = words(firm)
    return bool(FIRMS.search(said) or SEARCH.search(said) or A_HOUSE.match(said))


def is_said(title: str, firm: str) -> bool:
    """Whether somebody of this title, at a firm of this name, is a recruiter.

    Where no firm is said the title may name it: “Partner, Korn Ferry”.
    """
    if by_title(title) or by_firm(firm):
        return True
    return not firm and bool(A_HOUSE.search(words(title)))


def is_of_another_trade(title: str) -> bool:
    said = words(title)
    return bool(OTHER_TRADES.search(said)) and not SEARCHES_FOR.search(said)
