"""An opportunity: one assignment for one position at one client, known or not."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.owned import OwnedManager, OwnedModel, OwnedQuerySet
from contacts.models import NAME_LENGTH, Employer, Firm, Recruiter


def jd_path(opportunity: Opportunity, filename: str) -> str:
    """Where the file is kept: a random name, which says nothing of what it is."""
    return f"job-descriptions/{uuid.uuid4().hex}"


class OpportunityQuerySet(OwnedQuerySet):
    def for_list(self) -> Self:
        return self.select_related("recruiter", "firm", "client").order_by("-created_at", "-pk")

    def open(self) -> Self:
        """Neither declined nor closed."""
        return self.filter(declined_on=None).exclude(stage=Opportunity.Stage.CLOSED)

    def declined(self) -> Self:
        return self.filter(declined_on__isnull=False)

    def closed(self) -> Self:
        """Come to their end without my having said no."""
        return self.filter(declined_on=None, stage=Opportunity.Stage.CLOSED)


class Opportunity(OwnedModel):
    """One assignment for one position at one client, known or not."""

    class Disclosure(models.TextChoices):
        WITHHELD = "withheld", _("withheld")
        IN_CONFIDENCE = "in_confidence", _("told in confidence")
        NAMED = "named", _("named")

    class Basis(models.TextChoices):
        UNKNOWN = "unknown", _("not known yet")
        RETAINED = "retained", _("retained")
        CONTINGENT = "contingent", _("contingent")

    class Stage(models.TextChoices):
        NONE = "", _("not said")
        SOURCE = "source", _("source")
        PROSPECT = "prospect", _("prospect")
        CANDIDATE = "candidate", _("candidate")
        PRESENTED = "presented", _("presented")
        INTERVIEWING = "interviewing", _("interviewing")
        OFFER = "offer", _("offer")
        CLOSED = "closed", _("closed")

    class JobDescription(models.TextChoices):
        NOT_ASKED = "not_asked", _("not asked for yet")
        ASKED = "asked", _("asked for")
        REFUSED = "refused", _("refused")
        RECEIVED = "received", _("received")

    title = models.CharField(_("position"), max_length=NAME_LENGTH)
    recruiter = models.ForeignKey(
        Recruiter,
        verbose_name=_("recruiter"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="opportunities",
    )
    firm = models.ForeignKey(
        Firm,
        verbose_name=_("firm"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="opportunities",
    )
    client_disclosure = models.CharField(
        _("client"), max_length=16, choices=Disclosure, default=Disclosure.WITHHELD
    )
    client = models.ForeignKey(
        Employer,
        verbose_name=_("client"),
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="opportunities",
    )
    withheld_why = models.CharField(
        _("why the client is withheld"), max_length=NAME_LENGTH, blank=True
    )
    location = models.CharField(_("place"), max_length=NAME_LENGTH, blank=True)
    reports_to = models.CharField(_("reports to"), max_length=NAME_LENGTH, blank=True)
    jd = models.CharField(
        _("job description"),
        max_length=10,
        choices=JobDescription,
        default=JobDescription.NOT_ASKED,
    )
    jd_file = models.FileField(_("job description, as a file"), upload_to=jd_path, blank=True)
    # As it was called where it came from: so it is called again when it is taken out.
    jd_file_name = models.CharField(max_length=200, blank=True, editable=False)
    basis = models.CharField(_("basis"), max_length=12, choices=Basis, default=Basis.UNKNOWN)
    compensation = models.CharField(_("compensation"), max_length=NAME_LENGTH, blank=True)
    # Where I stand in it; each step is kept with its day (StageChange).
    stage = models.CharField(
        _("my part"), max_length=12, choices=Stage, blank=True, default=Stage.NONE
    )
    declined_on = models.DateField(_("declined on"), null=True, blank=True, editable=False)
    decline_reason = models.CharField(
        _("why I declined"), max_length=500, blank=True, editable=False
    )
    wanted_instead = models.CharField(
        _("what I would want instead"), max_length=500, blank=True, editable=False
    )
    # One a line: those alone who may stand in a text that is read out or sent.
    named_instead = models.TextField(
        _("whom I named instead"), max_length=500, blank=True, editable=False
    )

    objects = OwnedManager.from_queryset(OpportunityQuerySet)()

    held_by = ("recruiter", "firm")

    class Meta(OwnedModel.Meta):
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        # The newest of a firm or a recruiter, from the index alone (desk/brief_rows.py).
        indexes = [
            models.Index(
                fields=[whom, "owner", "-created_at", "-id", "declined_on", "stage"],
                condition=Q(trashed_at=None),
                name=f"opportunity_of_{whom}",
            )
            for whom in ("firm", "recruiter")
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="opportunity_has_title"),
            models.CheckConstraint(
                condition=Q(client_disclosure="withheld", client=None)
                | (~Q(client_disclosure="withheld") & Q(client__isnull=False)),
                name="client_known_unless_withheld",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.client_words}"

    def get_absolute_url(self) -> str:
        return reverse("desk:opportunity_detail", args=[self.pk])

    def without(self, relation: str) -> dict[str, Any]:
        """A client who is no more is withheld: that is all that can be said of one unknown."""
        values = super().without(relation)
        if relation == "client":
            values["client_disclosure"] = self.Disclosure.WITHHELD
        return values

    @property
    def client_name(self) -> str:
        return self.client.name if self.client else ""

    @property
    def client_words(self) -> str:
        """The client as one may say it: a name, or that it is withheld."""
        if self.client is None:
            return str(_("client withheld"))
        if self.client_disclosure == self.Disclosure.IN_CONFIDENCE:
            return str(_("%(client)s, in confidence") % {"client": self.client.name})
        return self.client.name

    def reveal_client(self, client: Employer, *, in_confidence: bool = False) -> None:
        """The recruiter has said for whom they search; what was said before stays true."""
        self.client = client
        self.client_disclosure = (
            self.Disclosure.IN_CONFIDENCE if in_confidence else self.Disclosure.NAMED
        )
        self.save()

    def reach(self, stage: str, on: dt.date) -> None:
        """I have come to another stage on `on` (a local day); the same stage again is no step.

        One that is noted afterwards, with a day before the last, leaves me where I stand; noted
        twice it is once.
        """
        changes = StageChange.objects.of(self.owner_id)
        known = changes.filter(opportunity=self, stage=stage, on=on)
        if stage == self.stage or known.exists():
            return
        with transaction.atomic():
            changes.create(opportunity=self, stage=stage, on=on)
            self._stand_at_the_last()

    def step_back(self) -> StageChange | None:
        """Undo what was noted last of my stages; None where there is nothing to undo."""
        noted = StageChange.objects.of(self.owner_id).filter(opportunity=self)
        with transaction.atomic():
            last: StageChange | None = noted.order_by("-pk").first()
            if last is not None:
                last.delete()
                self._stand_at_the_last()
        return last

    def _stand_at_the_last(self) -> None:
        changes = StageChange.objects.of(self.owner_id).filter(opportunity=self)
        last = changes.order_by("-on", "-pk").first()
        self.stage = last.stage if last else self.Stage.NONE
        self.save()

    @property
    def next_stage(self) -> str:
        """The stage after this one, "" after the last."""
        stages = self.Stage.values
        at = stages.index(self.stage) + 1
        return stages[at] if at < len(stages) else ""

    @property
    def next_stage_words(self) -> str:
        return str(self.Stage(self.next_stage).label) if self.next_stage else ""

    @property
    def is_open(self) -> bool:
        return self.declined_on is None and self.stage != self.Stage.CLOSED

    def decline(
        self, on: dt.date, *, reason: str = "", wanted_instead: str = "", named_instead: str = ""
    ) -> None:
        """I said no on `on` (a local day), and why, and what I would rather hear of."""
        self.declined_on, self.decline_reason = on, reason
        self.wanted_instead, self.named_instead = wanted_instead, named_instead
        self.save()

    def reconsider(self) -> None:
        """Undo the no; why it was said goes with it."""
        self.declined_on = None
        self.decline_reason = self.wanted_instead = self.named_instead = ""
        self.save()


class StageChange(OwnedModel):
    """On which day I came to which stage of an opportunity."""

    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.CASCADE, related_name="stage_changes"
    )
    stage = models.CharField(max_length=12, choices=Opportunity.Stage)
    on = models.DateField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ("on", "pk")

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.on}"
