"""How sign-in by django-allauth fits this product."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts import way_out


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.REGISTRATION_OPEN

    def get_from_email(self) -> str:
        server = way_out.server()
        return server.sender if server else settings.DEFAULT_FROM_EMAIL

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing on sign-in: “signed in as ann@…” is for nobody at the next desk."""
