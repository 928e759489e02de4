"""What a view of this product is handed."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class OwnerRequest(HttpRequest):
    """A request of somebody signed in: the middleware lets no other reach these views."""

    user: User
    htmx: HtmxDetails
