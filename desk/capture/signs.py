"""Whether a line is about a call with a recruiter at all."""

import dataclasses

from desk.capture import words


@dataclasses.dataclass(frozen=True)
class Signs:
    """What speaks for a call. `is_tentative`: the recruiter is a name that anybody could have."""

    line: str
    firm: str
    has_recruiter: bool
    is_tentative: bool
    is_said: bool
    has_phone: bool
    has_number: bool  # a phone number, or what looks like one
    has_position: bool
    kinds: frozenset[str]

    def of_a_call(self) -> bool:
        household = bool(words.HOUSEHOLD.search(self.line))
        if not self.has_recruiter and not self.firm:
            return not household and self.without_names()
        named = self.has_recruiter and bool(self.firm) and not self.is_tentative
        if household and not (
            named
            or self.is_search_firm()
            or self.has_position
            or words.RECRUITER_WORD.search(self.line)
        ):
            return False
        return (
            named
            or (self.is_search_firm() and (self.has_recruiter or bool(self.kinds)))
            or self.has_phone
            or self.has_position
            or self.is_said
            or bool(self.kinds & words.RECRUITER_KINDS)
        )

    def is_search_firm(self) -> bool:
        return bool(words.FIRM_WORD.search(self.firm) or words.KNOWN_FIRMS.search(self.firm))

    def without_names(self) -> bool:
        """“Unknown recruiter left a voicemail, call back tomorrow.”"""
        if self.has_number and words.CALL_WORD.search(self.line):
            return True
        if words.RECRUITER_WORD.search(self.line) and words.CALL_WORD.search(self.line):
            return True
        return self.is_said and (bool(self.kinds) or self.has_position or self.has_phone)
