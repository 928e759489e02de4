"""What happens in a lower room and matters in a higher one."""

from typing import Any

from accounts.models import Preferences
from followups.reminders import replan_all


def replan_after_preferences(sender: Any, preferences: Preferences, **kwargs: Any) -> None:
    """Other lead times, quiet hours or another zone: what has not gone is planned anew."""
    replan_all(preferences.owner_id)
