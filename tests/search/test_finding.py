"""What finds what: the same table on both engines."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import User
from contacts.models import Employer, Firm
from search import index, kinds, results
from search.models import SearchDocument, engine
from search.query import Ask, Query, Term, parse
from search.results import Filters, Whom
from tests import factories

NOW = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)


def found(owner: User, typed: str, filters: Filters | None = None, page: int = 1) -> list[str]:
    """The kinds and titles of what was found, in the order of the page."""
    groups = results.find(owner, typed, filters, page=page)
    return [f"{group.kind.name}: {row.name}" for group in groups for row in group.rows]


@pytest.fixture
def known(user: User, other: User) -> User:
    """A little of everything, and the same words of somebody else."""
    for owner in (user, other):
        firm = factories.FirmFactory(owner=owner, name="Müller & Søhne", specialties="Energy")
        grace = factories.RecruiterFactory(owner=owner, name="Grace O’Brien", firm=firm)
        factories.RecruiterFactory(owner=owner, name="Zoë Smith-Jones", title="Partner")
        factories.PhoneFactory(owner=owner, recruiter=grace, number="+442079460123")
        factories.PersonFactory(owner=owner, name="Łukasz Weißmann", position="Treasurer")
        factories.EmployerFactory(owner=owner, name="Acme Corp", other_names="Roadrunner")
        about = factories.OpportunityFactory(
            owner=owner,
            title="Interim CFO",
            client=Employer.objects.of(owner).get(),
            client_disclosure="in_confidence",
        )
        factories.CallFactory(
            owner=owner,
            recruiter=grace,
            firm=firm,
            opportunity=about,
            occurred_at=NOW,
            notes="Reports to the chair. Call me on 020 7946 0999, budget 120,000 at most.",
        )
        factories.PromiseFactory(owner=owner, recruiter=grace, what="three names for the search")
    return user


FIRM, GRACE, ZOE = "firm: Müller & Søhne", "recruiter: Grace O’Brien", "recruiter: Zoë Smith-Jones"
PERSON, ACME = "person: Łukasz Weißmann", "employer: Acme Corp"
ABOUT = "opportunity: Interim CFO, Acme Corp, in confidence"
CALL, PROMISE = "call: Interim CFO", "promise: Three names for the search"

TABLE = [
    # Accents, case, letters that are two, letters with a stroke.
    ("muller", [GRACE, FIRM, CALL]),
    ("MÜLLER", [GRACE, FIRM, CALL]),
    ("mu\u0308ller", [GRACE, FIRM, CALL]),
    ("sohne", [GRACE, FIRM, CALL]),
    ("lukasz", [PERSON]),
    ("weissmann", [PERSON]),
    ("WEISSM", [PERSON]),
    ("zoe", [ZOE]),
    # Beginnings; all words needed, in any order and wherever they stand.
    ("grac", [GRACE, PROMISE, CALL]),
    ("rac", []),
    ("chair grace", [CALL]),
    ("grace chair treasurer", []),
    ("grace müll", [GRACE, CALL]),
    # Apostrophes and hyphens, as one word and as two.
    ("obrien", [GRACE, PROMISE, CALL]),
    ("o'brien", [GRACE, PROMISE, CALL]),
    ("O’Brien", [GRACE, PROMISE, CALL]),
    ("brien", [GRACE, PROMISE, CALL]),
    ("smith jones", [ZOE]),
    ("smithjones", [ZOE]),
    ("smith-jones", [ZOE]),
    # Words in quotes stand together, and are whole.
    ('"to the chair"', [CALL]),
    ("“to the chair”", [CALL]),
    ('"the chair to"', []),
    ('"to the cha"', []),
    ('"to the chair" grace', [CALL]),
    ('"interim cfo"', [ABOUT, CALL]),
    # From the title the words do not run on into the rest.
    ('"cfo grace"', []),
    # Numbers in any writing, by their beginning, end and part.
    ("+44 20 7946 0123", [GRACE]),
    ("+44 (0)20 7946 0123", [GRACE]),
    ("0044 20 79460123", [GRACE]),
    ("020 7946 0123", [GRACE]),
    ("(020) 7946-0123", [GRACE]),
    ("02079460123", [GRACE]),
    ("7946 0123", [GRACE]),
    ("0123", [GRACE]),
    ("+4420794", [GRACE, CALL]),
    ("grace 0123", [GRACE]),
    ("0124", []),
    # As it is pasted or spoken.
    ("tel:+442079460123", [GRACE]),
    ("tel:+44-20-7946-0123", [GRACE]),
    ('"020 7946 0123"', [GRACE]),
    # Of few digits a word: a year is no part of somebody's number.
    ("6012", [GRACE]),
    ('"6012"', []),
    ("020 7946 0123 ext 5", [GRACE]),
    ("020 7946 0123, Ext. 12", [GRACE]),
    ("020 7946 0123x5", [GRACE]),
    ("mailto:roadrunner", [ACME]),
    ("Grace's", [GRACE, PROMISE, CALL]),
    ("Grace’s chair", [CALL]),
    ("C.F.O.", [ABOUT, CALL]),
    ("interim c.f.o", [ABOUT, CALL]),
    ("x.y.", []),
    # A number that stands in a note.
    ("+44 20 7946 0999", [CALL]),
    ("79460999", [CALL]),
    ("0999", [CALL]),
    # An amount.
    ("120,000", [CALL]),
    ("120000", [CALL]),
    # Other names, clients in confidence, what a row is about.
    ("roadrunner", [ACME]),
    ("acme", [ABOUT, ACME]),
    ("cfo", [ABOUT, CALL]),
    ("names search", [PROMISE]),
    ("energy", [FIRM]),
    # Small slips in names.
    ("mueller", [FIRM]),
    ("mullre", [FIRM]),
    ("graec", [GRACE]),
    ("lucasz", [PERSON]),
    ("weismann", [PERSON]),
    ("wiessman", [PERSON]),
    ("grase obrein", [GRACE]),
    ("jonse smith", [ZOE]),
    # One word with a slip, another as it stands beside the name, or in what is no name at all.
    ("graec muller", [GRACE]),
    ("jonse partner", [ZOE]),
    ("weismann treas", [PERSON]),
    ("graec chair", []),
    ("graec treasurer", []),
    # Of what is no name, and of short words, none are forgiven.
    ("chiar", []),
    ("zeo", []),
    ("grxxe", []),
    # Nothing to look for, and what engines have a meaning for.
    ("", []),
    ("   ", []),
    ('""', []),
    ("_o1", []),
    ("=grace*", [GRACE, PROMISE, CALL]),
    ("grace AND chair", []),
    ("chair OR nothing", []),
    ("NOT grace", []),
    ("title:grace", []),
    ("grace*", [GRACE, PROMISE, CALL]),
    ("'); drop table", []),
    ("(grace & chair)", [CALL]),
    ("gr:*ace", []),
    ("\\", []),
    ("😀", []),
    *((sign, []) for sign in ("'", '"', "\x00", ":", "&", "|", "*", "(", ")", "!", "<->")),
    ("grace' | 'chair", [CALL]),
    ('grace" OR "chair', []),
    ("grace\\' & chair:*", [CALL]),
]


@pytest.mark.parametrize(("typed", "expected"), TABLE)
def test_it_finds(known: User, typed: str, expected: list[str]) -> None:
    assert found(known, typed) == expected


def test_it_puts_titles_first_and_then_the_newest(user: User) -> None:
    recruiter = factories.RecruiterFactory(owner=user)
    for day in (1, 3, 2):
        factories.CallFactory(
            owner=user,
            recruiter=recruiter,
            occurred_at=NOW + dt.timedelta(days=day),
            next_step=f"day {day}",
            notes="about the treasurer",
        )
    about = factories.OpportunityFactory(owner=user, title="Treasurer")
    factories.CallFactory(owner=user, recruiter=recruiter, opportunity=about, occurred_at=NOW)
    _opportunities, calls = results.find(user, "treasurer")
    days = [timezone.localtime(row.document.happened_at).day for row in calls.rows]
    assert days == [15, 18, 17, 16]


def test_it_narrows_to_a_kind_to_somebody_and_to_a_time(known: User) -> None:
    call, recruiter = kinds.named("call"), kinds.named("recruiter")
    assert found(known, "grace", Filters(kind=call)) == [CALL]
    (group,) = results.find(known, "grace", Filters(kind=recruiter))
    whom = group.rows[0].whom
    assert whom is not None
    assert found(known, "chair", Filters(whom=whom)) == [CALL]
    assert found(known, "energy", Filters(whom=whom)) == []
    assert found(known, "", Filters(whom=whom)) == [GRACE, PROMISE, CALL]
    assert found(known, "chair", Filters(since=NOW - dt.timedelta(days=1))) == [CALL]
    assert found(known, "chair", Filters(since=NOW + dt.timedelta(days=1))) == []


NOBODY = [
    *("", "recruiter", "recruiter-", "x-1", "recruiter--1", "r-１", "a-" + "9" * 30),
    *(f"{sign}-1" for sign in ("'", '"', "\x00", "\\", ":", "&", "|", "*", "(", ")")),
    *(f"recruiter{sign}-1" for sign in ("'", '"', "\x00", "\\", ":*")),
    *("recruiter-'1", 'recruiter-"1', "recruiter-1\x00", "recruiter-1:*"),
    *('recruiter1" AND "foo" OR "_o-2', "recruiter1' & 'foo' | '_o-2"),
    # Nothing is about a call; of people's own there is no such narrowing.
    *("call-1", "person-1"),
]


@pytest.mark.parametrize("text", NOBODY)
def test_it_reads_no_nonsense_for_somebody(text: str) -> None:
    assert Whom.read(text) is None


def test_an_engine_gives_the_owners_rows_alone(user: User, other: User) -> None:
    """Whatever tags it is asked for, or without any; in the newest and in all rows."""
    mine = factories.CallFactory(owner=user, notes="said")
    for _call in range(3):
        factories.CallFactory(owner=other, notes="said")
    for query in (parse("said", ""), Query((((Term((f"_o{other.pk}",), False, True),),),))):
        for kind in ("call",) if engine().BY_KIND else (None, "call"):
            asks = [Ask(user.pk, kind, (), query, limit, since=0) for limit in (1, 4)]
            found = {place for _number, place in engine().find(asks)}
            rows = SearchDocument.across_owners.filter(place__in=found)
            assert {row.owner_id for row in rows} <= {user.pk}
            assert not query.single or mine.pk in {row.object_id for row in rows}


def test_an_engine_guesses_at_the_owners_names_alone(user: User, other: User) -> None:
    mine, _theirs = (
        factories.RecruiterFactory(owner=owner, name="Grace") for owner in (user, other)
    )
    query = parse("graec", "").misspelled(["graec"])
    assert query is not None
    ask = Ask(user.pk, "recruiter", (), query, 4)
    places = [place for _number, place in engine().find([ask])]
    (document,) = SearchDocument.across_owners.filter(place__in=places)
    assert document.object_id == mine.pk


def test_it_tells_of_no_more_when_only_others_have_more(
    user: User, other: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even if their tags were mine."""
    monkeypatch.setattr(index, "owner_tag", lambda owner_id: "_o")
    monkeypatch.setattr(index, "kind_tag", lambda owner_id, kind: f"_ok{kind.number}")
    for owner, count in ((user, results.FEW), (other, 2 * results.FEW)):
        recruiter = factories.RecruiterFactory(owner=owner)
        for number in range(count):
            factories.CallFactory(owner=owner, recruiter=recruiter, notes=f"said {number}")
    for filters in (Filters(), Filters(kind=kinds.named("call"))):
        (group,) = results.find(user, "said", filters)
        assert (len(group.rows), group.has_more) == (results.FEW, False)


