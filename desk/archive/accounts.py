"""Whose archive it is, as a command is told."""

from __future__ import annotations

from accounts.models import User
from desk.backup.archive import BackupError


def account(email: str) -> User:
    """The account of this address. Raises `BackupError` if there is none."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise BackupError(
            "There is no account of this address here: make it first, in the browser."
        )
    return user
