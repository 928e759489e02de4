from django.urls import path

from contacts import views
from contacts.models import Kind

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
    *(
        path(
            f"{noun}/resembling/",
            views.resembling_options,
            {"kind": kind},
            name=f"{kind}_resembling",
        )
        for noun, kind in (
            ("firms", Kind.FIRM),
            ("recruiters", Kind.RECRUITER),
            ("employers", Kind.EMPLOYER),
            ("people", Kind.PERSON),
        )
    ),
    path("employers/", views.employer_list, name="employer_list"),
    path("employers/new/", views.employer_new, name="employer_new"),
    path("employers/<int:pk>/edit/", views.employer_edit, name="employer_edit"),
    path("employers/options/", views.employer_options, name="employer_options"),
    path("employments/", views.employment_list, name="employment_list"),
    path("employments/new/", views.employment_new, name="employment_new"),
    path("employments/<int:pk>/edit/", views.employment_edit, name="employment_edit"),
    path("employments/<int:pk>/trash/", views.employment_trash, name="employment_trash"),
    path("employments/<int:pk>/restore/", views.employment_restore, name="employment_restore"),
    path("people/", views.person_list, name="person_list"),
    path("people/options/", views.person_options, name="person_options"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/<int:pk>/edit/", views.person_edit, name="person_edit"),
]
