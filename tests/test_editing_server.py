"""The language server, asked as an editor asks it: over its streams, in one session for most tests."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.workspace import PositionCodec

from cruxmap.editing.server.desk import kind_of, root_of
from cruxmap.editing.server.renames import renaming_of, workspace_edit
from cruxmap.editing.server.texts import Change, Ruler
from cruxmap.errors import InvalidMap, Span
from cruxmap.language.for_editors.mentions import mentions
from cruxmap.language.for_editors.uses import Sort
from helpers.commands import ROOT, Cruxmap
from helpers.editor import Editor, applied, editing, write

BASE = """\
map: {title: "Wetter \U0001f327\ufe0f"}
voices:
  anna: {text: Anna.}
sources:
  post: {title: A post, author: Somebody}
timelines:
  day: {text: One day., phases: {morning: 2, evening: 3}}
claims:
  rain: {text: "It *rains* \U0001f327\ufe0f.", credence: 30%, source: post#1, tags: wet}
  wet:
    text: >-
      It is wet: very.
    given:
      - {id: raining, when: rain, credence: 90%}
      - {otherwise: 2%}
  flood:
    text: It floods.
    routes:
      - {id: river, when: rain, chance: 10%}
questions:
  sky: {text: How is it?, states: [grey, blue], credence: {grey: 40%, blue: rest}}
events:
  noon: {text: It is noon., timeline: day, emerges: {morning: 20%, evening: 50%}}
arguments:
  clouds:
    {text: There are clouds., by: anna, credence: 80%, premises: [{sky: grey}], for: rain, strength: 3x}
  clear: {text: Look up., undercuts: clouds, force: 10%}
lexicon:
  hardly ever: 1% to 3%
"""
ANN = """\
worldview: ann
text: Ann's view.
voice: anna
judgements:
  rain: very likely
  sky: {grey: 20%, blue: rest}
  clouds.strength: 5x
rejects: clear
claims:
  fog: {text: It is foggy., credence: 10%}
arguments:
  mist: {text: Mist falls., credence: 50%, premises: [fog], for: rain, strength: 2x}
stated:
  - {of: wet, credence: 60%}
"""
BO = "worldview: bo\ntext: Bo's view.\nextends: ann\njudgements: {wet.raining: 80%}\n"
OTHER = "include: ../weather/10-base.yaml\nclaims:\n  mud: {text: There is mud., all_of: [rain, wet]}\n"
MODEL = """\
model: weather
map: ../arguments/weather
target: wet
also: [{sky: grey}, flood]
observed: [{event: noon, ever: true}]
worldviews: [ann, bo]
expect:
  - {estimate: rain, worldview: ann, above: 60%}
"""
MAP, VIEW, SECOND, MIXED, MODELS = (
    "arguments/weather/10-base.yaml",
    "arguments/weather/worldviews/ann.yaml",
    "arguments/weather/worldviews/bo.yaml",
    "arguments/mixed/10-mud.yaml",
    "models/weather.yaml",
)
FILES = {MAP: BASE, VIEW: ANN, SECOND: BO, MIXED: OTHER, MODELS: MODEL}


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """A session in which all files of a project are open."""
    root = tmp_path_factory.mktemp("project")
    write(root, FILES)
    with editing(root) as session:
        for name in FILES:
            session.open(name)
        yield session
        assert session.logged == []


@pytest.fixture(autouse=True)
def as_it_was(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put the texts back that a test has typed."""
    yield
    if "editor" in request.fixturenames:
        session: Editor = request.getfixturevalue("editor")
        for name, text in FILES.items():
            if session.texts[session.uri(name)] != text:
                session.type(name, text)


# --- problems --------------------------------------------------------------------------------------


def test_a_project_without_problems_has_none(editor: Editor) -> None:
    assert [editor.problems(name) for name in FILES] == [[]] * len(FILES)


def test_problems_are_told_as_somebody_types_and_again_when_they_are_mended(editor: Editor) -> None:
    editor.type(MAP, BASE.replace("when: rain, credence: 90%", "when: rian, credence: 90 %%"))
    first, second = editor.problems(MAP)
    assert (first.code, second.code) == ("unknown-id", "unreadable-judgement")
    assert first.message == "there is no claim `rian`\nhint: did you mean `rain`?"
    assert first.severity is lsp.DiagnosticSeverity.Error
    assert first.source == "cruxmap"
    _, start = editor.place(MAP, "|rian")
    assert (first.range.start, first.range.end) == (start, editor.place(MAP, "rian|")[1])
    assert first.code_description is not None
    assert first.code_description.href.endswith("docs/problems.md#unknown-id")
    editor.type(MAP, BASE)
    assert editor.problems(MAP) == []


def test_what_a_change_does_to_other_files_is_told_there(editor: Editor) -> None:
    editor.type(MAP, BASE.replace("  clear: {text: Look up., undercuts: clouds, force: 10%}\n", ""))
    [problem] = editor.problems(VIEW, of=MAP)
    assert problem.code == "unknown-id"
    assert "clear" in problem.message
    editor.type(MAP, BASE)
    assert editor.problems(VIEW, of=MAP) == []


def test_warnings_are_no_errors_and_name_no_folder(editor: Editor) -> None:
    editor.type(MAP, BASE.replace("sources:\n", "sources:\n  book: {title: A book}\n"))
    [warning] = editor.problems(MAP)
    assert (warning.code, warning.severity) == ("uncited-source", lsp.DiagnosticSeverity.Warning)
    editor.type(MIXED, OTHER + "  rain: {text: Again., credence: 1%}\n")
    found = editor.problems(MAP, of=MIXED)
    assert sorted(str(each.code) for each in found) == ["duplicate-id", "uncited-source"]
    assert not any(str(editor.root) in each.message for each in found)


def test_places_behind_characters_of_two_units_are_right(editor: Editor) -> None:
    editor.type(MAP, BASE.replace("credence: 30%, source", "credence: 3O%, source"))
    [problem] = editor.problems(MAP)
    assert problem.range.start == editor.place(MAP, "|3O%")[1]
    assert problem.range.end == editor.place(MAP, "3O%|")[1]


def test_a_text_that_is_no_yaml_is_told_of_once(editor: Editor) -> None:
    editor.type(MAP, BASE.replace("  flood:\n", "  flood:\n    text: {a\n"))
    assert [each.code for each in editor.problems(MAP)] == ["yaml-syntax"]
    assert editor.problems(VIEW) == []


# --- what to write ---------------------------------------------------------------------------------


def fixes(editor: Editor, name: str) -> list[lsp.CodeAction]:
    """Return what is offered about all problems of a file."""
    problems = editor.problems(name)
    everywhere = lsp.Range(lsp.Position(0, 0), lsp.Position(999, 0))
    document = lsp.TextDocumentIdentifier(editor.uri(name))
    asked = lsp.CodeActionParams(document, everywhere, lsp.CodeActionContext(problems))
    found = editor.ask(editor.client.text_document_code_action_async(asked)) or []
    return [action for action in found if isinstance(action, lsp.CodeAction)]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("when: rain, credence: 90%", "when: rian, credence: 90%"),
        ("30%, source: post#1", "30%, source: pots#1"),
        ("credence: 30%, source", "credense: 30%, source"),
        ("premises: [{sky: grey}]", "premises: [{sky: gray}]"),
        ("chance: 10%", "chance: 10 %"),
        ("undercuts: clouds", "undercuts: cloud"),
        ("by: anna", "by: ana"),
    ],
)
def test_a_mistake_with_one_right_form_can_be_mended_at_once(
    editor: Editor, right: str, wrong: str
) -> None:
    text = BASE.replace(right, wrong, 1)
    assert text != BASE
    editor.type(MAP, text)
    action = fixes(editor, MAP)[0]
    assert action.kind == lsp.CodeActionKind.QuickFix
    assert action.edit is not None
    assert action.edit.changes is not None
    [edit] = action.edit.changes[editor.uri(MAP)]
    assert applied(text, edit) == BASE


