"""How a clause begins: who speaks of whom, whether it is promised, done, refused or only thought."""

import dataclasses
import re

from desk.capture.words import any_of

ME = r"(?:I|i|we|me|myself)"
THEM = (
    r"(?:(?:(?:the|her|his|their|a)\s+)?(?:recruiter|headhunter|"
    r"consultant|firm|agency|assistant|office|researcher|colleague|secretary|pa|ea|partner|"
    r"client|manager|"
    r"boss|associate|team)(?!\w)|s?he|they|it|her|him|them|who)"
)
FILLER = re.compile(
    r"(?:and|then|also|but|so|plus|&|\+|[-*>•)(:]+|ok(?:ay)?|please|pls|btw|therefore|now|which|"
    r"that|"
    r"again|be(?= (?:call|ring|send|phon|email)ing\b)|both|either|personally|definitely|"
    r"certainly|gladly|kindly|still|first|next|afterwards|"
    r"meanwhile|instead|today i|well|both of us|for now|in turn|in return|"
    r"once more)(?![\w'’])[\s:,]*|[-*>•+&:)(]+\s*",
    re.IGNORECASE,
)
LABEL_TODO = re.compile(
    r"(?:to[- ]?dos?|actions?(?: items?| points?)?|next steps?|promised|my promises?|promises?|"
    r"agreed|"
    r"i owe(?: her| him| them)?|owed|deal)\s*:\s*|(?:must|need to) do\s*:\s*",
    re.IGNORECASE,
)
LABEL_ME = re.compile(r"(?:me|i|mine|my side|from me|on me)\s*[:>]\s*", re.IGNORECASE)
LABEL_THEM = re.compile(
    r"(?:her|him|she|he|they|them|theirs|their side|from (?:her|him|them)|recruiter)\s*[:>]\s*",
    re.IGNORECASE,
)
THOUGHT = re.compile(
    r"(?:might|maybe|may(?! \d)|could|perhaps|possibly|probably|thinking(?: about| of)?|"
    r"(?:will |to |I'll )?think(?:s)? (?:about|over|it over)|considering|considers?|consider|"
    r"should I|if(?! not)|unless|"
    r"wondering|wonder(?:s)?|not sure|unsure|tempted to|would(?! like)|hoping to|hopes? to|"
    r"in case|"
    r"depending|depends|undecided|whether|when (?:she|he|they|I)|mulling|toying with|what if|"
    r"or maybe|"
    r"'d rather|I['’]d(?! like)|vielleicht|eventuell)(?![\w'’])\s*",
    re.IGNORECASE,
)
REFUSED = re.compile(
    r"(?:won['’]?t(?: be)?|will not|shan['’]?t|shall not|do not|don['’]?t|does not|doesn['’]?t|"
    r"didn['’]?t|"
    r"did not|not going to|am not|['’]m not|is not|isn['’]?t|aren['’]?t|are not|['’]s not|"
    r"['’]re not|not|no(?: need to)?|"
    r"never|can['’]?t|cannot|couldn['’]?t|wouldn['’]?t|would not|"
    r"refused?s?(?: to)?|decline[ds]?(?: to)?|(?:have |has |I )?(?:said|told (?:her|him|them)|"
    r"say) no(?: to)?|"
    r"turn(?:ed)? down|no longer|neither|without|"
    r"rejected|reject|kein(?:en?)?|nicht)(?![\w'’])\s*",
    re.IGNORECASE,
)
NO_REFUSAL = re.compile(
    r"(?:do not|don['’]?t|never|not to|must not|mustn['’]?t) forget(?: to)?\s*|"
    r"no (?:later|problem|doubt|worries|matter|rush|hurry|pressure|fail)\b|without fail\b|"
    r"not (?:later|only)\b",
    re.IGNORECASE,
)
DONE = re.compile(
    r"(?:already|just|have(?! to)|has(?! to)|had(?! to)|did|['’]ve|have now|was|were|"
    r"been)(?![\w'’])\s*",
    re.IGNORECASE,
)
# “Will have my CV ready”, “we have a call Thu 3pm”: not done, though it says “have”.
STILL_TO_COME = re.compile(r"have\s+(?:an?|my|the|another)\b", re.IGNORECASE)
HAVE_A_CALL = re.compile(r"have\s+(?:an?|another)\s+(?:[\w-]+\s+){0,2}?call\b", re.IGNORECASE)
MODAL = re.compile(
    r"(?:['’]ll|will|shall|must|have to|has to|need to|needs to|got to|gotta|am to|is to|are to|"
    r"am going to|is going to|are going to|['’](?:m|s|re) going to|gonna|['’]m to|['’]m|am|"
    r"['’]s|is|['’]re|"
    r"remember to|"
    r"(?:has |have |had |I['’]ve |['’]s |['’]ve )?(?:promised?s?|offered?|"
    r"agreed?s?(?! (?:that )?(?:I|s?he|they|we)['’ ])|"
    r"committed)(?: (?:me|her|him|them|you))?"
    r"(?: (?:to|that|for))?|(?:said|says|told (?:me|her|him|them)|confirmed|"
    r"agreed)(?: that)? (?:I|she|"
    r"he|they|we)"
    r"(?:['’]d|['’]ll| would| will| shall)|ought to|should|supposed to|due to|let['’]?s|let us|"
    r"wants? me to|can|to|"
    r"owes?(?: (?:me|her|him|them|us|you))?|werde|wird)(?![\w'’])\s*",
    re.IGNORECASE,
)
# “Said he'd send …”: the subject within the words that promise
SAID_WHO = re.compile(
    r"(?:said|says|told (?:me|her|him|them)|confirmed|agreed)(?: that)? (I|s?he|they|we)\b"
)
DEMAND = re.compile(
    r"(?:(?:still |really |also |urgently )?(?:wants?|wanted|needs?|needed|expects?|expecting|"
    r"requires?|"
    r"asks?(?! (?!for |me |us ))|asked(?! (?!for |me |us |to ))|asking|"
    r"would like|['’]d like|likes? to have|requested|requests?|requesting|is waiting|waiting|"
    r"awaits?|"
    r"insists? on|is after|keen to (?:see|have|get)|looking forward to|hopes? (?:for|to (?:get|"
    r"have|see|hear))))"
    r"(?: for)?(?![\w'’])\s*(?P<to_me>(?:me|us|that I|I) (?:should |to )|me\b(?= back)|(?:to )?)"
    r"(?P<see>(?:see|have|get|receive|know|hear|hear about)\s+(?=my|names?|two|three|four|\d|"
    r"whether|if|the|back|from|a\b|our))?",
    re.IGNORECASE,
)

