"""A call sheet, filled in as a browser would send it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client

from accounts.models import User
from calls.models import Call
from tests.pages import fill_in

SHEET = "/calls/new/"
# A working day in winter; 09:30 in London.
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
# Something in every field.
FULL = {
    **{"who": "Grace", "firm": "northgate", "phone": "020 7946 0018", "notes": "Rang"},
    **{"occurred_at": "2026-11-24T09:15", "direction": "incoming", "outcome": "talked"},
    **{"purpose": "assignment", "position": "cfo", "client": "acme", "withheld_why": "listed"},
    **{"basis": "retained", "jd": "received", "location": "Leeds", "reports_to": "the board"},
    **{"aesc_member": "yes", "founded": "1999", "past_clients": "Globex"},
    **{"found_me_through": "LinkedIn", "named_by": "Tom", "resume_wanted": "yes"},
    **{"next_step": "They ring", "vet": "on"},
    **{"callback_number": "020 7946 0001", "best_times": "after six"},
    **{"told_pay": "120 base", "told_interest": "as CFO only", "pass_on": "yes"},
    **{"told_availability": "from May"},
}


def sheet(client: Client, /, **typed: Any) -> dict[str, Any]:
    """The empty sheet, with what was typed into it."""
    return fill_in(client, SHEET, having="who", **typed)


def promise_line(number: int = 0, **values: str) -> dict[str, str]:
    line = {"owed_by": "me", "kind": "call_back", "due_on": "2026-11-24", "due_time": "18:00"}
    fields = {f"promises-{number}-{name}": value for name, value in {**line, **values}.items()}
    return {"promises-TOTAL_FORMS": str(number + 1), **fields}


def only_call(user: User) -> Call:
    return Call.objects.of(user).get()
