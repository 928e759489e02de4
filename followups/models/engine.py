"""The engine's own rows: they belong to the installation, not to a user."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from crm.environment import MailServer
from followups.sealed import Unreadable, seal, unseal

PROBE_EVERY = dt.timedelta(minutes=15)


def _password_of(host: str) -> str:
    """What a password is sealed for: who changes the host alone cannot have it sent there."""
    return f"mail server password: {host}"


class Heartbeat(models.Model):
    """When a part last showed that it lives. Every tick of the engine writes one."""

    ENGINE = "engine"

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def beat(cls, name: str, now: dt.datetime) -> None:
        if not cls.objects.filter(name=name).update(beat_at=now):
            cls.objects.update_or_create(name=name, defaults={"beat_at": now})

    @classmethod
    def last(cls, name: str) -> dt.datetime | None:
        """When `name` last beat (UTC), or None if it never did."""
        return cls.objects.filter(name=name).values_list("beat_at", flat=True).first()


class Mailer(models.Model):
    """The installation's way out for mail, and whether it is paused."""

    THE_ONE = 1

    class Security(models.TextChoices):
        STARTTLS = "starttls", _("STARTTLS")
        TLS = "tls", _("TLS from the start")
        NONE = "none", _("none")

    # There is one mailer; the database says so.
    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE)
    # The server set in the app; EMAIL_URL goes before it. Without a host there is none.
    host = models.CharField(_("server"), max_length=255, blank=True)
    port = models.PositiveIntegerField(
        _("port"), default=587, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    security = models.CharField(
        _("encryption"), max_length=10, choices=Security, default=Security.STARTTLS
    )
    username = models.CharField(_("user"), max_length=255, blank=True)
    # Never the password itself: a copy of the database alone does not give it away.
    encrypted_password = models.TextField(blank=True, editable=False)
    sender = models.EmailField(_("sender"), blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_because = models.CharField(max_length=500, blank=True)
    probe_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mailer")
        verbose_name_plural = _("mailers")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_mailer"),
            models.CheckConstraint(
                condition=Q(paused_at=None, probe_at=None)
                | Q(paused_at__isnull=False, probe_at__isnull=False),
                name="paused_mailer_is_probed",
            ),
        ]

    def __str__(self) -> str:
        return "mailer"

    @classmethod
    def load(cls) -> Mailer:
        """The one mailer; one that was never paused need not have a row."""
        return cls.objects.filter(pk=cls.THE_ONE).first() or cls(pk=cls.THE_ONE)

    # The way out -------------------------------------------------------------------------------

    @classmethod
    def server(cls) -> MailServer | None:
        """The server in force, or None: `EMAIL_URL`'s, else the one set in the app.

        Everybody asks here, and anew each time, so that a change needs no restart.
        """
        return settings.MAIL_SERVER or cls.load().way_out

    @property
    def way_out(self) -> MailServer | None:
        """The server set in the app, or None. A password that cannot be read is None in it."""
        if not self.host:
            return None
        return MailServer(
            host=self.host,
            port=self.port,
            security=self.security,
            username=self.username,
            password=self.password,
            sender=self.sender,
        )

    @property
    def password(self) -> str | None:
        """The password kept, "" if none is, or None if it was sealed under another SECRET_KEY."""
        if not self.encrypted_password:
            return ""
        try:
            return unseal(self.encrypted_password, _password_of(self.host))
        except Unreadable:
            return None

    def set_up(self, server: MailServer, now: dt.datetime) -> None:
        """Let mails go through `server` from now on, paused or not. What waited goes at once.

        A `server` whose password is None keeps the one that cannot be read.
        """
        from followups.models.mail import Mail

        changes = {
            "host": server.host,
            "port": server.port,
            "security": server.security,
            "username": server.username,
            "sender": server.sender,
        }
        if server.password is not None:
            sealed = seal(server.password, _password_of(server.host)) if server.password else ""
            changes["encrypted_password"] = sealed
        Mailer.objects.update_or_create(pk=self.pk, defaults=changes)
        self.resume()
        waiting = Mail.across_owners.filter(state=Mail.State.SCHEDULED, attempts__gt=0)
        waiting.filter(not_before__gt=now).update(not_before=now)

    def take_down(self) -> None:
        """Use the server set in the app no more, and forget its password."""
        Mailer.objects.filter(pk=self.pk).update(
            host="", username="", encrypted_password="", sender=""
        )
        self.resume()

    # Whether it is paused ----------------------------------------------------------------------

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    def pause(self, reason: str, now: dt.datetime) -> None:
        """Stop: sign-in or encryption fails, and no attempt of any mail would do better.

        It is paused since the first time, however many find it out at once.
        """
        row, _made = Mailer.objects.get_or_create(pk=self.pk)
        Mailer.objects.filter(pk=row.pk).update(
            paused_at=Coalesce("paused_at", Value(now)),
            paused_because=reason[:500],
            probe_at=now + PROBE_EVERY,
        )
        self.refresh_from_db()

    def resume(self) -> None:
        Mailer.objects.filter(pk=self.pk).update(paused_at=None, paused_because="", probe_at=None)
        if not self._state.adding:
            self.refresh_from_db()

    def take_probe(self, now: dt.datetime) -> bool:
        """Whether it is this caller's turn to try the server; of many ticks one gets a yes."""
        # A turn far ahead was set by a clock that has been put right since.
        turn = Q(probe_at__lte=now) | Q(probe_at__gt=now + 2 * PROBE_EVERY)
        rows = Mailer.objects.filter(turn, pk=self.pk, paused_at__isnull=False)
        return bool(rows.update(probe_at=now + PROBE_EVERY))
