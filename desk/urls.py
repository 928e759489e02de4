from django.urls import path

from calls.models import Call, Opportunity
from contacts.models import Employer, Firm, Kind, Person, Recruiter
from desk.views import (
    backups,
    brief,
    call_sheet,
    capture,
    dossiers,
    drafts,
    duplicates,
    export,
    firms,
    imports,
    leaving,
    merges,
    names,
    off_limits,
    opportunities,
    people,
    recruiters,
    resumes,
    trash,
    vetting,
)
from followups.models import Promise

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
    path("firms/<int:pk>/", firms.firm_detail, name="firm_detail"),
    path("firms/<int:pk>/check/", vetting.firm_check, name="firm_check"),
    path("checks/<int:pk>/edit/", vetting.check_edit, name="check_edit"),
    path("checks/<int:pk>/trash/", vetting.check_trash, name="check_trash"),
    path("checks/<int:pk>/restore/", vetting.check_restore, name="check_restore"),
    path("firms/<int:pk>/off-limits/", off_limits.off_limits_new, name="off_limits_new"),
    path("off-limits/<int:pk>/edit/", off_limits.off_limits_edit, name="off_limits_edit"),
    path("off-limits/<int:pk>/trash/", off_limits.off_limits_trash, name="off_limits_trash"),
    path("off-limits/<int:pk>/restore/", off_limits.off_limits_restore, name="off_limits_restore"),
    path("recruiters/<int:pk>/", recruiters.recruiter_detail, name="recruiter_detail"),
    path("recruiters/<int:pk>/move/", recruiters.recruiter_move, name="recruiter_move"),
    path("people/<int:pk>/", people.person_detail, name="person_detail"),
    path("people/<int:pk>/anonymise/", people.person_anonymise, name="person_anonymise"),
    path("promises/<int:pk>/names/", names.promise_names, name="promise_names"),
    path("opportunities/<int:pk>/", opportunities.opportunity_detail, name="opportunity_detail"),
    path(
        "opportunities/<int:pk>/decline/",
        opportunities.opportunity_decline,
        name="opportunity_decline",
    ),
    path(
        "opportunities/<int:pk>/reconsider/",
        opportunities.opportunity_reconsider,
        name="opportunity_reconsider",
    ),
    path("export/", export.export, name="export"),
    path("import/", imports.import_file, name="import_file"),
    path("import/<int:pk>/", imports.import_run, name="import_run"),
    path("import/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("import/<int:pk>/choose/", imports.import_choose, name="import_choose"),
    path("import/<int:pk>/bring-in/", imports.import_bring_in, name="import_bring_in"),
    path("import/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("import/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("import/rows/<int:pk>/", imports.import_row, name="import_row"),
    path("settings/backups/", backups.backups, name="backups"),
    path("firms/<int:pk>/brief/", brief.firm_brief, name="firm_brief"),
    path("recruiters/<int:pk>/brief/", brief.recruiter_brief, name="recruiter_brief"),
    path("promises/<int:pk>/brief/", brief.promise_brief, name="promise_brief"),
    *(
        path(f"{noun}/<int:pk>/trash/", trash.throw_away, {"model": model}, name=f"{name}_trash")
        for noun, name, model in (
            ("calls", "call", Call),
            ("promises", "promise", Promise),
            ("opportunities", "opportunity", Opportunity),
            ("recruiters", "recruiter", Recruiter),
            ("firms", "firm", Firm),
            ("people", "person", Person),
            ("employers", "employer", Employer),
        )
    ),
    *(
        path(f"{noun}/<int:pk>/merge/", merges.merge, {"kind": kind}, name=f"{kind}_merge")
        for noun, kind in (
            ("recruiters", Kind.RECRUITER),
            ("firms", Kind.FIRM),
            ("people", Kind.PERSON),
            ("employers", Kind.EMPLOYER),
        )
    ),
    path("merges/<int:pk>/undo/", merges.merge_undo, name="merge_undo"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/not-the-same/", duplicates.not_the_same, name="not_the_same"),
    path("duplicates/<int:pk>/again/", duplicates.same_again, name="same_again"),
    path("settings/delete/", leaving.account_delete, name="account_delete"),
    path("trash/", trash.trash_list, name="trash"),
    path("trash/<int:pk>/restore/", trash.trash_restore, name="trash_restore"),
    path("trash/<int:pk>/delete/", trash.trash_delete, name="trash_delete"),
    path("resumes/<int:pk>/", resumes.resume_detail, name="resume_detail"),
]
