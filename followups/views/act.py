"""What a link of a mail opens: a page that shows, and does nothing before its button is pressed.

Nobody is signed in here, and whoever is does not count: the link is the proof, and its page shows
what the mail says and nothing more. Programs that look at a mail's links before its reader does
(GET, HEAD) change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.middleware import answers_without_account
from accounts.models import Preferences, User
from accounts.pages import choice, posted
from followups import messages
from followups.brief_lines import Standing, people_of
from followups.forms import EndingForm, SnoozeForm
from followups.links import Link, Purpose, Result, Unknown
from followups.models import Promise
from followups.shortcuts import Shortcut, offered

# RFC 8058, 3.2: what a mail program posts for its reader, and our own page's button like it.
ONE_CLICK = ("List-Unsubscribe", "One-Click")


# Exempt, because no cookie counts here: another site can make a visitor's browser post only to a
# link that it knows, and who knows the link may use it anyway. A mail program's own window and a
# one-click unsubscribe have no cookie to show, and a page that tells no referrer says “Origin:
# null”, which the check would refuse.
@csrf_exempt
@answers_without_account
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST does. Whatever is wrong with the link, the answer is the same 404."""
    now = timezone.now()
    try:
        link = Link.read(token, now)
        user = link.find_user()
        with timezone.override(user.zone), translation.override(user.locale):
            answer = PAGES[link.purpose](request, Visit(link, user, now))
    except Unknown:
        answer = render(request, "followups/act_gone.html", status=404)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive, nosnippet"
    return answer


@dataclass(frozen=True)
class Visit:
    """A link that is good, whose it is, and when it was opened (UTC)."""

    link: Link
    user: User
    now: dt.datetime


def _keep(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Kept, or kept with an outcome that is pressed in place of typing it."""
    if request.method != "POST":
        return _stands(request, visit, None)
    promise = visit.link.find_promise()
    pressed = {"said": request.POST.get("said", "")}
    form = EndingForm(pressed, promise=promise, zone=visit.user.zone)
    if promise.is_open and not form.is_valid() and not visit.link.find_used():
        return _stands(request, visit, None, refused=True)

    def keep(current: Promise) -> None:
        current.keep(form.words, now=visit.now)

    return _stands(request, visit, visit.link.use(visit.now, keep))


def _undo(request: HttpRequest, visit: Visit) -> HttpResponse:
    result = None
    if request.method == "POST":
        result = visit.link.use(visit.now, lambda promise: promise.reopen())
    return _stands(request, visit, result)


def _snooze(request: HttpRequest, visit: Visit) -> HttpResponse:
    """To one of two moments, or to the day and time of the form."""
    promise = visit.link.find_promise()
    options = _options(promise, visit)
    first = {"due_on": options[-1].on, "due_time": options[-1].at}
    fresh = SnoozeForm(promise=promise, zone_name=visit.user.time_zone, initial=first)
    form = SnoozeForm(posted(request), promise=promise, zone_name=visit.user.time_zone)
    if request.method != "POST":
        return _stands(request, visit, None, form=fresh, options=options)
    if promise.is_open and not visit.link.find_used() and not form.is_valid():
        return _stands(request, visit, None, form=form, options=options, refused=True)

    def move(current: Promise) -> None:
        form.promise = current
        form.snooze()

    result = visit.link.use(visit.now, move)
    # Asked once more, the page keeps the day that was picked.
    picked = form if form.data.get("due_on") else fresh
    return _stands(request, visit, result, form=picked, options=options)


def _options(promise: Promise, visit: Visit) -> list[Shortcut]:
    """The two soonest moments to choose at one press."""
    return offered(promise, timezone.localtime(visit.now))[:2]


def _stands(
    request: HttpRequest,
    visit: Visit,
    result: Result | None,
    *,
    form: SnoozeForm | None = None,
    options: list[Shortcut] | None = None,
    refused: bool = False,
) -> HttpResponse:
    """How the promise stands now, and, while the link is unused and has something to do, its form.

    The form carries the link anew, for the promise as this page shows it: settings that were
    changed since the mail, or an hour more, must not make a dead end of it.
    """
    link, promise = visit.link, visit.link.find_promise()
    used, kept = link.find_used(), link.has_kept(promise)
    undo = link.anew(promise, Purpose.UNDO)
    fits = kept is not None if link.purpose == Purpose.UNDO else promise.is_open
    asks = fits and used is None
    invalid = refused and asks
    says_the_same = link.says_the_same(promise)
    picked = form is not None and form.is_bound
    choices = [*(option.until for option in options or []), "pick"]
    context = {
        "purpose": link.purpose.name.lower(),
        "promise": promise,
        "done": result is Result.DONE,
        "changed": result is Result.CHANGED,
        "used_on": messages.on_words(used.used_at, visit.user) if used else "",
        "asks": asks,
        "token": link.anew(promise).token,
        "undo": undo.token if kept and used and not undo.find_used() else "",
        "when": messages.when_words(promise, visit.user, visit.now),
        "ended": messages.ended_words(promise, visit.user),
        "was_due": _was_due(visit, promise),
        "moved_here": link.has_moved(promise),
        # A mail that said other words keeps its reader from these, and so does its link.
        "says_the_same": says_the_same,
        "outcomes": promise.outcomes if says_the_same else [],
        "invalid": invalid,
        # As in the mail: whoever has its link sees no more.
        "what": messages.what_words(promise, Standing(people=people_of([promise]))),
        "who": messages.who_words(promise),
        "is_late": promise.is_late_at(visit.now),
        "form": form,
        "options": options,
        "chosen": "pick" if picked else choice(request, "until", choices),
    }
    status = 422 if invalid else 409 if result is Result.CHANGED else 200
    return render(request, "followups/act.html", context, status=status)


def _was_due(visit: Visit, promise: Promise) -> str:
    """The moment that the mail named, if it is another now."""
    due = visit.link.due_utc
    same = due == promise.due_utc.replace(microsecond=0)
    return "" if same else messages.on_words(due, visit.user)


def _mute(request: HttpRequest, visit: Visit) -> HttpResponse:
    """One-click unsubscribe (RFC 8058): no more reminders by mail, now and when asked again."""
    name, value = ONE_CLICK
    invalid = request.method == "POST" and request.POST.get(name) != value
    if request.method == "POST" and not invalid:
        visit.link.mute(visit.now)
    preferences = Preferences.objects.of(visit.user).first()
    if preferences is None:
        raise Unknown
    context = {"is_muted": preferences.is_muted, "token": visit.link.token, "invalid": invalid}
    return render(request, "followups/act_mute.html", context, status=422 if invalid else 200)


PAGES: dict[Purpose, Callable[[HttpRequest, Visit], HttpResponse]] = {
    Purpose.KEEP: _keep,
    Purpose.SNOOZE: _snooze,
    Purpose.UNDO: _undo,
    Purpose.MUTE: _mute,
}
