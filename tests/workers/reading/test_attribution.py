"""Who speaks: a name where the article leads to one, its own words where it does not."""

from datetime import UTC, datetime

import pytest

from workers.reading import Kind, Passage, Reading, read

FETCHED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def _read(text: str) -> Reading:
    return read(text.encode(), content_type="text/plain", fetched_at=FETCHED)


def _passage(reading: Reading, words: str) -> Passage:
    return next(p for p in reading.passages if words in reading.text[p.start : p.end])


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Selon Léa Brun, la digue a cédé en 2021.", "Léa Brun"),
        ("La ministre Léa Brun a affirmé lundi que la digue avait cédé.", "Léa Brun"),
        ("« La digue a cédé », a déclaré lundi à l'AFP Léa Brun, ministre de l'eau.", "Léa Brun"),
        ("« La digue a cédé », explique la ministre de l'eau, du sel et du vent, Léa Brun.",
         "Léa Brun"),
        ("La digue a cédé, comme l'a signalé l'ingénieur Marc Ott sur son site.", "Marc Ott"),
        ("According to Mary Stone, the dam broke in 2021.", "Mary Stone"),
        ("“The dam broke,” said Mary Stone, a senator.", "Mary Stone"),
        ("Mary Stone told reporters that the dam broke in 2021.", "Mary Stone"),
        ("« La digue a cédé », confie l'entourage de Léa Brun.", "l'entourage de Léa Brun"),
        ("Le suspect était connu, a précisé lors d'une réunion la préfète Léa Brun.",
         "Léa Brun"),
        ("Léa Brun, préfète du Val, affirme que la digue a cédé.", "Léa Brun"),
        ("La digue de Vaux a cédé, à en croire Léa Brun, qui la gère.", "Léa Brun"),
        ("La direction de l'usine jure que la digue a tenu.", "la direction de l'usine"),
        ("Helvant rejette en bloc ces accusations de fraude.", "Helvant"),
        ("“The dam broke,” Mary Stone told reporters.", "Mary Stone"),
        ("The dam broke in 2021, a police source said.", "a police source"),
        ("As the engineer Mary Stone points out, the dam broke in 2021.", "Mary Stone"),
        ("The dam broke in 2021, according to people close to the minister.",
         "people close to the minister"),
        ("Agathe Le Guern a annoncé que la digue avait cédé.", "Agathe Le Guern"),
        ("La digue a cédé, révèle un article de L'Écho du Val.", "Écho du Val"),
        ("L'usine fermera le 30 juin, a confirmé jeudi son propriétaire, la société Ovalis.",
         "Ovalis"),
        ("Mme Le Bris, qui dirige le refuge, raconte que 12 chiens sont morts.", "Mme Le Bris"),
        ("De l'avis de plusieurs élus, la digue a cédé en 2021.", "plusieurs élus"),
        ("Selon le dernier rapport de la chambre des comptes, la ville a payé 3 millions.",
         "le dernier rapport de la chambre des comptes"),
        ("The leader of Ashcombe council denied claims that the dam broke.",
         "the leader of Ashcombe council"),
        ("Le producteur, qui tait son nom, dit avoir jeté 8 tonnes de cerises.", "le producteur"),
        ("Elle demande 15 000 euros à la commune de Vaux.", ""),
        ("La digue de Vaux a cédé en 2021, faute d'entretien.", ""),
        ("Selon nos informations, la digue de Vaux a cédé en 2021.", ""),
    ],
)  # fmt: skip
def test_the_sentence_names_its_speaker(text: str, speaker: str) -> None:
    passage = _read(text).passages[0]
    assert passage.speaker == speaker
    assert bool(passage.speaker) == any(reason.startswith("speaker") for reason in passage.because)


def test_a_quotation_keeps_its_speaker_to_its_end() -> None:
    reading = _read(
        "« La digue a cédé. Nous l'avions signalé trois fois. Rien n'a été fait », a dit Léa Brun."
    )
    assert {p.speaker for p in reading.passages} == {"Léa Brun"}
    assert {p.kind for p in reading.passages} == {Kind.QUOTATION}


