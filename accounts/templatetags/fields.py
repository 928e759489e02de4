"""What a page says of a field."""

from django import forms, template

register = template.Library()


@register.filter
def is_needed(bound: forms.BoundField) -> bool:
    """Whether a form is refused without it, so that its label says “needed”.

    Not of a choice that always has an answer: there is nothing to fill in.
    """
    field = bound.field
    if not field.required or bound.is_hidden:
        return False
    if isinstance(field.widget, forms.RadioSelect):
        return bound.initial in (None, "", [])
    if isinstance(field.widget, forms.Select):
        return any(value in {None, ""} for value, _label in field.choices)  # type: ignore[attr-defined]
    return True
