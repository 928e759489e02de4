"""As many queries at 300 rows as at 3, on every page, and never more than twelve."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Compensation, Resume, TrashGroup, User
from calls.models import Call, Disclosure, Opportunity, Referral, StageChange, Submission
from contacts.models import (
    Email,
    Employer,
    Employment,
    Firm,
    FirmCheck,
    OffLimits,
    Person,
    Phone,
    Recruiter,
)
from desk.models import Draft, ImportRow, ImportRun
from followups.models import Heartbeat, Mail, Promise, Reminder, Reschedule
from tests.addresses import ADDRESSES, in_use, path_of
from tests.pages import HTMX, fill_in

FEW, MANY = 3, 300
# The session and the user included.
MOST = 12


@dataclass
class Rows:
    """`count` rows of everything, and the one firm, recruiter … that has them all."""

    user: User
    count: int

    def __post_init__(self) -> None:
        self.now = timezone.now()
        # A healthy engine is asked most: one that does not run has been told of by then.
        Heartbeat.beat(Heartbeat.ENGINE, self.now)
        self.firms = self._named(Firm, "Firm")
        firm = self.firms[0]
        self.recruiters = self._named(Recruiter, "Recruiter", firm=firm)
        self.people = self._named(Person, "Person")
        clients = self._named(Employer, "Client")
        recruiter = self.recruiters[0]
        self.row = {
            "firm": firm,
            "recruiter": recruiter,
            "person": self.people[0],
        }
        numbers = [f"+4420794{number:05}" for number in range(2 * self.count)]
        self._make(
            Phone,
            recruiter=self.recruiters + [recruiter] * self.count,
            number=numbers,
        )
        self._make(Phone, person=[self.people[0]] * self.count, number=numbers[: self.count])
        self._make(Email, recruiter=[recruiter] * self.count, address=["a@example.net"])
        opportunities = self._make(
            Opportunity,
            title=[f"Position {n}" for n in range(self.count)],
            recruiter=self.recruiters,
            firm=[firm],
            client=clients,
            client_disclosure=["named"],
        )
        self.row["opportunity"] = opportunities[0]
        opportunities[0].jd_file.save("jd.txt", ContentFile(b"What is asked for."))
        # All of one client, through as many firms, and all for one opportunity.
        submissions = self._make(
            Submission,
            opportunity=[opportunities[0]],
            firm=self.firms,
            client=clients[:1],
            permission=["given"],
        )
        self.row["submission"] = submissions[0]
        self._make(
            StageChange,
            opportunity=[opportunities[0]] * self.count,
            stage=["source"],
            on=[self.now.date()],
        )
        self.calls = self._make(
            Call,
            recruiter=[recruiter] * self.count + self.recruiters,
            firm=[firm],
            opportunity=opportunities,
            occurred_at=[self.now - dt.timedelta(hours=n) for n in range(self.count)],
            notes=["What was said."],
        )
        self.row["call"] = self.calls[0]
        self._companies(firm, clients)
        self._kit()
        draft = {"who": ["Somebody"], "notes": ["Half a sentence"]}
        keys = [uuid.uuid4() for _ in range(self.count)]
        self._make(Draft, data=[draft], client_key=keys)
        self._imports()
        self._promises(recruiter, firm, opportunities)
        self._told_and_named(recruiter, firm, opportunities)
        thrown = self._make(
            TrashGroup,
            group=[uuid.uuid4() for _ in range(self.count)],
            kind=["contacts.firm", "calls.call"],
            head=[0],
            title=["Thrown away"],
            counts=[{"calls.call": 3, "contacts.firm": 1}],
            thrown_at=[self.now],
        )
        self.row["trashgroup"] = thrown[0]

    def _imports(self) -> None:
        """Files that were brought in, and one that is looked at."""
        runs = self._make(
            ImportRun,
            state=["ready", *["done"] * self.count],
            kind=["csv"],
            counts=[{"new": self.count}],
            brought=[{"contacts.person": 3}],
            done_at=[self.now],
        )
        self._make(
            ImportRow,
            run=runs[:1],
            at=list(range(1, self.count + 1)),
            verdict=["new"],
            what=["person"],
            name=["Somebody new"],
        )
        self.row["importrun"] = runs[0]

    def _companies(self, firm: Firm, clients: list[Any]) -> None:
        """How the firm was checked, whom it may not take, and where I work; who left the firm."""
        today = self.now.date()
        checks = self._make(
            FirmCheck,
            firm=[firm] * self.count,
            way=list(FirmCheck.Way),
            result=["good"],
            checked_on=[today - dt.timedelta(days=400)],
        )
        jobs = self._make(Employment, employer=clients)
        limits = self._make(OffLimits, firm=[firm], employer=clients)
        gone = self._named(Recruiter, "Gone", firm=self.firms[1])
        self._make(
            Call,
            recruiter=gone,
            firm=[firm],
            occurred_at=[self.now - dt.timedelta(days=500)],
        )
        self.row |= {
            "firmcheck": checks[0],
            "employment": jobs[0],
            "offlimits": limits[0],
            "employer": clients[0],
        }

    def _named(self, model: Any, word: str, **values: Any) -> list[Any]:
        names = [f"{word} {number}" for number in range(self.count)]
        return self._make(
            model,
            name=names,
            folded_name=[name.lower() for name in names],
            **{name: [value] for name, value in values.items()},
        )

    def _make(self, model: Any, **columns: list[Any]) -> list[Any]:
        """As many rows as the longest column; shorter ones begin again."""
        how_many = max(len(column) for column in columns.values())
        rows = (
            model(owner=self.user, **{k: v[number % len(v)] for k, v in columns.items()})
            for number in range(how_many)
        )
        return list(model.across_owners.bulk_create(rows))

    def _kit(self) -> None:
        """Versions of a résumé, one of which everybody holds and every submission goes out with."""
        today = self.now.date()
        labels = [f"Version {number}" for number in range(self.count)]
        resumes = self._make(Resume, label=labels, made_on=[today])
        resumes[0].file.save("cv.pdf", ContentFile(b"%PDF-1.4 a life %%EOF"))
        pay = self._make(Compensation, as_of=[today] * self.count, base=["120"])
        told = self._make(
            Disclosure,
            recruiter=self.recruiters,
            topic=["resume"],
            resume=[resumes[0]],
            told_on=[today],
        )
        Submission.objects.of(self.user).update(resume=resumes[0])
        self.row |= {"resume": resumes[0], "compensation": pay[0], "disclosure": told[0]}

    def _told_and_named(self, recruiter: Any, firm: Any, opportunities: list[Any]) -> None:
        """Told and named on one call and on none, of one person and of many."""
        today = self.now.date()
        whom = {
            "recruiter": self.recruiters + [recruiter] * self.count,
            "opportunity": [opportunities[0], *opportunities],
            "call": [self.row["call"], None],
        }
        told = self._make(
            Disclosure, **whom, firm=[firm], topic=["pay"], what=["120"], told_on=[today]
        )
        named = self._make(
            Referral,
            **whom,
            person=[self.people[0], *self.people],
            direction=["by_me", "of_me"],
            named_on=[today],
        )
        Call.objects.of(self.user).update(named_by=self.people[0])
        self.row |= {"disclosure": told[0], "referral": named[0]}

    def _promises(self, recruiter: Recruiter, firm: Firm, opportunities: list[Any]) -> None:
        today = self.now.date()
        kinds = [
            # owed by, days from today, state
            ("me", -5, "open"),
            ("me", 1, "open"),
            ("me", 4, "open"),
            ("them", 2, "open"),
            ("me", -20, "kept"),
            ("me", -20, "broken"),
        ]
        rows = [
            Promise(
                owner=self.user,
                owed_by=owed_by,
                kind="call_back",
                due_on=today + dt.timedelta(days=days),
                due_time=dt.time(12) if number % 2 else None,
                time_zone=self.user.time_zone,
                due_utc=self.now + dt.timedelta(days=days),
                phone="+442079460000",
                recruiter=recruiter,
                firm=firm,
                call=self.row["call"],
                opportunity=opportunities[number],
                state=state,
                ended_at=None if state == "open" else self.now - dt.timedelta(hours=number),
                revision=1,
            )
            for number in range(self.count)
            for owed_by, days, state in kinds
        ]
        promises = Promise.across_owners.bulk_create(rows)
        promise = self.row["promise"] = promises[0]
        states = ["failed", "held", "kept", "sent"]
        mails = self._make(
            Mail,
            kind=["reminder"],
            state=states * self.count,
            due_utc=[self.now],
            not_before=[self.now],
            sent_at=[self.now],
            message_id=[f"<{n}-{self.count}@here>" for n in range(self.count * len(states))],
        )
        self.row["mail"] = mails[0]
        waiting = [promise, *promises]
        self._make(
            Reminder,
            promise=waiting,
            revision=[1],
            occasion=["due"],
            due_utc=[self.now + dt.timedelta(days=n + 1) for n in range(len(waiting))],
        )
        gone = mails + [mails[0]] * self.count
        self._make(
            Reminder,
            promise=[promise, *promises[: len(gone) - 1]],
            revision=[1],
            occasion=["lead"],
            due_utc=[self.now - dt.timedelta(minutes=n) for n in range(len(gone))],
            mail=gone,
        )
        self._make(Reschedule, promise=[promise] * self.count, due_on=[today], time_zone=["UTC"])


def row_for(name: str, rows: Rows) -> Any:
    """The fullest row for the address."""
    made_by = ADDRESSES[name].of
    return rows.row[made_by._meta.model.__name__.lower()] if made_by else None


def queries(client: Client, path: str, data: Any = None, **kwargs: Any) -> list[str]:
    """The SQL of one answer."""
    with CaptureQueriesContext(connection) as captured:
        response = (
            client.get(path, **kwargs) if data is None else client.post(path, data, **kwargs)
        )
    assert response.status_code == 200, path
    return [query["sql"] for query in captured.captured_queries]


def pages(rows: Rows) -> dict[str, str]:
    """Every page that can be looked at, in each of its forms."""
    paths = {
        name: path_of(name, row_for(name, rows))
        for name, address in in_use().items()
        if "GET" in address.methods
        and not (address.public or address.allauth)
        and (rows.user.is_founder or not address.founders)
    }
    recruiter, firm = rows.row["recruiter"].pk, rows.row["firm"].pk
    return paths | {
        "firms by last talk": reverse("contacts:firm_list", query={"sort": "last"}),
        "recruiters by last talk": reverse("contacts:recruiter_list", query={"sort": "last"}),
        "told of one firm": reverse("calls:disclosure_list", query={"firm": firm}),
        "told to one": reverse("calls:disclosure_list", query={"recruiter": recruiter}),
        "named to one": reverse("calls:referral_list", query={"recruiter": recruiter}),
        "promises that ended": reverse("followups:promise_list", query={"show": "ended"}),
        "promises of theirs": reverse("followups:promise_list", query={"whose": "theirs"}),
        "promises by who": reverse("followups:promise_list", query={"sort": "who"}),
        "promises of a recruiter": reverse(
            "followups:promise_list", query={"recruiter": recruiter}
        ),
        "promises of a firm": reverse("followups:promise_list", query={"firm": firm}),
        **{
            f"reminders {show}": reverse("followups:reminder_list", query={"show": show})
            for show in ("gone", "cancelled", "trouble", "all")
        },
        "opportunities declined": reverse("calls:opportunity_list", query={"show": "declined"}),
        "opportunities by firm": reverse("calls:opportunity_list", query={"sort": "firm"}),
        "opportunities of a firm": reverse("calls:opportunity_list", query={"firm": firm}),
        "submissions of all times": reverse("calls:submission_list", query={"show": "all"}),
        **{
            f"{kind} {name}": reverse(f"desk:{kind}_detail", args=[pk], query=query)
            for kind, pk, other in (
                ("firm", firm, {"recruiter": recruiter}),
                ("recruiter", recruiter, {"firm": firm}),
            )
            for name, query in (
                ("calls", {"show": "calls", "sort": "oldest"}),
                ("promises", {"show": "promises"}),
                ("with one", other),
            )
        },
        "sheet for a recruiter": reverse("desk:call_sheet", query={"recruiter": recruiter}),
        "sheet for a firm": reverse("desk:call_sheet", query={"firm": firm}),
    }


def test_it_asks_as_often_at_300_rows_as_at_3(user: User, other: User) -> None:
    few, many = Rows(user, FEW), Rows(other, MANY)
    at_few, at_many = Client(), Client()
    at_few.force_login(user)
    at_many.force_login(other)
    paths_few, paths_many = pages(few), pages(many)
    assert len(paths_few) > 25
    # The founder's own pages show no rows; they are asked no less for how often.
    few_alone = paths_few.keys() - paths_many.keys()
    assert all(len(queries(at_few, paths_few.pop(name))) <= MOST for name in few_alone)
    grown, too_many = [], []
    for name in paths_few:
        before = queries(at_few, paths_few[name])
        after = queries(at_many, paths_many[name])
        if len(before) != len(after):
            grown.append(f"{name}: {len(before)} → {len(after)}, such as {after[-2][:300]}")
        if len(after) > MOST:
            too_many.append(f"{name}: {len(after)}\n" + "\n".join(sql[:150] for sql in after))
    assert not grown, "\n".join(grown)
    assert not too_many, "\n".join(too_many)


@pytest.mark.parametrize("typed", ["rec", "Firm", "0794"])
def test_it_finds_callers_with_as_many_queries(user: User, other: User, typed: str) -> None:
    path = reverse("desk:caller_options")
    counts = []
    for owner, count in ((user, FEW), (other, MANY)):
        Rows(owner, count)
        client = Client()
        client.force_login(owner)
        counts.append(len(queries(client, path, {"who": typed})))
    assert counts[0] == counts[1] <= MOST


def test_it_asks_little_more_for_a_fragment(user: User) -> None:
    rows = Rows(user, FEW)
    client = Client()
    client.force_login(user)
    path = reverse("desk:call_sheet", query={"recruiter": rows.row["recruiter"].pk})
    assert len(queries(client, path, headers=HTMX)) <= len(queries(client, path))


def test_it_saves_a_call_with_as_many_queries(user: User, other: User) -> None:
    counts = []
    for owner, count in ((user, FEW), (other, MANY)):
        rows = Rows(owner, count)
        client = Client()
        client.force_login(owner)
        path = reverse("desk:call_sheet", query={"recruiter": rows.row["recruiter"].pk})
        data = fill_in(client, path, having="who")
        data |= {"promises-0-kind": "call_back", "promises-0-due_on": "2099-01-05"}
        with CaptureQueriesContext(connection) as captured:
            assert client.post(reverse("desk:call_sheet"), data).status_code == 302
        counts.append(len(captured))
    assert counts[0] == counts[1]