def test_nothing_is_offered_where_nobody_knows(editor: Editor) -> None:
    editor.type(MAP, BASE.replace("when: rain, credence", "when: elephants, credence"))
    assert fixes(editor, MAP) == []


# --- where names are -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "at", "defined"),
    [
        (MAP, "when: ra|in", f"{MAP}:9: rain"),
        (MAP, "{sky: gr|ey}", f"{MAP}:21: grey"),
        (MAP, "{s|ky: grey}", f"{MAP}:21: sky"),
        (MAP, "source: po|st#1", f"{MAP}:5: post"),
        (MAP, "by: an|na", f"{MAP}:3: anna"),
        (MAP, "emerges: {mor|ning", f"{MAP}:7: morning"),
        (MAP, "undercuts: cl|ouds", f"{MAP}:25: clouds"),
        (VIEW, "  ra|in: very likely", f"{MAP}:9: rain"),
        (VIEW, "cl|ouds.strength", f"{MAP}:25: clouds"),
        (VIEW, "rejects: cl|ear", f"{MAP}:27: clear"),
        (SECOND, "extends: an|n", f"{VIEW}:1: ann"),
        (SECOND, "{wet.rai|ning", f"{MAP}:14: raining"),
        (MIXED, "[ra|in, wet", f"{MAP}:9: rain"),
        (MIXED, "include: ../we|ather", f"{MAP}:1: "),
        (MODELS, "target: we|t", f"{MAP}:10: wet"),
        (MODELS, "worldviews: [a|nn", f"{VIEW}:1: ann"),
        (MODELS, "estimate: ra|in", f"{MAP}:9: rain"),
        (MODELS, "map: ../arg|uments", f"{MAP}:1: "),
    ],
)
def test_a_name_leads_to_where_it_is_defined(editor: Editor, name: str, at: str, defined: str) -> None:
    editor.settled()
    assert editor.definition(name, at) == [defined]


