"""Phone numbers as people read them."""

from django import template

from accounts import phones

register = template.Library()


@register.filter
def phone_words(number: str) -> str:
    """“+12125550100” as “+1 212-555-0100”."""
    return phones.display(number)
