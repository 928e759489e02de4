"""The account's pages, and of django-allauth's those that this product has."""

from allauth.account import views as allauth_views
from django.urls import include, path

from accounts import way_out
from accounts.views import account, compensation, kit, resumes
from accounts.way_out import only_with_mail

own = (
    [
        path("welcome/", account.first_account, name="first_account"),
        path("kit/", kit.kit, name="kit"),
        path("kit/looked-over/", kit.kit_look_over, name="kit_look_over"),
        path("resumes/new/", resumes.resume_new, name="resume_new"),
        path("resumes/<int:pk>/edit/", resumes.resume_edit, name="resume_edit"),
        path("resumes/<int:pk>/file/", resumes.resume_download, name="resume_download"),
        path("resumes/<int:pk>/trash/", resumes.resume_trash, name="resume_trash"),
        path("resumes/<int:pk>/restore/", resumes.resume_restore, name="resume_restore"),
        path("compensation/", compensation.compensation_list, name="compensation_list"),
        path("compensation/new/", compensation.compensation_new, name="compensation_new"),
        path(
            "compensation/<int:pk>/edit/",
            compensation.compensation_edit,
            name="compensation_edit",
        ),
        path(
            "compensation/<int:pk>/trash/",
            compensation.compensation_trash,
            name="compensation_trash",
        ),
        path(
            "compensation/<int:pk>/restore/",
            compensation.compensation_restore,
            name="compensation_restore",
        ),
        path("settings/", account.settings, name="settings"),
        path("settings/zone/", account.change_zone, name="change_zone"),
        path("settings/zone/keep/", account.keep_zone, name="keep_zone"),
    ],
    "accounts",
)

# The names are allauth's own: it builds its redirects from them.
urlpatterns = [
    path("", include(own)),
    path(
        "sign-in/",
        allauth_views.LoginView.as_view(extra_context={"can_mail": way_out.server}),
        name="account_login",
    ),
    path("sign-out/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("sign-up/", allauth_views.signup, name="account_signup"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path("password/set/", allauth_views.password_set, name="account_set_password"),
]

# Without a mail server nobody would get the codes, so these ways in do not exist then;
# `manage.py changepassword` is the way back.
urlpatterns += [
    path(f"{where}/", only_with_mail(view), name=f"account_{name}")
    for where, view, name in (
        ("password/reset", allauth_views.password_reset, "reset_password"),
        (
            "password/reset/confirm",
            allauth_views.confirm_password_reset_code,
            "confirm_password_reset_code",
        ),
        (
            "password/reset/complete",
            allauth_views.complete_password_reset,
            "complete_password_reset",
        ),
        (
            "password/reset/done",
            allauth_views.password_reset_from_key_done,
            "password_reset_completed",
        ),
        ("sign-in/code", allauth_views.request_login_code, "request_login_code"),
        ("sign-in/code/confirm", allauth_views.confirm_login_code, "confirm_login_code"),
    )
]
