"""The field's words: titles, firms, who is no recruiter, and how promises are put."""

import re


def any_of(words: str) -> str:
    """“a|b” for words between spaces; “_” stands for a space within one."""
    return "|".join(re.escape(word).replace("_", r"\s+") for word in words.split())


FIRM_WORD = re.compile(
    r"\b(?:search|partners?|associates?|recruit(?:ing|ment|ers)|staffing|talent|headhunt(?:ers|"
    r"ing)|"
    r"executive search|executives|consult(?:ing|ants?|ancy)|personnel|personal(?:beratung|"
    r"berater)|"
    r"unternehmensberatung|resourc(?:es|ing)|appointments|careers|people|human capital|group|"
    r"advisors|advisory|& co|& cie|cie|gmbh|ag|llc|llp|ltd|limited|inc|plc|b\.?v\.?|s\.?a\.?|"
    r"sàrl|"
    r"sarl|international|selection|solutions|agency|hr)\b|猎头|公司|인재",
    re.IGNORECASE,
)
KNOWN_FIRMS = re.compile(
    r"\b(?:korn[ /]?ferry|egon zehnder|spencer stuart|heidrick(?: (?:&|and) struggles)?|"
    r"russell reynolds|odgers(?: berndtson)?|boyden|michael page|page executive|robert half|"
    r"robert walters|hays|randstad|adecco|stanton chase|amrop|kienbaum|mercuri urval|"
    r"signium|n2growth|dhr(?: global)?|caldwell|ww?itt ?kieffer|witt ?kieffer|true search|"
    r"daversa|riviera partners|manpower|kforce|aerotek|morgan mckinley|hudson|harvey nash|"
    r"page group|pagegroup|savannah group|norman broadbent|la fosse|sheffield haworth|"
    r"options group|selby jennings|glocap|dynamics search|zrg|diversified search|eric salmon|"
    r"transearch|horton international|pedersen (?:&|and) partners|ccl|perrett laver)\b",
    re.IGNORECASE,
)
LEGAL = r"(?:inc|llc|llp|ltd|limited|plc|corp|co|gmbh|ag|se|s\.?a|b\.?v|n\.?v|kg|sàrl|sarl|lp|pty)"

TITLE = re.compile(
    r"\b(?:c[efotimrpcdhls]o|c[a-z]{1,2}so|cmio|chro|ciso|cpto|(?:[sea]|sr\.?\s|senior )?vps?|"
    r"vice president|"
    r"md|gm|gc|ned|fd|heads? of|directors?|managers?|president|chief|counsel|engineers?|"
    r"developers?|"
    r"architect|analyst|consultant|controller|leads?|officer|treasurer|chair(?:man|woman|"
    r"person)?|"
    r"designer|scientist|accountant|non-exec\w*|board (?:seat|role|member|position)|trader|"
    r"portfolio manager|team lead|underwriter|actuary|programmer|administrator|supervisor|"
    r"geschäftsführer(?:in)?|leiter(?:in)?|vorstand|finanzvorstand|directeur|directrice|"
    r"responsable|jefe|directora?|responsabile|hoofd|editor|producer|principal|economist|"
    r"strategist|auditor|lawyer|solicitor|physician|surgeon|nurse|teacher|professor|dean|"
    r"swe|sre|pm|coo|tech lead|specialist|coordinator|buyer|planner|operator|deputy|partner)\b",
    re.IGNORECASE,
)
ROLE_WORD = (
    r"(?:roles?|positions?|jobs?|openings?|opportunit(?:y|ies)|posts?|mandates?|vacanc(?:y|ies)|"
    r"assignments?|gigs?|spots?|seats?|search|stelle|rolle|poste|puesto)"
)
WITHHELD = re.compile(
    r"\b(?:client|company|employer|name)?\s*(?:is |name |was |still |being )*(?:withheld|"
    r"confidential|"
    r"undisclosed|not (?:named|disclosed|told|given|revealed)|unnamed|secret|anonymous|stealth|"
    r"unknown|(?:won['’]?t|wouldn['’]?t|can['’]?t|cannot|couldn['’]?t|did ?n['’]?o?t|refused to) "
    r"(?:say|name|tell|reveal|disclose)(?: who| which| the client| me)*|tbd|tba|vertraulich)\b",
    re.IGNORECASE,
)
# Words that make a company into a description of one: “a big bank”, “US startup”.
GENERIC_CLIENT = re.compile(
    r"^(?:(?:a|an|some|one of|another|their|her|his|our|my|the|large|big|small|leading|major|"
    r"undisclosed|unnamed|confidential|global|listed|private|public)\b(?! [A-Z]))|^(?:client|"
    r"work|"
    r"home|school|lunch|noon|least|once|all|first|present|the moment|confidential|undisclosed|"
    r"tbd|unknown)$|\b(?:startup|start-up|scale-up|scaleup|bank|company|retailer|fund|client|"
    r"fintech|insurer|business|manufacturer|boutique|charity|multinational|unicorn|corporate|"
    r"player|group|firm|house)$"
)

