"""The way in to an empty installation: the first visit makes the first account."""

import base64
import hmac

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import User


class AlreadyMade(Exception):
    """Somebody else made the first account; registration is closed now."""


def exists() -> bool:
    return User.objects.filter(is_founder=True).exists()


def setup_code() -> str:
    """The one-time code asked for where others than this machine could come first.

    It is derived from the installation's key, so that every process knows it and nothing has to
    be stored; it is of no use once the first account stands.
    """
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"wordkeeper first account", "sha256")
    letters = base64.b32encode(digest)[:12].decode().lower()
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def is_setup_code(typed: str) -> bool:
    own = setup_code().replace("-", "")
    given = "".join(typed.lower().split()).replace("-", "")
    return hmac.compare_digest(own.encode(), given.encode())


def setup_code_message() -> str | None:
    """The line to print at the start while the first account is still to be made with a code."""
    if not settings.SETUP_CODE_REQUIRED:
        return None
    try:
        if exists():
            return None
    except DatabaseError:
        return None  # not migrated yet: the web page will say so
    return f"The first account can be made with this one-time code: {setup_code()}"


def make(*, email: str, password: str, time_zone: str) -> User:
    """Make the founder's account, once.

    The constraint `one_founder` decides between two who come at the same moment. Raises
    `AlreadyMade` for the second.
    """
    try:
        with transaction.atomic():
            if exists():
                raise AlreadyMade
            return User.objects.create_user(email, password, time_zone=time_zone, is_founder=True)
    except (IntegrityError, ValidationError) as error:
        # The other came between the look and the insert, or between the look and the validation.
        if exists():
            raise AlreadyMade from error
        raise
