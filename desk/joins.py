"""What happens in a lower room and matters in a higher one."""

from collections.abc import Collection
from typing import Any

from accounts.models import Preferences
from desk.purge import purge_if_due
from followups.reminders import PLANNED_BY, replan_all


def replan_after_preferences(
    sender: Any, preferences: Preferences, changed: Collection[str], **kwargs: Any
) -> None:
    """Other lead times, quiet hours or another zone: what has not gone is planned anew.

    A new plan is a new revision and a new version of every open promise. What no plan asks for,
    such as the hour that "evening" means, is not worth the conflicts with edits begun before.
    """
    if PLANNED_BY.intersection(changed):
        replan_all(preferences.owner_id)


def empty_trash_while_delivering(sender: Any, **kwargs: Any) -> None:
    """Without Celery there is no beat: `deliver --loop` sees to the trash, once a day."""
    purge_if_due()
