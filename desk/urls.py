from django.urls import path

from desk.views import call_sheet, capture, dossiers, drafts

app_name = "desk"

urlpatterns = [
    path("", dossiers.today, name="today"),
    path("capture/", capture.capture, name="capture"),
    path("calls/new/", call_sheet.call_sheet, name="call_sheet"),
    path("calls/new/callers/", call_sheet.caller_options, name="caller_options"),
    path("calls/new/questions/", call_sheet.question_list, name="question_list"),
    path("calls/new/when/", call_sheet.due_echo, name="due_echo"),
    path("calls/new/draft/", drafts.draft_keep, name="draft_keep"),
    path("drafts/", drafts.draft_list, name="draft_list"),
    path("drafts/<int:pk>/discard/", drafts.draft_discard, name="draft_discard"),
    path("drafts/<int:pk>/restore/", drafts.draft_restore, name="draft_restore"),
    path("calls/<int:pk>/", dossiers.call_detail, name="call_detail"),
    path("firms/<int:pk>/", dossiers.firm_detail, name="firm_detail"),
    path("recruiters/<int:pk>/", dossiers.recruiter_detail, name="recruiter_detail"),
    path("people/<int:pk>/", dossiers.person_detail, name="person_detail"),
]