def test_a_name_leads_to_all_who_mention_it(editor: Editor) -> None:
    editor.settled()
    everywhere = editor.references(MAP, "  ra|in: {text")
    assert {place.partition(":")[0] for place in everywhere} == {MAP, VIEW, MIXED, MODELS}
    assert all(place.endswith(": rain") for place in everywhere)
    others = editor.references(MIXED, "[ra|in", all_=False)
    assert set(everywhere) - set(others) == {f"{MAP}:9: rain"}


def test_words_are_no_names(editor: Editor) -> None:
    editor.settled()
    assert editor.definition(MAP, "It is we|t: very") == []
    assert editor.references(MAP, "# |" if "# " in BASE else "te|xt: One day") == []
    assert editor.hover(MAP, "It is we|t: very") == ""


def test_names_are_found_in_a_text_that_has_just_changed(editor: Editor) -> None:
    """Whether or not the change has been read by then."""
    editor.settled()
    editor.type(MAP, BASE.replace("voices:", "# a line\n# another\nvoices:"))
    assert editor.definition(MAP, "when: ra|in") == [f"{MAP}:11: rain"]
    editor.settled()
    assert editor.definition(MAP, "when: ra|in") == [f"{MAP}:11: rain"]


# --- other names -----------------------------------------------------------------------------------


def test_an_entry_is_renamed_wherever_it_is_meant(editor: Editor) -> None:
    """Also in texts that are on no disk."""
    typed = BASE.replace("when: rain, chance: 10%", "when: {rain: true}, chance: 10%")
    editor.type(MAP, typed)
    found = editor.renamed(MAP, "  ra|in: {text", "drizzle")
    word = re.compile(r"(?<![\w-])rain(?![\w-])")
    assert found == {
        name: word.sub("drizzle", text)
        for name, text in (FILES | {MAP: typed}).items()
        if word.search(text)
    }


