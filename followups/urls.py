from django.urls import path

from followups.views import engine, promises

app_name = "followups"

urlpatterns = [
    path("promises/", promises.promise_list, name="promise_list"),
    path("promises/new/", promises.promise_new, name="promise_new"),
    path("promises/<int:pk>/", promises.promise_detail, name="promise_detail"),
    path("promises/<int:pk>/edit/", promises.promise_edit, name="promise_edit"),
    path("promises/<int:pk>/keep/", promises.keep, name="keep"),
    path("promises/<int:pk>/snooze/", promises.snooze, name="snooze"),
    path("promises/<int:pk>/release/", promises.release, name="release"),
    path("promises/<int:pk>/break/", promises.mark_broken, name="mark_broken"),
    path("promises/<int:pk>/reopen/", promises.reopen, name="reopen"),
    path("reminders/", engine.reminder_list, name="reminder_list"),
    path("reminders/test/", engine.send_test, name="send_test"),
    path("reminders/mails/<int:pk>/", engine.mail_detail, name="mail_detail"),
    path("reminders/mails/<int:pk>/retry/", engine.mail_retry, name="mail_retry"),
    path("reminders/mails/<int:pk>/settle/", engine.mail_settle, name="mail_settle"),
    path("healthz", engine.healthz, name="healthz"),
    path("readyz", engine.readyz, name="readyz"),
]
