"""The engine's own rows: they belong to the installation, not to a user."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

PROBE_EVERY = dt.timedelta(minutes=15)


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
        self.refresh_from_db()

    def take_probe(self, now: dt.datetime) -> bool:
        """Whether it is this caller's turn to try the server; of many ticks one gets a yes."""
        # A turn far ahead was set by a clock that has been put right since.
        turn = Q(probe_at__lte=now) | Q(probe_at__gt=now + 2 * PROBE_EVERY)
        rows = Mailer.objects.filter(turn, pk=self.pk, paused_at__isnull=False)
        return bool(rows.update(probe_at=now + PROBE_EVERY))
