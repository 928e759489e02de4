"""The key of a form that is written by hand."""

import uuid

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.saved_once import FIELD

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    """The hidden field by which a form for a new row is saved once (accounts/saved_once.py)."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid.uuid4())
