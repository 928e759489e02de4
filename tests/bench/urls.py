"""The product's addresses, and an empty one behind the same middleware to measure them by."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from crm.urls import urlpatterns as ours


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("empty")


urlpatterns = [*ours, path("empty/", empty)]
