"""The words of days and times, in English and in the user's own language, as patterns."""

import datetime as dt
import functools
import re

from followups.due import zones

WEEKDAYS = {
    "en": "mon(?:day)? tue(?:s(?:day)?)? wed(?:s|nesday)? thu(?:r(?:s(?:day)?)?)? fri(?:day)? "
    "sat(?:urday)? sun(?:day)?",
    "de": "mo(?:ntag)? di(?:enstag)? mi(?:ttwoch)? do(?:nnerstag)? fr(?:eitag)? "
    "sa(?:mstag)?|sonnabend so(?:nntag)?",
    "fr": "lun(?:di)? mar(?:di)? mer(?:credi)? jeu(?:di)? ven(?:dredi)? sam(?:edi)? dim(?:anche)?",
    "es": "lun(?:es)? mar(?:tes)? mi[ée](?:rcoles)? jue(?:ves)? vie(?:rnes)? s[áa]b(?:ado)? "
    "dom(?:ingo)?",
    "it": "lun(?:ed[iì])? mar(?:ted[iì])? mer(?:coled[iì])? gio(?:ved[iì])? ven(?:erd[iì])? "
    "sab(?:ato)? dom(?:enica)?",
    "nl": "ma(?:andag)? di(?:nsdag)? wo(?:ensdag)? do(?:nderdag)? vr(?:ijdag)? za(?:terdag)? "
    "zo(?:ndag)?",
}
MONTHS = {
    "en": "jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? "
    "sept?(?:ember)? oct(?:ober)? nov(?:ember)? dec(?:ember)?",
    "de": "jan(?:uar)?|jänner feb(?:ruar)? märz|mär|mrz apr(?:il)? mai juni? juli? aug(?:ust)? "
    "sept?(?:ember)? okt(?:ober)? nov(?:ember)? dez(?:ember)?",
    "fr": "janv(?:ier)? févr?(?:ier)?|fevrier mars avr(?:il)? mai juin juil(?:let)? août|aout "
    "sept(?:embre)? oct(?:obre)? nov(?:embre)? déc(?:embre)?|decembre",
    "es": "ene(?:ro)? feb(?:rero)? mar(?:zo)? abr(?:il)? mayo? jun(?:io)? jul(?:io)? ago(?:sto)? "
    "sept?(?:iembre)? oct(?:ubre)? nov(?:iembre)? dic(?:iembre)?",
    "it": "gen(?:naio)? feb(?:braio)? mar(?:zo)? apr(?:ile)? mag(?:gio)? giu(?:gno)? lug(?:lio)? "
    "ago(?:sto)? set(?:tembre)? ott(?:obre)? nov(?:embre)? dic(?:embre)?",
    "nl": "jan(?:uari)? feb(?:ruari)? maart|mrt apr(?:il)? mei juni? juli? aug(?:ustus)? "
    "sept?(?:ember)? okt(?:ober)? nov(?:ember)? dec(?:ember)?",
}
OFFSETS = {
    "en": [
        "today",
        "tomorrow|tomorow|tommorow|tommorrow|tmrw|tmrow|tmw|tomo",
        "(?:the )?day after tomorrow",
    ],
    "de": ["heute", "morgen", "übermorgen"],
    "fr": ["aujourd['’]hui", "demain", "après[- ]demain"],
    "es": ["hoy", "mañana", "pasado mañana"],
    "it": ["oggi", "domani", "dopodomani"],
    "nl": ["vandaag", "morgen", "overmorgen"],
}
# What stands before a moment and says no more than that it is one.
LEADS = {
    "en": "no later than|not later than|at the latest by|latest by|latest|by|before|until|till|til|"
    "on|at|@|for|due|this|coming|this coming|the",
    "de": "bis zum|bis|spätestens|am|um|den|vor",
    "fr": "d['’]ici|avant|pour|le|à|a|au plus tard",
    "es": "antes del|antes de|para el|para|el|a las|a la",
    "it": "entro|prima di|per|il|alle|all['’]",
    "nl": "uiterlijk|vóór|voor|op|om",
}
O_CLOCK = {"de": "uhr", "fr": "heures?|h", "nl": "uur", "es": "h", "it": "h"}

# Short names that are also words (“sun”, “my” in French): taken only where nothing else fits.
SHY = set(
    "mon wed sat sun mar mer sam dim gio dom jue mo di mi do fr sa so ma wo vr za zo".split()
)
SHY |= {"ven", "vie", "sab", "set"}

