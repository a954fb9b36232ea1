"""Argdown in and out: what people write, what comes back, and what Argdown's own program reads of it."""

import json
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import InvalidMap, Span
from cruxmap.exchange.argdown.document import Node, Structure, document_of
from cruxmap.exchange.argdown.reading import graph_of, read_argdown
from cruxmap.exchange.argdown.writing import escaped, write_argdown
from cruxmap.exchange.formats import Arrived
from cruxmap.exchange.importing import Imported, import_map
from cruxmap.exchange.names import NOBODYS_CREDENCE, NOBODYS_STRENGTH
from cruxmap.exchange.plain_map import plain_map
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from cruxmap.language.yaml_text import SourceFile
from helpers.argdown_core import IS_THERE, MISSING, readings_of
from helpers.changed_files import changed_text
from helpers.commands import GOOD
from helpers.drawn_maps import Draft, drafts_with_brought, read_question
from helpers.few_examples import FEW_EXAMPLES
from helpers.graphs import Graph, argdown_of, graphs, lines_of
from helpers.hostile_texts import HOSTILE, first_condition, with_texts

SAMPLES = Path(__file__).parent / "exchange"


def arrived(text: str) -> Arrived:
    return read_argdown(dedent(text).encode(), "debate.argdown")


def imported(text: str) -> Imported:
    return import_map(dedent(text).encode(), "argdown", "debate")


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidMap) as caught:
        imported(text)
    return [f"{p.span.line}:{p.span.column} {p.message} ({p.hint})" for p in caught.value.problems]


def lost_of(found: Arrived) -> list[str]:
    return [f"{one.what} | {one.where}" for one in found.lost]


def entries(found: Arrived, section: str) -> dict[str, Any]:
    section_of: Any = found.map.get(section, {})
    return dict(section_of)


# --- what people write --------------------------------------------------------------------------


def test_a_debate_in_nested_lists() -> None:
    found = read_argdown((SAMPLES / "night-trains.argdown").read_bytes(), "night-trains.argdown")
    assert found.map["map"] == {
        "title": "Should the region bring back night trains?",
        "text": "A first sketch of the debate.",
    }
    assert lines_of(found.map) == [
        "night-trains",
        "flights-are-short",
        "tracks-are-full",
        "freight-has-moved",
        "fewer-flights: [flights-are-short] for night-trains",
        "few-would-switch: [] undercuts fewer-flights",
        "costs: [] against night-trains",
        "wrong-comparison: [] undercuts costs",
        "tracks-are-full-against-night-trains: [tracks-are-full] against night-trains",
        "freight-has-moved-against-tracks-are-full: [freight-has-moved] against tracks-are-full",
    ]
    written = write_argdown(import_map(SAMPLES / "night-trains.argdown").model).data.decode()
    assert "strength: 2x to 4x}\n  -> [night-trains]\n" in written
    claims, arguments = entries(found, "claims"), entries(found, "arguments")
    assert claims["night-trains"] == {
        "text": "The region should run night trains again.",
        "credence": "30% to 60%",
        "tags": "policy",
    }
    assert claims["freight-has-moved"] == {
        "text": "Freight has moved to the new line. See the report.",
        "note": "Links: the report: https://example.org/a_b",
        "credence": NOBODYS_CREDENCE,
    }
    assert arguments["few-would-switch"] == {
        "text": "Most passengers would have driven, not flown.",
        "credence": "40% to 70%",
        "source": "survey-2024-table-3",
        "undercuts": "fewer-flights",
    }
    assert arguments["fewer-flights"]["tags"] == ["climate", "long distance"]
    assert arguments["fewer-flights"]["strength"] == NOBODYS_STRENGTH
    assert arguments["costs"]["strength"] == "weak"
    assert arguments["tracks-are-full-against-night-trains"]["strength"] == "2x to 4x"
    assert found.map["sources"] == {"survey-2024-table-3": {"title": "Survey 2024, table 3"}}
    assert lost_of(found) == [
        "front matter: author | ",
        "comments | 2 of them",
        "bold and italic | 1 of them",
        "headings | The proposal",
        "an attack on an argument | Few would switch, Fewer flights",
        "data: isInGroup | costs",
    ]


