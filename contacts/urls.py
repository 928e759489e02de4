from django.urls import path

from contacts import views

app_name = "contacts"

urlpatterns = [
    path("firms/", views.firm_list, name="firm_list"),
    path("firms/new/", views.firm_new, name="firm_new"),
    path("firms/<int:pk>/edit/", views.firm_edit, name="firm_edit"),
    path("firms/options/", views.firm_options, name="firm_options"),
    path("recruiters/", views.recruiter_list, name="recruiter_list"),
    path("recruiters/new/", views.recruiter_new, name="recruiter_new"),
    path("recruiters/<int:pk>/edit/", views.recruiter_edit, name="recruiter_edit"),
    path("recruiters/options/", views.recruiter_options, name="recruiter_options"),
    path("people/", views.person_list, name="person_list"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/<int:pk>/edit/", views.person_edit, name="person_edit"),
]
