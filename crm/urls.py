"""Every address of the product; each room keeps its own below it."""

from django.urls import include, path

urlpatterns = [
    path("", include("desk.urls")),
    path("", include("followups.urls")),
    path("", include("calls.urls")),
    path("", include("contacts.urls")),
    path("", include("search.urls")),
    path("", include("accounts.urls")),
]
