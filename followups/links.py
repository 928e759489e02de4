"""Links of a mail that act without signing in: signed, for one purpose, expiring, once only.

A link names its purpose, its user, a promise and that promise's revision; the signature is the
proof (DESIGN section 7). Whoever has it may do what it says and sees what the mail itself says.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.models import Preferences, User
from accounts.owned import StaleVersion
from followups.models import Promise, UsedLink
from followups.models.promise import Refused
from followups.reminders import preferences_of

SALT = "followups.links"
# From the moment at which the mail is written.
LASTS = dt.timedelta(days=14)
# Who wants no more mails finds the link in an old one, too.
MUTE_LASTS = dt.timedelta(days=365)


class Purpose(StrEnum):
    """What a link is for: the first letter of its token."""

    KEEP = "k"
    SNOOZE = "s"
    # Takes back what a KEEP link did. It stands on the page behind that link alone.
    UNDO = "u"
    MUTE = "m"


class Unknown(Exception):
    """No link of ours, or expired, or about something that is gone: which of them, is not told."""


class Result(Enum):
    DONE = "done"
    # This very link has been used before: nothing was done.
    USED = "used"
    # The promise is no longer as the link knows it: nothing was done.
    CHANGED = "changed"


@dataclass(frozen=True)
class Link:
    """What a token says. `expires` and `due` are seconds since 1970, in UTC."""

    purpose: Purpose
    user: int
    expires: int
    promise: int = 0
    # The moment and the words that the mail gave the promise, to tell what has changed since.
    due: int = 0
    words: str = ""
    revision: int = 0

    @classmethod
    def about(cls, purpose: Purpose, promise: Promise, now: dt.datetime) -> Link:
        """A link for a mail that is written at `now` (UTC)."""
        return cls(
            purpose,
            promise.owner_id,
            _seconds(now + LASTS),
            promise.pk,
            _seconds(promise.due_utc),
            words_of(promise),
            promise.revision,
        )

    @classmethod
    def to_mute(cls, user: int, now: dt.datetime) -> Link:
        return cls(Purpose.MUTE, user, _seconds(now + MUTE_LASTS))

    # The token -----------------------------------------------------------------------------------

    @property
    def token(self) -> str:
        numbers = (self.user, self.expires, self.promise, self.due, self.revision)
        said = ".".join([self.purpose, *map(signing.b62_encode, numbers), self.words])
        return _signer(self.purpose).sign(said)

    @property
    def url(self) -> str:
        return f"{settings.PUBLIC_URL}{act_path()}{self.token}/"

    @classmethod
    def read(cls, token: str, now: dt.datetime) -> Link:
        """The link behind a token; raises `Unknown`. At the moment of its expiry it is over."""
        try:
            said = _signer(token[:1]).unsign(token)
            purpose, *numbers, words = said.split(".")
            user, expires, promise, due, revision = map(signing.b62_decode, numbers)
            link = cls(Purpose(purpose), user, expires, promise, due, words, revision)
        except (signing.BadSignature, ValueError) as error:
            raise Unknown from error
        if now.timestamp() >= link.expires:
            raise Unknown
        return link

    @property
    def digest(self) -> str:
        """Stands for the link among the used ones: what it was in the mail, whatever revision a
        page has given it since, so that all that came of it are one."""
        first = replace(self, revision=0)
        return salted_hmac(f"{SALT}.used", first.token, algorithm="sha256").hexdigest()

    @property
    def expires_at(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.expires, dt.UTC)

    @property
    def due_utc(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.due, dt.UTC)

    def anew(self, promise: Promise, purpose: Purpose | None = None) -> Link:
        """The same link for the promise as it is now. It lives no longer than this one."""
        return replace(self, purpose=purpose or self.purpose, revision=promise.revision)

    # What it is about ----------------------------------------------------------------------------

    def find_user(self) -> User:
        user = User.objects.filter(pk=self.user, is_active=True).first()
        if user is None:
            raise Unknown
        return user

    def find_promise(self) -> Promise:
        """The promise, of this link's own user and not in the trash; else `Unknown`."""
        rows = Promise.objects.of(self.user).with_names()
        promise = rows.filter(pk=self.promise).first()
        if promise is None:
            raise Unknown
        return promise

    def find_used(self) -> UsedLink | None:
        return UsedLink.objects.of(self.user).filter(digest=self.digest).first()

    def says_the_same(self, promise: Promise) -> bool:
        """Whether the mail said of the promise what would be said of it now, but for the moment."""
        return self.words == words_of(promise)

    def has_kept(self, promise: Promise) -> UsedLink | None:
        """The use of the KEEP link that ended this promise, if it was that and nothing since."""
        used = replace(self, purpose=Purpose.KEEP).find_used()
        return used if used and not promise.is_open and promise.ended_at == used.used_at else None

    def has_moved(self, promise: Promise) -> str:
        """What the SNOOZE link of the same mail has done to an open promise, for its KEEP link:
        "here" if that is all there was since, "before" if something else came, "" if nothing."""
        if (
            self.purpose != Purpose.KEEP
            or not promise.is_open
            or promise.revision == self.revision
        ):
            return ""
        if replace(self, purpose=Purpose.SNOOZE).find_used() is None:
            return ""
        return "here" if promise.revision == self.revision + 1 else "before"

    def use(self, now: dt.datetime, change: Callable[[Promise], None]) -> Result:
        """Do `change` to the promise, once; raises `Unknown` if it is gone.

        1. The preferences are held, as every change of a promise holds them first: of many
           presses at once one is before the others, and an edit is before or after.
        2. Nothing is done with a link that was used, or for a promise that is another by now.
        3. The use is noted in the same transaction as the change. Its digest is unique, so
           even without the first step there would be one.
        """
        try:
            with transaction.atomic():
                preferences_of(self.user)
                promise = self.find_promise()
                if self.find_used():
                    return Result.USED
                if promise.revision != self.revision or not self._fits(promise):
                    return Result.CHANGED
                UsedLink.note(self.user, self.digest, expires_at=self.expires_at, now=now)
                change(promise)
        except (StaleVersion, Refused):
            return Result.CHANGED
        except IntegrityError:
            if self.find_used():
                return Result.USED
            raise
        return Result.DONE

    def _fits(self, promise: Promise) -> bool:
        if self.purpose == Purpose.UNDO:
            return self.has_kept(promise) is not None
        return promise.is_open

    def mute(self, now: dt.datetime) -> None:
        """What a MUTE link does, and all that it can do."""
        preferences = Preferences.objects.of(self.user).first()
        if self.purpose != Purpose.MUTE or preferences is None:
            raise Unknown
        preferences.mute(now)


@functools.cache
def act_path() -> str:
    """What stands before a token. Asked for once: to look it up takes longer than to sign."""
    return reverse("followups:act", args=["-"]).removesuffix("-/")


def words_of(promise: Promise) -> str:
    """A short mark of what a mail says of a promise, the same as long as that is the same."""
    who = (part.name if part else "" for part in (promise.recruiter, promise.firm))
    said = (promise.owed_by, promise.kind, promise.what, promise.how_many, *who)
    # As text: a choice that was not yet saved is no plain string.
    text = repr([str(part) for part in said])
    return salted_hmac(f"{SALT}.words", text, algorithm="sha256").hexdigest()[:10]


def _seconds(moment: dt.datetime) -> int:
    return int(moment.timestamp())


def _signer(purpose: str) -> signing.Signer:
    """A salt for each purpose: a token of one is none of another, whatever letter it begins with."""
    return signing.Signer(salt=f"{SALT}.{purpose}", sep=".")
