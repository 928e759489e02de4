"""Who owes, what is owed, and how a promise stands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Party(models.TextChoices):
    ME = "me", _("me")
    THEM = "them", _("them")


class Kind(models.TextChoices):
    CALL_BACK = "call_back", _("call back")
    TAKE_THEIR_CALL = "take_their_call", _("take their call")
    SEND_NAMES = "send_names", _("send names")
    SEND_RESUME = "send_resume", _("send my résumé")
    SEND_INFORMATION = "send_information", _("send information")
    GIVE_DECISION = "give_decision", _("give a decision")
    VET_FIRM = "vet_firm", _("vet the firm")
    ASK_PERMISSION = "ask_permission", _("ask permission")
    OTHER = "other", _("something else")


class State(models.TextChoices):
    OPEN = "open", _("open")
    KEPT = "kept", _("kept")
    KEPT_LATE = "kept_late", _("kept late")
    RELEASED = "released", _("released")
    BROKEN = "broken", _("broken")
    NO_SHOW = "no_show", _("no-show")


# How an ending is said, by who owed it: a release tells who let whom off.
ENDINGS = {
    Party.ME: {
        State.KEPT: _("kept"),
        State.KEPT_LATE: _("kept late"),
        State.RELEASED: _("they released you"),
        State.BROKEN: _("broken"),
        State.NO_SHOW: _("no-show of theirs"),
    },
    Party.THEM: {
        State.KEPT: _("they did"),
        State.KEPT_LATE: _("they did, late"),
        State.RELEASED: _("you released them"),
        State.BROKEN: _("they did not"),
        State.NO_SHOW: _("no-show"),
    },
}

# What is pressed in place of typing when a promise is kept, by kind: a code, and the outcome.
# That nobody came to mind, or nobody picked up and a message was left, is a word kept, too.
_TALKED = ("talked", _("we talked"))
_MESSAGE = ("message", _("called: left a message"))
_SENT = ("sent", _("sent it"))

OUTCOMES = {
    Party.ME: {
        Kind.CALL_BACK: [_TALKED, _MESSAGE],
        Kind.TAKE_THEIR_CALL: [_TALKED],
        Kind.SEND_NAMES: [
            ("named", _("named them")),
            ("no_names", _("called: no names came to mind")),
        ],
        Kind.SEND_RESUME: [_SENT],
        Kind.SEND_INFORMATION: [_SENT],
        Kind.GIVE_DECISION: [("yes", _("said yes")), ("no", _("said no"))],
        Kind.VET_FIRM: [("sound", _("they look sound")), ("unsound", _("they do not look sound"))],
        Kind.ASK_PERMISSION: [("yes", _("asked: the answer is yes")), ("no", _("asked: no"))],
    },
    Party.THEM: {
        Kind.CALL_BACK: [_TALKED, ("message", _("they left a message"))],
        Kind.TAKE_THEIR_CALL: [_TALKED],
        Kind.SEND_NAMES: [("named", _("they named them"))],
        Kind.SEND_RESUME: [("sent", _("they sent it on"))],
        Kind.SEND_INFORMATION: [("sent", _("they sent it"))],
        Kind.GIVE_DECISION: [("yes", _("they said yes")), ("no", _("they said no"))],
        Kind.ASK_PERMISSION: [("yes", _("they may")), ("no", _("they may not"))],
    },
}