CALL = re.compile(
    r"(?:(?:call|ring|phone|telephone|dial|buzz)(?:s|ing)?|cb|call-?backs?|ring-?backs?|"
    r"(?:try|trying|tries)(?: (?:her|him|them|me|calling|to (?:call|reach)))?(?: again)?|"
    r"return(?:s|ing)? (?:(?:her|his|their|the|my)\s+)?calls?|"
    r"(?:get(?:s|ting)?|com(?:e|es|ing)|go(?:es)?|be|report(?:s|ing)?|circl(?:e|es|ing)|"
    r"hear) back(?: to| from)?|"
    r"reach(?:es|ing)?(?: out)?(?: to)?|touch(?:es)? base|follow(?:s|ing)?[- ]up|"
    r"(?:get|be|stay)s? in touch|give(?:s)? (?:her|him|them|me|us) an? (?:\w+ )?(?:call|ring|"
    r"buzz|bell|shout)(?: back)?|"
    r"anrufen|zurückrufen|rappeler|rückruf)(?![\w'’])(?!\s+from\b)\s*",
    re.IGNORECASE,
)
TALK = re.compile(
    r"(?:speak(?:s|ing)?|talk(?:s|ing)?|chat(?:s|ting)?|catch(?:es)?[- ]up|reconnect|connect|"
    r"discuss|"
    r"(?:have |schedule |do |arrange |book )?(?:an? )?(?:\w+ )?(?:call|talk|chat|zoom|catch-up)"
    r"(?= (?:scheduled|booked|set|planned|arranged|agreed|is|with)))(?![\w'’])\s*",
    re.IGNORECASE,
)
TAKE = re.compile(
    r"(?:take|taking|expect|expecting|answer|await|wait(?:ing)? for|pick(?:ing)? up|"
    r"be ready for|be there for|"
    r"be (?:free|available|reachable|around) for)\s+(?:(?:her|his|their|the|a|"
    r"an)\s+)?(?:\w+['’]s\s+)?"
    r"(?:next |follow-up |second )?(?:call|phone call|callback|ring)(?: back)?(?![\w'’])\s*",
    re.IGNORECASE,
)
SEND = re.compile(
    r"(?:(?:re-?)?send(?:s|ing)?|e-?mail(?:s|ing)?|mail(?:s|ing)?|forward(?:s|ing)?|shar(?:e|es|"
    r"ing)|provid(?:e|es|ing)|"
    r"giv(?:e|es|ing)|pass(?:es|ing)?(?: on| along)?|get(?:s|ting)?|text(?:s|ing)?|whatsapp|"
    r"message|submit(?:s|ting)?|"
    r"supply|supplies|deliver(?:s|ing)?|shoot|ping|writ(?:e|es|ing)|drop|suggest(?:s|ing)?|"
    r"recommend(?:s|ing)?|"
    r"(?:com(?:e|es|ing)|get(?:s|ting)?|be|go) (?:back )?(?:to (?:her|him|them|"
    r"me) )?(?:up )?with|think of|find(?:s)?|name|"
    r"refer(?:s|ring)?|introduc(?:e|es)|dig (?:out|up)|put together|prepare|update|"
    r"revert(?:s)? with|"
    r"(?:get|come|report)s? back (?:to (?:her|him|them|me|us|[A-Z]\w+) )?with|hand(?:s)? over|"
    r"let (?:me|her|him|them) have|"
    r"return(?:s)? with|upload(?:s)?|post(?:s)?|reveal(?:s)?|disclose(?:s)?|confirm(?:s|ing)?|"
    r"clarif(?:y|ies)|"
    r"let(?:s)? me know|tell(?:s)?(?= me)|inform(?:s)?|brief(?:s)?|(?:reply|replies|"
    r"respond(?:s)?)(?: to)?|schicken|senden|envoyer|enviar|mandare|sturen)(?![\w'’])\s*",
    re.IGNORECASE,
)
DECIDE = re.compile(
    r"(?:decide(?:s)?|deciding|make up my mind|say yes(?: or no)?|(?:let|"
    r"tell) (?!me\b)(?:\w+) (?:know|yes|no|whether|if)"
    r"(?: or no)?(?: whether| if)?|give (?:\w+ )?(?:an? |my |the )?(?:final |firm |"
    r"clear )?(?:answer|decision|yes|no|reply|verdict)(?: or no)?|"
    r"(?:my )?decision|answer|(?:reach|make|take) (?:a |my )?decision|accept or (?:decline|"
    r"reject)|"
    r"confirm (?:my )?(?:interest|whether|if)|accept)(?![\w'’])\s*",
    re.IGNORECASE,
)
VET = re.compile(
    r"(?:vet(?:ting)?|check(?:ing)?(?: up)?(?: on)?(?: out)?|look(?:ing)? (?:into|up|at)|"
    r"look(?:ing)? (?:them|her|him|it|the \w+) up|"
    r"research(?:ing)?|google|verify|verifying|"
    r"background[- ]check|do (?:a |some )?(?:background check|due diligence|research)(?: on)?|"
    r"investigate|due diligence(?: on)?)(?![\w'’])\s*",
    re.IGNORECASE,
)
ASK = re.compile(
    r"(?:(?:ask|asking|check(?:ing)? with|clear(?:ing)? (?:it )?with|"
    r"check (?:it )?(?:first )?with|speak (?:to|with)|talk to|call|ring|"
    r"email)\s+(?P<whom>.{1,40}?)\s*(?:first\s+)?"
    r"(?:for (?:his |her |their |the )?(?:permission|consent|ok|okay|approval|blessing|"
    r"go-ahead)|(?:if|whether) (?:I|we|it|s?he|they)\b|(?:about|before) (?:naming|giving|"
    r"passing|being)|to be (?:a )?(?:referee|reference)|as (?:a )?(?:referee|reference)).*"
    r"|(?:get|ask for|seek|obtain|getting|need)\s+(?:.{1,30}?['’]s?\s+)?(?:permission|consent|ok|"
    r"okay|approval|blessing|go-ahead)\b.*"
    r"|(?:permission|consent|ok|okay) from .*)",
    re.IGNORECASE,
)
PAST = re.compile(
    r"(?:sent|e-?mailed|mailed|called|rang|phoned|forwarded|shared|gave|given|provided|passed|"
    r"told|texted|submitted|"
    r"spoke|spoken|talked|vetted|checked|decided|answered|replied|wrote|confirmed|introduced|"
    r"named|got|found|"
    r"received|updated|promised nothing|looked|researched|googled|verified|came|rung|did|done|"
    r"left|tried|discussed|met|mentioned|returned|suggested|recommended|delivered)(?![\w'’])\s*",
    re.IGNORECASE,
)
ALREADY = re.compile(
    r"\b(?:already|yesterday|last (?:night|week|month)|(?:this|"
    r"earlier) (?:morning )?(?:today )?(?:already)|done|has been sent|is done|ago|"
    r"sent\b.{0,20}\bthis morning|"
    r"earlier today)\b",
    re.IGNORECASE,
)
NO_AFTER = re.compile(
    r"\b(?:(?:but |and |so )?(?:I |I've |have )?(?:said|say|told (?:her|him|them)|"
    r"answered) no\b(?! problem)|"
    r"I (?:declined|refused|won['’]?t|will not|turned (?:it|that|her|him|them) down)|but no\b|"
    r"no chance|no way|not going to happen|"
    r"refused|declined|turned (?:it|that|her|him|them) down|not happening|not giving|"
    r"said (?:maybe|perhaps|never)|back never\b)",
    re.IGNORECASE,
)
MORE_THAN_ME = any_of("me us my mine")

