"""What SpamAssassin's own rules, with no network, think of the mails that Wordkeeper writes."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Preferences, User
from contacts.models import Recruiter
from followups import messages
from followups.models import Mail, Promise, Reminder
from tests.factories import FirmFactory, MailFactory, PromiseFactory, RecruiterFactory

WORST = 2.0

pytestmark = pytest.mark.skipif(
    shutil.which("spamassassin") is None,
    reason="Optional: SpamAssassin is not installed (Debian, Ubuntu: apt install spamassassin)",
)


def promised(recruiter: Recruiter, what: str) -> Promise:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    return PromiseFactory(
        owner=recruiter.owner,
        recruiter=recruiter,
        firm=recruiter.firm,
        what=what,
        due_on=tomorrow,
        due_time=dt.time(17),
        phone="+442079460958",
    )


def letter(owner: User, kind: str, promises: list[Promise]) -> bytes:
    now = timezone.now()
    mail = MailFactory(owner=owner, kind=kind, due_utc=now)
    for promise in promises:
        Reminder.across_owners.filter(pk=promise.reminders.first().pk).update(mail=mail)
    contents = messages.contents_of([mail])[mail.pk]
    written = messages.compose(mail, contents, now, sender="ann@example.org")
    assert written is not None
    return written.content.replace(b"\r\n", b"\n")


def every_mail(owner: User) -> dict[str, bytes]:
    found = {}
    firm = FirmFactory(owner=owner, name="Lovelace & Partners")
    recruiter = RecruiterFactory(owner=owner, firm=firm, name="Grace Hopper")
    for discreet in (True, False):
        Preferences.objects.of(owner).update(discreet_mail=discreet)
        manner = "discreet" if discreet else "open"
        what = ("two names for the interim role", "the résumé, as a PDF", "an answer by Friday")
        promises = [promised(recruiter, words) for words in what]
        found[f"{manner} reminder"] = letter(owner, Mail.Kind.REMINDER, promises[:1])
        found[f"{manner} digest"] = letter(owner, Mail.Kind.DIGEST, promises)
        found[f"{manner} catch-up"] = letter(owner, Mail.Kind.CATCH_UP, promises)
        found[f"{manner} test"] = letter(owner, Mail.Kind.TEST, [])
    return found


def test_no_mail_looks_like_spam(user: User, tmp_path: Path) -> None:
    mails = every_mail(user)
    box = tmp_path / "box"
    box.write_bytes(
        b"".join(
            b"From ann@example.org Thu Mar  5 17:00:00 2026\n"
            + re.sub(rb"(?m)^From ", b">From ", content)
            + b"\n"
            for content in mails.values()
        )
    )
    judged = subprocess.run(
        [
            *("spamassassin", "-L", "-t", "--mbox", "-x"),
            *("--siteconfigpath", "/etc/spamassassin", "--prefspath", str(tmp_path / "prefs")),
            str(box),
        ],
        capture_output=True,
        text=True,
        errors="replace",
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        timeout=300,
    )
    unfolded = re.sub(r"\n[ \t]+", " ", judged.stdout)
    scores = re.findall(r"^X-Spam-Status: \w+, score=(-?[\d.]+).*?tests=(\S*)", unfolded, re.M)
    assert len(scores) == len(mails), judged.stderr
    verdicts = {
        name: (float(score), rules) for name, (score, rules) in zip(mails, scores, strict=True)
    }
    assert all(score < WORST for score, _rules in verdicts.values()), verdicts
