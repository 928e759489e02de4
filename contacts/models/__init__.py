"""Whom I know: firms, the recruiters who work there, people of my own network, employers."""

from contacts.models.employer import Employer, Employment
from contacts.models.firm import Firm, FirmCheck, OffLimits
from contacts.models.merge import Kind, Merge, NotTheSame
from contacts.models.names import NAME_LENGTH, NOTES_LENGTH, FoldedNameQuerySet, NamedModel
from contacts.models.person import Person
from contacts.models.reach import ContactPoint, Email, Phone
from contacts.models.recruiter import Recruiter

__all__ = [
    "NAME_LENGTH",
    "NOTES_LENGTH",
    "ContactPoint",
    "Email",
    "Employer",
    "Employment",
    "Firm",
    "FirmCheck",
    "FoldedNameQuerySet",
    "Kind",
    "Merge",
    "NamedModel",
    "NotTheSame",
    "OffLimits",
    "Person",
    "Phone",
    "Recruiter",
]
