from django.urls import path

from followups.views import (
    act,
    calendar,
    endings,
    engine,
    lead_times,
    ledger,
    mail_setup,
    promises,
)

app_name = "followups"

urlpatterns = [
    path("promises/", ledger.promise_list, name="promise_list"),
    path("promises/new/", promises.promise_new, name="promise_new"),
    path("promises/<int:pk>/", promises.promise_detail, name="promise_detail"),
    path("promises/<int:pk>/edit/", promises.promise_edit, name="promise_edit"),
    path("promises/<int:pk>/keep/", endings.keep, name="keep"),
    path("promises/<int:pk>/snooze/", endings.snooze, name="snooze"),
    path("promises/<int:pk>/snooze/undo/", endings.snooze_undo, name="snooze_undo"),
    path("promises/<int:pk>/release/", endings.release, name="release"),
    path("promises/<int:pk>/break/", endings.mark_broken, name="mark_broken"),
    path("promises/<int:pk>/no-show/", endings.no_show, name="no_show"),
    path("promises/<int:pk>/nudge/", endings.nudge, name="nudge"),
    path("promises/<int:pk>/nudge/undo/", endings.nudge_undo, name="nudge_undo"),
    path("promises/<int:pk>/reopen/", endings.reopen, name="reopen"),
    path("promises/<int:pk>/calendar.ics", calendar.promise_calendar, name="promise_calendar"),
    path("calendar/", calendar.calendar_feed, name="calendar_feed"),
    path("calendar/revoke/", calendar.calendar_revoke, name="calendar_revoke"),
    path("calendar/<str:token>.ics", calendar.calendar_read, name="calendar"),
    path("reminders/", engine.reminder_list, name="reminder_list"),
    path("settings/lead-times/", lead_times.lead_times, name="lead_times"),
    path("settings/mail/", mail_setup.mail_setup, name="mail_setup"),
    path("settings/mail/remove/", mail_setup.mail_take_down, name="mail_take_down"),
    path("reminders/unmute/", engine.unmute, name="unmute"),
    path("reminders/test/", engine.send_test, name="send_test"),
    path("reminders/mails/<int:pk>/", engine.mail_detail, name="mail_detail"),
    path("reminders/mails/<int:pk>/retry/", engine.mail_retry, name="mail_retry"),
    path("reminders/mails/<int:pk>/settle/", engine.mail_settle, name="mail_settle"),
    path("act/<str:token>/", act.act, name="act"),
    path("healthz", engine.healthz, name="healthz"),
    path("readyz", engine.readyz, name="readyz"),
]
