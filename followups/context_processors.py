"""What every whole page shows of the reminder engine."""

import functools

from django.http import HttpRequest

from followups.health import Trouble, troubles_for


def troubles(request: HttpRequest) -> dict[str, object]:
    """`troubles`, asked for only by the page's frame, so a fragment costs no query."""

    @functools.cache
    def ask() -> list[Trouble]:
        user = getattr(request, "user", None)
        return troubles_for(user) if user is not None and user.is_authenticated else []

    return {"troubles": ask}
