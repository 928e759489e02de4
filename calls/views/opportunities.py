"""The list of opportunities, their forms, and what is said of one: its client, its stage."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files import as_attachment
from accounts.owned import StaleVersion
from accounts.pages import choice, own_or_404, page_of, posted, save_form, where_from
from accounts.requests import OwnerRequest
from calls.forms.opportunities import OpportunityForm, RevealForm, StageForm
from calls.models import Opportunity
from calls.models.opportunity import OpportunityQuerySet
from calls.pickers import OpportunityPicker, opportunities
from calls.views.named import named_row
from contacts.models import Firm, Recruiter
from contacts.views import picker_options


@dataclass(frozen=True)
class Pill:
    """One choice in a row of them: where it leads."""

    words: str
    address: str
    is_chosen: bool


class Chosen:
    """Which opportunities an address asks for, and the addresses of its neighbours."""

    def __init__(self, request: OwnerRequest) -> None:
        self.user = request.user
        self.show = choice(request, "show", ["open", "declined", "closed", "all"])
        self.sort = choice(request, "sort", ["new", "title", "firm"])
        self.firm: Firm | None = named_row(request, "firm", Firm)

    @cached_property
    def rows(self) -> OpportunityQuerySet:
        rows = Opportunity.objects.of(self.user).for_list()
        if self.firm:
            rows = rows.filter(firm=self.firm)
        if self.show != "all":
            rows = getattr(rows, self.show)()
        orders = {"title": ["title", "-pk"], "firm": ["firm__folded_name", "title", "-pk"]}
        return rows.order_by(*orders[self.sort]) if self.sort in orders else rows

    def _address(self, **change: str) -> str:
        """The list with this changed; what goes without saying stands in no address."""
        default = {"show": "open", "sort": "new", "firm": ""}
        firm = str(self.firm.pk) if self.firm else ""
        query = {"show": self.show, "sort": self.sort, "firm": firm, **change}
        return "?" + urlencode(
            {name: value for name, value in query.items() if value != default[name]}
        )

    @property
    def keep(self) -> str:
        """The rest of the address, for the pages' links."""
        query = self._address().removeprefix("?")
        return f"{query}&" if query else ""

    @property
    def shows(self) -> list[Pill]:
        words = {
            "open": _("Open"),
            "declined": _("Declined"),
            "closed": _("Closed"),
            "all": _("All"),
        }
        return [Pill(w, self._address(show=s), s == self.show) for s, w in words.items()]

    @property
    def sorts(self) -> list[Pill]:
        words = {"new": _("Newest first"), "title": _("By position"), "firm": _("By firm")}
        return [Pill(w, self._address(sort=s), s == self.sort) for s, w in words.items()]

    @property
    def without_firm(self) -> str:
        return self._address(firm="")


@require_safe
def opportunity_list(request: OwnerRequest) -> HttpResponse:
    chosen = Chosen(request)
    context = {"page": page_of(request, chosen.rows), "chosen": chosen}
    return render(request, "calls/opportunity_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_new(request: OwnerRequest) -> HttpResponse:
    """One that no call has told of; `?recruiter=` and `?firm=` fill in whose it is."""
    initial = {
        "recruiter": named_row(request, "recruiter", Recruiter),
        "firm": named_row(request, "firm", Firm),
    }
    form = OpportunityForm(
        posted(request), request.FILES or None, owner=request.user, initial=initial
    )
    return _edit(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    opportunity = _own(request, pk)
    form = OpportunityForm(
        posted(request), request.FILES or None, instance=opportunity, owner=request.user
    )
    # As it is saved: the form's own row takes on what is typed.
    return _edit(request, form, _own(request, pk) if request.method == "POST" else opportunity)


def _edit(
    request: OwnerRequest, form: OpportunityForm, opportunity: Opportunity | None
) -> HttpResponse:
    if request.method == "POST" and save_form(request, form):
        return redirect(form.instance)
    context = {"form": form, "opportunity": opportunity}
    status = 422 if form.errors or form.warnings else 200
    return render(request, "calls/opportunity_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_reveal(request: OwnerRequest, pk: int) -> HttpResponse:
    """They named the client. What collides with it is said before it is saved, once."""
    opportunity = _own(request, pk)
    form = RevealForm(posted(request), instance=opportunity, owner=request.user)
    if request.method == "POST" and save_form(request, form):
        return redirect(opportunity)
    context = {"form": form, "opportunity": opportunity}
    status = 422 if form.errors or form.warnings else 200
    return render(request, "calls/opportunity_reveal.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_stage(request: OwnerRequest, pk: int) -> HttpResponse:
    """Another stage, today or on another day."""
    opportunity = _own(request, pk)
    form = StageForm(
        posted(request), initial={"stage": opportunity.next_stage}, now=opportunity.stage
    )
    if request.method == "POST" and form.is_valid():
        try:
            opportunity.reach(form.cleaned_data["stage"], form.cleaned_data["on"])
        except StaleVersion:
            messages.warning(request, _("It had been changed already; this is how it stands."))
        else:
            words = dict(Opportunity.Stage.choices)[form.cleaned_data["stage"]]
            messages.success(request, _("Noted: %(stage)s.") % {"stage": words})
        return redirect(where_from(request, opportunity.get_absolute_url()))
    context = {"form": form, "opportunity": opportunity}
    status = 422 if form.errors else 200
    return render(request, "calls/opportunity_stage.html", context, status=status)


@require_POST
def opportunity_step_back(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undo the stage that was noted last."""
    opportunity = _own(request, pk)
    try:
        undone = opportunity.step_back()
    except StaleVersion:
        messages.warning(request, _("It had been changed already; this is how it stands."))
    else:
        if undone:
            words = capfirst(str(undone.get_stage_display()))
            messages.success(request, _("Undone: %(stage)s.") % {"stage": words})
    return redirect(where_from(request, opportunity.get_absolute_url()))


@require_safe
def opportunity_jd(request: OwnerRequest, pk: int) -> FileResponse:
    """The job description, as a file to save."""
    opportunity = _own(request, pk)
    return as_attachment(opportunity.jd_file, opportunity.jd_file_name)


@require_POST
def opportunity_options(request: OwnerRequest) -> HttpResponse:
    return picker_options(request, OpportunityPicker, opportunities)


def _own(request: OwnerRequest, pk: int) -> Opportunity:
    rows = Opportunity.objects.of(request.user).for_list()
    opportunity: Opportunity = own_or_404(rows, pk)
    return opportunity
