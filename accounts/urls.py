"""The account's pages, and of django-allauth's those that this product has."""

from allauth.account import views as allauth_views
from django.conf import settings
from django.urls import include, path

from accounts import views

own = (
    [
        path("welcome/", views.first_account, name="first_account"),
        path("kit/", views.kit, name="kit"),
        path("settings/", views.settings, name="settings"),
    ],
    "accounts",
)

# The names are allauth's own: it builds its redirects from them.
urlpatterns = [
    path("", include(own)),
    path("sign-in/", allauth_views.login, name="account_login"),
    path("sign-out/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("sign-up/", allauth_views.signup, name="account_signup"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path("password/set/", allauth_views.password_set, name="account_set_password"),
]

if settings.MAIL_SERVER:
    # Without a mail server nobody would get the codes, so these ways in do not exist;
    # `manage.py changepassword` is the way back.
    urlpatterns += [
        path("password/reset/", allauth_views.password_reset, name="account_reset_password"),
        path(
            "password/reset/confirm/",
            allauth_views.confirm_password_reset_code,
            name="account_confirm_password_reset_code",
        ),
        path(
            "password/reset/complete/",
            allauth_views.complete_password_reset,
            name="account_complete_password_reset",
        ),
        path(
            "password/reset/done/",
            allauth_views.password_reset_from_key_done,
            name="account_password_reset_completed",
        ),
        path("sign-in/code/", allauth_views.request_login_code, name="account_request_login_code"),
        path(
            "sign-in/code/confirm/",
            allauth_views.confirm_login_code,
            name="account_confirm_login_code",
        ),
    ]