def test_a_pronoun_and_a_role_mean_the_person_who_spoke() -> None:
    reading = _read(
        "Le maire Luc Perrin a ouvert la séance de lundi.\n\n"
        "« La piscine a coûté 2 millions », a-t-il précisé.\n\n"
        "L'élu assure que la dette a baissé de 4 % en 2025."
    )
    assert _passage(reading, "piscine").speaker == "Luc Perrin"
    assert _passage(reading, "dette").speaker == "Luc Perrin"


def test_the_company_is_known_under_every_name_the_article_gives_it() -> None:
    reading = _read(
        "L'application Tik-Tok est soupçonnée de vendre des données. Tik Tok compte 90 salariés à "
        "Vaux.\n\nUn porte-parole de Tiktok assure que le site de Vaux fermera.\n\n"
        "La plateforme a affirmé que 40 postes seraient sauvés."
    )
    speaking = _passage(reading, "porte-parole")
    assert speaking.speaker == "TikTok"
    assert "porte-parole" in " ".join(speaking.because)
    assert _passage(reading, "40 postes").speaker == "TikTok"


def test_two_companies_that_fit_equally_well_are_not_guessed_between() -> None:
    reading = _read(
        "L'application Nordlys et l'application Velbrun ont fermé lundi.\n\n"
        "La plateforme a affirmé que 40 postes seraient sauvés."
    )
    assert _passage(reading, "40 postes").speaker in ("", "la plateforme")


def test_a_few_quoted_words_do_not_make_the_last_speaker_speak() -> None:
    reading = _read(
        "Selon Léa Brun, la digue a cédé en 2021.\n\n"
        "Le conseil de Vaux a voté lundi un plan « de sauvegarde des digues et des berges »."
    )
    assert _passage(reading, "plan").speaker == ""


def _words(reading: Reading, span: tuple[int, int] | None) -> str:
    return reading.text[slice(*span)] if span else ""


@pytest.mark.parametrize(
    ("text", "who", "cue", "attribution"),
    [
        ("Selon Léa Brun, la digue a cédé en 2021.", "Léa Brun", "Selon", "indirect"),
        ("« La digue a cédé », a déclaré lundi à l'AFP la ministre Léa Brun.",
         "Léa Brun", "a déclaré", "direct"),
        ("La ministre Léa Brun a affirmé que la digue avait cédé.",
         "Léa Brun", "a affirmé", "indirect"),
        ("“The dam broke,” said Mary Stone, a senator.", "Mary Stone", "said", "direct"),
        ("La société Nordlys ferme. Un porte-parole de Nordlys assure que 40 postes sont sauvés.",
         "Un porte-parole de Nordlys", "assure", "indirect"),
        ("La digue tenait encore lundi, soutient-on à la direction.", "on", "soutient-on",
         "indirect"),
        ("La digue de Vaux a cédé en 2021.", "", "", "none"),
    ],
)  # fmt: skip
def test_the_words_for_the_speaker_and_for_speaking_are_kept_by_their_place(
    text: str, who: str, cue: str, attribution: str
) -> None:
    reading = _read(text)
    passage = reading.passages[-1]
    assert _words(reading, passage.speaker_span) == who
    assert _words(reading, passage.cue_span) == cue
    assert passage.attribution == attribution


def test_a_pronoun_that_could_mean_several_people_means_nobody() -> None:
    reading = _read(
        "Marc Ott a rencontré Paul Reynier et Luc Tardy lundi. Il a affirmé que la digue tenait."
    )
    said = _passage(reading, "affirmé")
    assert (said.speaker, _words(reading, said.speaker_span)) == ("", "Il")
    assert said.attribution == "indirect"


def test_a_pronoun_means_the_one_person_the_sentence_before_is_about() -> None:
    reading = _read("Marc Ott a quitté Vaux lundi. Il a affirmé que la digue tenait.")
    assert _passage(reading, "affirmé").speaker == "Marc Ott"
