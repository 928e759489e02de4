from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from accounts.files import go_with_row
        from accounts.signals import changed_in_bulk
        from calls.last_calls import follow_bulk
        from calls.models import Call, Opportunity
        from calls.pickers import OpportunityPicker, opportunities
        from search.kinds import Found, register

        go_with_row(Opportunity)
        changed_in_bulk.connect(follow_bulk, sender=Call)
        register(
            "opportunity",
            _("Opportunities"),
            lambda owner, text: [
                Found(str(one), OpportunityPicker.hint_of(one), one.get_absolute_url())
                for one in opportunities(owner, text)
            ],
        )