Kind = tuple[str, re.Pattern[str]]
# The first that fits decides; more particular ones stand before the general.
VERBS: list[Kind] = [
    ("ask", ASK),
    ("take", TAKE),
    ("decide", DECIDE),
    ("talk", TALK),
    ("send_with", re.compile(
        r"(?:(?:get|come|report|circle|be|call|go)s?|follow) (?:back|up) (?:to (?:\w+) |(?:her|"
        r"him|them|me) )?with\s+"
        r"(?!(?:her|him|them|me|us)\b)(?=\S)",
        re.IGNORECASE)),
    ("call", CALL),
    ("vet", VET),
    ("send", SEND),
]  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Opening:
    """What stands before the verb of a clause, and where the verb begins."""

    at: int
    subject: str | None = None  # "me", "them" or None
    promised: bool = False  # “will”, “must”, “promised to”
    demanded: bool = False  # “wants”, “needs”: it is wanted of me
    demands_act: bool = False  # “wants to …”: what they mean to do themselves
    refused: bool = False
    thought: bool = False
    done: bool = False
    labelled: bool = False


def opening(body: str, start: int, end: int, names: re.Pattern[str] | None) -> Opening:
    """Read on from `start` as long as words say who and whether, and not yet what."""
    state = Opening(at=start)
    for _step in range(14):
        at = state.at
        while (
            at < end
            and body[at] in " \t\n'’\"“”"
            and not (MODAL.match(body, at, end) or DEMAND.match(body, at, end))
        ):
            at += 1
        state = dataclasses.replace(state, at=at)
        following = _step_on(body, end, state, names)
        if following is None:
            break
        state = following
    return state


