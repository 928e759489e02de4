from django.urls import path

from calls.views import calls, disclosures, opportunities, referrals, submissions

app_name = "calls"

urlpatterns = [
    path("calls/", calls.call_list, name="call_list"),
    path("calls/<int:pk>/edit/", calls.call_edit, name="call_edit"),
    path("opportunities/", opportunities.opportunity_list, name="opportunity_list"),
    path("opportunities/new/", opportunities.opportunity_new, name="opportunity_new"),
    path("opportunities/<int:pk>/edit/", opportunities.opportunity_edit, name="opportunity_edit"),
    path(
        "opportunities/<int:pk>/reveal/",
        opportunities.opportunity_reveal,
        name="opportunity_reveal",
    ),
    path(
        "opportunities/<int:pk>/stage/", opportunities.opportunity_stage, name="opportunity_stage"
    ),
    path(
        "opportunities/<int:pk>/stage/undo/",
        opportunities.opportunity_step_back,
        name="opportunity_step_back",
    ),
    path(
        "opportunities/<int:pk>/job-description/",
        opportunities.opportunity_jd,
        name="opportunity_jd",
    ),
    path("opportunities/options/", opportunities.opportunity_options, name="opportunity_options"),
    path("submissions/", submissions.submission_list, name="submission_list"),
    path("submissions/new/", submissions.submission_new, name="submission_new"),
    path("submissions/<int:pk>/", submissions.submission_detail, name="submission_detail"),
    path("submissions/<int:pk>/edit/", submissions.submission_edit, name="submission_edit"),
    path("submissions/<int:pk>/withdraw/", submissions.withdraw, name="submission_withdraw"),
    path("submissions/<int:pk>/release/", submissions.release, name="submission_release"),
    path("submissions/<int:pk>/again/", submissions.stand_again, name="submission_again"),
    path("submissions/<int:pk>/trash/", submissions.submission_trash, name="submission_trash"),
    path(
        "submissions/<int:pk>/restore/", submissions.submission_restore, name="submission_restore"
    ),
    path("disclosures/", disclosures.disclosure_list, name="disclosure_list"),
    path("disclosures/new/", disclosures.disclosure_new, name="disclosure_new"),
    path("disclosures/<int:pk>/edit/", disclosures.disclosure_edit, name="disclosure_edit"),
    path("disclosures/<int:pk>/trash/", disclosures.disclosure_trash, name="disclosure_trash"),
    path(
        "disclosures/<int:pk>/restore/", disclosures.disclosure_restore, name="disclosure_restore"
    ),
    path("referrals/", referrals.referral_list, name="referral_list"),
    path("referrals/new/", referrals.referral_new, name="referral_new"),
    path("referrals/<int:pk>/edit/", referrals.referral_edit, name="referral_edit"),
    path("referrals/<int:pk>/contacted/", referrals.referral_contacted, name="referral_contacted"),
    path("referrals/<int:pk>/thank/", referrals.referral_thank, name="referral_thank"),
    path("referrals/<int:pk>/trash/", referrals.referral_trash, name="referral_trash"),
    path("referrals/<int:pk>/restore/", referrals.referral_restore, name="referral_restore"),
]
