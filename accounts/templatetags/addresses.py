"""Where one is."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def page_here(context: dict[str, Any]) -> str:
    """The address of this page, for a form's `next`; "" where it answers a post.

    What was posted cannot be gone back to: a form on a refused page leads to its row's own page.
    """
    request = context.get("request")
    return request.get_full_path() if request and request.method == "GET" else ""


@register.simple_tag(takes_context=True)
def form_fields(context: dict[str, Any]) -> SafeString:
    """What the forms of a row have in common, for a row of many: their token, and `next`."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="next" value="{}">',
        context.get("csrf_token", ""),
        page_here(context),
    )
