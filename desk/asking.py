"""What is not known yet: as the question one would ask, and in a word for a list."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from desk.forms.call_sheet import CallSheetForm

# By the names that desk/questions.py gives them; the call sheet has their words.
QUESTIONS: dict[str, Any] = {
    name: CallSheetForm.base_fields[name].label
    for name in ("aesc_member", "founded", "past_clients", "found_me_through", "next_step")
}
# Of an assignment, as a list of what to ask: several stand on one line of the brief.
OF_AN_ASSIGNMENT: dict[str, Any] = {
    "client": _("who the client is"),
    "withheld_why": _("why it is withheld"),
    "jd": _("a job description"),
    "basis": _("retained or contingent"),
    "location": _("where it is"),
    "reports_to": _("whom it reports to"),
}