ONE_TO_TWELVE = "one two three four five six seven eight nine ten eleven twelve".split()
SMALL_NUMBERS = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve".split(),
        range(1, 13),
        strict=True,
    )
) | {"a": 1, "an": 1, "1": 1}
NUMBER = "\\d{1,3}|" + "|".join(SMALL_NUMBERS)
UNIT = (
    r"(?P<unit>min(?:ute)?|hour|hr|h|(?:working |business |work )?day|d|week|wk|fortnight|month|"
    r"year)s?"
)
HOUR = r"(?:[01]?\d|2[0-4])"
MERIDIEM = r"(?P<meridiem>[ap]\.?m\.?)"
# A time in whatever form, for the two ends of a window.
ANY_TIME = rf"{HOUR}(?:[:.h]\d\d)?\s?(?:[ap]\.?m\.?(?!\w)|h\b|uhr\b)?"
PARTS = {
    "noon": "(?:12 )?(?:noon|midday)",
    "eod": "eod|cob|end of (?:the )?(?:business |working |work )?day|"
    "(?:close|end) of (?:business|play)",
    "lunch": "lunch(?:[- ]?time)?",
    "morning": "(?:in the )?morning",
    "afternoon": "(?:in the )?(?:late )?afternoon",
    "evening": "(?:in the )?evening",
    "midnight": "midnight",
    "night": "(?:at )?night",
}
VAGUE = (
    r"asap|a\.s\.a\.p\.?|as soon as (?:possible|I can|you can)|soon(?:er)?|shortly|right away|"
    r"immediately|straight away|later(?: (?:today|on|this \w+|in the \w+))?|"
    r"some ?time(?: (?:next|this|in|on|during) \w+| \w+)?|"
    r"at some point|one of these days|any day(?: now)?|some day|in due course|"
    r"in a (?:bit|while|moment|few \w+)|in a couple of \w+|in (?:some|several|a few) \w+|"
    r"(?:over |after |at |this |on |by |before )*the weekend|this weekend|next weekend|"
    r"(?:(?:early|late|mid|middle of|beginning of|start of|first half of|second half of|"
    r"sometime|some time|"
    r"in|during|within|over|for|by)[ -]+(?:the )?)*"
    r"(?:next|this|coming|following) (?:week|month|quarter|year|spring|summer|autumn|fall|"
    r"winter)|"
    r"the (?:week|month) after(?: next)?|(?:the )?week after next|"
    r"(?:in )?the (?:coming|next few|next couple of) \w+|the other day|"
    r"(?:before|by|after|around|over) (?:christmas|xmas|easter|thanksgiving|new year'?s?|"
    r"the holidays?|the summer)|(?:in the )?new year|"
    r"when(?:ever)? (?:I|she|he|they|you) (?:can|could|get a chance|gets? back|have time|"
    r"has time)|"
    r"first thing|nächste[nrsm]? (?:woche|monat|jahr)|bald|demnächst|la semaine prochaine|"
    r"bientôt|la (?:próxima semana|semana que viene)|pronto|la prossima settimana|presto|"
    r"volgende week|binnenkort"
)


def language(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0].lower()


def _alternatives(locale_language: str, table: dict[str, str]) -> list[str]:
    """The pattern of each weekday or month, in English and in the user's own language."""
    own = table.get(locale_language, "").split()
    return [
        "|".join(filter(None, names))
        for names in zip(table["en"].split(), own or [""] * 12, strict=False)
    ]


def _one_of(patterns: list[str], name: str) -> str:
    """One pattern for all, whose groups name0 … name11 tell which it was."""
    return "(?:" + "|".join(f"(?P<{name}{n}>{p})" for n, p in enumerate(patterns)) + r")(?!\w)\.?"


def count(word: str) -> int:
    """“two”, “a” or “12” as a number."""
    return SMALL_NUMBERS.get(word.lower()) or int(word)


def values(match: re.Match[str]) -> dict[str, str]:
    """What a pattern found, with w, m or o for the weekday, month or offset that it names."""
    found = {key: text for key, text in match.groupdict().items() if text}
    for key in list(found):
        if numbered := re.fullmatch(r"([wmo])(\d+)_?", key):
            found[numbered[1]] = numbered[2]
    return found


