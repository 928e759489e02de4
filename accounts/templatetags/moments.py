"""Moments as one says them, on the active (the user's own) clock."""

import datetime as dt

from django import template
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def day_words(day: dt.date, today: dt.date | None = None) -> str:
    """A day, short: “today”, “Thu” within a week ahead, “12 Oct”, “12 Oct 2025”."""
    today = today or timezone.localdate()
    match (day - today).days:
        case -1:
            return str(_("yesterday"))
        case 0:
            return str(_("today"))
        case 1:
            return str(_("tomorrow"))
        case ahead if 1 < ahead < 7:
            return formats.date_format(day, "D")
    same_year = day.year == today.year
    return formats.date_format(day, "j M" if same_year else "j M Y")


@register.filter
def local_day(moment: dt.datetime) -> dt.date:
    """The day of a UTC moment, on the active clock."""
    return timezone.localtime(moment).date()


@register.filter
def moment_words(moment: dt.datetime) -> str:
    """A UTC moment: “Today 09:42”, “Thu 16:00”, “12 Oct 2025, 09:42”."""
    return capfirst(moment_within(moment))


@register.filter
def moment_within(moment: dt.datetime) -> str:
    """The same within a sentence: “last today 09:42”."""
    local = timezone.localtime(moment)
    day = day_words(local.date())
    # “Thu 16:00”, but “12 Oct, 16:00”: two numbers side by side want a comma.
    named = -1 <= (local.date() - timezone.localdate()).days < 7
    return f"{day} {local:%H:%M}" if named else f"{day}, {local:%H:%M}"


@register.filter
def due_words(promise: object) -> str:
    """When a promise is due: its time if that is today, else its day (and time)."""
    at, on = promise.due_time, promise.due_on  # type: ignore[attr-defined]
    if at is None:
        return capfirst(day_words(on))
    local = timezone.localtime(promise.due_utc)  # type: ignore[attr-defined]
    if local.date() == timezone.localdate():
        return f"{local:%H:%M}"
    return moment_words(promise.due_utc)  # type: ignore[attr-defined]