def test_a_part_of_an_entry_keeps_the_rest_of_its_name(editor: Editor) -> None:
    found = editor.renamed(VIEW, "{gr|ey: 20%", "overcast")
    assert set(found) == {MAP, VIEW, MODELS}
    assert found[VIEW] == ANN.replace("grey", "overcast")


def test_a_worldview_takes_its_file_along(editor: Editor) -> None:
    found = editor.renamed(SECOND, "extends: a|nn", "anne")
    assert found[VIEW] is None
    assert found[VIEW.replace("ann.yaml", "anne.yaml")] == ANN.replace("worldview: ann", "worldview: anne")
    assert found[SECOND] == BO.replace("ann", "anne")
    assert found[MODELS] == MODEL.replace("ann", "anne")


@pytest.mark.parametrize(
    ("at", "new", "words"),
    [
        ("  ra|in: {text", "wet", "`wet` is there already"),
        ("  ra|in: {text", "Not an id", "`Not an id` is not an id"),
        ("  ra|in: {text", "", "is not an id"),
    ],
)
def test_who_cannot_have_a_name_hears_why(editor: Editor, at: str, new: str, words: str) -> None:
    with pytest.raises(JsonRpcException, match=re.escape(words)) as refused:
        editor.renamed(MAP, at, new)
    assert refused.value.code == lsp.LSPErrorCodes.RequestFailed.value
    assert str(editor.root) not in str(refused.value)


def test_an_editor_that_renames_no_files_is_told_of_the_command(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    found = mentions(tmp_path)
    [mention] = [each for each in found.of("ann", Sort.WORLDVIEW) if each.is_definition]
    renaming = renaming_of(tmp_path, mention, "anne", {})
    with pytest.raises(InvalidMap, match="cruxmap rename ann anne"):
        workspace_edit(
            renaming, {}, Path.as_uri, lambda text: Ruler.of(text, PositionCodec()), renames_files=False
        )


def test_what_has_no_name_of_its_own_is_not_offered_for_renaming(editor: Editor) -> None:
    editor.settled()
    for at, offered in [("  ra|in: {text", "rain"), ("{sky: gr|ey}", "grey"), ("cre|dence: 30%", None)]:
        asked = lsp.PrepareRenameParams(*editor.place(MAP, at))
        found = editor.ask(editor.client.text_document_prepare_rename_async(asked))
        assert (found and found.placeholder) == offered  # type: ignore[union-attr]


# --- what is shown of names ------------------------------------------------------------------------


NOW = "*Probabilities are those of weather, at central judgements.*"


def test_a_hover_says_what_an_entry_is_and_who_has_which_number(editor: Editor) -> None:
    editor.settled()
    shown = editor.until_hover(
        MAP, "when: ra|in", "*Probabilities are those of weather, at central judgements.*"
    )
    assert shown.startswith("**`rain`** · claim\n\nIt \\*rains\\* \U0001f327")
    assert "Source: `post#1`" in shown
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in shown.splitlines() if line[:1] == "|"
    ]
    assert rows[0] == ["worldview", "probability", "`rain`", "whose"]
    assert [[row[0], *row[2:]] for row in rows[2:]] == [
        ["map", "30%", "the map's"],
        ["ann", "very likely", "own"],
        ["bo", "very likely", "ann's"],
    ]
    assert all(re.fullmatch(r"\d+(\.\d+)?%", row[1]) for row in rows[3:])
    assert float(rows[3][1].rstrip("%")) > 80


def test_probabilities_of_a_text_that_has_changed_say_so_and_follow(editor: Editor) -> None:
    editor.settled()
    before = editor.until_hover(MAP, "when: ra|in", NOW)
    editor.type(VIEW, ANN.replace("rain: very likely", "rain: 2%"))
    editor.settled()
    after = editor.until_hover(MAP, "when: ra|in", NOW, unlike=before)
    [row] = [line for line in after.splitlines() if line.startswith("| ann")]
    assert [cell.strip() for cell in row.split("|")[3:5]] == ["2%", "own"]
    assert float(row.split("|")[2].strip().rstrip("%")) < 10