class Vocabulary:
    """The patterns of one language beside English."""

    def __init__(self, own: str) -> None:
        self.own = own
        weekday = _one_of(_alternatives(own, WEEKDAYS), "w")
        month = _one_of(_alternatives(own, MONTHS), "m")
        offsets = _one_of(
            [
                "|".join(
                    dict.fromkeys(filter(None, [OFFSETS["en"][n], OFFSETS.get(own, [""] * 3)[n]]))
                )
                for n in range(3)
            ],
            "o",
        )
        leads = "|".join(filter(None, [LEADS["en"], LEADS.get(own, "") if own != "en" else ""]))
        self.lead = _compile(rf"(?:(?:{leads})(?:(?<=@)\s*|(?<=['’])|\s+))+")
        self.glue = _compile(
            rf"\s*(?:\(\s*)?(?:(?:{leads}|of|in the|circa)(?:(?<=@)\s*|(?<=['’])|\s+))*"
        )
        year = r"(?:,?\s*(?P<year>(?:19|20|21)\d\d)(?![:\d.]\d|\d))?"
        day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
        o_clock = O_CLOCK.get(own, "") if own != "en" else ""
        clock = rf"o['’ ]?clock{'|(?P<own_clock>' + o_clock + ')' if o_clock else ''}"
        self.atoms = [
            (kind, _compile(pattern))
            for kind, pattern in (
                ("past", r"yesterday|(?:last|past) (?:night|week|month|year|" + _plain(weekday) + r")"
                 r"|gestern|hier soir|ayer|ieri|gisteren|(?:\d+|a|an|two|few) \w+ ago"),
                ("in", rf"(?:with)?in (?:the next )?(?P<half>half an hour|(?P<n>{NUMBER})[ -]?{UNIT})"
                 r"(?:['’]?s? time)?(?!\w)"),
                ("in", rf"(?P<n>{NUMBER}) {UNIT} (?:from (?:now|today)|hence)(?!\w)"),
                ("in_range", rf"(?:with)?in (?:{NUMBER}) ?(?:-|–|to|or) ?(?:{NUMBER}) ?{UNIT}(?!\w)"),
                ("week_of", rf"(?:in |during )?(?:the )?(?:week (?:of|commencing|beginning|starting)"
                 rf"|w/c|wc)(?: the)?(?: (?:{day}(?: ?(?:of )?{month})?|"
                 rf"{_rename(month)} ?\d{{1,2}}))?"),
                ("end", r"(?:the )?end (?:of )?(?P<which>the|this|next)? ?"
                 r"(?P<span>week|month|quarter|year)(?!\w)|(?P<short>eow|eom|eoy|eoq|"
                 r"month[- ]end|year[- ]end)(?!\w)"
                 + (r"|ende (?P<own>der|dieser|nächster) woche" if own == "de" else "")),
                ("week_of", r"(?:the )?(?:beginning|start|middle|early|mid|late|first half|second half|"
                 rf"first week|second week|third week|last week)[ -](?:of |in )?{month}"),
                ("end_of_month", rf"(?:the )?end of {month}{year}"),
                ("week_day", rf"(?P<next>next|this) week (?:on )?{weekday}"),
                ("week_day", rf"{weekday} (?:of |in )?(?P<next>next|this) week(?!\w)"),
                ("week_on", rf"a week (?:on|from|after) (?:{weekday}|{offsets})"),
                ("week_on", rf"{weekday} week(?!\w)"),
                ("next_weekday", r"(?:next|following|nächste[nr]?|kommenden|prochaine?|próximo|prossimo|"
                 r"volgende) "
                 + weekday
                 + rf"|{_rename(weekday)} (?:after next|prochain|próximo|prossimo|que viene)"),
                ("date", rf"{day} ?(?:of |de |den )?{month}(?: de)?{year}"),
                ("date", rf"{month} ?(?:the )?{day}(?![\d:]|[.,]\d|\s?[ap]\.?m\b){year}"),
                ("part", _parts()),
                ("vague", rf"(?:{VAGUE})(?!\w)"),
                ("offset", rf"(?:{offsets})(?!\w)"),
                ("tonight", r"(?:tonight|tonite|heute abend|ce soir|esta noche|stasera|vanavond)(?!\w)"),
                ("weekday", rf"{weekday}(?!['’&]|-(?!{_plain(weekday)})[^\W\d])"),
                ("iso", r"(?P<y>\d{4})-(?P<b>\d{1,2})-(?P<a>\d{1,2})(?!\d)"),
                ("iso", r"(?P<y>\d{4})/(?P<b>\d{1,2})/(?P<a>\d{1,2})(?!\d)"),
                ("window", rf"(?:between|from|zwischen|entre|tra) {ANY_TIME}\s?"
                 r"(?:and|to|-|–|till|until|und|et|y|e)"
                 rf"\s?{ANY_TIME}(?!\w)"),
                ("window", rf"{ANY_TIME}\s?(?:-|–|to)\s?{HOUR}(?:[:.h]\d\d)?\s?"
                 r"(?:[ap]\.?m\.?|h|uhr)(?!\w)"),
                ("window", rf"{HOUR}[:h]\d\d\s?(?:-|–|to)\s?{HOUR}[:h]\d\d(?!\w)"),
                ("window", rf"{HOUR}(?::\d\d)?ish\b"),
                ("time", rf"(?P<hour>\d{{1,2}})(?:[:.h](?P<minute>\d\d))?\s?{MERIDIEM}(?!\w)"),
                ("time", r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?!\d|:\d)(?: ?(?:h|hrs|hours|uhr))?(?!\w)"),
                ("time", r"(?P<hour>\d{1,2})\s?h\s?(?P<minute>\d\d)?(?!\w)"),
                ("clock", rf"(?P<hour>\d{{1,2}})\s?(?:{clock})(?:\s(?P<minute>\d\d))?(?!\w)"),
                ("time", r"(?P<hour>[012]\d)(?P<minute>[0-5]\d)\s?(?:h|hrs|hours)(?!\w)"),
                ("time", r"(?P<hour>0\d)(?P<minute>[0-5]\d)(?![\d.,:/-])(?!\w)"),
                ("spoken", r"(?P<past>half(?: past)?|quarter (?:past|to)|(?:five|ten|twenty|"
                 rf"twenty[ -]five) (?:minutes )?(?:past|to)) (?P<hour>{NUMBER})(?!\w|[:.]\d)"
                 rf"(?:\s?{MERIDIEM}(?!\w))?"),
                ("numeric", r"(?P<a>\d{1,2})(?P<sep>/)(?P<b>\d{1,2})(?:/(?P<y>\d{4}|\d\d))?(?![\d/%])"),
                ("numeric", r"(?P<a>\d{1,2})(?P<sep>\.) ?(?P<b>\d{1,2})\."
                 r"(?: ?(?P<y>\d{4}|\d\d)(?![:\d]))?(?!\d)"),
                ("numeric", r"(?P<a>\d{1,2})(?P<sep>[-.])(?P<b>\d{1,2})[-.](?P<y>\d{4})(?!\d)"),
                ("dotted", r"(?P<a>\d{1,2})\.(?P<b>\d\d?)(?![\d.]|\s?[%k€$£]|\s?m\b)"),
                ("month_day", r"(?:the )?(?P<day>\d{1,2})(?P<nth>st|nd|rd|th)(?!\w)"),
                ("month", month),
                ("bare", r"(?P<hour>\d{1,2})(?![\w%€$£]|[:./,-]\d)"),
                ("zone", r"(?P<offset>(?:utc|gmt)\s?[+-]\s?\d{1,2})(?![\d:])"),
                ("zone", r"(?P<letters>" + "|".join((*zones.LETTERS, *zones.DOUBTFUL_LETTERS))
                 + r")(?: time)?(?!\w)"),
                ("zone", r"(?:in )?(?P<place>[^\W\d_][\w.'’-]*(?: (?!time)[^\W\d_][\w.'’-]*){0,2})"
                 r" time(?!\w)"),
            )
        ]  # fmt: skip


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _plain(pattern: str) -> str:
    """The same pattern without names of groups, which may stand only once in an expression."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def _rename(pattern: str) -> str:
    """The same pattern with other names of groups, for its second place in an expression."""
    return re.sub(r"\(\?P<([a-z])(\d+)>", r"(?P<\1\g<2>_>", pattern)


def _parts() -> str:
    inner = "|".join(f"(?P<{name}>{pattern})" for name, pattern in PARTS.items())
    return rf"(?:{inner})(?!\w)"


# A base on which nothing relative (“1 day”) can come out as the first of a month.
BASE = dt.datetime(2026, 1, 15)


@functools.lru_cache(maxsize=512)
def month_elsewhere(language: str, word: str) -> int | None:
    """The number of the month that `word` names in a language that has no table here.

    dateparser knows some two hundred of them. It is asked for the name of a month and nothing
    more, because it guesses where we must ask; it is imported late, because it costs 13 MB.
    """
    import dateparser  # type: ignore[import-untyped]

    never_guess = {
        "PREFER_DATES_FROM": "future",
        "REQUIRE_PARTS": ["day", "month"],
        "RELATIVE_BASE": BASE,
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    try:
        found = dateparser.parse(f"1 {word}", languages=[language], settings=never_guess)
    except ValueError:  # a language that it does not know either
        return None
    return found.month if found and found.day == 1 else None


@functools.cache
def vocabulary(own: str) -> Vocabulary:
    return Vocabulary(own)
