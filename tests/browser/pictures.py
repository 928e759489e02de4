"""Pictures of the app, for the docs and for looking at.

    python -m tests.browser.pictures [name …]

The data is `manage.py demo` of a fixed seed at a fixed moment, so that a picture changes only when
the app does. What the README and the docs show goes to docs/pictures/, everything to
build/pictures/: phone and desktop, light and dark.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import time_machine
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import windows
from tests.engines.mail_server import MailServer
from tests.engines.servers import PROJECT

if TYPE_CHECKING:
    from accounts.models import User
    from contacts.models import Recruiter

SHOWN, ALL = PROJECT / "docs/pictures", PROJECT / "build/pictures"
# Shown in the README and the docs; the rest is for our own eyes.
FOR_THE_DOCS = {"today", "call", "firm", "mail-reminder"}
# A Tuesday in London, twenty to ten.
NOW = dt.datetime(2026, 11, 24, 9, 42, tzinfo=dt.UTC)
CALLS, SEED = 400, 2026
# Longer than this a picture of a whole page is cut.
LONGEST = 2400

Act = Callable[[Page], None]


@dataclass(frozen=True)
class Picture:
    """`act` is done on the page before it is taken."""

    name: str
    path: str
    act: Act | None = None
    # "ann" has a year of calls, "bob" has mails too, "new" nothing, "brim" too much; "" is nobody.
    who: str = "ann"


def call_going_on(page: Page, name: str) -> None:
    """Somebody known, found by some letters, and what was promised."""
    page.get_by_label("Who is calling?").press_sequentially(name[:4])
    page.locator("#callers .suggest__item", has_text=name).first.click()
    page.locator("#known h3").first.wait_for()
    page.get_by_role("radio", name="For me").check()
    page.get_by_label("Position").fill("CFO")
    page.get_by_role("button", name="I send names").click()
    page.locator("[name=promises-0-due_words]").press_sequentially("fri 4pm")
    page.locator(".echo__moment").wait_for()
    page.get_by_label("Notes").fill(
        "Reports to the founder; they want somebody who has sold a company before."
    )
    page.locator("h1").click()


def captured(page: Page) -> None:
    """A line of plain words, read and looked at before it is saved."""
    line = "Jane Doe @ Hartwell Search +1 212 555 0100, CFO at Acme, call back thu 4pm, "
    page.fill("[name=line]", line + "I send 2 names by next friday, she sends the JD")
    page.keyboard.press("Enter")
    page.locator(".read").wait_for()


def finding(page: Page, letters: str) -> None:
    page.get_by_label("Who is calling?").press_sequentially(letters)
    page.locator("#callers .suggest").wait_for()


def errors(page: Page) -> None:
    page.get_by_role("button", name="I call back").click()
    page.locator("details#ask").evaluate("fold => fold.open = true")
    for name, value in {
        "phone": "extension twelve",
        "founded": "long ago",
        "occurred_at": "",
        "notes": "They said that they would. " * 1200,
        "promises-0-what": "ring back",
    }.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Save the call", exact=True).click()
    page.locator(".form-errors").wait_for()


def kit_errors(page: Page) -> None:
    page.fill("[name=pitch]", "As I was saying, " * 150)
    page.fill("[name=callback_number]", "extension twelve")
    refused(page)


def refused(page: Page) -> None:
    page.locator("main form").last.evaluate("form => form.requestSubmit()")
    page.locator(".form-errors").wait_for()


def pressed(page: Page, selector: str) -> None:
    page.locator(selector).first.click()


def focused(page: Page, times: int) -> None:
    for _ in range(times):
        page.keyboard.press("Tab")


def addressed(page: Page) -> None:
    """The secret address, the once that it is shown."""
    page.get_by_role("button", name="Make").click()
    password = page.locator("[name=password]")
    password.or_(page.locator("#address")).wait_for()
    if password.count():  # asked for once, not by every window of this session
        password.fill("pictures only")
        page.locator("main button[type=submit]").click()
    page.locator("#address").wait_for()


def kept(page: Page) -> None:
    page.locator(".row form.main .button").first.click()
    page.get_by_role("button", name="Undo").first.wait_for()


def as_mail(page: Page, written: str) -> None:
    """The HTML of a mail, as a mail program shows it; it loads nothing."""
    page.set_content(written)


def moved_into_the_past(page: Page) -> None:
    page.fill("[name=due_on]", f"{NOW - dt.timedelta(days=1):%Y-%m-%d}")
    page.locator(".act__pick button").click()
    page.locator(".field--bad").wait_for()


def one_press(page: Page) -> None:
    page.locator("main form button").first.click()
    page.wait_for_load_state()


FIRST_VISIT = (
    Picture("welcome", "/welcome/", who=""),
    Picture("welcome-errors", "/welcome/", refused, who=""),
)


def pictures(rows: dict[str, Any]) -> list[Picture]:
    recruiter, firm, call = rows["recruiter"], rows["firm"], rows["call"]
    return [
        Picture("today-empty", "/", who="new"),
        Picture("calls-empty", "/calls/", who="new"),
        Picture("promises-empty", "/promises/", who="new"),
        Picture("reminders-empty", "/reminders/", who="new"),
        Picture("sign-in", "/sign-in/", who=""),
        Picture("today", "/"),
        Picture("today-menu", "/", partial(pressed, selector=".row .menu > summary")),
        Picture("today-kept", "/", kept),
        Picture("today-focus", "/", partial(focused, times=16)),
        Picture("capture", "/capture/"),
        Picture("captured", "/capture/", captured),
        Picture("call-new", "/calls/new/"),
        Picture("call-finding", "/calls/new/", partial(finding, letters=recruiter.name[:3])),
        Picture("find", f"/search/?q={recruiter.name[:3]}"),
        Picture("find-calls", f"/search/?q={recruiter.name[:3]}&kind=call"),
        Picture("find-nothing", "/search/?q=zzzzqq"),
        Picture("brim-find", "/search/?q=a", who="brim"),
        Picture("call", "/calls/new/", partial(call_going_on, name=recruiter.name)),
        Picture("call-errors", "/calls/new/", errors),
        Picture("firm", firm.get_absolute_url()),
        Picture("recruiter", recruiter.get_absolute_url()),
        Picture("call-detail", call.get_absolute_url()),
        Picture("call-edit", f"{call.get_absolute_url()}edit/"),
        Picture("promise", rows["promise"].get_absolute_url()),
        Picture("promise-new", "/promises/new/"),
        Picture("promises", "/promises/"),
        Picture("promises-ended", "/promises/?show=ended"),
        Picture("reminders", "/reminders/"),
        Picture("reminders-gone", "/reminders/?show=gone", who="bob"),
        Picture("mail", rows["mail"].get_absolute_url(), who="bob"),
        Picture("reminders-cancelled", "/reminders/?show=cancelled"),
        Picture("reminders-promise", f"/reminders/?promise={rows['promise'].pk}"),
        Picture("brim-reminders", "/reminders/?show=gone", who="brim"),
        Picture("brim-trouble", "/reminders/?show=trouble", who="brim"),
        Picture("calendar", "/calendar/"),
        Picture("calendar-address", "/calendar/", addressed),
        Picture("mail-reminder", "about:blank", partial(as_mail, written=rows["letter"]), who=""),
        Picture("mail-digest", "about:blank", partial(as_mail, written=rows["digest"]), who=""),
        Picture("act-keep", rows["keep"], who=""),
        Picture("act-kept", rows["keep"], one_press, who=""),
        Picture("act-snooze", f"{rows['snooze']}?until=hour", who=""),
        Picture("act-snooze-errors", rows["snooze"], moved_into_the_past, who=""),
        Picture("act-mute", rows["mute"], who=""),
        Picture("calls", "/calls/"),
        Picture("firms", "/firms/"),
        Picture("recruiters", "/recruiters/"),
        Picture("people", "/people/"),
        Picture("opportunities", "/opportunities/"),
        Picture("kit", "/kit/"),
        Picture("kit-empty", "/kit/", who="new"),
        Picture("kit-errors", "/kit/", kit_errors),
        Picture("settings", "/settings/"),
        Picture("lead-times", "/settings/lead-times/"),
        Picture("firm-edit", f"{firm.get_absolute_url()}edit/"),
        Picture("brim-today", "/", who="brim"),
        Picture("brim-firm", rows["brim"].firm.get_absolute_url(), who="brim"),
        Picture("brim-call", rows["brim"].call.get_absolute_url(), who="brim"),
        Picture("brim-promises", "/promises/", who="brim"),
        Picture("brim-sheet", f"/calls/new/?recruiter={rows['brim'].recruiter.pk}", who="brim"),
    ]


def prepare(folder: Path, mail: MailServer) -> None:
    """Settings of their own, a database, and the static files as they are."""
    os.environ.update(
        WORDKEEPER_DATA=str(folder),
        EMAIL_URL=mail.url,
        DJANGO_SETTINGS_MODULE="crm.settings",
        # Playwright runs an event loop in this thread, and Django would refuse its database there.
        DJANGO_ALLOW_ASYNC_UNSAFE="1",
    )
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "HOST", "PORT", "DEBUG"):
        os.environ.pop(name, None)
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    django.setup()
    logging.getLogger("django.request").setLevel(logging.ERROR)  # refused forms are meant
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is not there
    call_command("migrate", verbosity=0)


def fill() -> dict[str, Any]:
    from django.core.management import call_command
    from django.db.models import Count

    from accounts.models import User
    from calls.models import Call
    from contacts.models import Firm, Recruiter
    from followups.delivery import dispatch_due
    from followups.models import Mail, Promise
    from tests.browser.believable import fill_to_the_brim

    def demo(email: str) -> User:
        call_command(
            "demo",
            email=email,
            password="pictures only",
            calls=CALLS,
            seed=SEED,
            stdout=StringIO(),
        )
        return User.objects.get(email=email)

    ann = demo("ann@example.org")
    # Another's year ended yesterday; since then what fell due went, through the real engine.
    began = NOW - dt.timedelta(hours=26)
    with time_machine.travel(began):
        bob = demo("bob@example.org")
    logging.getLogger("followups").setLevel(logging.WARNING)
    for minutes in range(0, 26 * 60, 15):
        with time_machine.travel(began + dt.timedelta(minutes=minutes, seconds=4)):
            dispatch_due()
    User.objects.create_user("new@example.org", time_zone="Europe/London")
    calls = Count("calls")
    firm = Firm.objects.of(ann).annotate(n=calls).order_by("-n", "pk")[0]
    recruiter: Recruiter = (
        Recruiter.objects.of(ann).filter(firm=firm).annotate(n=calls).order_by("-n", "pk")[0]
    )
    promises = Promise.objects.of(ann).open().mine().exclude(due_time=None)
    call = (
        Call.objects.of(ann)
        .filter(recruiter=recruiter)
        .exclude(opportunity=None)
        .order_by("-occurred_at")[0]
    )
    brim = fill_to_the_brim(
        User.objects.create_user("brim@example.org", time_zone="Europe/London")
    )
    from followups.models import Mailer

    Mailer.objects.all().delete()  # else its pause would stand on everybody's page
    return {
        "ann": ann,
        "bob": bob,
        "new": User.objects.get(email="new@example.org"),
        "brim_user": brim.firm.owner,
        "firm": firm,
        "recruiter": recruiter,
        "call": call,
        "promise": promises.order_by("due_utc").filter(due_utc__gt=NOW).first() or promises[0],
        "mail": Mail.objects.of(bob).filter(state="sent").order_by("-pk").first(),
        "brim": brim,
        **of_the_mail(Promise.objects.of(ann).open().mine()),
    }


def letter(promises: list[Any]) -> str:
    """The HTML of the mail about these promises, written now."""
    from email import message_from_bytes, policy

    from accounts.models import Preferences
    from followups import messages
    from followups.brief_lines import standing_of
    from followups.models import Mail, Reminder

    owner = promises[0].owner
    kind = Mail.Kind.REMINDER if len(promises) == 1 else Mail.Kind.DIGEST
    mail = Mail(owner=owner, kind=kind, due_utc=NOW, not_before=NOW)
    reminders = [Reminder(owner=owner, promise=one, revision=one.revision) for one in promises]
    preferences = Preferences.objects.of(owner).get()
    contents = messages.Contents(reminders, preferences, standing_of(promises))
    written = messages.compose(mail, contents, NOW, sender="wordkeeper@example.org")
    assert written is not None
    body = message_from_bytes(written.content, policy=policy.default).get_body(("html",))
    assert body is not None
    return str(body.get_content())


def of_the_mail(promises: Any) -> dict[str, Any]:
    """A reminder of a call, a digest, and the pages that their links open."""
    from followups.links import Link, Purpose

    soon = promises.with_names().order_by("due_utc")
    late, to_come = soon.filter(due_utc__lt=NOW), soon.filter(due_utc__gt=NOW)
    call = to_come.filter(kind="call_back").exclude(phone="").first() or to_come[0]
    links = {
        "keep": Link.about(Purpose.KEEP, call, NOW),
        "snooze": Link.about(Purpose.SNOOZE, call, NOW),
        "mute": Link.to_mute(call.owner_id, NOW),
    }
    return {
        "letter": letter([call]),
        "digest": letter([*late[:1], *to_come[:2]]),
        **{name: f"/act/{link.token}/" for name, link in links.items()},
    }


@contextlib.contextmanager
def server() -> Iterator[str]:
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://{thread.host}:{thread.port}"
    thread.terminate()


def session_of(user: User) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.cookies["wordkeeper"].value


def take(browser: Browser, base_url: str, picture: Picture, session: str | None) -> list[str]:
    """The four pictures of one page; what the windows noticed."""
    from desk.models import Draft
    from followups.models import Heartbeat, Promise, UsedLink

    faults = []
    for size in ("phone", "desktop"):
        for scheme in windows.SCHEMES:
            # What the picture before this one typed.
            Draft.across_owners.all().delete()
            Heartbeat.beat(Heartbeat.ENGINE, dt.datetime.now(dt.UTC))
            UsedLink.across_owners.all().delete()
            for promise in Promise.across_owners.filter(ended_at__gte=NOW):
                promise.reopen()  # what an earlier picture kept
            width, height = windows.SIZES[size]
            with windows.window(
                browser,
                base_url,
                size=size,
                scheme=scheme,
                session=session,
                reduced_motion="reduce",
            ) as (page, watch):
                page.goto(picture.path)
                if picture.act:
                    picture.act(page)
                page.wait_for_timeout(250)
                page.evaluate("scrollTo(0, 0)")
                name = f"{picture.name}-{width}-{scheme}.png"
                full = page.evaluate("document.documentElement.scrollHeight")
                if picture.name in FOR_THE_DOCS:
                    page.screenshot(path=SHOWN / name)
                # As tall as the page, so that its bars stand at the end and not across it.
                page.set_viewport_size({"width": width, "height": max(height, min(full, LONGEST))})
                page.screenshot(path=ALL / name)
                faults += watch.faults
    return faults


def main() -> int:
    wanted = set(sys.argv[1:])
    if windows.path_of_chromium() is None:
        print("Pictures need Chromium: apt-get install chromium, or set CHROMIUM to its path.")
        return 1
    faults: list[str] = []
    with contextlib.ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="wordkeeper-pictures-"))
        )
        mail = stack.enter_context(MailServer())
        for place in (SHOWN, ALL):
            place.mkdir(parents=True, exist_ok=True)
        stack.enter_context(time_machine.travel(NOW))
        prepare(folder, mail)
        browser = windows.launch(stack.enter_context(sync_playwright()))
        base_url = stack.enter_context(server())
        # The first visit is seen while nobody has an account.
        for picture in FIRST_VISIT:
            if not wanted or picture.name in wanted:
                faults += take(browser, base_url, picture, None)
        rows = fill()
        sessions = {
            "": None,
            "ann": session_of(rows["ann"]),
            "bob": session_of(rows["bob"]),
            "new": session_of(rows["new"]),
            "brim": session_of(rows["brim_user"]),
        }
        for picture in pictures(rows):
            if wanted and picture.name not in wanted:
                continue
            found = take(browser, base_url, picture, sessions[picture.who])
            faults += [f"{picture.name}: {fault}" for fault in found]
        browser.close()
    print(
        f"{len(list(ALL.glob('*.png')))} pictures in {ALL}, {len(list(SHOWN.glob('*.png')))} in {SHOWN}"
    )
    print(*dict.fromkeys(faults), sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
