"""Every page, at every size, in both schemes: what holds for all of them.

The pages are those of tests/addresses.py, so that a new address is looked at from its first day.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from accounts import way_out
from accounts.models import User
from followups.models import Mailer
from tests import factories
from tests.addresses import READ, in_use, path_of
from tests.browser import windows
from tests.browser.believable import fill, fill_to_the_brim
from tests.browser.conftest import Opener
from tests.pages import InlineReader

ROWS = {
    factories.CallFactory: "call",
    factories.FirmFactory: "firm",
    factories.RecruiterFactory: "recruiter",
    factories.FirmCheckFactory: "check",
    factories.OffLimitsFactory: "off_limits",
    factories.EmployerFactory: "employer",
    factories.EmploymentFactory: "employment",
    factories.PersonFactory: "person",
    factories.DisclosureFactory: "disclosure",
    factories.ReferralFactory: "referral",
    factories.OpportunityFactory: "opportunity",
    factories.SubmissionFactory: "submission",
    factories.PromiseFactory: "promise",
    factories.MailFactory: "mail",
    factories.ResumeFactory: "resume",
    factories.CompensationFactory: "compensation",
    factories.TrashGroupFactory: "thrown",
    factories.ImportRunFactory: "import_run",
}
# What shows more than one face.
FACES = (
    "/promises/?show=ended&whose=all",
    "/promises/?show=open&whose=theirs",
    "/reminders/?show=gone",
    "/reminders/?show=cancelled",
    "/reminders/?show=trouble",
    "/firms/?sort=last",
    "/recruiters/?sort=last",
    "/people/?page=2",
    "/disclosures/?topic=pay",
    "/referrals/?show=open&direction=by_me",
    "/employers/?page=2",
    "/calls/?page=3",
)
OTHERS = ("late", "theirs", "ended", "failed", "kept_mail", "import_done", "import_failed")

# The target of a finger: the label around a box, the row that a link fills, else the element. A
# link within a sentence is exempt (WCAG 2.5.8), for a taller one would tear the lines apart.
TOO_SMALL = """() => [...document.querySelectorAll(
    'a[href], button, summary, input:not([type=hidden]), select, textarea'
)].filter((element) => {
    if (!element.checkVisibility({visibilityProperty: true})) return false;
    if (element.closest('.sr, .skip')) return false;
    const link = element.matches('a');
    if (link && getComputedStyle(element).display === 'inline' && !element.closest('h3, .row__what')
        && element.closest('p, dd, li, h1')?.textContent.trim() !== element.textContent.trim())
        return false;
    const filled = element.closest('h3') ? '.card, .moment' : '.row--link';
    const target = element.closest('label') || (link && element.closest(filled)) || element;
    const {width, height} = target.getBoundingClientRect();
    return Math.min(width, height) < 43.5;
}).map((element) => {
    const {width, height} = element.getBoundingClientRect();
    return `${element.outerHTML.slice(0, 120)} is ${Math.round(width)} × ${Math.round(height)}`;
})"""

SPILLED = """(width) => document.documentElement.scrollWidth <= width ? [] :
    [...document.querySelectorAll('body *')].filter((element) =>
        element.checkVisibility() && element.getBoundingClientRect().right > width + 0.5
    ).slice(0, 5).map((element) => element.outerHTML.slice(0, 120))"""


def set_up_mail() -> None:
    """A server as the page for it keeps one; nothing is sent here."""
    values = {"host": "mail.example.org", "sender": "wordkeeper@example.org"}
    Mailer.objects.update_or_create(pk=Mailer.THE_ONE, defaults=values)


def addresses(rows: SimpleNamespace | None) -> Iterator[str]:
    """Every page; without rows, those that need none."""
    for name, one in in_use().items():
        if not READ <= one.methods or name in {"followups:healthz", "followups:readyz"}:
            continue
        if one.file or one.token or (one.optional and way_out.server() is None):
            continue
        if one.of is None:
            yield path_of(name)
        elif rows is not None:
            yield path_of(name, getattr(rows, ROWS[one.of]))
    if rows is None:
        return
    yield from FACES
    yield f"/calls/new/?recruiter={rows.recruiter.pk}"
    yield f"/calls/new/?firm={rows.firm.pk}"
    yield f"/promises/new/?recruiter={rows.recruiter.pk}"
    for name in OTHERS:
        if row := getattr(rows, name, None):
            yield row.get_absolute_url()


# In the dark only the colours are others.
RULES = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"runOnly": ["color-contrast"], "resultTypes": ["violations"]},
}
# What is well is a long list, and takes longer to be carried over than to be found.
VIOLATIONS = "(rules) => axe.run(document, rules).then((result) => result.violations)"


def faults_of(page: Page, path: str, *, axe: bool = True) -> Iterator[str]:
    answer = page.goto(path)
    assert answer is not None
    if answer.status != 200:
        yield f"status {answer.status}"
    reader = InlineReader()
    reader.feed(answer.text())
    yield from reader.found
    if page.title() != "Wordkeeper":
        yield f"the tab says “{page.title()}”"
    yield from looks_of(page, axe=axe)


def looks_of(page: Page, *, axe: bool = True) -> Iterator[str]:
    """What is wrong with the page as it stands in the window, in light and in dark."""
    viewport = page.viewport_size
    assert viewport is not None
    for spilled in page.evaluate(SPILLED, viewport["width"]):
        yield f"wider than the window: {spilled}"
    if viewport["width"] == windows.SIZES["phone"][0]:
        yield from page.evaluate(TOO_SMALL)
    if axe and not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    for scheme in reversed(windows.SCHEMES) if axe else ():
        # Half-way from one to the other no colour is what it is meant to be.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for violation in page.evaluate(VIOLATIONS, RULES[scheme]):
            nodes = [
                f"{node['html'][:160]} {node.get('failureSummary', '')[:300]}"
                for node in violation["nodes"][:3]
            ]
            yield f"axe {violation['id']} in {scheme}: {nodes}"


def all_faults(page: Page, paths: Any, **options: Any) -> str:
    return "\n".join(
        f"{path}: {fault}"
        for path in dict.fromkeys(paths)
        for fault in faults_of(page, path, **options)
    )


LOOKS = pytest.mark.parametrize("size", ["phone", "desktop"])


@LOOKS
def test_it_is_well_with_a_year_in_it(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    rows = fill(user)
    set_up_mail()
    page = open_window(user=user, size=size)
    faults = all_faults(page, addresses(rows))
    assert not faults, faults


@LOOKS
def test_it_is_well_when_empty(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    page = open_window(user=user, size=size)
    faults = all_faults(page, addresses(None))
    assert not faults, faults


@LOOKS
def test_it_is_well_when_signed_out(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    set_up_mail()
    page = open_window(size=size)
    public = [
        path_of(name)
        for name, one in in_use().items()
        if one.public and READ <= one.methods and not one.token
    ]
    pages = [path for path in public if not path.endswith("z")]
    faults = all_faults(page, pages)
    assert not faults, faults


@LOOKS
def test_it_is_well_on_the_first_visit(
    live_server: Any, transactional_db: None, open_window: Opener, size: str
) -> None:
    page = open_window(size=size)
    faults = all_faults(page, ["/welcome/"])
    page.click("main button[type=submit]")
    faults += "\n".join(looks_of(page))
    assert page.locator(".field--bad").count() == 2
    assert not faults.strip(), faults


@pytest.mark.parametrize("size", ["small", "phone", "desktop"])
def test_it_holds_what_is_too_long_and_too_much(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    rows = fill_to_the_brim(user)
    page = open_window(user=user, size=size)
    # Contrast and names are the same as in the other tests; here it is about room.
    faults = all_faults(page, addresses(rows), axe=False)
    assert not faults, faults


def test_it_fits_a_narrow_phone(live_server: Any, user: User, open_window: Opener) -> None:
    rows = fill(user)
    page = open_window(user=user, size="small")
    faults = all_faults(page, addresses(rows), axe=False)
    assert not faults, faults


FORMS = {
    "/calls/new/": {
        "phone": "abc",
        "bad_words": "soon",
        "founded": "12",
        "callback_number": "letters",
        "promises-0-kind": "",
        "promises-0-how_many": "0",
        "promises-0-due_words": "soon",
        "promises-1-what": "x",
        "promises-2-due_on": "0001-01-01",
        "occurred_at": "",
    },
    "/promises/new/": {"phone": "letters"},
    "/firms/new/": {"founded": "12", "website": "no address", "switchboard": "letters"},
    "/recruiters/new/": {"time_zone": "Mars", "phone": "letters"},
    "/people/new/": {"phone": "letters"},
    "/employers/new/": {"name": "", "other_names": "x" * 20_001},
    "/employments/new/": {
        "employer_name": "",
        "started_on": "2021-01-01",
        "ended_on": "2020-01-01",
    },
    "/kit/": {"pitch": "x" * 2001, "callback_number": "letters", "evening_number": "12"},
    "/resumes/new/": {"label": "", "made_on": ""},
    "/compensation/new/": {"as_of": "", "base": "x" * 101, "equity": "x" * 201},
    "/settings/": {
        "time_zone": "Mars",
        "phone_region": "",
        "lead_minutes": "-1",
        "quiet_from": "",
        "lunch_time": "",
    },
    "/settings/mail/": {"host": "", "port": "0", "sender": "nobody"},
    "/password/change/": {},
}


def unfold(page: Page, *, entries: int = 0) -> None:
    """Open what is folded away on the page, and add so many promises to the sheet."""
    for _ in range(entries):
        page.get_by_role("button", name="+ I send names").click()
    for fold in page.locator("main .fold:not([open]) > summary").all()[::-1]:
        fold.click()


@LOOKS
def test_it_is_well_with_an_error_in_every_field(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    page = open_window(user=user, size=size)
    faults = ""
    for path, values in FORMS.items():
        page.goto(path)
        unfold(page, entries=len({name.split("-")[1] for name in values if "promises" in name}))
        # A choice last, for it may hide another field.
        for name, value in sorted(values.items(), key=lambda one: one[0].endswith("kind")):
            field = page.locator(f"[name={name}]")
            if field.evaluate("field => field.matches('select')"):
                field.select_option(value)
            else:
                field.fill(value)
        page.wait_for_load_state("networkidle")
        # On the sheet with the time in words, whose button hides while they mean no time.
        page.locator("main form[method=post]").last.evaluate(
            """form => {
                const ends = form.querySelector('[name=ends][value=words]');
                if (ends) ends.click(); else form.requestSubmit();
            }"""
        )
        page.locator(".form-errors").wait_for()
        page.wait_for_load_state()  # the style sheet may come after the words
        for name in values if path == "/calls/new/" else ():
            # What is said of a promise without a moment stands beside the words for it.
            beside = name.replace("1-what", "1-due_words")
            expect(page.locator(f".field--bad:has([name={beside}])")).to_be_visible()
        faults += "".join(f"{path}: {fault}\n" for fault in looks_of(page))
    assert not faults, faults


@LOOKS
def test_the_sheet_is_well_with_everything_open(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    rows = fill(user)
    page = open_window(user=user, size=size)
    page.goto(f"/calls/new/?recruiter={rows.recruiter.pk}")
    unfold(page, entries=2)
    page.locator("[name=promises-0-due_chip]").first.check()
    page.fill("[name=promises-1-due_words]", "tomorrow 4pm")
    expect(page.locator(".echo__moment")).to_be_visible()
    page.fill("[name=bad_words]", "soon")
    expect(page.locator(".echo__unclear")).to_be_visible()
    page.get_by_label("Who is calling?").fill("a")
    expect(page.locator("#callers .suggest__item").first).to_be_visible()
    expect(page.locator("#kept")).to_have_class("saved saved--yes")
    faults = list(looks_of(page))
    assert not faults, "\n".join(faults)


@LOOKS
def test_menus_are_well_when_open(
    live_server: Any, user: User, open_window: Opener, size: str
) -> None:
    fill(user)
    page = open_window(user=user, size=size)
    page.goto("/")
    page.locator(".row .menu > summary").first.click()
    faults = list(looks_of(page))
    if size == "phone":
        page.locator(".bar details > summary").click()
        assert page.locator(".menu[open]").count() == 0
        faults += looks_of(page)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", ["/firms/999999/", "/nowhere/"])
def test_what_is_not_there_is_well_too(
    live_server: Any, user: User, open_window: Opener, path: str
) -> None:
    page = open_window(user=user, expect={404})
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 404
    faults = list(looks_of(page))
    assert not faults, "\n".join(faults)


def test_it_prints_without_what_is_only_pressed(
    live_server: Any, user: User, open_window: Opener
) -> None:
    rows = fill(user)
    page = open_window(user=user)
    page.emulate_media(media="print")
    for path in (rows.firm.get_absolute_url(), "/"):
        page.goto(path)
        for gone in (".side", ".row__actions form", ".page-head__actions", ".banner"):
            assert page.locator(f"{gone}:visible").count() == 0, gone
        assert page.locator("h1").is_visible()