def test_premise_conclusion_structures() -> None:
    found = read_argdown((SAMPLES / "lighthouse.argdown").read_bytes(), "lighthouse.argdown")
    needed, wages = "boats-without-a-receiver-need-a-light-at-night", "the-lamp-costs-a-keeper-s-wages"
    assert lines_of(found.map) == [
        "boats-without-receivers",
        needed,
        "light-needed",
        "only-light",
        "keep-it",
        wages,
        "the-wages-buy-two-buoys",
        "another-light: all_of [{'only-light': 'false'}]",
        "too-dear-holds",
        "keep-the-lamp-holds",
        "keep-the-lamp: [light-needed, only-light, keep-the-lamp-holds] for keep-it",
        f"keep-the-lamp-step-1: [boats-without-receivers, {needed}] for light-needed",
        "radios-do: [] undercuts keep-the-lamp-step-1",
        f"too-dear: [{wages}, the-wages-buy-two-buoys, too-dear-holds] against keep-it",
        "sailors-agree: [] for too-dear-holds, keep-the-lamp-holds",
    ]
    arguments = entries(found, "arguments")
    assert arguments["keep-the-lamp-step-1"]["credence"] == "80% to 90%"
    assert arguments["keep-the-lamp-step-1"]["note"] == "Inference: Modus ponens"
    assert arguments["too-dear"]["text"] == "Therefore: Two buoys would do more than the lamp."
    assert [what for what in lost_of(found) if not what.startswith("headings")] == [
        "a support of an argument | Too dear; Keep the lamp"
    ]


def test_sentences_without_titles_mentions_escapes_and_arguments_that_do_two_things() -> None:
    found = read_argdown((SAMPLES / "plain-words.argdown").read_bytes(), "plain-words.argdown")
    thesis, third = (
        "a-sentence-without-any-title-is-a-statement",
        "and-a-third-with-a-mention-of-zoo-and-the-cost",
    )
    third = f"{third}-is-against-it"
    assert lines_of(found.map)[:7] == [
        thesis,
        "another-one-supports-it",
        third,
        "zoo",
        "the-elephants-are-well",
        "it-rains",
        "listed",
    ]
    assert lines_of(found.map)[7:11] == [
        "nobody-says-for-what",
        "the-cost: [] against zoo",
        "the-cost-undercuts: [] undercuts elephants-pay",
        "elephants-pay: [] for zoo",
    ]
    claims, arguments = entries(found, "claims"), entries(found, "arguments")
    assert (
        claims["zoo"]["text"] == "The zoo [the old one] is worth 3*4 = 12 of anything \u2200 reader wants."
    )
    assert claims[third]["text"] == "And a third, with a mention of Zoo and The cost, is against it."
    assert arguments["the-cost-undercuts"]["credence"] == "same as the-cost"
    assert [arguments[id_]["undercuts"] for id_ in arguments if id_.startswith("it-rains")] == [
        "elephants-pay"
    ]
    assert "an argument for nothing | Nobody says for what" in lost_of(found)


def test_several_structures_for_one_conclusion_and_numbers_that_are_not_there() -> None:
    found = arrived(
        """
        (1) [P]: One.
        ----
        (2) [T]: All.

        (1) [Q]: Two.
        -- rule (uses: 1, 7) --
        (2) [T]

        <A>: Said once.

        (1) [P]
        ----
        (2) [T]

        <A>

        (3) [Q]
        ----
        (4) Not all.
          -> [T]
        """
    )
    assert lines_of(found.map) == [
        *("p", "t", "q"),
        "t-argument: [p] for t",
        "t-argument-2: [q] for t",
        "a: [p] for t",
        "a-2: [q] against t",
    ]
    assert lost_of(found) == ["that an inference uses (7) | T argument 2"]
    assert entries(found, "arguments")["a-2"]["text"] == "Therefore: Not all."


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.argdown")), ids=lambda sample: sample.stem)
def test_a_sample_comes_back_as_it_came_in(sample: Path) -> None:
    first = import_map(sample)
    assert import_map(write_argdown(first.model).data, "argdown", first.name).map == first.map


