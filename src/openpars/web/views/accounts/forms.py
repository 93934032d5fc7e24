"""The forms of these pages. They only take what was typed; the verbs judge it."""

from __future__ import annotations

import zoneinfo

from django import forms

from openpars.accounts.forms import Look
from openpars.accounts.keys import SCOPES
from openpars.accounts.models import DEFAULT_TIME_ZONE, PROVIDER_NUMBER_LENGTH, ApiKey
from openpars.accounts.refusals import Refused
from openpars.accounts.roles import ROLE_MEANS, Role

_US_ZONES = {
    "America/New_York": "Eastern (New York)",
    "America/Chicago": "Central (Chicago)",
    "America/Denver": "Mountain (Denver)",
    "America/Phoenix": "Mountain without daylight saving (Phoenix)",
    "America/Los_Angeles": "Pacific (Los Angeles)",
    "America/Anchorage": "Alaska (Anchorage)",
    "Pacific/Honolulu": "Hawaii (Honolulu)",
    "America/Puerto_Rico": "Atlantic (Puerto Rico)",
    "Pacific/Guam": "Chamorro (Guam)",
    "Pacific/Pago_Pago": "Samoa (Pago Pago)",
}
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

_STRENGTH = "At least 10 characters. A few words that only you would put together are easy to remember."
_NUMBER_HINT = f"The {PROVIDER_NUMBER_LENGTH} digits the accreditor knows the provider by, such as 0001234."


def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the time zones to choose from, those of the United States first."""
    others = sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in _REGIONS)
    return [
        ("United States", list(_US_ZONES.items())),
        *(
            (region, [(name, name.split("/", 1)[1].replace("_", " ").replace("/", ", ")) for name in names])
            for region in _REGIONS
            if (names := [n for n in others if n.startswith(f"{region}/") and n not in _US_ZONES])
        ),
    ]


def role_choices() -> list[tuple[str, str]]:
    """Return the roles with what they mean, the usual one first."""
    order = (Role.EDITOR, Role.VIEWER, Role.ADMINISTRATOR)
    return [(role.value, f"{role.label}. {ROLE_MEANS[role]}") for role in order]


def key_kinds() -> list[tuple[str, str]]:
    """Return the kinds of API keys with what they mean, the harmless one first."""
    return [
        (ApiKey.Kind.TEST.value, "Test: the sandbox, where nothing is real and nothing is public"),
        (ApiKey.Kind.LIVE.value, "Live: the provider’s own activities"),
    ]


def key_rights() -> list[tuple[str, str]]:
    """Return what a key may be allowed besides reading."""
    return [(scope, words) for scope, words in SCOPES.items() if scope != "read"]


class OurForm(Look):
    """A form whose answers a verb may refuse."""

    def refuse(self, refusal: Refused, **fields: str) -> None:
        """Put a refusal at the answer it speaks of; `fields` maps the verb's names to the form's."""
        name = fields.get(refusal.field, refusal.field)
        self.add_error(name if name in self.fields else None, refusal.message)


class SetUpForm(OurForm):
    """The first visit."""

    accreditor_name = forms.CharField()
    time_zone = forms.ChoiceField(choices=time_zones, initial=DEFAULT_TIME_ZONE)
    provider_name = forms.CharField()
    provider_number = forms.CharField()
    name = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.CharField(widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    labels = {
        "accreditor_name": "Name of the accreditor",
        "time_zone": "Time zone",
        "provider_name": "Name of the provider",
        "provider_number": "Provider ID",
        "name": "Your name",
        "email": "E-mail",
        "password": "Password",
    }
    hints = {
        "accreditor_name": "The body that oversees the providers, such as a state medical society.",
        "time_zone": "The days of all dates begin and end by this zone.",
        "provider_name": "The first organization whose activities are reported. More can be added later.",
        "provider_number": _NUMBER_HINT,
        "email": "You sign in with it.",
        "password": _STRENGTH,
    }


class NewPersonForm(OurForm):
    """Somebody without a sign-in accepts an invitation."""

    name = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    labels = {"name": "Your name", "password": "Password"}
    hints = {"name": "As your colleagues know you; it stands beside what you change.", "password": _STRENGTH}


class NameForm(OurForm):
    """One's own name."""

    name = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "name"}))

    labels = {"name": "Your name"}
    hints = {
        "name": "It stands beside what you change. What you did before keeps the name it was done under."
    }


