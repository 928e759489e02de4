"""What is promised: names, a résumé, a decision; and the small words around it."""

import re

from desk.capture import words

RESUME = re.compile(
    r"\b(?:cvs?|c\.v\.|r[ée]sum[ée]s?|curriculum(?: vitae)?|lebenslauf)(?!\w)", re.IGNORECASE
)
NAMES = re.compile(
    r"\b(?:names?|referrals?|candidates?|recommendations|people|somebody|someone|prospects?|"
    r"potential candidates|ideas for (?:candidates|people))(?!\w)",
    re.IGNORECASE,
)
NOT_NAMES = re.compile(
    r"(?:client|firm|company|manager|boss|employer|their)(?:['’]s?)? name|name of (?:the |her |"
    r"his )?(?:client|firm|"
    r"company|employer)|who the client",
    re.IGNORECASE,
)
DECISION = re.compile(
    r"\b(?:decision|answer|verdict|yes or no|yes/no|whether I|if I['’]?m|if I am|if interested|"
    r"whether|"
    r"final word|my interest)(?!\w)",
    re.IGNORECASE,
)
CALL_NOUN = re.compile(
    r"^(?:(?:a|my|the|another|quick|short|to be)\s+)*(?:call(?:ed)?|ring|call-?back|back|"
    r"phone call|buzz|me back)(?:\s*back)?"
    r"(?:\s+from me|\s+me)?(?:\s+back)?$",
    re.IGNORECASE,
)
# “2 names by Mon and a call Thu 3pm”: nothing to send, and who rings is not said.
A_CALL = re.compile(
    r"\s*(?:on\s+|have\s+)?(?:an?|another|one(?: more)?|the)\s+(?:[\w-]+\s+){0,2}?call(?!\w)"
    r"(?P<back>\s+back)?(?:\s+(?:on|at|for|by))?[\s.]*",
    re.IGNORECASE,
)
OWES = re.compile(r"\b(?:owes?|promised?s?)\b[^,]{0,20}$", re.IGNORECASE)
MINE = re.compile(
    r"\b(?:my|our)\b|\b(?:references?|refs?|details?|info(?:rmation)?|salary|availability|email|"
    r"deck|portfolio|list|comp|"
    r"compensation|transcripts?|certificates?|proof|expectations|package|questionnaire|form|nda|"
    r"signed|notice|slots|times|dates|diplomas?|documents?|paperwork|writing sample|bio|"
    r"linkedin|passport|permission|consent)\b",
    re.IGNORECASE,
)
THEIR_THINGS = re.compile(
    r"^(?:(?:the|a|her|his|their|full|written)\s+)*(?:jd|job (?:description|spec)|spec|"
    r"role (?:description|spec)|brief|"
    r"feedback|contract|offer(?: letter)?|candidate pack|position spec(?:ification)?|"
    r"stellenbeschreibung|client(?:['’]s)? name|invite|calendar invite|terms)\b",
    re.IGNORECASE,
)
AND = re.compile(
    r"\s*(?P<word>,|;|\band\b|&|\+|\bplus\b|\bas well as\b|\bund\b|\bet\b)\s*(?:also |then )?"
)
PRONOUNS = re.compile(
    r"(?:(?:to|for|with|on|over|me|us|her|him|them|you|back|again|please|pls|at|by|the|from|it|"
    r"off|"
    r"latest|via (?:e-?mail|phone)|by (?:e-?mail|phone)|(?:on )?(?:my |her |his |"
    r"the )?(?:mobile|cell|landline|phone)|sharp|then|too|first|in|some|my|updated?|current|"
    r"latest|newest|new|our|a|an|of|for her|more|as|of|that|this|out|know|up|anytime|any time|"
    r"needed|due|required|wanted|expected|beforehand|agency|firm|recruiter|office)"
    r"(?!['’\w])|[\s,.;:!()–-])+",
    re.IGNORECASE,
)
# “names (2)”, “the names of two CFOs”
NUMBER_AFTER = re.compile(
    r"\bnames?\s*\((?P<n>\d{1,2})\)|\bnames of (?P<of>\d{1,2}|two|three|four|five|six)\b",
    re.IGNORECASE,
)
HOW_MANY = re.compile(
    r"\b(?P<n>\d{1,2}|a couple(?: of)?|couple of|a dozen|both|another|one|two|three|four|five|"
    r"six|seven|eight|nine|ten|eleven|twelve|an?(?= \w+\b(?<!s)))\s+"
    r"(?:(?!few\b|some\b|several\b)\w+\s+){0,3}?(?:names?|referrals?|candidates?|"
    r"recommendations|people|prospects?)\b",
    re.IGNORECASE,
)
# What a sentence about them goes on with: “called about a CFO, will send the JD”.
CARRIES_ON = re.compile(
    r"(?:(?:and|then|but|so)\s+)?(?:will|wants?|needs?|is going to|sends|calls|rings|phones|tries|"
    r"emails|"
    r"gets|comes)\b",
    re.IGNORECASE,
)
TO_ME = re.compile(
    r"(?:call(?:s|ing)?|ring(?:s|ing)?|phones?|e?mails?|sends?|sending|gives?|tells?|lets?|"
    r"texts?|gets? back to|comes? back to|"
    r"getting back to) (?:me|us)\b", re.IGNORECASE)  # fmt: skip
# “Wants my CV, will send it by Fri”: what was asked for just before.
REPEATS = re.compile(
    r"(?:(?:re-?)?send|e-?mail|mail|forward|share|provide|give|get|supply|deliver|pass|do|have)"
    r"(?:\s+(?P<it>it|them|that|those|this|these|both|so))?"
    r"(?:\s+(?:over|back|on|along|across|in|(?:to )?(?:her|him|them)))*",
    re.IGNORECASE,
)
OWED_ME = re.compile(r"\b(?:owes?|promised?s?|offered) (?:me|us)\b", re.IGNORECASE)
ENDS_WITH_DOT = re.compile(rf"\b(?:{words.LEGAL}|[A-Z])\.$", re.IGNORECASE)
PRONOUN_WORDS = set("her him them me us back again on at by re about to".split())
TO_SHARE = {"send_names", "send_resume", "send_information"}
OTHER_PERSON = re.compile(
    r"(?:with |to |the )?(?!I\b|Skype|Zoom|Teams)(?P<who>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)"
)