RELATIONS = [
    ("+ [B]", "b-for-a: [b] for a"),
    ("<+ [B]", "b-for-a: [b] for a"),
    ("+> [B]", "a-for-b: [a] for b"),
    ("- [B]", "b-against-a: [b] against a"),
    ("<- [B]", "b-against-a: [b] against a"),
    ("-> [B]", "a-against-b: [a] against b"),
    ("+ <B>", "b: [] for a"),
    ("- <B>", "b: [] against a"),
    ("+> <B>\n    +> [C]", "b: [a] for c"),
    ("-> <B>\n    +> [C]", "a-undercuts-b: [a] undercuts b"),
    ("_> <B>\n    +> [C]", "a-undercuts-b: [a] undercuts b"),
]


@pytest.mark.parametrize(("relation", "line"), RELATIONS)
def test_every_sign_of_a_relation(relation: str, line: str) -> None:
    assert line in lines_of(arrived(f"[A]: One.\n  {relation}\n").map)


@pytest.mark.parametrize("sign", ["_", "<_", "-", "<-"])
def test_what_undercuts_an_argument(sign: str) -> None:
    found = arrived(f"<A>: One.\n  +> [T]\n  {sign} <B>: Another.\n")
    assert lines_of(found.map)[1:] == ["a: [] for t", "b: [] undercuts a"]


def test_contradictories_are_defined_by_each_other_where_nothing_is_said_of_one() -> None:
    found = arrived("[A]: One. {credence: 30%}\n  >< [B]: Other.\n")
    assert entries(found, "claims")["b"]["all_of"] == [{"a": "false"}]
    assert arrived("[A]: One. {credence: 30%}\n  >< [B]: Other. {credence: 40%}\n").lost[0].where == "A, B"
    assert len(arrived("[A]: One.\n  >< [B]: Other.\n    -> [A]\n").lost) == 1
    circle = arrived("[A]: One. {credence: 30%}\n  >< [B]: Other.\n    +> [C]: More.\n      +> [A]\n")
    assert [one.what for one in circle.lost] == ["that two statements contradict each other"]


def test_the_longer_forms_of_data_are_kept() -> None:
    found = imported(
        """
        [A]: One.
          {credence: {value: 30%, note: A guess.}}
          + <B>: Two.
            {strength: {value: 2x, source: "Table 3"}, by: Ann, credence: 70%}
            - <C>: Three.
              {
                force: 40%
                note: In lines.
              }
        """
    )
    assert found.map.judgements["a"].note == "A guess."
    assert found.map.entry["c"].about.note == "In lines."
    numbers = [notation_of(found.map.judgements[one].value) for one in ("b.strength", "b", "c.force")]
    assert numbers == ["2x", "70%", "40%"]
    assert [voice.about.text for voice in found.map.voices] == ["Ann"]
    assert [source.title for source in found.map.sources] == ["Table 3"]


def test_a_sentence_that_somebody_changed_counts_and_not_what_the_data_keep_of_it() -> None:
    model = read_question(
        {"map.yaml": "claims: {a: {text: 'One  sign\ttoo many.', credence: 30%}}"}, target="a"
    )
    written = write_argdown(model).data.decode()
    assert again(model).map.claims[0].about.text == "One  sign\ttoo many."
    changed = arrived(written.replace("]: One sign too many.", "]: None too many."))
    assert entries(changed, "claims")["a"]["text"] == "None too many."
    assert lost_of(changed) == ["data: text | a"]


def test_names_with_underscores_and_stars_that_are_no_markup() -> None:
    found = arrived("[A]: The snake_case_name costs 3*4.\n\n[B]: *Open\n\n[C]: it* is.\n")
    assert [one["text"] for one in entries(found, "claims").values()] == [
        "The snake_case_name costs 3*4.",
        "*Open",
        "it* is.",
    ]


