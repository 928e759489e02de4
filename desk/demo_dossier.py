"""What the demo's account knows beyond calls and promises: checks, stages, submissions, names, pay.

Of any account there are few of these, so their number does not grow with its calls: nobody is
shown to a thousand clients in a year.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from accounts.models import Compensation, Resume
from calls.models import Call, Disclosure, Opportunity, Referral, StageChange, Submission
from contacts.models import Employer, Employment, FirmCheck, OffLimits, Person
from contacts.names import fold
from desk import demo_words as words

if TYPE_CHECKING:
    from desk.demo import Demo

MOST_CHECKED, MOST_STAGED, MOST_SHOWN = 60, 120, 30
STAGES = [stage for stage in Opportunity.Stage.values if stage]
DAY = dt.timedelta(days=1)


class Dossier:
    """Its own chance, so that calls and promises of a seed stay what they were."""

    def __init__(self, demo: Demo) -> None:
        self.user, self.today, self.firms = demo.user, demo.today, demo.firms
        self.zone = demo.user.zone
        self.opportunities = demo.opportunities
        self.random = random.Random(f"dossier {demo.seed}")

    def make(self, recent: Sequence[Call]) -> None:
        """Write it; `recent` are the last calls, the newest first."""
        self._checks()
        self._employers()
        self._stages()
        resumes = self._kit()
        self._submissions(resumes)
        talked = [call for call in recent if call.outcome == Call.Outcome.TALKED]
        self._told(talked[1::6], resumes)
        self._named(talked[::7])

    def _days_ago(self, least: int, most: int) -> dt.date:
        return self.today - self.random.randint(least, most) * DAY

    def _checks(self) -> None:
        pick = self.random
        FirmCheck.objects.bulk_create(
            FirmCheck(
                owner=self.user,
                firm=firm,
                way=way,
                result=pick.choices(FirmCheck.Result.values, [8, 1, 2])[0],
                checked_on=self._days_ago(5, 300),
                notes=pick.choice(["", *words.CHECK_NOTES]),
            )
            for firm in self.firms[:MOST_CHECKED:2]
            for way in pick.sample(FirmCheck.Way.values, pick.randint(1, 3))
        )

    def _employers(self) -> None:
        now, before = (
            Employer.objects.create(owner=self.user, name=name, folded_name=fold(name))
            for name in words.EMPLOYERS
        )
        moved = dt.date(self.today.year - 5, 3, 1)
        own = Employment.objects.of(self.user)
        own.create(employer=before, started_on=dt.date(moved.year - 6, 9, 1), ended_on=moved - DAY)
        own.create(employer=now, started_on=moved)
        OffLimits.objects.create(
            owner=self.user,
            firm=self.firms[2],
            employer=now,
            until=self.today + 200 * DAY,
            certainty=OffLimits.Certainty.BELIEVED,
            noted_on=self._days_ago(20, 90),
        )

    def _stages(self) -> None:
        pick = self.random
        staged = self.opportunities[-MOST_STAGED::2]
        changes = []
        for opportunity in staged:
            day = opportunity.created_at.astimezone(self.zone).date()
            for stage in STAGES[: pick.choices(range(1, 6), [3, 4, 4, 2, 1])[0]]:
                if day > self.today:
                    break
                changes.append(
                    StageChange(owner=self.user, opportunity=opportunity, stage=stage, on=day)
                )
                opportunity.stage = stage
                day += pick.randint(2, 20) * DAY
            if opportunity.created_at.astimezone(self.zone).date() < self.today - 60 * DAY:
                opportunity.declined_on = min(day, self.today)
                opportunity.decline_reason = pick.choice(words.DECLINED)
        StageChange.objects.bulk_create(changes)
        Opportunity.objects.of(self.user).bulk_update(
            staged, ["stage", "declined_on", "decline_reason"]
        )

    def _kit(self) -> list[Resume]:
        versions = zip(words.RESUMES, (40, 310), strict=True)
        resumes = [
            Resume.objects.create(owner=self.user, label=label, made_on=self.today - days * DAY)
            for label, days in versions
        ]
        Compensation.objects.create(
            owner=self.user, as_of=self.today - 120 * DAY, **words.COMPENSATION
        )
        return resumes

    def _submissions(self, resumes: list[Resume]) -> None:
        pick = self.random
        known = [one for one in self.opportunities if one.client_id][-MOST_SHOWN * 3 :: 3]
        rows = []
        for opportunity in known:
            asked = max(
                opportunity.created_at.astimezone(self.zone).date(), self._days_ago(10, 90)
            )
            given = pick.random() < 0.7
            answer = Submission.Permission.GIVEN if given else Submission.Permission.REFUSED
            rows.append(
                Submission(
                    owner=self.user,
                    opportunity=opportunity,
                    recruiter=opportunity.recruiter,
                    firm=opportunity.firm,
                    role=opportunity.title,
                    permission=answer,
                    limits=pick.choice(["", words.LIMITS]) if given else "",
                    resume=pick.choice(resumes) if given else None,
                    asked_on=asked,
                    decided_on=asked,
                    exclusive_until=asked + 120 * DAY if given and pick.random() < 0.4 else None,
                )
            )
        Submission.objects.bulk_create(rows)

    def _told(self, calls: Sequence[Call], resumes: list[Resume]) -> None:
        pick = self.random
        Disclosure.objects.bulk_create(
            Disclosure(
                owner=self.user,
                recruiter=call.recruiter,
                firm=call.firm,
                call=call,
                opportunity=call.opportunity,
                topic=topic,
                what=pick.choice(words.TOLD[topic]),
                resume=resumes[0] if topic == Disclosure.Topic.RESUME else None,
                pass_on=pick.choice(Disclosure.PassOn.values),
                told_on=call.occurred_at.astimezone(self.zone).date(),
            )
            for call in calls
            for topic in pick.sample(list(words.TOLD), 2)
        )

    def _named(self, calls: Sequence[Call]) -> None:
        pick = self.random
        people = list(Person.objects.of(self.user).order_by("pk"))
        Referral.objects.bulk_create(
            Referral(
                owner=self.user,
                direction=pick.choices(Referral.Direction.values, [3, 1])[0],
                person=pick.choice(people),
                recruiter=call.recruiter,
                firm=call.firm,
                call=call,
                opportunity=call.opportunity,
                named_on=call.occurred_at.astimezone(self.zone).date(),
                asked_first=pick.choice(Referral.Answer.values),
                may_use_my_name=pick.choice(Referral.Answer.values),
                outcome=pick.choice(Referral.Outcome.values),
            )
            for call in calls
        )