# First words of plain life, which are no names whatever stands behind them.
NOT_A_NAME = set(
    "buy pick pay get go lunch dinner breakfast brunch coffee tea drinks beer meet meeting meetup "
    "party gym yoga run swim dentist doctor doc gp vet plumber electrician haircut barber hairdresser "
    "mom mum mother dad father wife husband kids kid son daughter brother sister granny grandma "
    "grandpa aunt uncle family school nursery landlord garage car rent milk bread eggs groceries "
    "shopping laundry dry clean cleaning book order return renew cancel fix wash walk feed water "
    "bank insurance tax taxes bill bills parcel package delivery passport visa flight train bus taxi "
    "hotel holiday vacation birthday wedding concert cinema movie film football match training "
    "class lesson homework exam note notes todo to-do reminder remember don't dont do call ring "
    "phone send email mail text check ask tell give take make put read write finish start prepare "
    "review submit update install upgrade deploy merge test release standup stand-up sprint demo "
    "retro the a an my his her their our your this that these those it he she they we you i im i'm "
    "no not yes ok okay and or but if when where why how who what which will would can could may "
    "might must shall should is are was were be been has have had said says nice good great bad "
    "long short busy very really quite just also then so re about regarding for with without from "
    "at on in by of to until before after between today tomorrow tonight yesterday soon later asap "
    "names name cv resume résumé salary base bonus notice currently looking interested sounded "
    "sounds seems seemed friendly pushy rude rushed vague polite contingent retained unclear "
    "voicemail vm missed spoke spoken talked chat chatted chatting interview remote hybrid onsite "
    "relocation equity package comp compensation client confidential role position job opening "
    "appointment watch play visit see sell move drive pack cook bake plan weather traffic server "
    "invoice budget report slides presentation asdf qwerty test lorem ipsum hello hi hey thanks "
    "mortgage netflix pizza oil tyres tires battery amazon ikea costco tesco aldi lidl walmart "
    "decision callback jd follow-up followup decide think thinking maybe perhaps interesting "
    "tel mobile cell fax office direct wants needs asked want need promised".split()
)
HOUSEHOLD = re.compile(
    r"\b(?:dentist|doctor|gp|plumber|electrician|hairdresser|barber|mom|mum|mother|mam|mama|dad|"
    r"father|papa|"
    r"wife|husband|kids?|grandma|grandpa|granny|nan|landlord|garage|school|nursery|daycare|"
    r"vet['’]s|"
    r"insurance|electricity|gas company|broadband|pizza|restaurant|optician|physio|therapist|"
    r"babysitter|nanny|neighbou?r|bank manager|tax office|mechanic|parcel|courier|hospital|"
    r"clinic|"
    r"pharmacy|aunt|uncle|sister|brother|gym)\b",
    re.IGNORECASE,
)
NO_FIRM = re.compile(
    r"(?:the |my |her |his )?(?:work|home|school|office|gym|desk|door|airport|station|hotel|bar|pub|"
    r"lunch|least|once|last|first|accounting|accounts|marketing|legal|it|finance|payroll|reception)",
    re.IGNORECASE,
)
# “Omar (no firm given)”
FIRM_NOT_SAID = re.compile(
    r"(?:(?:no|unknown|unnamed|which|what) (?:firm|agency|company|search firm|name)\b.*|"
    r"(?:firm|agency|company)(?: name)?(?: is| was)? (?:not|unknown|unclear|withheld|"
    r"missed|inaudible)\b.*|"
    r"(?:firm|agency|company) ?\?+|"
    r"(?:did ?n['’]?o?t|would ?n['’]?o?t|won['’]?t|did not|would not) (?:say|catch|"
    r"tell|get)\b.*|unknown|\?+)",
    re.IGNORECASE,
)
SOMEBODY = re.compile(
    r"^(?:(?:a|an|the|some|another)\s+)?(?:(?:exec(?:utive)?|female|male|young|new|unknown|"
    r"external|search|"
    r"random|nice)\s+)*(?:someone|somebody|recruiters?|headhunters?|lady|guy|woman|man|person|"
    r"researcher|"
    r"consultant|unknown|stranger|caller)$",
    re.IGNORECASE,
)
RECRUITER_WORD = re.compile(
    r"\b(?:recruiters?|head ?hunt(?:er|ers|ed|ing)|executive search|exec search|search firm|"
    r"search consultant|talent (?:partner|acquisition)|retained search|contingent search|"
    r"personalberater(?:in)?|chasseur de têtes|recruteur)\b|猎头",
    re.IGNORECASE,
)
CALL_WORD = re.compile(
    r"\b(?:called|rang|phoned|telephoned|calling|voice ?mail|vm|missed (?:a )?call|call from|"
    r"spoke (?:to|with)|talked (?:to|with)|reached out|left (?:me )?a? ?message|phone call|"
    r"rief an|angerufen|a appelé|ha llamado|ha chiamato|belde)\b",
    re.IGNORECASE,
)
# What is said of the call itself before anybody is named: “Bad moment. Lucy Chen, …”
MISSED = re.compile(
    r"(?:(?:a |another |one |just (?:a )?|got a |had a )?(?:missed|new|incoming|"
    r"inbound|phone|short|quick|cold)?\s*"
    r"(?:call|voice ?mail|vm|message|msg)|missed|"
    r"(?:unknown|private|withheld|hidden|new) (?:number|caller id)|(?:number|"
    r"caller id) (?:withheld|hidden|unknown))",
    re.IGNORECASE,
)
# “Msg taken by reception”: somebody here took it, unless it was theirs and so my call.
MESSAGE_TAKEN = re.compile(
    r"(?:(?:(?:a|the)\s+)?(?:message|msg)\s+(?:was\s+|has been\s+)?taken|"
    r"left\s+(?:me|us)\s+an?\s+(?:message|msg|vm|voice ?mail))"
    r"(?:\s+(?:by|at|via)\s+(?:(?P<theirs>her|his|their)\s+)?[\w'’ ]{1,30}?)?"
    r"\s*(?::\s*|\bfrom\s+(?=[^\W\d_])|$)",
    re.IGNORECASE,
)
# Whose message was taken: to ring “again” is theirs, to ring “back” may be theirs or mine.
RINGS_AGAIN = re.compile(
    r"(?:(?:and|then|but|so)\s+)?(?:(?:will|is going to)\s+(?:call|ring|phone|try)|calls|rings|"
    r"phones|tries)\s+(?:(?:me|us)\s+)?(?:(?P<again>again)|back)\b",
    re.IGNORECASE,
)
BAD_MOMENT = re.compile(
    r"(?:sorry,? )?(?:(?:it |that |this )?(?:was |is )?|(?:she |he |they )?(?:caught|"
    r"got|rang|called|phoned) (?:me )?"
    r"(?:at |in )?)"
    r"(?:a |an )?(?:very |really )?(?:(?:bad|wrong|busy|awkward|inconvenient|"
    r"terrible)|not a good|no good|"
    r"not the best) (?:moment|time)(?: (?:now|to talk))?"
    r"|(?:I )?(?:can['’]?t|cannot|couldn['’]?t|could not) (?:talk|speak)(?: (?:now|"
    r"just now|right now|then))?"
    r"|(?:I(?:['’]m| am| was) )?(?:busy|driving|in a meeting|on the train)",
    re.IGNORECASE,
)
RECRUITER_KINDS = {
    "call_back",
    "take_their_call",
    "send_names",
    "send_resume",
    "give_decision",
    "vet_firm",
    "ask_permission",
}

ONE_TO_TWELVE = "one two three four five six seven eight nine ten eleven twelve".split()
NUMBER_WORDS = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve".split(),
        range(1, 13),
        strict=True,
    )
) | {
    "a couple of": 2,
    "a couple": 2,
    "couple of": 2,
    "another": 1,
    "a": 1,
    "both": 2,
    "a dozen": 12,
}
