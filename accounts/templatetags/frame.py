"""The frame around every page, which is the same for everybody."""

import functools
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.urls import get_script_prefix
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

# Stands in a kept part for the token of its forms, which is another in each request.
TOKEN = "csrf-token-of-this-request"  # noqa: S105 (no password)


@register.simple_tag(takes_context=True)
def frame(context: dict[str, Any], name: str, **shown: Any) -> SafeString:
    """The template `name`, which shows nothing but `shown`: made once, and then kept.

    With its thirty addresses and words the navigation alone takes as long as a whole empty request.
    """
    made = _made.__wrapped__ if settings.DEBUG else _made
    html = made(name, get_language(), get_script_prefix(), tuple(shown.items()))
    return mark_safe(html.replace(TOKEN, str(context.get("csrf_token", ""))))  # noqa: S308


@functools.lru_cache(maxsize=256)
def _made(name: str, language: str, prefix: str, shown: tuple[tuple[str, Any], ...]) -> str:
    """`language` and `prefix` (of addresses) are what it depends on beside what it shows."""
    return get_template(name).render({**dict(shown), "csrf_token": TOKEN})
