"""Where one is."""

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def page_here(context: dict[str, Any]) -> str:
    """The address of this page, for a form's `next`; "" where it answers a post.

    What was posted cannot be gone back to: a form on a refused page leads to its row's own page.
    """
    request = context.get("request")
    return request.get_full_path() if request and request.method == "GET" else ""
