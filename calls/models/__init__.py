"""What was said: calls, opportunities, whom my résumé went to, what was told, who was named."""

from calls.models.call import Call, CallQuerySet, validate_has_happened
from calls.models.opportunity import Opportunity, StageChange
from calls.models.referral import Referral
from calls.models.submission import Disclosure, Submission

__all__ = [
    "Call",
    "CallQuerySet",
    "Disclosure",
    "Opportunity",
    "Referral",
    "StageChange",
    "Submission",
    "validate_has_happened",
]