def _step_on(body: str, end: int, state: Opening, names: re.Pattern[str] | None) -> Opening | None:
    at = state.at

    def on(found: re.Match[str], **changes: object) -> Opening:
        return dataclasses.replace(state, at=found.end(), **changes)  # type: ignore[arg-type]

    if found := LABEL_TODO.match(body, at, end):
        return on(found, promised=True, labelled=True)
    if found := LABEL_ME.match(body, at, end):
        return on(found, subject="me", promised=True, labelled=True)
    if found := LABEL_THEM.match(body, at, end):
        return on(found, subject="them", promised=True, labelled=True)
    if found := NO_REFUSAL.match(body, at, end):
        return on(found, promised=True)
    if found := REFUSED.match(body, at, end):
        return on(found, refused=True)
    if any(p.match(body, at, end) for p in (ASK, TAKE, DECIDE)) and state.subject != "them":
        return None
    if found := THOUGHT.match(body, at, end):
        return on(found, thought=True)
    if found := DEMAND.match(body, at, end):
        if state.subject == "me":
            # “I need to call”, “I want to send”: my own.
            return on(found, promised=True) if found[0].strip().endswith(" to") else None
        if state.subject is None and re.match(
            r"(?:still |also )?(?:need|want|expect) to\b", found[0], re.I
        ):
            # Nobody is named and the verb has no “s”: I speak of myself.
            return on(found, subject="me", promised=True)
        of_me = bool(re.match(r"(?:me|us|that I|I)\b", found["to_me"], re.IGNORECASE))
        act = found["to_me"].strip() == "to" and not found["see"]
        return on(found, demanded=True, demands_act=act and not of_me)
    if found := re.compile(
        r"(?:has |have |had )?promised? (?:to|that|me|her|him)\b\s*", re.I
    ).match(body, at, end):
        return on(found, promised=True)
    if (found := DONE.match(body, at, end)) and not MODAL.match(body, at, end):
        if (STILL_TO_COME if state.promised else HAVE_A_CALL).match(body, at, end):
            return None
        return on(found, done=True)
    if found := MODAL.match(body, at, end):
        said = SAID_WHO.match(found[0])
        if said and state.subject is None:
            return on(found, promised=True, subject="me" if said[1] in ("I", "we") else "them")
        return on(found, promised=True)
    if found := FILLER.match(body, at, end):
        return on(found)
    if state.demanded and not state.demands_act:
        return None
    if (found := re.compile(rf"{ME}(?![\w])\s*").match(body, at, end)) and state.subject is None:
        return on(found, subject="me")
    if names and state.subject is None and (found := names.match(body, at, end)):
        return on(found, subject="them")
    if (
        found := re.compile(rf"{THEM}(?![\w])\s*", re.I).match(body, at, end)
    ) and state.subject is None:
        return on(found, subject="them")
    return None
