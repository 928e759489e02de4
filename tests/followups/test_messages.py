"""What a mail says: who, what, when on the reader's own clock, and nothing to a passer-by."""

import datetime as dt
import re

import pytest
import time_machine

from accounts.models import Preferences, User
from contacts.models import Phone
from followups import messages
from followups.delivery import gather
from followups.links import Link, Purpose
from followups.models import Mail, Promise
from tests.factories import (
    CallFactory,
    FirmFactory,
    MailFactory,
    OpportunityFactory,
    PhoneFactory,
    RecruiterFactory,
    UserFactory,
)
from tests.followups.conftest import utc
from tests.followups.letters import (
    DIGEST,
    DUE,
    MINUTE,
    MONDAY,
    Words,
    html_of,
    promised,
    read,
    text_of,
    the_letter,
)

PREVIEW = 200

# Words that nobody but the reader may see, each of which is somewhere in a mail.
NAMES = ["Zebediah", "Quillon", "interim", "7946"]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def recruiter(user):
    return RecruiterFactory(
        owner=user, name="Zebediah Pike", firm=FirmFactory(owner=user, name="Quillon & Sons <Ltd>")
    )


# Who, what, when ---------------------------------------------------------------------------------


def test_it_says_who_what_when_and_how_to_reach_them(user, recruiter):
    promise = promised(user, recruiter=recruiter, firm=recruiter.firm)
    message = read(the_letter(user))
    below = text_of(message).split("-" * 20, 1)[1]
    assert "Two names for the interim role" in below
    assert "Zebediah Pike, Quillon & Sons <Ltd>" in below
    assert "today, Thursday 5 March at 17:00" in below
    assert "Call +44 20 7946 0000 (tel:+442079460000)" in below
    assert f"http://127.0.0.1:8000/promises/{promise.pk}/" in below
    assert "Times are in Europe/London." in below
    words = Words(html_of(message))
    assert "Two names for the interim role" in words.text
    assert "Zebediah Pike, Quillon & Sons <Ltd>" in words.text
    assert "tel:+442079460000" in words.links
    assert f"http://127.0.0.1:8000/promises/{promise.pk}/" in words.links


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/London", "today, Thursday 5 March at 17:00"),
        ("America/New_York", "today, Thursday 5 March at 12:00"),
        ("Asia/Tokyo", "today, Friday 6 March at 02:00"),
    ],
)
def test_the_moment_is_on_the_readers_clock(user, zone, words):
    promised(user, time_zone="Europe/London")
    User.objects.filter(pk=user.pk).update(time_zone=zone)
    message = read(the_letter(user))
    assert words in text_of(message)
    assert f"Times are in {zone.replace('_', ' ')}." in text_of(message)


def test_it_says_what_their_clock_shows(user, recruiter):
    recruiter.time_zone = "America/New_York"
    recruiter.save()
    promised(user, recruiter=recruiter)
    assert "at 17:00 (12:00 for them)" in text_of(read(the_letter(user)))


def test_it_says_their_day_when_it_is_another(user, recruiter):
    recruiter.time_zone = "Asia/Tokyo"
    recruiter.save()
    promised(user, recruiter=recruiter)
    assert "(Friday, 02:00 for them)" in text_of(read(the_letter(user)))


def test_it_says_by_the_end_of_which_day(user):
    promised(user, due_time=None)
    text = text_of(read(the_letter(user, DIGEST)))
    assert "by the end of today, Thursday 5 March" in text


def test_a_day_that_ends_elsewhere_ends_at_its_moment_here(user):
    promised(user, due_time=None, time_zone="Pacific/Auckland")
    text = text_of(read(the_letter(user, DIGEST)))
    assert "by today, Thursday 5 March at 11:00" in text


@pytest.mark.parametrize(
    ("due_on", "words"),
    [
        ("2026-03-05", "today, Thursday 5 March"),
        ("2026-03-06", "tomorrow, Friday 6 March"),
        ("2026-03-09", "Monday 9 March"),
        ("2027-03-09", "Tuesday 9 March 2027"),
    ],
)
def test_a_day_is_named_so_that_nobody_has_to_count(user, due_on, words):
    promise = promised(user, due_on=dt.date.fromisoformat(due_on))
    found = messages.when_words(promise, user, DUE)
    assert found == f"{words} at 17:00"


def test_what_they_owe_reads_as_theirs(user):
    promised(user, owed_by=Promise.Party.THEM, what="", kind=Promise.Kind.SEND_INFORMATION)
    text = text_of(read(the_letter(user, DUE + 60 * MINUTE)))
    assert "They promised: Send information" in text


