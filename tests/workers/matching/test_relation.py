"""What a passage says to a claim: supported, disputed with a reason, or left alone."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.matching.relation import relate
from workers.matching.words import same_names, sentence, stem

DISPUTES = [
    # Figures of one unit that cannot both hold.
    (
        "La maire de Valbrune avait 80.000 abonnés sur la plateforme Zimo.",
        "La maire de Valbrune avait près de 60.000 abonnés sur Zimo.",
        "figure",
    ),
    (
        "The ferry accident off Port Lanier left 14 people dead, officials said.",
        "The ferry accident off Port Lanier left 31 people dead, rescuers said.",
        "figure",
    ),
    (
        "La région consacre 12 milliards d'euros à la rénovation des lycées.",
        "La région consacre 4 milliards d'euros à la rénovation des lycées.",
        "figure",
    ),
    (
        "Le chantier du tramway de Morvane a duré un an et demi.",
        "Le chantier du tramway de Morvane a duré plus de quatre ans.",
        "figure",
    ),
    (
        "The vaccine prevented 90% of hospital admissions in the trial.",
        "The vaccine prevented 40% of hospital admissions in the trial.",
        "figure",
    ),
    (
        "Quelque 300 logements ont été détruits par la tempête à Ostrel.",
        "Plus de 900 logements ont été détruits par la tempête à Ostrel.",
        "figure",
    ),
    # A denial of what the claim says.
    (
        "Le laboratoire Orvalis a caché les résultats de son essai sur l'asthme.",
        "Le laboratoire Orvalis dément avoir caché les résultats de son essai sur l'asthme.",
        "denial",
    ),
    (
        "Nordbank sold the personal data of its customers to advertisers.",
        "Nordbank denies that it sold the personal data of its customers to advertisers.",
        "denial",
    ),
    (
        "L'application transmet les messages des utilisateurs à un gouvernement étranger.",
        "L'application transmettrait les messages des utilisateurs à un gouvernement étranger, "
        "ce que l'éditeur dément.",
        "denial",
    ),
    (
        "The dam at Corley was built on an old mine shaft.",
        "The story that the dam at Corley was built on an old mine shaft is a hoax.",
        "denial",
    ),
    (
        "Le pont de Saverne sera fermé aux camions pendant l'été.",
        "Il est faux que le pont de Saverne sera fermé aux camions pendant l'été.",
        "denial",
    ),
    (
        "The minister met the owner of the casino in Malta.",
        "The minister rejects the claim that he met the owner of the casino in Malta.",
        "denial",
    ),
    # A negation on one side.
    (
        "Le ministère a retiré le manuel d'histoire des écoles de la province.",
        "Le ministère n'a pas retiré le manuel d'histoire des écoles de la province.",
        "contradiction",
    ),
    (
        "The museum returned the bronze statues to the city of Tamra.",
        "The museum never returned the bronze statues to the city of Tamra.",
        "contradiction",
    ),
    (
        "Aucun train ne circule entre Brenne et Valmy pendant la grève.",
        "Des trains circulent entre Brenne et Valmy pendant la grève.",
        "contradiction",
    ),
    (
        "The new law applies to small farms in the valley.",
        "The new law doesn't apply to small farms in the valley.",
        "contradiction",
    ),
    (
        "Les voyageurs vaccinés doivent présenter un test à la frontière moldue.",
        "Les voyageurs non vaccinés doivent présenter un test à la frontière moldue.",
        "contradiction",
    ),
    (
        "Le maire peut interrompre dès lundi le chantier de la centrale.",
        "Le maire ne peut interrompre le chantier de la centrale.",
        "contradiction",
    ),
    # An opposite on one side.
    (
        "Le chômage des jeunes a augmenté en Carélie au printemps.",
        "Le chômage des jeunes a baissé en Carélie au printemps.",
        "contradiction",
    ),
    (
        "The vote on the canal was declared legal by the high court of Esker.",
        "The vote on the canal was declared illegal by the high court of Esker.",
        "contradiction",
    ),
    (
        "La cour a jugé l'accord sur la pêche légal.",
        "La cour a jugé l'accord sur la pêche illégal.",
        "contradiction",
    ),
    (
        "Rents in the old harbour rose sharply last winter.",
        "Rents in the old harbour fell sharply last winter.",
        "contradiction",
    ),
]

SUPPORTS = [
    (
        "L'usine de Lormont emploie près de 60.000 personnes.",
        "L'usine de Lormont emploie 59.500 personnes.",
    ),
    (
        "Le réseau Zimo a fermé 25 000 comptes en Moldavie.",
        "En Moldavie, le réseau Zimo a fermé 25 000 comptes, selon la police.",
    ),
    (
        "The reactor at Dunmore was stopped after a leak in the cooling system.",
        "After a leak in the cooling system, the reactor at Dunmore was stopped on Friday.",
    ),
    (
        "La commission a demandé à Tik Tok de conserver les données électorales.",
        "La commission demande à TikTok de conserver ses données électorales.",
    ),
    (
        "Anneke Verhoeven a quitté la présidence du parti écologiste.",
        "Anneke Verhoven a quitté la présidence du parti écologiste, annonce son équipe.",
    ),
    (
        "Le vaccin n'a pas été testé sur les enfants de moins de six ans.",
        "Le vaccin n'a jamais été testé sur les enfants de moins de six ans.",
    ),
    (
        "It is impossible to charge the car in ten minutes at home.",
        "You cannot charge the car in ten minutes at home.",
    ),
    (
        "Les personnes non vaccinées sont admises dans les hôpitaux de Brenne.",
        "Dans les hôpitaux de Brenne, les personnes non vaccinées sont admises.",
    ),
    (
        "L'éditeur dément avoir vendu les adresses de ses lecteurs.",
        "L'éditeur dément fermement avoir vendu les adresses de ses lecteurs.",
    ),
    (
        "Le musée de Tamra n'a pas seulement rendu les statues, il a payé leur transport.",
        "Le musée de Tamra a rendu les statues et a payé leur transport.",
    ),
]

UNRELATED = [
    (
        "La maire de Valbrune avait 80.000 abonnés sur la plateforme Zimo.",
        "Le marché de Noël ouvrira ses portes le 2 décembre dans la vieille ville.",
    ),
    (
        "Le port de Saverne a reçu 300 navires en juin.",
        "L'aéroport de Lormont n'a pas rouvert depuis la tempête.",
    ),
    (
        "The minister met the owner of the casino in Malta.",
        "The minister has not answered questions about the school budget.",
    ),
    (
        "Zimo transmet les données de ses utilisateurs à un gouvernement étranger.",
        "Zimo n'a pas voulu commenter la campagne de publicité dans le métro.",
    ),
    (
        "Le budget de la culture atteint 12 % des dépenses de la ville.",
        "Le candidat est crédité de 18 % des intentions de vote.",
    ),
    (
        "La ville comptait 40 000 habitants en 1990.",
        "La ville comptait 62 000 habitants en 2020.",
    ),
    (
        "The senator denies that she owns shares in the mine.",
        "A hoax about the lottery spread through the village.",
    ),
    (
        "Le lac de Brenne a gelé pendant trois semaines.",
        "La patinoire de Lormont est ouverte jusqu'à minuit.",
    ),
    ("Le maire a démissionné.", "Personne ne sait pourquoi."),
    ("", "Le maire a démissionné."),
]


@pytest.mark.parametrize(("claim", "passage", "kind"), DISPUTES)
def test_a_contrary_passage_disputes_the_claim(claim: str, passage: str, kind: str) -> None:
    relation = relate(claim, passage)
    assert (relation.stance, relation.kind) == ("disputes", kind)
    assert relation.because
    assert 0.5 <= relation.score <= 1


@pytest.mark.parametrize(("claim", "passage"), SUPPORTS)
def test_the_same_thing_in_nearly_the_same_words_supports_the_claim(
    claim: str, passage: str
) -> None:
    relation = relate(claim, passage)
    assert relation.stance == "supports"
    assert relation.score > 0.7


@pytest.mark.parametrize(("claim", "passage"), UNRELATED)
def test_what_only_touches_the_subject_is_left_alone(claim: str, passage: str) -> None:
    assert relate(claim, passage).stance == "unrelated"


HEADLINE = "Zimo, « une machine à sous », accuse Irena Valcour qui a fermé son compte"
OTHER_HEADLINE = "Irena Valcour ferme son compte Zimo aux 60.000 abonnés"


def test_headlines_show_that_two_figures_are_of_one_account() -> None:
    claim = "La députée a quitté le réseau suédois sur lequel elle avait 80.000 abonnés."
    passage = "Elle a donc supprimé son compte Zimo aux près de 60.000 abonnés, dit une consœur."
    relation = relate(claim, passage, claim_context=HEADLINE, passage_context=OTHER_HEADLINE)
    assert (relation.stance, relation.kind) == ("disputes", "figure")
    assert relation.ours is not None
    assert relation.theirs is not None
    assert (relation.ours.text, relation.theirs.text) == (
        "80.000 abonnés",
        "près de 60.000 abonnés",
    )
    assert relation.because[0] == "« près de 60.000 abonnés » against « 80.000 abonnés »"


def test_one_headline_above_both_says_nothing() -> None:
    claim = "La députée a quitté le réseau suédois sur lequel elle avait 80.000 abonnés."
    passage = "Son collègue garde un compte aux 300 abonnés."
    relation = relate(claim, passage, claim_context=HEADLINE, passage_context=HEADLINE)
    assert relation.stance == "unrelated"


def test_a_reprint_under_the_same_headline_still_supports_the_claim() -> None:
    claim = "Irena Valcour avait 80.000 abonnés sur Zimo."
    passage = "La députée a quitté le réseau suédois sur lequel elle avait 80.000 abonnés."
    relation = relate(claim, passage, claim_context=HEADLINE, passage_context=HEADLINE)
    assert relation.stance == "supports"


def test_headlines_alone_never_decide() -> None:
    claim = "Le vote a lieu en juin dans toutes les communes."
    passage = "Des observateurs ne cachent pas leur inquiétude."
    relation = relate(claim, passage, claim_context=HEADLINE, passage_context=OTHER_HEADLINE)
    assert relation.stance == "unrelated"


def test_another_day_for_the_same_event_contradicts_the_claim() -> None:
    claim = "Le bac de Morvane a coulé le 3 mai 2024 devant le phare."
    passage = "Le bac de Morvane a coulé {} devant le phare."

    other = relate(claim, passage.format("le 7 mai 2024"))
    assert (other.stance, other.kind) == ("disputes", "contradiction")
    assert other.because[0] == "« 7 mai 2024 » against « 3 mai 2024 »"
    for unclear in ("le 7 mai 2024 et le 9 mai 2024", "en juin 2024"):
        assert relate(claim, passage.format(unclear)).stance != "disputes"
    for same in ("en mai 2024", "le 3 mai 2024", "au deuxième trimestre 2024", "mardi"):
        assert relate(claim, passage.format(same)).stance == "supports"


def test_the_day_of_the_passage_tells_what_it_means_by_yesterday() -> None:
    claim = "Le bac de Morvane a coulé le 3 mai 2024 devant le phare."
    passage = "Le bac de Morvane a coulé hier devant le phare."

    assert relate(claim, passage, published=date(2024, 5, 4)).stance == "supports"
    assert relate(claim, passage, published=date(2024, 5, 9)).kind == "contradiction"


def test_a_figure_above_a_range_disputes_it() -> None:
    claim = "La fuite du port de Morvane a fait entre 10 et 15 morts."
    passage = "La fuite du port de Morvane a fait {} morts."

    assert relate(claim, passage.format("12")).stance == "supports"
    assert relate(claim, passage.format("40")).kind == "figure"


def test_the_reasons_name_the_words_and_the_cue() -> None:
    relation = relate(*DISPUTES[7][:2])
    assert relation.because == (
        "the passage denies it: « denies »",
        "both speak of Nordbank, sold, personal, data, customers",
    )


def test_names_are_the_same_in_every_spelling() -> None:
    sides = same_names([sentence(text) for text in ("Tik Tok paie.", "TikTok paie.", "Tik-Tok")])
    assert all("tiktok" in side.stems for side in sides)


def test_a_long_name_may_miss_a_letter_and_a_short_one_may_not() -> None:
    one, other = same_names([sentence("Chez Irena Kowalska"), sentence("Chez Irina Kowalska")])
    assert len(one.names & other.names) == 1
    one, other = same_names([sentence("Chez Kowalskaya"), sentence("Chez Kowalskya")])
    assert one.names == other.names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("augmente", "augmentation"),
        ("fermer", "fermes"),
        ("election", "elections"),
        ("closed", "closes"),
        ("accuser", "accusation"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


PIECES = [text for pair in [*DISPUTES, *SUPPORTS, *UNRELATED] for text in pair[:2]]
texts = st.one_of(
    st.text(),
    st.sampled_from(PIECES),
    st.lists(st.sampled_from(" ".join(PIECES).split())).map(" ".join),
)


@given(texts, texts, texts, texts)
def test_any_two_texts_get_one_answer_with_its_reason(
    claim: str, passage: str, above_claim: str, above_passage: str
) -> None:
    relation = relate(claim, passage, claim_context=above_claim, passage_context=above_passage)
    again = relate(claim, passage, claim_context=above_claim, passage_context=above_passage)
    assert relation == again
    assert 0 <= relation.score <= 1
    assert relation.because
    assert bool(relation.kind) == (relation.stance == "disputes")
    assert (relation.kind == "figure") == (relation.ours is not None is not relation.theirs)


@given(texts.filter(str.strip), texts)
def test_a_claim_supports_itself(claim: str, headline: str) -> None:
    assert relate(claim, claim, claim_context=headline).stance == "supports"


@pytest.mark.parametrize("piece", [*PIECES[:2], "ne pas ", "Aa Bb ", "12 000 abonnés ", "(", "n'"])
def test_ten_thousand_words_are_judged_quickly(piece: str) -> None:
    started = time.monotonic()
    relate(piece * 10_000, piece * 9_999 + " fin")
    assert time.monotonic() - started < 5