def test_windows_line_ends_and_a_file_without_a_last_line_end() -> None:
    text = "[A]: One\r\nand more.\r\n  + <B>: Two.\r\n\r\n<B>\r\n\r\n(1) [C]: Three.\r\n----\r\n(2) [A]"
    assert lines_of(arrived(text).map) == ["a", "c", "b: [c] for a"]


# --- what is wrong ------------------------------------------------------------------------------

WRONG = {
    "[A]: One.\n+ [B]\n": "2:1 a relation to nothing (indent it below the statement that it belongs to)",
    "[A] text\n": "1:5 text after a title without a colon "
    "(a colon stands between a title and its text, as in `[Title]: Text.`)",
    "[A]:\n\n[B]: Two.\n": "1:1 `A` has a colon and no text (say it in a sentence)",
    "[A]: One.\n[B]: Two.\n": "2:1 `B` begins something inside of something else "
    r"(an empty line stands between two statements; write `\[` or `\<` for the sign itself)",
    "[A]: One. {credence: 30%} More.\n": "1:27 the text does not end with its data "
    "(data stands once, behind the text and before the relations)",
    "(1) One.\n(2) Two.\n": "1:1 premises without a conclusion "
    "(draw a line of two or more hyphens above the conclusion)",
    "(1) One.\n----\n": "3:1 an inference without a conclusion "
    "(write it below, as in `(3) Text`; a rule stands between hyphens, as in `-- rule --`)",
    "(1) <A>\n----\n(2) [B]\n": "1:5 an argument is no premise (give the statement that it rests on)",
    "(1) One.\n-- rule\n(2) [B]\n": "2:1 an inference that does not end (end it with two hyphens)",
    "[A]: One.\n{\n- 30%\n}\n": "2:1 the data has no keys (as in `{credence: 30%}`)",
    "===\ntitle: X\ncruxmap: {worldviews: [ann]}\n===\n\n[A]: One.\n": "3:1 `cruxmap: worldviews` is not as "
    "it was written (export the map again, or take this key out of `cruxmap`)",
    "[A]: One.\n\n===\na: b\n===\n": "3:1 `===` in the middle of a file "
    "(front matter is the first thing in a file)",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_with_its_place(text: str) -> None:
    assert problems(text) == [WRONG[text]]


def test_relations_that_nest_too_deeply_are_told() -> None:
    text = "".join(f"{' ' * n}{'+ ' if n else ''}[{n}]: {n}.\n" for n in range(1_000))
    [problem] = problems(text)
    assert problem.startswith("102:1 relations nest too deeply")


@pytest.mark.parametrize("piece", ["_a ", "<!-- ", "[a ", "<a "])
def test_signs_that_nothing_ends_cost_little(piece: str) -> None:
    before = process_time()
    document_of(SourceFile("long.argdown", "[A]: " + piece * (20_000 // len(piece))))
    assert process_time() - before < 1


def test_all_problems_come_at_once_and_those_of_the_data_at_their_place() -> None:
    told = problems("[A] a\n\n[B]: Fine. {credence: [30%, }\n\n[C] b\n")
    assert [one.partition(" ")[0] for one in told] == ["1:5", "3:29", "5:5"]
    assert "in the data:" in told[1]


def test_what_only_the_whole_map_shows_is_told_at_the_place_of_the_entry() -> None:
    text = "[A]: One.\n  + [B]: Two.\n    + [A]\n\n[C]: Three. {credence: 300%}\n"
    with pytest.raises(InvalidMap) as caught:
        import_map(text.encode(), "argdown", "debate")
    found = {problem.code.value: problem.span for problem in caught.value.problems}
    assert {code: span.line for code, span in found.items()} == {"cycle": 1, "unreadable-judgement": 5}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("worldviews: {ann: {text: Ann., judgements: {b: 5%}}}", "in the worldview `ann`: there is no "),
        ("sources: {paper: {title: P., zoo: x}}", "in the map: unknown key `zoo`"),
        ("locators: {paper: {locators: {p1: {quote: [x]}}}}", "in the source `paper`: "),
        ("model: {target: b}", "in the model: there is no claim `b`"),
        ("model: {target: a, zoo: x}", "in the model: unknown key `zoo`"),
    ],
)
def test_what_is_wrong_in_a_file_that_nobody_has_seen_is_told_of_the_foreign_one(
    said: str, told: str
) -> None:
    text = f"===\ncruxmap: {{{said}}}\n===\n\n[a]: One. {{source: paper, credence: 5%}}\n"
    with pytest.raises(InvalidMap) as caught:
        import_map(text.encode(), "argdown", "debate")
    assert {problem.span for problem in caught.value.problems} == {Span("stdin")}
    assert any(problem.message.startswith(told) for problem in caught.value.problems)


# --- what comes back ----------------------------------------------------------------------------


def again(model: ModelSpec) -> Imported:
    return import_map(write_argdown(model).data, "argdown", model.map.id)


@FEW_EXAMPLES
@given(drafts_with_brought(), st.data())
def test_a_drawn_map_comes_back(draft: Draft, data: st.DataObject) -> None:
    files, target = draft.files(), data.draw(draft.conditions())
    model = read_question(files, target=target)
    back = again(model)
    assert back.map == model.map
    assert (back.model.target, back.model.worldviews) == (model.target, model.worldviews)
    assert write_argdown(model).lost == ()
    assert back.lost == ()


@FEW_EXAMPLES
@given(drafts_with_brought(max_worldviews=0), st.lists(HOSTILE, min_size=1, max_size=6))
def test_hostile_texts_come_back(draft: Draft, texts: list[str]) -> None:
    model = read_question(with_texts(draft, texts).files(), target=first_condition(draft))
    assert again(model).map == model.map


@given(HOSTILE)
def test_an_escaped_text_is_nothing_but_text(text: str) -> None:
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    [found] = document_of(SourceFile("a", f"[a]: x {escaped(line)} #tag\n  {{credence: 30%}}\n")).blocks
    assert isinstance(found, Node)
    assert (found.text, found.tags, found.data) == (f"x {line}".strip(), ("tag",), {"credence": "30%"})


@given(graphs())
def test_every_relation_of_a_graph_is_there_and_comes_back(graph: Graph) -> None:
    found = imported(argdown_of(graph))
    expected = graph.expected()
    arguments = {id_: entry for id_, entry in entries_of(found).items() if id_ in expected}
    assert {id_: lines_of({"arguments": {id_: entry}})[0] for id_, entry in arguments.items()} == expected
    assert again(found.model).map == found.map


@given(graphs())
def test_argdown_comes_back_as_the_same_argument_graph(graph: Graph) -> None:
    text = argdown_of(graph)
    assert shape_of(write_argdown(imported(text).model).data.decode()) == shape_of(text)


def shape_of(text: str) -> tuple[set[tuple[str, str, str]], set[tuple[str, str]]]:
    """Return what bears on what, and which premises which argument has.

    An attack on an argument is an undercut.
    """
    graph = graph_of(document_of(SourceFile("a", text)))
    name = {node.key: node.label.lower() for node in graph.nodes}
    premises = {(premise, reason.key) for reason in graph.reasons.values() for premise in reason.premises}
    bears: set[tuple[str, str, str]] = set()
    for says, source, target, _ in graph.relations:
        if says == "support" and target in graph.reasons:
            premises.add((source, target))
        else:
            what = "undercut" if target in graph.reasons else says
            bears.add((what, name[source], name[target]))
    return bears, {(name[premise], name[reason]) for premise, reason in premises}


def entries_of(found: Imported) -> dict[str, Any]:
    plain: Any = plain_map(found.map)
    return dict(plain.get("arguments", {}))


def test_one_worldview_as_it_sees_the_map() -> None:
    model = read_model(GOOD)
    name = next(iter(model.map.worldview))
    sent = write_argdown(model, name)
    back = import_map(sent.data, "argdown", "seen")
    assert back.map.worldviews == ()
    others = [one.where for one in sent.lost if one.what == "a worldview"]
    assert others == [other for other in model.map.worldview if other != name]


# --- what Argdown's own program says --------------------------------------------------------------


@pytest.mark.skipif(not IS_THERE, reason=MISSING)
def test_argdowns_own_program_reads_the_samples_as_we_do() -> None:
    texts = [file.read_text("utf-8") for file in sorted(SAMPLES.glob("*.argdown"))]
    for text, theirs in zip(texts, readings_of(texts), strict=True):
        assert theirs["errors"] == []
        document = document_of(SourceFile("a", text))
        nodes = [node for block in document.blocks for node in _nodes(block)]
        for sort, found in (("statement", theirs["statements"]), ("argument", theirs["arguments"])):
            ours = {node.title: node for node in nodes if node.sort == sort and node.title and node.text}
            titled = {title: said for title, said in found.items() if said["text"] and title in ours}
            assert titled.keys() == ours.keys()
            for title, said in titled.items():
                assert _bare(said["text"]) == _bare(ours[title].text)
                assert set(said["tags"]) == set(ours[title].tags)


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def _nodes(block: Node | Structure) -> list[Node]:
    tops = block.statements if isinstance(block, Structure) else [block]
    steps = block.steps if isinstance(block, Structure) else []
    tops = [*tops, *(node for step in steps for node in step.undercuts)]
    return [
        node for top in tops for node in (top, *(n for one in top.relations for n in _nodes(one.other)))
    ]


@pytest.mark.skipif(not IS_THERE, reason=MISSING)
@FEW_EXAMPLES
@given(st.lists(drafts_with_brought(), min_size=4, max_size=4), st.lists(HOSTILE, min_size=3, max_size=9))
def test_argdowns_own_program_reads_what_is_written(drawn: list[Draft], texts: list[str]) -> None:
    models = [
        read_question(with_texts(draft, texts).files(), target=first_condition(draft)) for draft in drawn
    ]
    written = [write_argdown(model).data.decode() for model in models]
    for model, theirs in zip(models, readings_of(written), strict=True):
        own = [entry for entry in model.map.entry.values() if entry.about.brought_by is None]
        assert theirs["errors"] == []
        named = {entry.about.id for entry in own}
        assert theirs["statements"].keys() | theirs["arguments"].keys() == named
        data = {**theirs["statements"], **theirs["arguments"]}
        for entry in own:
            said = data[entry.about.id]
            exact = (said["data"] or {}).get("text")
            assert entry.about.text in (exact, said["text"])


@pytest.mark.skipif(not IS_THERE, reason=MISSING)
def test_argdowns_own_program_reads_a_file_whose_entries_are_all_brought() -> None:
    view = "worldview: ann\ntext: Ann's.\nclaims: {a: {text: One., credence: 30%}}\n"
    model = read_question({"map.yaml": "map: {title: None}\n", "worldviews/ann.yaml": view}, target="a")
    [theirs] = readings_of([write_argdown(model).data.decode()])
    assert theirs["errors"] == []
    assert again(model).map == model.map


@pytest.mark.skipif(not IS_THERE, reason=MISSING)
@FEW_EXAMPLES
@given(st.lists(graphs(), min_size=5, max_size=5))
def test_argdowns_own_program_finds_the_same_relations(drawn: list[Graph]) -> None:
    texts = [argdown_of(graph) for graph in drawn]
    for graph, theirs in zip(drawn, readings_of(texts), strict=True):
        assert theirs["errors"] == []
        assert sorted(theirs["relations"]) == sorted(graph.relations_by_title()), json.dumps(theirs)


@FEW_EXAMPLES
@given(st.integers(0, 1_000_000))
def test_whatever_is_changed_in_a_file_it_is_read_or_told(seed: int) -> None:
    data = write_argdown(read_model(GOOD)).data
    with suppress(InvalidMap):
        import_map(changed_text(data, seed), "argdown", "changed")