def test_the_number_is_the_one_agreed_on_else_the_newest_known(user, recruiter):
    PhoneFactory(owner=user, recruiter=recruiter, number="+442079460001")
    PhoneFactory(owner=user, recruiter=recruiter, number="+442079460002")
    gone = PhoneFactory(owner=user, recruiter=recruiter, number="+442079460003")
    gone.trash()
    promised(user, recruiter=recruiter, phone="")
    assert "tel:+442079460002" in text_of(read(the_letter(user)))


def test_the_switchboard_is_better_than_nothing(user):
    firm = FirmFactory(owner=user, name="Quillon", switchboard="+442079460009")
    promised(user, recruiter=None, firm=firm, phone="")
    text = text_of(read(the_letter(user)))
    assert "tel:+442079460009" in text
    assert "\nQuillon\n" in text


def test_without_any_number_there_is_no_link_to_call(user, recruiter):
    assert not Phone.objects.of(user)
    promised(user, recruiter=recruiter, phone="")
    message = read(the_letter(user))
    assert "tel:" not in text_of(message) + html_of(message)


def test_links_lead_to_the_public_address(user, settings):
    settings.PUBLIC_URL = "https://calls.example.org"
    promise = promised(user)
    words = Words(html_of(read(the_letter(user))))
    keep = Link.about(Purpose.KEEP, promise, DUE).url
    snooze = Link.about(Purpose.SNOOZE, promise, DUE).url
    assert keep.startswith("https://calls.example.org/act/k.")
    assert words.links == [
        "tel:+442079460000",
        keep,
        f"https://calls.example.org/calls/new/?promise={promise.pk}",
        f"https://calls.example.org/promises/{promise.pk}/brief/",
        f"https://calls.example.org/promises/{promise.pk}/",
        f"{snooze}?until=hour",
        f"{snooze}?until=tomorrow",
        f"{snooze}?until=pick",
        "https://calls.example.org/",
        Link.to_mute(user.pk, DUE).url,
    ]


def test_it_loads_nothing_from_anywhere(user):
    """No picture, no style sheet, no script: opening it tells nobody."""
    promised(user)
    html = html_of(read(the_letter(user)))
    assert not re.search(r"<(img|script|link|iframe|object|form)\b|url\(|@import", html, re.I)


def test_the_text_alone_reads_well(user, recruiter):
    Preferences.objects.of(user).update(discreet_mail=False)
    promise = promised(user, recruiter=recruiter, firm=recruiter.firm)
    assert text_of(read(the_letter(user))).strip() == (
        "Two names for the interim role\n"
        "Zebediah Pike, Quillon & Sons <Ltd>\n"
        "today, Thursday 5 March at 17:00\n"
        "You have not talked yet.\n"
        "Call +44 20 7946 0000 (tel:+442079460000)\n"
        "\n"
        f"Kept: {Link.about(Purpose.KEEP, promise, DUE).url}\n"
        "Later (in an hour, tomorrow, another time): "
        f"{Link.about(Purpose.SNOOZE, promise, DUE).url}\n"
        f"Log the call now: http://127.0.0.1:8000/calls/new/?promise={promise.pk}\n"
        f"Open the brief: http://127.0.0.1:8000/promises/{promise.pk}/brief/\n"
        f"Open: http://127.0.0.1:8000/promises/{promise.pk}/\n"
        "\n"
        "Times are in Europe/London.\n"
        "All that is due: http://127.0.0.1:8000/\n"
        f"No more reminders by mail: {Link.to_mute(user.pk, DUE).url}"
    )


def test_what_is_kept_in_the_app_opens_nothing(user, recruiter):
    """The database would else hold, for weeks, what acts without signing in."""
    promise = promised(user, recruiter=recruiter)
    letter = the_letter(user)
    assert "/act/" in text_of(read(letter))
    assert "/act/" not in letter.text
    assert f"Open: http://127.0.0.1:8000/promises/{promise.pk}/\n" in letter.text
    assert "Two names for the interim role\nZebediah Pike\n" in letter.text


def test_words_that_look_like_such_a_link_are_kept(user):
    promised(user, what="Read example.net/act/now and http://example.net/act/now")
    assert "Read example.net/act/now and http" in the_letter(user).text


def test_there_is_one_strong_button(user):
    promised(user)
    html = html_of(read(the_letter(user)))
    buttons = re.findall(r'<a class="button" href="([^"]+)">([^<]+)</a>', html)
    assert buttons == [("tel:+442079460000", "Call +44 20 7946 0000")]


def test_without_a_number_the_button_is_kept(user):
    promise = promised(user, phone="")
    html = html_of(read(the_letter(user)))
    buttons = re.findall(r'<a class="button" href="([^"]+)">([^<]+)</a>', html)
    assert buttons == [(Link.about(Purpose.KEEP, promise, DUE).url, "Kept")]
    assert html.count("/act/k.") == 1


