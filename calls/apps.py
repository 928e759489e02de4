from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from calls.pickers import OpportunityPicker, opportunities
        from search.kinds import Found, register

        register(
            "opportunity",
            _("Opportunities"),
            lambda owner, text: [
                Found(str(one), OpportunityPicker.hint_of(one), one.get_absolute_url())
                for one in opportunities(owner, text)
            ],
        )
