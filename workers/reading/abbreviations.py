"""Words that end with a full stop which ends no sentence, and words that open one."""


def words(listed: str) -> tuple[str, ...]:
    """A list of words as one reads it; a literal would take a line for each."""
    return tuple(listed.split())


# These stand before a name or a number and never end a sentence.
NEVER_LAST = frozenset(
    words(
        "m mm mme mmes mlle mgr dr drs pr prof me st ste cf ex p pp vol éd art n° no al env tél "
        "av bd chap hab cie op bull mt ave mr mrs ms gen sen gov rep col capt lt sgt fig vs rev "
        "hon jan feb aug sept oct nov dec"
    )
)
# Among them, words as well: they end a sentence before an ordinary opening word.
WORDS_TOO = frozenset(words("no art ex sept"))
# These may end one: they do when an ordinary opening word comes next.
MAY_BE_LAST = frozenset(
    words("etc inc ltd co corp jr sr u.s u.k u.n e.u j.-c apr a.m p.m d.c ph.d u.s.a r.-u min max")
)
OPENERS = frozenset(
    words(
        "le la les l un une des du de au aux ce cet cette ces c il elle ils elles on nous vous je "
        "j tu son sa ses leur leurs notre mais et ou or donc car si dans en sur pour par avec "
        "selon après avant depuis pendant quand lorsque alors ainsi aussi puis enfin cependant "
        "toutefois d the a an this that these those he she it they we you i his her its their but "
        "and or so in on at for by with from after before since when while as if according "
        "however there no"
    )
)