@pytest.mark.parametrize(
    ("name", "at", "words"),
    [
        (
            VIEW,
            "clouds.str|ength",
            ["argument", "There are clouds", "`clouds.strength`", "5x | own"],
        ),
        (MAP, "source: po|st#1", ["source", "A post, Somebody"]),
        (MAP, "by: an|na", ["voice", "Anna."]),
        (MAP, "timeline: da|y", ["timeline", "One day."]),
        (SECOND, "extends: a|nn", ["worldview", "Ann's view."]),
        (VIEW, "  fo|g: {text", ["claim, which ann brings", "It is foggy."]),
        (MAP, "  sk|y: {text", ["question", "- `sky.grey`: 40%; ann 20%"]),
        (MAP, "    giv|en:", ["```yaml"]),
        (MAP, "prem|ises: [{sky", ["```yaml\npremises: "]),
    ],
)
def test_a_hover_knows_every_sort_of_name(editor: Editor, name: str, at: str, words: list[str]) -> None:
    editor.settled()
    shown = editor.hover(name, at)
    assert [word for word in words if word not in shown] == [], shown


# --- what may follow -------------------------------------------------------------------------------


def with_cursor(text: str, right: str, written: str) -> str:
    """Return a text in which something else is written, with a `|` where the cursor is."""
    assert right in text
    return text.replace(right, written, 1)


@pytest.mark.parametrize(
    ("name", "text", "wanted", "unwanted"),
    [
        (MAP, "voices: {}\ncl|", "claims questions", "rain"),
        (MAP, "claims:\n  new:\n    |", "text credence given routes", "rain strength"),
        (MAP, "claims:\n  new:\n    text: A.\n    |", "credence", "text"),
        (MAP, with_cursor(BASE, "when: rain, credence", "when: |, credence"), "rain flood", "clouds"),
        (MAP, with_cursor(BASE, "{sky: grey}]", "{sky: |"), "grey blue", "rain likely"),
        (MAP, with_cursor(BASE, "[{sky: grey}]", "[{|"), "sky rain not any_of", "clouds"),
        (MAP, with_cursor(BASE, "chance: 10%", "chance: |"), "likely hardly_ever same_as", "strong"),
        (MAP, with_cursor(BASE, "strength: 3x", "strength: |"), "strong moderate", "likely"),
        (
            MAP,
            with_cursor(BASE, "chance: 10%", "chance: same as |"),
            "same_as_rain",
            "same_as_clouds.strength",
        ),
        (MAP, with_cursor(BASE, "blue: rest}", "blue: |"), "rest likely", "strong"),
        (MAP, with_cursor(BASE, "by: anna", "by: |"), "anna", "rain"),
        (MAP, with_cursor(BASE, "source: post#1", "source: |"), "post", "rain"),
        (MAP, with_cursor(BASE, "timeline: day", "timeline: |"), "day", "rain"),
        (MAP, with_cursor(BASE, "emerges: {morning", "emerges: {|"), "morning evening", "grey"),
        (MAP, with_cursor(BASE, "undercuts: clouds", "undercuts: |"), "clouds", "rain"),
        (MAP, with_cursor(BASE, "for: rain", "for: |"), "rain flood.river noon.morning", "clouds"),
        (MAP, with_cursor(BASE, "tags: wet", "tags: |"), "wet", "rain"),
        (VIEW, "judgements:\n  |", "rain wet.raining clouds.strength sky", "ann"),
        (VIEW, with_cursor(ANN, "sky: {grey: 20%, blue: rest}", "sky: {|"), "grey blue", "rain"),
        (VIEW, with_cursor(ANN, "strength: 5x", "strength: |"), "strong", "likely"),
        (VIEW, with_cursor(ANN, "rejects: clear", "rejects: |"), "clear clouds", "rain"),
        (SECOND, with_cursor(BO, "extends: ann", "extends: |"), "ann", "map"),
        (MODELS, with_cursor(MODEL, "target: wet", "target: |"), "wet rain", "clouds"),
        (MODELS, with_cursor(MODEL, "[ann, bo]", "[|]"), "ann bo map all", "rain"),
        (MODELS, with_cursor(MODEL, "event: noon", "event: |"), "noon", "rain"),
        (MODELS, with_cursor(MODEL, "ever: true", "ever: |"), "true false", "rain"),
        (MODELS, with_cursor(MODEL, "ever: true", "during: |"), "morning evening", "noon"),
        (MODELS, with_cursor(MODEL, "../arguments/weather", "|"), "../arguments/weather", "rain"),
        (MODELS, f"{MODEL}  - {{|", "estimate crux below", "text rain"),
        (MIXED, with_cursor(OTHER, "../weather/10-base.yaml", "|"), "../weather/10-base.yaml", "rain"),
    ],
)
def test_what_may_follow_depends_on_where_the_cursor_is(
    editor: Editor, name: str, text: str, wanted: str, unwanted: str
) -> None:
    """Also in texts that do not parse, as most of these do not."""
    editor.settled()
    editor.type(name, text.replace("|", ""))
    found = {word.replace(" ", "_") for word in editor.proposed_at(name, text)}
    assert set(wanted.split()) - found == set()
    assert set(unwanted.split()) & found == set()


