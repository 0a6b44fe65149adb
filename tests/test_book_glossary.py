"""Terms of the glossary are found in running text, and their meanings in the glossary."""

from docutils import nodes

from assignment4.book.glossary import Term, terms_of, uses_of

NAMES = ["Adam", "SAME", "judge", "output padding", "padding"]


def found(text: str) -> list[str]:
    return [text[start:stop] for start, stop, _ in uses_of(text, NAMES)]


def test_uses_are_whole_words_in_the_singular_or_plural():
    assert found("Two judges, one judge, no judgement, no half-judge.") == ["judges", "judge"]
    assert [name for *_, name in uses_of("Judges read.", NAMES)] == ["judge"]


def test_names_keep_their_capitals():
    assert found("the same adam, SAME, Adam") == ["SAME", "Adam"]


def test_the_longer_of_two_overlapping_terms_is_found():
    assert found("The output padding and the padding.") == ["output padding", "padding"]


def test_a_meaning_is_the_first_sentence_without_its_citation():
    term = nodes.term("", "judge", ids=["term-judge"])
    citation = nodes.reference("", "[Oja]", refdomain="cite")
    words = [nodes.Text("A reader\nof letters "), citation, nodes.Text(". There are two.")]
    paragraph = nodes.paragraph("", "", *words)
    item = nodes.definition_list_item("", term, nodes.definition("", paragraph))
    document = nodes.document("", "")
    document += nodes.definition_list("", item)
    assert terms_of(document) == {"judge": Term("term-judge", "A reader of letters.")}
