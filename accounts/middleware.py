"""What holds for every request of somebody signed in, and for the first visit."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from accounts import first_account
from accounts.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]


class FirstVisitMiddleware:
    """While there is no account, every page leads to the one that makes it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if request.user.is_authenticated or getattr(view, "answers_without_account", False):
            return None
        # Asked each time: the last account may have been deleted by another process.
        return None if first_account.exists() else redirect("accounts:first_account")


def answers_without_account(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view that answers even before the first account is made, and without signing in."""
    view.answers_without_account = True  # type: ignore[attr-defined]
    return login_not_required(view)


class InvalidFormMiddleware:
    """Sign-in and its kin answer an invalid form with 422, as every form here does.

    django-allauth answers 200; htmx, scripts and logs then take a refusal for a success.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        if (
            request.method == "POST"
            and response.status_code == 200
            and getattr(form, "errors", None)
        ):
            response.status_code = 422
        return response


class OwnerMiddleware:
    """Show the signed-in user their own zone, and keep their pages out of every cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        was_in = isinstance(user, User)
        if isinstance(user, User):
            timezone.activate(user.zone)
        else:
            timezone.deactivate()
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["HX-Request"])
        if was_in and not request.user.is_authenticated:
            # Signed out: what the browser still holds of the pages goes too.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
