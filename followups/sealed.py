"""Secrets that must be kept and read again: encrypted under a key that follows from SECRET_KEY.

A copy of the database alone does not give them away. What each seal is for is part of its key
(HKDF, RFC 5869), so that what was sealed for one purpose cannot be opened for another.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """It was sealed under another key or for another purpose, is too old, or is damaged."""


def _lock(purpose: str) -> Fernet:
    label = f"wordkeeper: {purpose}".encode()
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))


def seal(text: str, purpose: str) -> str:
    return _lock(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str, *, within: int | None = None) -> str:
    """What was sealed, if not more than `within` seconds ago; raises `Unreadable`."""
    try:
        return _lock(purpose).decrypt(sealed.encode(), ttl=within).decode()
    except (InvalidToken, ValueError) as error:
        raise Unreadable from error