@pytest.mark.parametrize("filters", [Filters(), Filters(kind=kinds.named("recruiter"))])
def test_a_name_that_is_just_so_comes_before_newer_ones_that_begin_so(
    user: User, filters: Filters
) -> None:
    ann = factories.RecruiterFactory(owner=user, name="Lee, Ann")
    for number in range(2 * results.PAGE):
        factories.RecruiterFactory(owner=user, name=f"Annabel{number} Leeson")
    (group,) = results.find(user, "ann lee", filters)
    assert group.rows[0].document.object_id == ann.pk
    assert group.rows[1].name == f"Annabel{2 * results.PAGE - 1} Leeson"
    assert (len(group.rows), group.has_more) == (results.PAGE if filters else results.FEW, True)


def test_it_guesses_at_three_words_at_most(known: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is looked for in many forms."""
    asked: list[Ask] = []
    find = engine().find
    monkeypatch.setattr(engine(), "find", lambda asks: (asked.extend(asks), find(asks))[1])
    found(known, "graec qqqqa obrein qqqqb chair qqqqc qqqqd")
    guessed = [
        [
            group[0][0].words[0]
            for group in ask.query.groups
            if len(group) > 1 and not group[0][0].is_tag
        ]
        for ask in asked
    ]
    assert max(guessed, key=len) == ["graec", "qqqqa", "obrein"]


def test_it_guesses_at_words_that_find_nothing(known: User) -> None:
    """Of many words those that are there need no guess."""
    firm = Firm.objects.of(known).get()
    factories.RecruiterFactory(
        owner=known, firm=firm, name="Gwendolyn", title="Global Industrial Partner"
    )
    typed = "global industrial partner muller sohne gwendalyn"
    assert found(known, typed) == ["recruiter: Gwendolyn"]


def test_it_shows_a_few_of_each_kind_and_pages_of_one(user: User) -> None:
    recruiter = factories.RecruiterFactory(owner=user)
    for number in range(60):
        factories.CallFactory(owner=user, recruiter=recruiter, notes=f"said {number}")
    (group,) = results.find(user, "said")
    assert (len(group.rows), group.has_more) == (results.FEW, True)
    call = Filters(kind=kinds.named("call"))
    for page, (rows, has_more) in enumerate([(25, True), (50, True), (60, False)], 1):
        (group,) = results.find(user, "said", call, page=page)
        assert (len(group.rows), group.has_more) == (rows, has_more)


def test_it_finds_the_few_among_many(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is common of one kind does not hide what is rare of another."""
    monkeypatch.setattr(results, "NEWEST", 4)
    old = factories.RecruiterFactory(owner=user, name="Said Nothing")
    for number in range(9):
        factories.CallFactory(owner=user, recruiter=old, notes=f"said {number}")
    groups = results.find(user, "said")
    assert [(group.kind.name, len(group.rows)) for group in groups] == [
        ("recruiter", 1),
        ("call", 5),
    ]


def test_it_marks_the_words(known: User) -> None:
    (group,) = results.find(known, '"the chair" budg')
    assert "Reports to <mark>the chair</mark>." in group.rows[0].extract
    assert "<mark>budget</mark>" in group.rows[0].extract
    recruiters = results.find(known, "7946 0123")[0]
    assert "<mark>+44 20 7946 0123</mark>" in recruiters.rows[0].extract
    assert results.find(known, "obrien")[0].rows[0].title == "Grace <mark>O’Brien</mark>"
    assert results.find(known, "lucasz")[0].rows[0].title == "<mark>Łukasz</mark> Weißmann"


def test_it_marks_no_markup(user: User) -> None:
    factories.CallFactory(owner=user, notes="<b>bold</b> & <script>alert(1)</script>")
    (group,) = results.find(user, "script")
    assert group.rows[0].extract == (
        "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt;"
    )


def test_it_shows_a_long_text_from_where_the_word_is(user: User) -> None:
    factories.CallFactory(owner=user, notes="before " * 2000 + "needle " + "after " * 500)
    (group,) = results.find(user, "needle")
    extract = group.rows[0].extract
    assert "<mark>needle</mark> after" in extract
    assert extract.startswith("… ")
    assert extract.endswith(" …")
    assert len(extract) < 300


def test_it_finds_what_was_said_of_pay_and_keeps_it_veiled(user: User) -> None:
    factories.DisclosureFactory(owner=user, what="190 base and a car")
    (group,) = results.find(user, "190")
    assert group.rows[0].document.is_veiled
    assert group.rows[0].extract == ""
