from django.urls import path

from desk import views

app_name = "desk"

urlpatterns = [
    path("", views.today, name="today"),
    path("calls/new/", views.call_sheet, name="call_sheet"),
    path("calls/new/callers/", views.caller_options, name="caller_options"),
    path("calls/<int:pk>/", views.call_detail, name="call_detail"),
    path("firms/<int:pk>/", views.firm_detail, name="firm_detail"),
    path("recruiters/<int:pk>/", views.recruiter_detail, name="recruiter_detail"),
    path("people/<int:pk>/", views.person_detail, name="person_detail"),
]
