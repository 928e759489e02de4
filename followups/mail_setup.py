"""The mail server set in the app: what providers want, and the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from crm.environment import MailServer
from followups import transport
from followups.models import Mailer
from followups.sealed import Unreadable, seal, unseal

# Seconds for which a password that was typed into a refused form need not be typed again.
REMEMBER_TYPED = 15 * 60


@dataclass(frozen=True)
class Provider:
    """Where a provider takes mail, and the one thing that its users have to know.

    As guides to their set-up say in 2026. What a provider changes since is told by the check
    before saving.
    """

    key: str
    name: str | Lazy
    host: str
    port: int
    security: str
    need: str | Lazy


PROVIDERS = [
    Provider(
        *("gmail", "Gmail", "smtp.gmail.com", 587, "starttls"),
        _(
            "Turn on 2-step verification in your Google account, make an app password there, and "
            "put its 16 letters below; your usual password is refused."
        ),
    ),
    Provider(
        *("outlook", "Outlook.com", "smtp-mail.outlook.com", 587, "starttls"),
        _(
            "Turn on two-step verification at account.microsoft.com and make an app password "
            "there. Where Microsoft has switched off sign-in by password, this way is closed."
        ),
    ),
    Provider(
        *("microsoft365", "Microsoft 365", "smtp.office365.com", 587, "starttls"),
        _(
            "Your administrator must allow “Authenticated SMTP” for the mailbox. Microsoft is "
            "ending sign-in by password for work accounts; where it has, take another provider."
        ),
    ),
    Provider(
        *("icloud", "iCloud", "smtp.mail.me.com", 587, "starttls"),
        _(
            "Make an app-specific password at account.apple.com; the user is your whole iCloud "
            "address."
        ),
    ),
    Provider(
        *("fastmail", "Fastmail", "smtp.fastmail.com", 465, "tls"),
        _("Make an app password that may send mail, under Settings, Privacy and Security."),
    ),
    Provider(
        *("gmx", "GMX", "mail.gmx.net", 587, "starttls"),
        _(
            "Allow access by other programs (POP3 and IMAP) in GMX’s settings first. At gmx.com "
            "the server is mail.gmx.com."
        ),
    ),
    Provider(
        *("yahoo", "Yahoo", "smtp.mail.yahoo.com", 465, "tls"),
        _("Make an app password under Account security; your usual password is refused."),
    ),
    Provider(
        *("proton", "Proton Bridge", "127.0.0.1", 1025, "none"),
        _(
            "Bridge must run on the same machine as Wordkeeper, so nothing leaves it in the "
            "clear. User and password are those that Bridge shows, not your account’s."
        ),
    ),
    Provider(
        *("own", _("My own"), "", 587, "starttls"),
        _("Its name as in its certificate. A server on this machine needs neither user nor TLS."),
    ),
]


def provider(key: str) -> Provider | None:
    return next((one for one in PROVIDERS if one.key == key), None)


def first_values(mailer: Mailer, chosen: Provider | None, user: User) -> dict[str, object]:
    """What stands in the form before anything is typed: the provider's, else what is saved."""
    values: dict[str, object] = {
        "host": mailer.host,
        "port": mailer.port,
        "security": mailer.security,
        "username": mailer.username,
        "sender": mailer.sender or user.email,
    }
    if chosen:
        values |= {"host": chosen.host, "port": chosen.port, "security": chosen.security}
        if chosen.host and chosen.host != mailer.host:
            values |= {"username": user.email, "sender": user.email}
    return values


class MailSetupForm(forms.Form):
    """Host, port, encryption, user, password and sender; and whose hand it is, when asked.

    The password kept is never in the page: left empty, the field keeps it as long as the host
    stays. One that was typed into a refused form comes back sealed, for this host alone.
    """

    host = forms.CharField(
        label=_("Server"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535)
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            (Mailer.Security.STARTTLS, _("STARTTLS")),
            (Mailer.Security.TLS, _("TLS from the start")),
            (Mailer.Security.NONE, _("None")),
        ],
        help_text=_("Port 587 mostly goes with STARTTLS, 465 with TLS."),
        widget=forms.RadioSelect,
    )
    username = forms.CharField(
        label=_("User"),
        max_length=255,
        required=False,
        help_text=_("Mostly your whole mail address."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=512,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    typed = forms.CharField(required=False, max_length=4096, widget=forms.HiddenInput)
    sender = forms.EmailField(
        label=_("Sender"),
        max_length=254,
        help_text=_("Your reminders come from it. Most providers take only the mailbox’s own."),
    )
    own_password = forms.CharField(
        label=_("Your Wordkeeper password"),
        max_length=512,
        strip=False,
        help_text=_("To make sure that it is you."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(
        self, *args: Any, mailer: Mailer, user: User, is_known: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.mailer = mailer
        self.user = user
        if is_known:
            del self.fields["own_password"]
        if mailer.host and mailer.encrypted_password:
            self.fields["password"].help_text = (
                _("The one kept can no longer be read: type it again.")
                if mailer.password is None
                else _("One is kept. Leave this empty to keep it; another server forgets it.")
            )

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip().rstrip(".").lower()
        if not host or any(letter.isspace() or letter in "/@" for letter in host):
            raise ValidationError(_("Write its name alone, such as mail.example.org."))
        return host

    def clean_sender(self) -> str:
        sender: str = self.cleaned_data["sender"]
        try:
            transport.envelope_address(sender)
        except ValueError as error:
            raise ValidationError(_("This address cannot be written to in SMTP.")) from error
        return sender

    def clean_own_password(self) -> str:
        password: str = self.cleaned_data["own_password"]
        if not self.user.check_password(password):
            raise ValidationError(_("That is not your password."))
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        host = cleaned.get("host", "")
        cleaned["typed_password"] = cleaned.get("password") or self._typed_before(host)
        if host and cleaned.get("username") and self.password_to_use == "":
            self.add_error("password", _("A user needs a password."))
        self._remember(host, cleaned["typed_password"])
        return cleaned

    def _typed_before(self, host: str) -> str:
        try:
            return unseal(
                self.cleaned_data.get("typed", ""), f"typed for {host}", within=REMEMBER_TYPED
            )
        except Unreadable:
            return ""

    def _remember(self, host: str, password: str) -> None:
        """Put a typed password, sealed, where the form takes it along if it is shown again."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data["typed"] = seal(password, f"typed for {host}") if host and password else ""
        self.data = data
        if data["typed"]:
            self["password"].help_text = _("As you typed it. Leave this empty to use it.")

    @property
    def password_to_use(self) -> str | None:
        """The password to use: as typed, or as kept for this same host; None cannot be read."""
        cleaned = self.cleaned_data
        if cleaned["typed_password"] or not cleaned.get("username"):
            typed: str = cleaned["typed_password"] if cleaned.get("username") else ""
            return typed
        return self.mailer.password if cleaned["host"] == self.mailer.host else ""

    @property
    def server(self) -> MailServer:
        """What a valid form describes."""
        cleaned = self.cleaned_data
        return MailServer(
            host=cleaned["host"],
            port=cleaned["port"],
            security=cleaned["security"],
            username=cleaned["username"],
            password=self.password_to_use,
            sender=cleaned["sender"],
        )

    def hold(self, reason: str) -> None:
        """Refuse to look at what was typed, and lose none of it."""
        self._errors = ErrorDict()
        self.cleaned_data = {"typed": self.data.get("typed", "")}
        self.add_error(None, reason)
        host = self.data.get("host", "").strip().rstrip(".").lower()
        self._remember(host, self.data.get("password") or self._typed_before(host))