def test_a_proposal_takes_the_place_of_what_is_written(editor: Editor) -> None:
    editor.settled()
    text = BASE.replace("credence: 30%, source", "credence: very l, source")
    editor.type(MAP, text)
    [item] = [
        each for each in editor.items(MAP, "credence: very l|, source") if each.label == "very likely"
    ]
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert applied(text, item.text_edit) == BASE.replace(
        "credence: 30%, source", "credence: very likely, source"
    )
    [key] = [each for each in editor.items(MAP, "    gi|ven:") if each.label == "routes"]
    assert isinstance(key.text_edit, lsp.TextEdit)
    assert applied(text, key.text_edit) == text.replace("    given:", "    routes:")
    assert key.documentation


# --- the file as a whole ---------------------------------------------------------------------------


def test_the_outline_has_the_sections_and_their_entries(editor: Editor) -> None:
    document = lsp.TextDocumentIdentifier(editor.uri(MAP))
    asked = editor.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
    found = [each for each in editor.ask(asked) or () if isinstance(each, lsp.DocumentSymbol)]
    assert [each.name for each in found] == [
        line.partition(":")[0] for line in BASE.splitlines() if line[0] != " "
    ]
    [claims] = [each for each in found if each.name == "claims"]
    assert [(each.name, each.detail) for each in claims.children or ()] == [
        ("rain", "It *rains* \U0001f327\ufe0f."),
        ("wet", "It is wet: very."),
        ("flood", "It floods."),
    ]
    wet = (claims.children or ())[1]
    lines = BASE.splitlines()
    assert lines[wet.range.start.line] == "  wet:"
    assert lines[wet.range.end.line] == "      - {otherwise: 2%}"
    for each in (*found, *(claims.children or ())):
        assert each.range.start <= each.selection_range.start <= each.selection_range.end <= each.range.end


def test_what_is_under_a_key_can_be_folded(editor: Editor) -> None:
    editor.type(MAP, f"# one\n# two\n# three\n{BASE}")
    document = lsp.TextDocumentIdentifier(editor.uri(MAP))
    found = editor.ask(editor.client.text_document_folding_range_async(lsp.FoldingRangeParams(document)))
    lines = editor.texts[editor.uri(MAP)].split("\n")
    folded = {lines[each.start_line].strip(): lines[each.end_line].strip() for each in found or ()}
    assert folded["# one"] == "# three"
    assert folded["wet:"] == "- {otherwise: 2%}"
    assert folded["claims:"] == "- {id: river, when: rain, chance: 10%}"


