"""A mail as its reader gets it: composed by the engine, and taken apart."""

import datetime as dt
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

from accounts.models import Preferences, User
from followups import messages
from followups.delivery import gather
from followups.models import Mail, Promise
from tests.factories import PromiseFactory
from tests.followups.conftest import utc

MONDAY = utc("2026-03-02 07:30")
DUE = utc("2026-03-05 17:00")
DIGEST = utc("2026-03-05 08:00")
MINUTE = dt.timedelta(minutes=1)


def promised(owner: User, **fields) -> Promise:
    values = {
        "due_on": dt.date(2026, 3, 5),
        "due_time": dt.time(17),
        "what": "Two names for the interim role",
        "phone": "+442079460000",
    }
    Preferences.objects.of(owner).update(lead_minutes=0)
    return PromiseFactory(owner=owner, **{**values, **fields})


def the_letter(owner: User, now: dt.datetime = DUE) -> messages.Letter:
    """The one mail that is due to `owner` at `now`, as it is written."""
    gather(now)
    mail = Mail.across_owners.select_related("owner").get(owner=owner)
    letter = messages.compose(
        mail, messages.contents_of([mail])[mail.pk], now, sender="wordkeeper@example.org"
    )
    assert letter is not None
    return letter


def read(letter: messages.Letter) -> EmailMessage:
    message = message_from_bytes(letter.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return part.get_content()


class Words(HTMLParser):
    """What a mail program shows of HTML in its list: the words, without head and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hidden = 0
        self.words: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag in {"style", "script"}:
            self.hidden += 1
        self.links += [value for name, value in attrs if name in {"href", "src"} and value]

    def handle_endtag(self, tag):
        if tag in {"style", "script"}:
            self.hidden -= 1

    def handle_data(self, data):
        if not self.hidden:
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)