def test_what_they_owe_is_kept_by_them(user):
    promised(user, owed_by=Promise.Party.THEM, kind=Promise.Kind.SEND_INFORMATION)
    message = read(the_letter(user, DUE + 60 * MINUTE))
    assert "They did: http" in text_of(message)
    assert "Kept:" not in text_of(message)
    assert ">They did</a>" in html_of(message)


def test_without_a_recruiter_there_is_no_call_to_log(user):
    promised(user, recruiter=None, firm=FirmFactory(owner=user))
    assert "/calls/new/" not in text_of(read(the_letter(user)))


# Late --------------------------------------------------------------------------------------------


def test_what_goes_on_time_does_not_call_itself_late(user):
    promised(user)
    message = read(the_letter(user, DUE + MINUTE))
    assert not re.search(r"\blate\b", text_of(message), re.IGNORECASE)
    assert "card--late" not in html_of(message).split("</head>")[1]


def test_what_goes_late_says_so(user):
    promised(user)
    message = read(the_letter(user, DUE + 45 * MINUTE))
    assert "This was due on Thursday 5 March, 17:00. It goes out late" in text_of(message)
    assert "LATE: Two names" in text_of(message)
    assert "goes out late" in Words(html_of(message)).text


def test_what_goes_late_for_the_mail_servers_sake_says_that(user):
    promised(user)
    gather(DUE)
    Mail.across_owners.update(attempts=2)
    text = text_of(read(the_letter(user, DUE + 45 * MINUTE)))
    assert "the mail server could not be reached" in text


# Several -----------------------------------------------------------------------------------------


def test_a_digest_names_each_promise_once_soonest_first(user):
    for day, what in ((6, "second"), (5, "first"), (9, "third")):
        promised(user, due_time=None, due_on=dt.date(2026, 3, day), what=what, phone="")
    Preferences.objects.of(user).update(discreet_mail=False)
    # By the 9th, when the third is due, the others are overdue.
    text = text_of(read(the_letter(user, utc("2026-03-09 08:30"))))
    whats = [line for line in text.splitlines() if line.endswith(("First", "Second", "Third"))]
    assert whats == ["LATE: First", "LATE: Second", "Third"]


@pytest.mark.parametrize(
    ("how_many", "now", "subject"),
    [
        (1, DIGEST, "One thing for today"),
        (3, DIGEST, "3 things for today"),
        (3, DIGEST + 45 * MINUTE, "3 things you missed"),
    ],
)
def test_a_subject_of_several_counts_them(user, how_many, now, subject):
    for _ in range(how_many):
        promised(user, due_time=None)
    assert read(the_letter(user, now))["Subject"] == subject


def test_a_mail_of_hundreds_names_fifty_and_counts_the_rest(user, monkeypatch):
    monkeypatch.setattr(messages, "MOST", 3)
    for _ in range(5):
        promised(user, due_time=None)
    message = read(the_letter(user, DIGEST))
    assert text_of(message).count("Two names") == 3
    assert "And 2 more." in text_of(message)
    assert "And 2 more." in Words(html_of(message)).text


# Discreet ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", [DUE, DUE + 45 * MINUTE])
@pytest.mark.parametrize("how_many", [1, 3])
@pytest.mark.parametrize("due_time", [dt.time(17), None])
def test_a_passer_by_sees_no_name(user, recruiter, moment, how_many, due_time):
    for _ in range(how_many):
        promised(user, recruiter=recruiter, firm=recruiter.firm, due_time=due_time)
    now = moment if due_time else moment - 9 * 60 * MINUTE
    gather(now)
    for mail in Mail.across_owners.select_related("owner"):
        letter = messages.compose(
            mail, messages.contents_of([mail])[mail.pk], now, sender="wordkeeper@example.org"
        )
        message = read(letter)
        html = html_of(message)
        seen = [
            message["Subject"],
            message["From"],
            text_of(message)[:PREVIEW],
            " ".join(text_of(message).split())[:PREVIEW],
            html[:PREVIEW],
            Words(html).text[:PREVIEW],
            html.split("</head>")[0],
            *(str(value) for name, value in message.items() if name != "To"),
        ]
        for words in seen:
            assert not [name for name in NAMES if name in words], words
        for name in NAMES:
            assert name in text_of(message)
            assert name in html


def test_who_wants_no_discretion_sees_at_once_what_it_is_about(user, recruiter):
    Preferences.objects.of(user).update(discreet_mail=False)
    promised(user, recruiter=recruiter)
    message = read(the_letter(user))
    assert message["Subject"] == (
        "Two names for the interim role: Zebediah Pike, today, Thursday 5 March at 17:00"
    )
    assert text_of(message).startswith("Two names for the interim role\nZebediah Pike\n")


