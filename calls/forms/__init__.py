"""Forms for what was said."""

from calls.forms.calls import CallForm, LocalDateTimeField
from calls.forms.opportunities import OpportunityForm

__all__ = ["CallForm", "LocalDateTimeField", "OpportunityForm"]
