"""Why a moment is asked back, each in one short sentence that says what to write instead."""

from django.utils.translation import gettext as _


class Ask(Exception):
    """A reason to ask, on its way to the caller who knows the words."""


def not_understood() -> str:
    return _("Not understood. Write a day and, if you like, a time: “Thu 4pm”, “24 Nov”.")


def two_moments() -> str:
    return _("There are two moments here. Write one day, and one time if there is one.")


def too_far() -> str:
    return _("That is too far away. Write a date, such as “24 Nov”.")


def window() -> str:
    return _("This leaves a choice. Write one day, and one time if there is one.")


def over() -> str:
    return _("That is over already. Write a day and time to come.")


def no_such_day() -> str:
    return _("There is no such day. Write a date, such as “24 Nov”.")


def bare_hour(hour: int) -> str:
    return _("Morning or afternoon? Write “%(am)s” or “%(pm)s”.") % {
        "am": f"{hour}am",
        "pm": f"{hour}pm",
    }


def midnight() -> str:
    return _("Midnight belongs to two days. Write the day and “23:59”, or the next day.")


def no_such_time() -> str:
    return _("There is no such time. Write it like “16:30” or “4:30pm”.")
