"""The words that French and English name days, months and stretches of time with."""

from workers.reading.numerals import NUMBERS, table, words_of


def _numbered(names: str, *, first: int) -> dict[str, int]:
    """French and English names in turn ("lundi monday mardi tuesday"), by their number."""
    return {name: first + at // 2 for at, name in enumerate(names.split())}


MONTHS = _numbered(
    "janvier january février february mars march avril april mai may juin june juillet july "
    "août august septembre september octobre october novembre november décembre december",
    first=1,
)
WEEKDAYS = _numbered(
    "lundi monday mardi tuesday mercredi wednesday jeudi thursday vendredi friday samedi saturday "
    "dimanche sunday",
    first=0,
)
QUARTERS = table(
    "1: premier 1er first 1st; 2: deuxième second 2e 2ème 2nd; 3: troisième third 3e 3ème 3rd;"
    "4: quatrième fourth 4e 4ème 4th"
)
# How many days after publication; the times of a day are that day.
DAYS = {
    "avant-hier": -2,
    "hier": -1,
    "yesterday": -1,
    "aujourd'hui": 0,
    "ce matin": 0,
    "ce soir": 0,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "demain": 1,
    "tomorrow": 1,
    "après-demain": 2,
}
STRETCHES = table(
    "day: jour jours day days; week: semaine semaines week weeks; month: mois month months;"
    "quarter: trimestre trimestres quarter quarters; year: an ans année années year years;"
    "decade: décennie décennies decade decades"
)
# How many weeks, months or years away: "le mois dernier", "next month".
WHICH = {
    **dict.fromkeys(words_of("dernier dernière passé passée précédent précédente"), -1),
    **dict.fromkeys(words_of("last previous"), -1),
    **dict.fromkeys(words_of("ce cet cette this"), 0),
    **dict.fromkeys(words_of("prochain prochaine next"), 1),
}
COUNTS = frozenset(NUMBERS["fr"] | NUMBERS["en"])