# --- what may go wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("untitled:Untitled-1", "claims: {a: 3}\n"),
        ("file:///nowhere/at/all.yaml", "services:\n  web: {image: x}\n"),
        ("docker-compose.yaml", "services:\n  web: {image: x}\n"),
        ("arguments/notes.yaml", "claims: {}\n"),
        ("arguments/weather/notes.txt", "claims: {}\n"),
        ("file:///%00", "claims: {}\n"),
        ("file://", "claims: {}\n"),
    ],
)
def test_files_that_are_not_of_ours_are_left_alone(editor: Editor, name: str, text: str) -> None:
    editor.open(name, text)
    assert editor.items(name, text[:3] + "|" + text[3:]) == []
    assert editor.hover(name, text[:3] + "|" + text[3:]) == ""
    editor.close(name)
    assert editor.uri(name) not in editor.told


ODD = ["", "{", "[", ": ", "\n- ", "\t", '"', "\U0001f327", "|\n", "same as ", "#", "\0"]


@pytest.mark.long
def test_no_text_and_no_place_in_it_is_too_odd(editor: Editor) -> None:
    """What goes wrong in an answer is logged, and the session ends with nothing logged."""
    client, random = editor.client, Random(7)
    for name, text in FILES.items():
        for _ in range(6):
            start = random.randrange(len(text))
            odd = random.choice(ODD)
            typed = text[:start] + odd + text[start + random.randrange(40) :]
            editor.type(name, typed)
            document = lsp.TextDocumentIdentifier(editor.uri(name))
            editor.ask(client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document)))
            editor.ask(client.text_document_folding_range_async(lsp.FoldingRangeParams(document)))
            for _ in range(3):
                at = document, lsp.Position(random.randrange(typed.count("\n") + 3), random.randrange(70))
                editor.ask(client.text_document_completion_async(lsp.CompletionParams(*at)))
                editor.ask(client.text_document_hover_async(lsp.HoverParams(*at)))
                editor.ask(client.text_document_definition_async(lsp.DefinitionParams(*at)))
                highlighted = client.text_document_document_highlight_async
                editor.ask(highlighted(lsp.DocumentHighlightParams(*at)))
                editor.ask(client.text_document_prepare_rename_async(lsp.PrepareRenameParams(*at)))
        editor.type(name, text)
        assert editor.problems(name) == []
    assert editor.logged == []


def test_a_file_by_itself_is_a_map(editor: Editor, tmp_path: Path) -> None:
    file = tmp_path / "alone.yaml"
    file.write_text("claims:\n  a: {text: A., credence: 5}\n", encoding="utf-8")
    name = file.as_uri()
    editor.open(name, file.read_text())
    [problem] = editor.until(name, ["unreadable-judgement"])
    assert problem.range.start.line == 1
    editor.close(name)


def test_a_new_file_that_is_on_no_disk_is_read_with_the_others(editor: Editor) -> None:
    name = "arguments/weather/20-more.yaml"
    snow = "  snow: {text: It snows., credence: 5%}\n"
    editor.open(name, f"claims:\n{snow}  rain: {{text: Twice., credence: 1%}}\n")
    assert [each.code for each in editor.problems(name)] == ["duplicate-id"]
    editor.type(VIEW, ANN.replace("judgements:", "judgements:\n  snow: 3%"))
    assert editor.problems(VIEW) == []
    editor.close(name)
    editor.until(VIEW, ["unknown-address"])


def test_files_that_others_change_or_delete_are_read_again(editor: Editor) -> None:
    name = "arguments/weather/worldviews/cy.yaml"
    file = editor.root / name
    file.write_text("worldview: cy\ntext: Cy.\njudgements: {rian: 5%}\n", encoding="utf-8")
    editor.changed_on_disk(name)
    editor.until(name, ["unknown-address"])
    file.unlink()
    editor.changed_on_disk(name)
    editor.until(name, [])


def test_other_changes_are_asked_for(editor: Editor) -> None:
    assert [each.method for each in editor.registered] == ["workspace/didChangeWatchedFiles"]


