"""What the mail server's log and the database say at the end, and nothing else does.

Only `read_changes` is told by somebody besides: when the changes of promises were committed, which
no database keeps. All processes are on one machine and read one clock.

- lost: a reminder was due and is wanted still (not cancelled, of the promise's present revision,
  the promise open), and no mail in the log is the one that stands as sent with it. One that is
  held stands before its user as possibly arrived; it is counted apart. Lost is also what has no
  such row, and should: the last moment that has passed in the plan of an open promise, if it was
  planned once. An ending that was undone must not cost it.
- early: the server asked for a mail's body before one of its reminders was due.
- after a cancel: a promise was ended, trashed or moved, that was committed, and a mail about the
  old moment began after all. A mail begins when `Mail.begin` is committed, which holds the
  promise's row, as the change does; so the database has put the two in order, and the change
  itself has read it: what stood in no mail, or in one that was scheduled or claimed and never in
  doubt, had not begun and must not be in the log at all. What had begun before must not be asked
  for again after the commit. What is asked for after an “undo” had begun to be saved is wanted.
- twice: a Message-ID is in the log more than once, or two Message-IDs are there for the same
  reminder (promise, occasion and moment), without the mail's mark `ambiguous`.
- unsettled: a mail is neither sent, cancelled nor held at the end; or stands as sent, and the
  server never took it.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.mail_server import Accepted, read_log

# A reminder, whatever row stands for it: promise, occasion, moment.
Key = tuple[int, str, float]


@dataclass
class Verdict:
    """Figures to print, and what must not be: each violation is one line."""

    figures: dict[str, int | float | str] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {"figures": self.figures, "violations": self.violations}


@dataclass
class Row:
    """A reminder as the database has it at the end."""

    key: Key
    is_due: bool
    is_wanted: bool
    is_cancelled: bool
    mail: str | None


def read_changes(notes: Path | None) -> list[dict[str, Any]]:
    if notes is None or not notes.exists():
        return []
    changes = []
    for line in notes.read_text().splitlines():
        try:
            changes.append(json.loads(line))
        except ValueError:  # its writer was killed in the middle of it
            continue
    return changes


def judge(log: Path, notes: Path | None = None) -> Verdict:
    """Read everything and say what it proves. Opens a connection to the database."""
    from django.utils import timezone

    from followups.models import Mail, Promise, Reminder

    now = timezone.now()
    mails = {
        row["message_id"]: row
        for row in Mail.across_owners.values("message_id", "state", "ambiguous", "attempts")
    }
    rows = [
        Row(
            key=(reminder.promise_id, reminder.occasion, reminder.due_utc.timestamp()),
            is_due=reminder.due_utc <= now,
            is_wanted=(
                reminder.cancelled_at is None
                and reminder.promise.trashed_at is None
                and reminder.promise.state == Promise.State.OPEN
                and reminder.promise.revision == reminder.revision
            ),
            is_cancelled=reminder.cancelled_at is not None,
            mail=reminder.mail.message_id if reminder.mail else None,
        )
        for reminder in Reminder.across_owners.select_related("mail", "promise")
    ]
    log_lines = read_log(log)
    verdict = Verdict()
    of_mail: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.mail:
            of_mail[row.mail].append(row)
    told = _told(log_lines, of_mail, verdict)
    _lost(rows, mails, log_lines, verdict)
    _lost_from_the_plan(_planned({row.key for row in rows}, now), rows, mails, told, verdict)
    _early(log_lines, of_mail, verdict)
    _after_a_cancel(read_changes(notes), told, verdict)
    _twice(log_lines, told, mails, verdict)
    _unsettled(mails, {line.message_id for line in log_lines}, verdict)
    due = [row for row in rows if row.is_due]
    verdict.figures |= {
        "reminders that fell due": len({row.key for row in due}),
        "wanted to the end": sum(row.is_wanted for row in due),
        "mails accepted": len(log_lines),
        "marked": sum(row["ambiguous"] for row in mails.values()),
    }
    return verdict


def _told(
    log: list[Accepted], of_mail: dict[str, list[Row]], verdict: Verdict
) -> dict[Key, list[Accepted]]:
    """What each mail in the log told, by reminder: those whose promise is written in it."""
    told: dict[Key, list[Accepted]] = defaultdict(list)
    for line in log:
        written = [row for row in of_mail[line.message_id] if row.key[0] in line.promises]
        if not written:
            verdict.violations.append(f"unknown: {line.message_id} tells of no reminder of its")
        for key in {row.key for row in written}:
            told[key].append(line)
    return told


def _lost(rows: list[Row], mails: dict[str, Any], log: list[Accepted], verdict: Verdict) -> None:
    accepted: dict[str, set[int]] = defaultdict(set)
    for line in log:
        accepted[line.message_id].update(line.promises)
    held = lost = 0
    for row in rows:
        if not (row.is_due and row.is_wanted):
            continue
        mail = mails[row.mail] if row.mail else {"state": "in no mail", "ambiguous": False}
        state = mail["state"]
        if state == "held" and mail["ambiguous"]:
            held += 1
        elif state != "sent" or row.key[0] not in accepted[row.mail or ""]:
            lost += 1
            verdict.violations.append(f"lost: {row.key}, its mail {row.mail} stands as {state}")
    verdict.figures |= {"lost": lost, "held for their user": held}


def _planned(known: set[Key], now: dt.datetime) -> list[Key]:
    """The last moment that has passed of each open promise, where a row was ever made for it."""
    from followups.models import Promise
    from followups.reminders import plan, preferences_of

    found = []
    rows = Promise.across_owners.filter(state="open", trashed_at=None, due_utc__lte=now)
    preferences = {
        owner: preferences_of(owner) for owner in set(rows.values_list("owner", flat=True))
    }
    for promise in rows:
        past = [row for row in plan(promise, preferences[promise.owner_id]) if row.due_utc <= now]
        key = (promise.pk, past[-1].occasion, past[-1].due_utc.timestamp()) if past else None
        if key in known:
            found.append(key)
    return found


def _lost_from_the_plan(
    planned: list[Key],
    rows: list[Row],
    mails: dict[str, Any],
    told: dict[Key, list[Accepted]],
    verdict: Verdict,
) -> None:
    # Those in the log went, with whatever row; those that stand as lost are told already.
    accounted = {row.key for row in rows if row.is_wanted}
    held = {row.key for row in rows if row.mail and mails[row.mail]["state"] == "held"}
    lost = [key for key in planned if key not in told and key not in accounted | held]
    verdict.violations += [f"lost: {key} is in the plan, and in no mail" for key in lost]
    verdict.figures["lost"] = int(verdict.figures["lost"]) + len(lost)


def _early(log: list[Accepted], of_mail: dict[str, list[Row]], verdict: Verdict) -> None:
    early = 0
    for line in log:
        for row in of_mail[line.message_id]:
            if not row.is_cancelled and line.asked_at < row.key[2]:
                early += 1
                ahead = row.key[2] - line.asked_at
                verdict.violations.append(f"early: {row.key} by {ahead:.3f} s")
    verdict.figures["early"] = early


def _after_a_cancel(
    changes: list[dict[str, Any]], told: dict[Key, list[Accepted]], verdict: Verdict
) -> None:
    after = before_it_began = 0
    undone: dict[int, list[float]] = defaultdict(list)
    for change in changes:
        if change["verb"] == "undo":
            undone[change["promise"]].append(change["before"])
    for change in changes:
        if change["verb"] == "undo":
            continue
        later = [at for at in undone[change["promise"]] if at > change["before"]]
        wanted_from = min(later, default=math.inf)
        for stood in change["stood"]:
            lines = told.get((change["promise"], stood["occasion"], stood["due"]), [])
            had_begun = stood["ambiguous"] or stood["state"] not in {None, "scheduled", "claimed"}
            before_it_began += not had_begun and stood["due"] < change["after"]
            for line in lines:
                if line.asked_at >= wanted_from:
                    continue
                if not had_begun or line.asked_at > change["after"]:
                    after += 1
                    verdict.violations.append(
                        f"after a cancel: {line.message_id} was asked for at {line.asked_at:.3f},"
                        f" {change['verb']} committed by {change['after']:.3f}, stood {stood}"
                    )
    verdict.figures |= {
        "promises changed": len(changes),
        "taken up again": sum(map(len, undone.values())),
        "due already and not begun": before_it_began,
        "sent after a cancel": after,
    }


def _twice(
    log: list[Accepted],
    told: dict[Key, list[Accepted]],
    mails: dict[str, Any],
    verdict: Verdict,
) -> None:
    times = Counter(line.message_id for line in log)
    twice = {name for name, count in times.items() if count > 1}
    unmarked = {name for name in twice if not mails.get(name, {}).get("ambiguous")}
    verdict.violations += [f"twice and unmarked: {name}, {times[name]} times" for name in unmarked]
    renamed = 0
    for key, lines in told.items():
        names = {line.message_id for line in lines}
        if len(names) > 1:
            renamed += 1
            verdict.violations.append(f"twice under two Message-IDs: {key}: {sorted(names)}")
    verdict.figures |= {
        "arrived twice, marked": len(twice - unmarked),
        "arrived twice, not marked": len(unmarked) + renamed,
    }


def _unsettled(mails: dict[str, Any], accepted: set[str], verdict: Verdict) -> None:
    open_ended = 0
    for name, row in mails.items():
        if row["state"] not in {"sent", "cancelled", "held"}:
            open_ended += 1
            verdict.violations.append(f"unsettled: {name} stands as {row['state']}")
        elif row["state"] == "sent" and name not in accepted:
            open_ended += 1
            verdict.violations.append(f"unsettled: {name} stands as sent, the server has it not")
    verdict.figures["unsettled"] = open_ended
