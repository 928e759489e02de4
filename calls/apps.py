from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from accounts.files import go_with_row
        from calls.models import Opportunity
        from calls.pickers import OpportunityPicker, opportunities
        from search.kinds import Found, register

        go_with_row(Opportunity)
        register(
            "opportunity",
            _("Opportunities"),
            lambda owner, text: [
                Found(str(one), OpportunityPicker.hint_of(one), one.get_absolute_url())
                for one in opportunities(owner, text)
            ],
        )
