"""Who I am: the user, what they prefer, and what they keep ready."""

from accounts.models.kit import Compensation, Kit, Resume, resume_path
from accounts.models.saved_form import SavedForm
from accounts.models.trash_group import IN_TRASH_FOR, TrashGroup, in_words
from accounts.models.user import (
    Preferences,
    User,
    UserManager,
    every_working_day,
    validate_time_zone,
)

__all__ = [
    "IN_TRASH_FOR",
    "Compensation",
    "Kit",
    "Preferences",
    "Resume",
    "SavedForm",
    "TrashGroup",
    "User",
    "UserManager",
    "every_working_day",
    "in_words",
    "resume_path",
    "validate_time_zone",
]
