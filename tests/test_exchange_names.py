"""Ids of what is called otherwise elsewhere: valid, different, and the same again."""

from hypothesis import example, given
from hypothesis import strategies as st

from cruxmap.exchange.names import LONGEST, NOBODYS_CREDENCE, NOBODYS_STRENGTH, ids_for
from cruxmap.language.argument_map import Elicited, Role
from cruxmap.language.context import check_id
from cruxmap.language.findings import Findings
from cruxmap.language.judgement import LEXICON, parse_value
from cruxmap.language.yaml_text import text_of

LABELS = st.lists(
    st.text(max_size=8)
    | st.sampled_from(["true", "event", "12", "<12", "12+", "a-b", "aB", "A", "a", "é"])
)


@given(
    labels=LABELS, kind=st.sampled_from(["entry", "state"]), taken=st.sets(st.sampled_from(["a", "12"]))
)
@example(labels=["", "  ", "event", "event-entry", "true"], kind="entry", taken=set())
def test_each_label_has_an_id_of_its_own(labels: list[str], kind: str, taken: set[str]) -> None:
    ids = ids_for(labels, kind, taken)
    assert ids.keys() == set(labels)
    assert len(set(ids.values()) | taken) == len(ids) + len(taken)
    findings = Findings()
    for id_ in ids.values():
        check_id(findings, text_of(id_), number_ok=kind == "state")
    assert findings.problems == []


@given(labels=LABELS)
def test_an_id_stays_as_it_is(labels: list[str]) -> None:
    ids = ids_for(ids_for(labels).values())
    assert all(label == id_ for label, id_ in ids.items())


def test_an_id_says_the_words_of_its_label() -> None:
    labels = ["LungCancer", "Ärger über Öl", "  two   words ", "N0_7muVerMo", "X" * 100, "word " * 30]
    *short, letters, words = ids_for(labels).values()
    assert short == ["lung-cancer", "arger-uber-ol", "two-words", "n0-7mu-ver-mo"]
    assert letters == "x" * LONGEST
    assert words == "-".join(["word"] * 12)


def test_what_nobody_judged_is_wide() -> None:
    credence = parse_value(NOBODYS_CREDENCE["value"], Role.CREDENCE, LEXICON)
    strength = parse_value(NOBODYS_STRENGTH["value"], Role.STRENGTH, LEXICON)
    assert isinstance(credence, Elicited)
    assert isinstance(strength, Elicited)
    assert (credence.low, credence.high) == (0.05, 0.95)
    assert (strength.low, strength.high) == (1.5, 30)
