"""What the demo's calls are made of. Names are invented; likeness is chance."""

FIRST_NAMES = """
Adaeze Agnès Amara Anders Anneke Antoine Aoife Arjun Astrid Beatriz Benedikt Bram Camille Carlos
Chiara Clémence Daniela Dieter Eilidh Elif Émile Esther Fergus Florian Fatima Gábor Greta Hamish
Hanna Ingrid Isabel Ivo Jean-Luc Joanna Jürgen Karin Katarzyna Kenji Lars Lena Lucy Magnus Małgorzata
Marcus Marta Miriam Nadia Naomi Niamh Olu Oskar Paola Pieter Priya Rafael Rosalind Ruth Søren Sandra
Silke Tamsin Thandi Tom Ulrike Viktor Wanjiru Xavier Yasmin Zoë
""".split()

LAST_NAMES = """
Achterberg Adeyemi Ashdown Bächtold Baptiste Beaumont Bellweather Brandt Calder Castellane Ceballos
Chevalier Cotterill Darnley Delacroix Dunmore Eberhardt Eriksen Fairclough Farrant Fischl Galbraith
Grant Grünwald Haldane Hartwell Hollis Iwasaki Jellicoe Kaczmarek Kerrigan Kowalczyk Lafontaine
Lindqvist Lorimer MacAllan Marchetti Müller Nakagawa Northcote Oakline Oduya Okonjo Östberg Pemberton
Quill Raman Rautenberg Rhys Sandoval Schönfeld Silveira Stenmark Tallis Thorne Ullmann Vane Vasquez
Verhoeven Wainwright Westerberg Wolcott Yardley Zellweger
""".split()

FIRM_ENDINGS = [
    "Search",
    "Partners",
    "& Vane",
    "Executive",
    "Associates",
    "& Hollis",
    "Leadership",
]
TITLES = ["Partner", "Principal", "Consultant", "Associate", "Researcher", "Managing Partner", ""]
SPECIALTIES = [
    "Consumer and retail",
    "Industrial and private equity",
    "Financial services",
    "Technology and media",
    "Health and life sciences",
    "",
]
POSITIONS = [
    "CFO",
    "Finance director",
    "COO",
    "Managing director, Europe",
    "Interim CFO",
    "Chief people officer",
    "General counsel",
    "Head of transformation",
    "Non-executive director",
    "Chief digital officer",
]
CLIENTS = [
    "Acme Foods",
    "Northwind Rail",
    "Bluebell Homes",
    "Corvid Instruments",
    "Delft & Daughters",
    "Harbour Light",
    "Kestrel Mutual",
    "Meridian Yards",
    "Pennine Paper",
    "Saltmarsh Energy",
]
PLACES = ["London", "Leeds", "Zürich", "Amsterdam", "New York", "remote", "Munich", ""]
RELATIONS = ["worked together", "studied together", "my old boss", "from the board", "a supplier"]
FOUND_THROUGH = [
    "LinkedIn",
    "named by a former colleague",
    "the conference in May",
    "their files",
    "",
]
NOTES = [
    "Reports to the founder; they want somebody who has sold a company before.",
    "Retained. Client told in confidence, not to be repeated. Long list closes at the end of the month.",
    "Asked whom I know in the north. Said I would think about it.",
    "Package starts low; bonus is where it moves. I said what the floor is.",
    "No job description yet. She will send one once the board has agreed to it.",
    "Market talk: three finance chiefs moving in the sector, none announced.",
    "Not for me: too small, too far. Said so, and thanked him for thinking of me.",
    "Wants to present me before Christmas. I asked for two days.",
    "Family-owned, second generation, first outsider in the chair. Sounded honest about it.",
    "Has placed two people I know there. Seems to understand the business.",
]
SHORT_NOTES = ["", "In a meeting.", "Walked out of the lift.", "Left a number.", "On the train."]
PROMISED = {
    "call_back": ["Call back", "Call back about the role", "Ring before they close the list"],
    "take_their_call": ["Take their call", "Take the call on the mobile"],
    "send_names": ["Send two names", "Name somebody for the interim role"],
    "send_resume": ["Send my résumé", "Send the short résumé"],
    "send_information": ["Send the dates I can travel", "Send the reference’s number"],
    "give_decision": ["Say yes or no", "Say whether they may present me"],
    "vet_firm": ["Ask around about the firm", "Ring their switchboard back"],
}
THEIRS = {
    "send_information": ["Job description", "Name of the client", "Salary range"],
    "call_back": ["Ring back once the board has met", "Ring back with the dates"],
    "give_decision": ["Feedback from the first round", "Say whether I am on the short list"],
}
OUTCOMES = ["", "rang, ten minutes", "called: no names came to mind", "sent by mail", "left word"]
FIRM_NOTES = [
    "Ask for the search number before anything else.",
    "Sent a résumé round without asking, two years ago.",
    "Answers within a day. Good people.",
    "Small shop; the founder rings herself.",
]
RECRUITER_NOTES = [
    "Prefers the mobile. Never in the morning.",
    "Was a banker before; knows the numbers.",
    "Keeps what is told to her to herself.",
    "Rings from a withheld number.",
]
ZONES = ["America/New_York", "Europe/Zurich", "Europe/Amsterdam", "America/Chicago", "Asia/Dubai"]
TIMES = ["after six", "before nine", "lunch time", "Fridays", "on the train, until 8:30"]
# By the names of the fields of `accounts.models.Kit`.
KIT = {
    "pitch": (
        "Finance director who has taken two family-owned groups through a sale. Twelve years in "
        "consumer goods, the last five answering to the founder. I build the team, close the "
        "books in five days, and tell the board what it would rather not hear."
    ),
    "seeking": (
        "CFO of an owner-led or private-equity-backed group, 50 to 300 million turnover, on the "
        "board or reporting to it. London, Leeds or Zürich; two days a week elsewhere is fine."
    ),
    "not_seeking": "Interim below six months, turnarounds with no owner in sight, anything that is "
    "only a bigger title.",
    "notice_period": "Six months, three by agreement",
    "best_times": "Before nine, lunch time, after six",
    "callback_number": "+442079460182",
    "evening_number": "+447700900182",
}

# The dossier --------------------------------------------------------------------------------------

CHECK_NOTES = ["Reception put me through.", "Listed with a picture.", "Ruth has worked with them."]
EMPLOYERS = ["Wolcott Marine", "Tallis & Rhys"]
DECLINED = ["Too much travel.", "Too soon after the last move.", "The founder would not let go."]
RESUMES = ["Short, two pages", "Long, with projects"]
COMPENSATION = {
    "base": "GBP 165,000",
    "bonus": "up to 40 %",
    "equity": "options worth about a year's pay, vesting over four",
    "benefits": "car, pension 12 %, family cover",
}
LIMITS = "For this client alone, not passed on."
TOLD = {
    "pay": ["Would not move for less than now.", "Said I would rather hear their range first."],
    "interest": ["Curious, no more.", "Interested if the board is settled."],
    "availability": ["Six months' notice, three by agreement.", "Not before the summer."],
    "resume": ["By mail."],
}