class InviteForm(OurForm):
    """Ask somebody to become a contact."""

    email = forms.CharField(widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=role_choices, initial=Role.EDITOR, widget=forms.RadioSelect)

    labels = {"email": "E-mail", "role": "Role"}
    hints = {"email": "We send a link to this address. It works for 14 days."}


class RoleForm(OurForm):
    """Another role for a contact."""

    role = forms.ChoiceField(choices=role_choices, widget=forms.RadioSelect)

    labels = {"role": "Role"}


class KeyForm(OurForm):
    """A new API key."""

    name = forms.CharField()
    kind = forms.ChoiceField(choices=key_kinds, initial=ApiKey.Kind.TEST, widget=forms.RadioSelect)
    scopes = forms.MultipleChoiceField(
        choices=key_rights,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the list."},
    )
    last_day = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a date such as 3/31/2027."},
    )

    labels = {
        "name": "Name",
        "kind": "What it works on",
        "scopes": "What it may do besides reading",
        "last_day": "Last day on which it works",
    }
    hints = {
        "name": "The program that will use it, such as “Learning system”. It stands beside what the program changes.",
        "scopes": "Every key reads. Give it no more than the program needs.",
        "last_day": "Leave it blank for a key that works until somebody revokes it.",
    }


class ProviderForm(OurForm):
    """A provider's data."""

    name = forms.CharField()
    number = forms.CharField()
    learner_contact = forms.CharField(required=False)
    jointly_accredited = forms.BooleanField(required=False)

    labels = {
        "name": "Name",
        "number": "Provider ID",
        "learner_contact": "Contact address for learners",
        "jointly_accredited": "Jointly accredited",
    }
    hints = {
        "number": _NUMBER_HINT,
        "learner_contact": "An e-mail address or phone number that learners may use; it is public.",
        "jointly_accredited": "Accredited for the health care team by several accreditors at once.",
    }


class NewProviderForm(ProviderForm):
    """A new provider and the invitation of its first administrator."""

    administrator_email = forms.CharField(widget=forms.EmailInput(attrs={"autocomplete": "off"}))

    labels = {**ProviderForm.labels, "administrator_email": "E-mail of the first administrator"}
    hints = {
        **ProviderForm.hints,
        "administrator_email": "We send an invitation there. The administrator then invites colleagues.",
    }


class AccreditorForm(OurForm):
    """An accreditor's data."""

    name = forms.CharField()
    short_name = forms.CharField(required=False)
    time_zone = forms.ChoiceField(choices=time_zones)
    email = forms.CharField(required=False, widget=forms.EmailInput)
    phone = forms.CharField(required=False)
    website = forms.CharField(required=False, widget=forms.URLInput)

    labels = {
        "name": "Name",
        "short_name": "Short name",
        "time_zone": "Time zone",
        "email": "E-mail",
        "phone": "Phone",
        "website": "Website",
    }
    hints = {
        "time_zone": "An end date has passed at midnight in this zone.",
        "email": "Shown to providers on the help pages.",
        "phone": "Shown to providers on the help pages.",
        "website": "Shown to providers on the help pages.",
    }


class ListsForm(OurForm):
    """The accreditor's entries of the open vocabularies."""

    supporters = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 5}))
    specialties = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 5}))
    practice_areas = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 5}))

    labels = {
        "supporters": "Commercial support sources",
        "specialties": "Specialties",
        "practice_areas": "Practice areas",
    }
    hints = dict.fromkeys(
        labels, "One per line. They are suggested besides the names that come with OpenPARS."
    )


class DeadlineForm(OurForm):
    """The deadline of a reporting year."""

    year = forms.IntegerField(
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "Enter a year in four digits."},
    )
    deadline = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a date such as 3/31/2027."},
    )

    labels = {"year": "Year", "deadline": "Deadline"}
    hints = {
        "deadline": "The last day on which providers report on the year. Leave it blank to take it away."
    }
