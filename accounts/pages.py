"""What every list and form page does alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.owned import StaleVersion
from accounts.saved_once import Once

if TYPE_CHECKING:
    from accounts.forms import OwnedForm
    from accounts.prepared import prepared

PER_PAGE = 50
# From this page on the rows are asked for in two steps.
FAR = 20
# A primary key beyond this is no row's, and SQLite and PostgreSQL would both refuse to look.
LARGEST_ID = 2**63 - 1


def page_of(
    request: HttpRequest,
    rows: QuerySet | list[Any],
    *,
    count: int | None = None,
    in_two_steps: bool = False,
) -> Page:
    """The page that `?page=` asks for; a number out of range shows the nearest one.

    `count` is how many rows there are, where that is known already; `in_two_steps` is for an
    order that no index has, in which the database would work out of every row what it shows.
    """
    paginator = Paginator(rows, PER_PAGE)
    if count is not None:
        paginator.count = count
    page = paginator.get_page(request.GET.get("page"))
    if (in_two_steps or page.number > FAR) and isinstance(rows, QuerySet):
        # Ids first: else the database joins what each row of all the pages before would show.
        first = page.start_index() - 1
        ids = rows.values_list("pk", flat=True)[first : first + PER_PAGE]
        page.object_list = rows.filter(pk__in=list(ids))
    return page


def own_or_404(rows: QuerySet, pk: int) -> Any:
    """The row of `rows` with this id; another's row is exactly as unknown as none."""
    if pk > LARGEST_ID:
        raise Http404
    try:
        return rows.get(pk=pk)
    except rows.model.DoesNotExist as error:
        raise Http404 from error


def first_or_404(question: prepared, **given: Any) -> Any:
    """The same of a prepared question, which is `given` the owner and the id."""
    known = max(value for value in given.values() if isinstance(value, int)) <= LARGEST_ID
    row = question.first(**given) if known else None
    if row is None:
        raise Http404
    return row


def read_id(text: str) -> int | None:
    """The id that a form or an address names; None for what can be no row's."""
    # Python refuses to read thousands of digits as a number, so their count comes first.
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID:
        return int(text)
    return None


def posted(request: HttpRequest) -> QueryDict | None:
    """What to bind a form to. A post with nothing in it is still a post, and invalid."""
    return request.POST if request.method == "POST" else None


def choice(request: HttpRequest, name: str, allowed: list[str]) -> str:
    """The value of a filter in the address, or the first allowed one."""
    value = request.GET.get(name, "")
    return value if value in allowed else allowed[0]


def where_from(request: HttpRequest, default: str) -> str:
    """The page that a form names in `next`, if it is ours; else `default`."""
    url = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # It must look like a path: `redirect` takes a bare word for the name of a view.
    return url if url.startswith("/") and safe else default


def save_form(request: HttpRequest, form: OwnedForm) -> bool:
    """Whether the form was valid and is saved; what stands in the way is said on it.

    A new row is made once: of a form that was saved before `form.instance` is what came of it.
    """
    once = Once(form)
    if not once.was_saved():
        try:
            saved = form.is_valid() and once.save()
        except StaleVersion:
            form.add_error(None, _("This was changed elsewhere just now. Save again."))
            return False
        # The same post may have been saved meanwhile, and then this one is no longer valid.
        if not saved and not once.was_saved():
            return False
    messages.success(request, _("Saved."))
    return True