# Headers -----------------------------------------------------------------------------------------


def test_its_headers_keep_machines_from_answering_and_readers_from_mixing(user):
    promise = promised(user)
    letter = the_letter(user)
    message = read(letter)
    mail = Mail.objects.of(user).get()
    assert message["Message-ID"] == mail.message_id
    assert message["References"] == f"<promise-{promise.pk}@127.0.0.1>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "Wordkeeper <wordkeeper@example.org>"
    assert message["To"] == "ann@example.org"
    assert message["Date"].datetime == DUE
    assert message.defects == []


def test_all_mails_about_one_promise_refer_to_the_same(user):
    promised(user)
    first = read(the_letter(user))["References"]
    Mail.across_owners.update(state=Mail.State.CANCELLED)
    with time_machine.travel(DUE, tick=False):
        promise = Promise.objects.of(user).get()
        promise.snooze(due_on=dt.date(2026, 3, 6), due_time=dt.time(9), time_zone="Europe/London")
    gather(utc("2026-03-06 09:00"))
    mail = Mail.across_owners.select_related("owner").latest("pk")
    contents = messages.contents_of([mail])[mail.pk]
    letter = messages.compose(mail, contents, DUE, sender="wordkeeper@example.org")
    assert read(letter)["References"] == first
    assert read(letter)["Message-ID"] != first


def test_a_mail_about_several_promises_refers_to_none(user):
    promised(user, due_time=None)
    promised(user, due_time=None)
    assert read(the_letter(user, DIGEST))["References"] is None


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("calls.example.org", "calls.example.org"),
        ("anrufe.exämple.org", "anrufe.xn--exmple-cua.org"),
        ("::1", "[::1]"),
    ],
)
def test_a_message_id_is_one_on_any_host(settings, host, domain):
    from followups.models.mail import make_message_id

    settings.PUBLIC_HOST = host
    assert re.fullmatch(rf"<[0-9a-f]{{32}}@{re.escape(domain)}>", make_message_id())


@pytest.mark.parametrize("discreet", [True, False])
def test_no_name_or_promise_can_add_a_header(user, discreet):
    Preferences.objects.of(user).update(discreet_mail=discreet)
    evil = "Zoë\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script>"
    recruiter = RecruiterFactory(
        owner=user, name=evil, firm=FirmFactory(owner=user, name=f"f{evil}")
    )
    promised(user, recruiter=recruiter, firm=recruiter.firm, what=evil)
    message = read(the_letter(user))
    assert message["Bcc"] is None
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert "<script>" not in html_of(message)
    assert "&lt;script&gt;" in html_of(message)


def test_the_longest_names_there_can_be_fit(user):
    Preferences.objects.of(user).update(discreet_mail=False)
    recruiter = RecruiterFactory(
        owner=user, name="Ö" * 200, firm=FirmFactory(owner=user, name="x" * 200)
    )
    promised(user, recruiter=recruiter, firm=recruiter.firm, what="日" * 200)
    message = read(the_letter(user))
    assert message["Subject"].startswith("日" * 200 + ": " + "Ö" * 200)
    assert "x" * 200 in text_of(message)


# A test, and many at once ------------------------------------------------------------------------


def test_a_test_says_that_it_is_one(user):
    mail = MailFactory(owner=user, kind=Mail.Kind.TEST)
    letter = messages.compose(
        mail, messages.contents_of([mail])[mail.pk], DUE, sender="wordkeeper@example.org"
    )
    message = read(letter)
    assert message["Subject"] == "A test"
    assert "This is the test you asked for." in text_of(message)
    assert "This is the test you asked for." in Words(html_of(message)).text


def test_a_mail_in_which_nothing_is_wanted_any_more_is_none(user):
    promise = promised(user)
    gather(DUE)
    promise.keep()
    mail = Mail.across_owners.select_related("owner").get()
    contents = messages.contents_of([mail])[mail.pk]
    assert messages.compose(mail, contents, DUE, sender="wordkeeper@example.org") is None


def test_a_batch_is_read_in_as_many_queries_as_one_mail(user, django_assert_num_queries):
    for number in range(10):
        owner = user if number % 2 else UserFactory()
        recruiter = promised(owner).recruiter
        PhoneFactory(owner=owner, recruiter=recruiter)
        CallFactory(owner=owner, recruiter=recruiter, opportunity=OpportunityFactory(owner=owner))
    gather(DUE)
    mails = list(Mail.across_owners.select_related("owner"))
    for some in (mails[:1], mails):
        with django_assert_num_queries(7):
            contents = messages.contents_of(some)
    with django_assert_num_queries(0):
        for mail in mails:
            messages.compose(mail, contents[mail.pk], DUE, sender="wordkeeper@example.org")
