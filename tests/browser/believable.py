"""A small believable year of one user: every kind of row, in every state that a page can show."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Kit, User
from calls.models import Call, Opportunity
from contacts.models import Firm, FirmCheck, Recruiter
from desk.demo_words import KIT
from followups.models import Heartbeat, Mail, Mailer, Promise
from tests.factories import (
    CallFactory,
    CompensationFactory,
    DisclosureFactory,
    EmailFactory,
    EmployerFactory,
    EmploymentFactory,
    FirmCheckFactory,
    FirmFactory,
    ImportRowFactory,
    ImportRunFactory,
    MailFactory,
    OffLimitsFactory,
    OpportunityFactory,
    PersonFactory,
    PhoneFactory,
    PromiseFactory,
    RecruiterFactory,
    ReferralFactory,
    ReminderFactory,
    ResumeFactory,
    SubmissionFactory,
    TrashGroupFactory,
)

MINE, THEIRS = Promise.Party.ME, Promise.Party.THEM
# No space, no hyphen: nothing at which a line may break by itself.
ENDLESS = "Donaudampfschifffahrtsgesellschaft" * 6
LONGEST = ENDLESS[:200]


def fill(user: User) -> SimpleNamespace:
    """Make the rows; those that have a page of their own are returned by name."""
    now = timezone.now()
    today = now.astimezone(ZoneInfo(user.time_zone)).date()

    def day(ahead: int) -> dt.date:
        return today + dt.timedelta(days=ahead)

    def ago(days: int, hour: int = 10, minute: int = 0) -> dt.datetime:
        return dt.datetime.combine(day(-days), dt.time(hour, minute), ZoneInfo(user.time_zone))

    Heartbeat.beat(Heartbeat.ENGINE, now)
    Kit.objects.of(user).update(**KIT)
    hartwell = FirmFactory(
        owner=user,
        name="Hartwell Search",
        kind=Firm.Kind.RETAINED,
        aesc_member=Firm.Membership.YES,
        founded=1998,
        website="https://hartwell.example/",
        switchboard="+12125550100",
        specialties="consumer, retail, founder-led companies",
        past_clients="Acme, Northwind",
        notes="Two partners, no associates.\nThey answer the phone themselves.",
    )
    oakline = FirmFactory(owner=user, name="Oakline Partners", kind=Firm.Kind.CONTINGENT)
    vane = FirmFactory(owner=user, name="Vane & Hollis", kind=Firm.Kind.RETAINED)
    calder = FirmFactory(owner=user, name="Calder Rhys Ltd")
    jane = RecruiterFactory(
        owner=user,
        name="Jane Doe",
        firm=hartwell,
        title="Partner, consumer",
        standing=Recruiter.Standing.TRUSTED,
        best_times="after six, on the mobile",
        time_zone="America/New_York",
        verified_how="switchboard called back",
        verified_on=day(-40),
        notes="Knows the chair of Acme.",
    )
    miriam = RecruiterFactory(owner=user, name="Miriam Oduya", firm=oakline, title="Director")
    tom = RecruiterFactory(
        owner=user, name="Tom Achterberg", firm=vane, standing=Recruiter.Standing.WARY
    )
    rhys = RecruiterFactory(owner=user, name="Rhys Calder", firm=calder)
    RecruiterFactory(owner=user, name="Somebody without a firm")
    for who, number in ((jane, "+12125550100"), (miriam, "+442079460011"), (tom, "+447400123401")):
        PhoneFactory(owner=user, recruiter=who, number=number)
    EmailFactory(owner=user, recruiter=jane, address="jane.doe@hartwell.example")
    acme = EmployerFactory(owner=user, name="Acme")
    cfo = OpportunityFactory(
        owner=user,
        title="CFO",
        recruiter=jane,
        firm=hartwell,
        client=acme,
        client_disclosure=Opportunity.Disclosure.IN_CONFIDENCE,
    )
    interim = OpportunityFactory(owner=user, title="Interim CFO", recruiter=miriam, firm=oakline)
    OpportunityFactory(owner=user, title="COO, Leeds", recruiter=jane, firm=hartwell)

    call = CallFactory(
        owner=user,
        recruiter=jane,
        firm=hartwell,
        opportunity=cfo,
        occurred_at=ago(2, 9, 42),
        duration_minutes=25,
        purpose=Call.Purpose.ASSIGNMENT,
        found_me_through="Priya Raman",
        notes="Reports to the founder; they want somebody who has sold a company before.\n\n"
        "Asked for two names. No job description yet.",
    )
    CallFactory(
        owner=user,
        recruiter=jane,
        firm=hartwell,
        occurred_at=ago(0, 0, 5),
        outcome=Call.Outcome.BAD_TIME,
        notes="asked her to ring at six",
    )
    CallFactory(
        owner=user, recruiter=jane, firm=hartwell, occurred_at=ago(400, 15), purpose="names"
    )
    CallFactory(
        owner=user,
        recruiter=miriam,
        firm=oakline,
        opportunity=interim,
        occurred_at=ago(6, 16, 10),
        notes="Starts in January, six months, Midlands.",
    )
    CallFactory(
        owner=user,
        recruiter=tom,
        firm=vane,
        occurred_at=ago(4, 11),
        notes="retained search, reports to the chair, client told in confidence",
    )
    CallFactory(
        owner=user, recruiter=rhys, firm=calder, occurred_at=ago(9), outcome=Call.Outcome.MISSED
    )
    CallFactory(
        owner=user,
        recruiter=tom,
        firm=vane,
        occurred_at=ago(30, 18),
        direction=Call.Direction.OUTGOING,
        purpose=Call.Purpose.CHECK_IN,
    )

    late = PromiseFactory(
        owner=user,
        recruiter=miriam,
        firm=oakline,
        opportunity=interim,
        kind=Promise.Kind.SEND_NAMES,
        how_many=2,
        due_on=day(-2),
        due_time=dt.time(17),
    )
    promise = PromiseFactory(
        owner=user,
        recruiter=jane,
        firm=hartwell,
        opportunity=cfo,
        call=call,
        due_on=day(1),
        due_time=dt.time(18),
        phone="+12125550100",
    )
    promise.snooze(due_on=day(2), due_time=dt.time(18), time_zone=user.time_zone)
    PromiseFactory(
        owner=user,
        recruiter=tom,
        firm=vane,
        kind=Promise.Kind.TAKE_THEIR_CALL,
        due_on=today,
        phone="+447400123401",
    )
    PromiseFactory(
        owner=user,
        recruiter=jane,
        firm=hartwell,
        kind=Promise.Kind.GIVE_DECISION,
        what="say whether she may present me",
        due_on=day(4),
    )
    PromiseFactory(
        owner=user, recruiter=None, firm=calder, kind=Promise.Kind.VET_FIRM, due_on=day(5)
    )
    theirs = PromiseFactory(
        owner=user,
        recruiter=tom,
        firm=vane,
        owed_by=THEIRS,
        kind=Promise.Kind.SEND_INFORMATION,
        what="send the job description",
        due_on=day(-1),
    )
    kept = []
    for past in range(12):
        one = PromiseFactory(owner=user, recruiter=jane, firm=hartwell, due_on=day(-10 - past))
        one.keep(now=ago(10 + past - (past == 3)))
        kept.append(one)
    kept[0].outcome = "rang: no names came to mind"
    broken = PromiseFactory(owner=user, recruiter=tom, firm=vane, due_on=day(-20))
    broken.mark_broken("forgot", now=ago(18))
    kept_late = PromiseFactory(owner=user, recruiter=tom, firm=vane, due_on=day(-25))
    kept_late.keep(now=ago(22))
    released = PromiseFactory(
        owner=user, recruiter=tom, firm=vane, owed_by=THEIRS, due_on=day(-12)
    )
    released.release("no longer needed", now=ago(13))

    sent = MailFactory(
        owner=user,
        kind=Mail.Kind.REMINDER,
        state=Mail.State.SENT,
        due_utc=ago(2, 16, 45),
        sent_at=ago(2, 16, 45),
        attempts=1,
        recipient=user.email,
        answer="250 2.0.0 Ok: queued as 4bV2kT0Xq1z9",
    )
    ReminderFactory(owner=user, promise=late, occasion="lead", due_utc=sent.due_utc, mail=sent)
    failed = MailFactory(
        owner=user,
        kind=Mail.Kind.DIGEST,
        state=Mail.State.FAILED,
        due_utc=ago(1, 8),
        attempts=3,
        answer="550 5.1.1 The mailbox does not exist",
    )
    kept_mail = MailFactory(
        owner=user,
        kind=Mail.Kind.REMINDER,
        state=Mail.State.KEPT,
        due_utc=ago(3, 8),
        sent_at=ago(3, 8),
        subject="Reminder: today at 18:00",
        text="Call back\nJane Doe, Hartwell Search\nhttps://wordkeeper.example.org/promises/1/\n",
    )
    ReminderFactory(
        owner=user, promise=promise, occasion="due", due_utc=kept_mail.due_utc, mail=kept_mail
    )
    person = PersonFactory(
        owner=user,
        name="Priya Raman",
        position="CFO, Northwind",
        relation="worked together at Contoso",
        notes="Open to a call, never by e-mail.",
    )
    PersonFactory(owner=user, name="Martin Weiss")
    PhoneFactory(owner=user, recruiter=None, person=person, number="+447400123499")
    resume = ResumeFactory(owner=user, label="CFO, two pages", made_on=day(-20))
    ResumeFactory(owner=user, label="Plain, one page", made_on=day(-300))
    for who in (jane, miriam):
        DisclosureFactory(
            owner=user,
            recruiter=who,
            firm=who.firm,
            topic="resume",
            what="",
            resume=resume,
            told_on=day(-2),
        )
    CompensationFactory(owner=user, as_of=day(-500), base="165,000 £", bonus="25 %")
    compensation = CompensationFactory(
        owner=user,
        as_of=day(-90),
        base="185,000 £ a year",
        bonus="30 % at target; 34 % last year",
        equity="0.8 % in options, half vested in 2027",
        benefits="12 % pension, car allowance, school fees",
    )
    acme = EmployerFactory(owner=user, name="Umbra Holdings", other_names="Umbra\nRocket Works")
    employer = EmployerFactory(owner=user, name="Lantern Goods", parent=acme)
    employment = EmploymentFactory(owner=user, employer=employer, started_on=day(-1400))
    EmploymentFactory(owner=user, employer__name="Fairweather", ended_on=day(-1401))
    off_limits = OffLimitsFactory(
        owner=user, firm=hartwell, employer=acme, until=day(300), certainty="confirmed"
    )
    check = FirmCheckFactory(
        owner=user,
        firm=hartwell,
        checked_on=day(-40),
        notes="Rang the number of their website; was put through.",
    )
    FirmCheckFactory(owner=user, firm=hartwell, way="aesc", checked_on=day(-40))
    FirmCheckFactory(owner=user, firm=hartwell, way="listed", result="open", checked_on=day(-39))
    leo = RecruiterFactory(owner=user, name="Leo Brandt", firm=vane)
    CallFactory(owner=user, recruiter=leo, firm=hartwell, occurred_at=ago(700))
    permit = SubmissionFactory(
        owner=user,
        opportunity=cfo,
        recruiter=jane,
        firm=hartwell,
        role="CFO",
        permission="given",
        limits="For Acme alone, not passed on",
        decided_on=day(-1),
        exclusive_until=day(90),
    )
    SubmissionFactory(
        owner=user,
        recruiter=tom,
        firm=vane,
        client=EmployerFactory(owner=user, name="Acme Holding", parent=acme),
        role="Finance director",
        permission="asked",
        asked_on=day(-4),
    )
    cfo.reach("source", day(-2))
    cfo.reach("prospect", day(0))
    disclosure = DisclosureFactory(
        owner=user,
        recruiter=jane,
        firm=hartwell,
        call=call,
        opportunity=cfo,
        what="185 base, 30 % bonus; would want 220",
        pass_on="no",
        told_on=day(-2),
    )
    DisclosureFactory(
        owner=user, recruiter=jane, firm=hartwell, topic="interest", what="Only as group CFO"
    )
    referral = ReferralFactory(
        owner=user,
        person=person,
        recruiter=jane,
        opportunity=cfo,
        named_on=day(-1),
        asked_first="yes",
        may_use_my_name="no",
        why="ran two of these searches' clients",
    )
    ReferralFactory(
        owner=user, person=person, recruiter=tom, direction="of_me", thanked_on=day(-3)
    )
    return SimpleNamespace(
        thrown=TrashGroupFactory(owner=user, name="Northcote Search"),
        import_run=imported(user, "Grace Okonkwo", "Partner, Hartwell Search"),
        import_done=ImportRunFactory(
            owner=user,
            state="done",
            shape="linkedin",
            brought={"contacts.recruiter": 12, "contacts.email": 9},
            done_at=timezone.now(),
        ),
        import_failed=ImportRunFactory(
            owner=user, state="failed", kind="vcard", why="Its third card has no end."
        ),
        submission=permit,
        disclosure=disclosure,
        referral=referral,
        check=check,
        off_limits=off_limits,
        employer=employer,
        employment=employment,
        resume=resume,
        compensation=compensation,
        firm=hartwell,
        recruiter=jane,
        person=person,
        call=call,
        opportunity=cfo,
        promise=promise,
        late=late,
        theirs=theirs,
        ended=kept_late,
        mail=sent,
        failed=failed,
        kept_mail=kept_mail,
    )


def imported(user: User, name: str, hint: str) -> Any:
    """A file that is looked at, with a row of each kind."""
    run = ImportRunFactory(owner=user, counts={"new": 1, "changes": 1, "unclear": 1})
    common = {"owner": user, "run": run, "name": name, "hint": hint}
    data = {"phones": [["+442079460321", ""]], "emails": [["grace@hartwell.example", ""]]}
    ImportRowFactory(**common, data=data)
    differs = [["title", "Partner", name]]
    ImportRowFactory(**common, verdict="changes", fills=[["firm", "", name]], differs=differs)
    ImportRowFactory(**common, verdict="unclear", why="Its address is that of somebody else.")
    return run


def fill_to_the_brim(user: User) -> SimpleNamespace:
    """The worst that the fields let in: endless words, five promises, a hundred rows."""
    today = timezone.now().astimezone(ZoneInfo(user.time_zone)).date()
    Kit.objects.of(user).update(
        pitch=ENDLESS * 9,
        seeking=ENDLESS * 9,
        not_seeking=ENDLESS * 9,
        notice_period=LONGEST[:100],
        best_times=LONGEST,
        callback_number="+442079460011",
        evening_number="+447400123401",
    )
    firm = FirmFactory(
        owner=user,
        name=LONGEST,
        website=f"https://hartwell.example/{ENDLESS}",
        switchboard="+12125550100",
        specialties=ENDLESS,
        notes=ENDLESS * 3,
    )
    who = RecruiterFactory(
        owner=user,
        name=LONGEST,
        firm=firm,
        title=LONGEST,
        best_times=LONGEST,
        verified_how=LONGEST,
        standing=Recruiter.Standing.WARY,
        notes=ENDLESS,
        time_zone="America/Argentina/ComodRivadavia",
    )
    PhoneFactory(owner=user, recruiter=who, number="+442079460011", label="W" * 40)
    EmailFactory(owner=user, recruiter=who, address=f"{'w' * 60}@{'hartwell' * 7}.example")
    opportunity = OpportunityFactory(
        owner=user,
        title=LONGEST,
        recruiter=who,
        firm=firm,
        client=EmployerFactory(owner=user, name=LONGEST),
        client_disclosure=Opportunity.Disclosure.IN_CONFIDENCE,
    )
    call = CallFactory(
        owner=user,
        recruiter=who,
        firm=firm,
        opportunity=opportunity,
        outcome=Call.Outcome.MESSAGE_TAKEN,
        found_me_through=LONGEST,
        notes=ENDLESS * 20,
    )
    promises = [
        PromiseFactory(
            owner=user,
            recruiter=who,
            firm=firm,
            call=call,
            opportunity=opportunity,
            what=LONGEST,
            phone="+442079460011",
            due_on=today + dt.timedelta(days=ahead),
            due_time=dt.time(23, 59),
            owed_by=THEIRS if ahead == 2 else MINE,
        )
        for ahead in (-400, -1, 0, 2, 5)
    ]
    for number in range(100):
        CallFactory(owner=user, recruiter=who, firm=firm, notes=f"Call number {number}")
        PromiseFactory(owner=user, recruiter=who, firm=firm, due_on=today + dt.timedelta(days=9))
        FirmFactory(owner=user, name=f"Firm number {number}")
        RecruiterFactory(owner=user, name=f"Recruiter number {number}")
        PersonFactory(owner=user, name=f"Person number {number}")
    person = PersonFactory(
        owner=user, name=LONGEST, position=LONGEST, relation=LONGEST, notes=ENDLESS
    )
    mail = MailFactory(
        owner=user,
        kind=Mail.Kind.CATCH_UP,
        state=Mail.State.HELD,
        ambiguous=True,
        attempts=9,
        answer=(ENDLESS * 3)[:500],
        subject=(ENDLESS * 2)[:255],
        text=ENDLESS * 5,
        due_utc=timezone.now(),
    )
    ReminderFactory(owner=user, promise=promises[0], occasion="overdue_5", mail=mail)
    mailer = Mailer.load()
    mailer.paused_at = mailer.probe_at = timezone.now()
    mailer.paused_because = ENDLESS
    mailer.save()
    resume = ResumeFactory(owner=user, label=LONGEST[:100], file_name=LONGEST)
    for _more in range(5):
        ResumeFactory(owner=user, label=LONGEST[:100], file="")
        DisclosureFactory(owner=user, recruiter=who, firm=firm, resume=resume, what=LONGEST)
    PromiseFactory(
        owner=user,
        recruiter=who,
        firm=firm,
        what=LONGEST,
        kind=Promise.Kind.SEND_RESUME,
        due_on=today + dt.timedelta(days=8),
    )
    compensation = CompensationFactory(
        owner=user,
        base=LONGEST[:100],
        bonus=LONGEST[:100],
        equity=LONGEST,
        benefits=(ENDLESS * 3)[:500],
    )
    whole = EmployerFactory(owner=user, name=f"{LONGEST[:190]} whole")
    employer = EmployerFactory(
        owner=user, name=f"{LONGEST[:190]} part", parent=whole, other_names=ENDLESS
    )
    employment = EmploymentFactory(owner=user, employer=employer)
    off_limits = OffLimitsFactory(owner=user, firm=firm, employer=whole)
    for way in FirmCheck.Way:
        for result in FirmCheck.Result:
            check = FirmCheckFactory(
                owner=user, firm=firm, way=way, result=result, notes=(ENDLESS * 2)[:500]
            )
    PromiseFactory(owner=user, firm=firm, recruiter=who, kind=Promise.Kind.VET_FIRM)
    gone = RecruiterFactory(owner=user, name=LONGEST, firm=FirmFactory(owner=user))
    CallFactory(owner=user, recruiter=gone, firm=firm, notes=ENDLESS)
    permit = SubmissionFactory(
        owner=user,
        opportunity=opportunity,
        recruiter=who,
        firm=firm,
        role=LONGEST,
        permission="given",
        limits=(ENDLESS * 3)[:500],
        exclusive_until=today,
        ownership_until=today,
    )
    for number in range(5):
        SubmissionFactory(
            owner=user,
            recruiter=RecruiterFactory(owner=user, name=f"{LONGEST[:180]} {number}"),
            firm=FirmFactory(owner=user, name=f"{LONGEST[:180]} {number}"),
            client=opportunity.client,
            role=LONGEST,
            permission="given",
            decided_on=today,
            exclusive_until=today,
            active_with_firm_since=today,
        )
    for pass_on in ("yes", "no"):
        disclosure = DisclosureFactory(
            owner=user,
            recruiter=who,
            firm=firm,
            call=call,
            opportunity=opportunity,
            what=(ENDLESS * 3)[:500],
            pass_on=pass_on,
        )
    for direction in ("of_me", "by_me"):
        referral = ReferralFactory(
            owner=user,
            person=person,
            recruiter=who,
            call=call,
            opportunity=opportunity,
            direction=direction,
            why=LONGEST,
            notes=ENDLESS,
            asked_first="no",
            may_use_my_name="no",
            treated_well="no",
        )
    return SimpleNamespace(
        thrown=TrashGroupFactory(owner=user, name=f"X{LONGEST[1:]}"),
        import_run=imported(user, LONGEST, LONGEST),
        submission=permit,
        disclosure=disclosure,
        referral=referral,
        check=check,
        off_limits=off_limits,
        employer=employer,
        employment=employment,
        resume=resume,
        compensation=compensation,
        firm=firm,
        recruiter=who,
        person=person,
        call=call,
        opportunity=opportunity,
        promise=promises[2],
        mail=mail,
        failed=mail,
    )