def test_two_projects_are_kept_apart(editor: Editor, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    name = (tmp_path / VIEW).as_uri()
    editor.open(name, ANN.replace("  rain:", "  rian:"))
    editor.until(name, ["unknown-address"])
    assert editor.problems(VIEW) == []
    editor.close(name)


def test_a_text_of_a_moment_is_no_burden(editor: Editor) -> None:
    """Many changes, one after the other: the last one counts, and nothing waits for the others."""
    for count in range(200):
        editor.type(MAP, BASE + "#" * count)
    editor.type(MAP, BASE.replace("credence: 30%", "credence: 300%"))
    assert [each.code for each in editor.problems(MAP)] == ["unreadable-judgement"]


def test_a_file_beyond_what_is_read_is_let_be(editor: Editor) -> None:
    name = "arguments/weather/30-huge.yaml"
    editor.open(name, "#" * ((1 << 25) + 1))
    assert editor.hover(name, "|#") == ""
    editor.close(name)


def test_a_client_that_vanishes_ends_the_server(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    command = [sys.executable, "-m", "cruxmap", "lsp"]
    body = json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {"capabilities": {}, "rootUri": None},
        }
    ).encode()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        server.stdin.flush()
        assert server.stdout.readline().startswith(b"Content-Length")
        server.stdin.write(b"Content-Length: 40\r\n\r\n{")
        server.stdin.close()
        server.stdout.close()
        assert server.wait(30) in (0, 1)


def test_without_its_library_the_command_says_how_to_get_it(
    cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygls", None)
    outcome = cruxmap("lsp")
    assert outcome.code == 2
    assert "missing-extra" in outcome.err
    assert "pip install '.[lsp]'" in outcome.err


# --- small parts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", list(lsp.PositionEncodingKind))
def test_places_are_counted_as_the_editor_counts(encoding: lsp.PositionEncodingKind) -> None:
    line = "a\U0001f327\ufe0fé\u0301x"
    sizes = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding.value]
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding.value]
    ruler = Ruler.of(f"first\r\n{line}\rlast", PositionCodec(encoding))
    for column in range(len(line) + 1):
        units = len(line[:column].encode(sizes)) // width
        assert ruler.position(1, column) == lsp.Position(1, units)
        assert ruler.column(lsp.Position(1, units)) == column
    assert ruler.range(Span("", 3, 2, 99)) == lsp.Range(lsp.Position(2, 1), lsp.Position(2, 4))
    assert ruler.column(lsp.Position(7, 3)) == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [("abcdef", "abXYef"), ("", "abc"), ("abc", ""), ("aaaa", "aaaaa"), ("abab", "ab"), ("same", "same")],
)
def test_places_outside_of_a_change_move_with_their_text(old: str, new: str) -> None:
    change = Change.between(old, new)
    assert old[: change.start] == new[: change.start]
    assert old[change.old_end :] == new[change.new_end :]
    for place in range(len(new) + 1):
        before = change.before(place)
        if before is not None:
            assert change.after(before) in (place, None) or place in (change.start, change.new_end)
            assert new[place : place + 1] == old[before : before + 1] or before >= change.start


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (MAP, "map"),
        (VIEW, "worldview"),
        (MODELS, "model"),
        ("arguments/weather/sources/post.yaml", "sources"),
    ],
)
def test_the_kind_of_a_file_is_told_by_its_place(name: str, kind: str, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    assert kind_of(tmp_path / name, "") == kind
    assert root_of(tmp_path / name, "") == tmp_path


def test_shipped_models_and_maps_are_of_ours() -> None:
    for file in (*(ROOT / "models").rglob("*.yaml"), *(ROOT / "arguments").rglob("*.yaml")):
        assert root_of(file, file.read_text(encoding="utf-8")) == ROOT
    assert (
        root_of(ROOT / ".pre-commit-config.yaml", (ROOT / ".pre-commit-config.yaml").read_text()) is None
    )
