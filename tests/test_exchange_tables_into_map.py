"""The numbers of a table, put into the worldviews of a map that is there."""

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import Code, InvalidMap
from cruxmap.exchange.tables.into_map import Taken, take_table
from cruxmap.exchange.tables.writing import write_csv
from cruxmap.ground import OtherVersion
from cruxmap.language.inheritance import settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from helpers.commands import Cruxmap
from helpers.drawn_maps import Draft, drafts_with_brought, to_yaml
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import write

MAP = """
    claims:
      wet: {text: The street is wet., credence: 20% to 40%}
      rain: {text: It rains., credence: 10%}
    questions:
      sky: {text: Which sky?, states: [clear, grey], credence: {clear: 60%, grey: 40%}}
    arguments:
      soaks: {text: Rain soaks the street., premises: [rain], for: wet, strength: strong}
"""
ANN = """
    # Ann's own words stay.
    judgements:
      rain: {value: 30%, note: She looked up.}  # and why
      sky: {clear: 20%, grey: rest}
    rejects: [soaks]
"""


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    return write(tmp_path, MAP, "target: wet", ann=ANN)


def taken(asked: Path, *rows: str) -> Taken:
    return take_table("\n".join(rows).encode(), asked)


def after(asked: Path, *rows: str) -> ModelSpec:
    taken(asked, *rows).write()
    return read_model(asked)


def text_of(asked: Path, view: str) -> str:
    return (asked.parent.parent / f"arguments/small/worldviews/{view}.yaml").read_text()


def test_a_table_that_says_nothing_new_changes_nothing(asked: Path) -> None:
    found = take_table(write_csv(read_model(asked)).data, asked)
    assert (found.files, found.counts, found.lost) == ({}, {}, ())


def test_a_packed_table_is_unpacked(asked: Path) -> None:
    table = b"address,worldview ann\nrain,25%\n"
    packed = asked.parent / "ann.csv.gz"
    packed.write_bytes(gzip.compress(table))
    assert take_table(packed, asked).counts == take_table(table, asked).counts == {"ann": (1, 0)}


@FEW_EXAMPLES
@given(st.data())
def test_the_table_of_any_map_changes_nothing_in_it(data: st.DataObject) -> None:
    draft: Draft = data.draw(drafts_with_brought())
    asks = {"model": "asked", "map": "../arguments/drawn", "target": data.draw(draft.conditions())}
    with TemporaryDirectory() as folder:
        files = {f"arguments/drawn/{name}": text for name, text in draft.files().items()}
        for name, text in (files | {"models/asked.yaml": to_yaml(asks)}).items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        model = Path(folder, "models/asked.yaml")
        found = take_table(write_csv(read_model(model)).data, model)
    assert (found.files, found.lost) == ({}, ())


def test_a_new_column_is_a_new_worldview(asked: Path) -> None:
    model = after(
        asked,
        "address;worldview bob",
        "rain;5,5 %",
        "soaks.strength;3 x",
        "sky.grey;likely",
        "soaks;",
        "wet;",
    )
    bob = model.map.worldview["bob"]
    assert {one.address: str(one.value.text) for one in bob.judgements} == {
        "rain": "5.5%",
        "soaks.strength": "3x",
        "sky.grey": "likely",
    }
    assert "bob" in model.worldviews


def test_a_changed_cell_changes_its_number_and_leaves_all_else_as_it_is_written(asked: Path) -> None:
    before = text_of(asked, "ann")
    found = taken(asked, "address,worldview ann", "sky.clear,50%", "wet,15% to 25%", "soaks,rejected")
    assert found.counts == {"ann": (2, 0)}
    found.write()
    said = text_of(asked, "ann")
    assert "# Ann's own words stay." in said
    assert "rain: {value: 30%, note: She looked up.}  # and why" in said
    assert [line for line in said.splitlines() if line not in before.splitlines()] == [
        "  sky: {clear: 50%, grey: rest}",
        "  wet: 15% to 25%",
    ]


def test_an_emptied_cell_takes_a_number_or_a_rejection_away(asked: Path) -> None:
    model = after(asked, "address,worldview ann", "rain,", "soaks,")
    ann = model.map.worldview["ann"]
    assert [one.address for one in ann.judgements] == ["sky"]
    assert ann.rejects == ()
    assert settle(model.map, "ann").setting["rain"].origin == "map"


def test_a_new_row_is_brought_by_whoever_gives_it_a_number(asked: Path) -> None:
    model = after(
        asked,
        "address,kind,text,for,undercuts,strength,worldview ann,worldview bob",
        "hose,argument,A hose was used.,The street is wet.,,weak,,40%",
        ",argument,The hose was dry.,,hose,,,70%",
        "sun,claim,The sun shines.,,,,,60%",
        "hose.strength,strength,,,,,,moderate",
        "wet,,,,,,,25%",
    )
    bob = model.map.worldview["bob"]
    hose = model.map.entry["hose"]
    assert hose.about.brought_by == model.map.entry["the-hose-was-dry"].about.brought_by == "bob"
    seen = settle(model.map, "bob").setting
    assert (seen["hose"].value.text, seen["hose.strength"].value.text) == ("40%", "moderate")
    assert (seen["sun"].value.text, seen["wet"].value.text) == ("60%", "25%")
    assert [one.address for one in bob.judgements] == ["wet"]
    assert "hose" not in text_of(asked, "ann")


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        (
            ["address,value,worldview bob", "rain,20%,5%"],
            Code.UNCLEAR_ANSWER,
            "row 2, value: `value` is the map's",
        ),
        (
            ["address,worldview bob", "rain,05. Okt"],
            Code.UNCLEAR_ANSWER,
            "row 2, worldview bob: `05. Okt` looks",
        ),
        (
            ["address,kind,worldview bob", "snow.strength,strength,2x"],
            Code.UNKNOWN_ADDRESS,
            "no entry `snow",
        ),
        (
            ["address,kind,worldview bob", "rain.leak,chance,2%"],
            Code.UNKNOWN_ADDRESS,
            "row 2, worldview bob: `rain.leak`",
        ),
        (["kind,text", "claim,It snows."], Code.UNREADABLE_FORM, "nothing says who brings `it-snows`"),
        (
            ["kind,text,value,worldview bob", "claim,It snows.,20%,30%"],
            Code.UNCLEAR_ANSWER,
            "row 2, worldview bob: `value` is `20%`",
        ),
        (["address,worldview bob", "sky.clear,90%", "sky.grey,90%"], Code.SHARES_SUM, "180%"),
    ],
)
def test_what_cannot_come_in_is_told_and_nothing_is_written(
    asked: Path, rows: list[str], code: Code, said: str
) -> None:
    with pytest.raises(InvalidMap) as caught:
        taken(asked, *rows)
    [problem] = caught.value.problems
    assert problem.code is code
    assert said in problem.message
    assert not (asked.parent.parent / "arguments/small/worldviews/bob.yaml").exists()


@pytest.mark.parametrize("row", ["20%,", ",20%", "20%,0.2"])
def test_a_new_entry_has_the_number_that_either_column_says(asked: Path, row: str) -> None:
    after(asked, "kind,text,brought by,value,worldview bob", f"claim,It snows.,bob,{row}")
    assert "credence: 20%" in text_of(asked, "bob")


def test_what_would_be_wrong_in_the_file_of_a_worldview_is_told_of_the_table(asked: Path) -> None:
    rows = ("kind,text,for,worldview bob,definition", 'argument,So.,wet,20%,"{zoo: x}"')
    with pytest.raises(InvalidMap) as caught:
        taken(asked, *rows)
    [problem] = caught.value.problems
    assert (problem.span.file, problem.message) == ("stdin", "in the worldview `bob`: unknown key `zoo`")


def test_a_number_that_comes_twice_is_told(asked: Path) -> None:
    rows = ("address,worldview ann", "rain,20%", "rain,30%")
    with pytest.raises(InvalidMap) as caught:
        taken(asked, *rows)
    assert [problem.span.line for problem in caught.value.problems] == [3]
    assert after(asked, "address,worldview ann", "rain,20%", "rain,20%").map.worldview["ann"]


def test_another_sentence_is_told_and_stays_out(asked: Path) -> None:
    found = taken(asked, "address,text,worldview bob", "rain,It pours.,5%")
    assert [lost.what for lost in found.lost] == ["another sentence"]
    assert "pours" not in "".join(found.files.values())


def test_the_command_says_what_it_wrote_and_refuses_a_name(asked: Path, cruxmap: Cruxmap) -> None:
    Path("clerk.csv").write_text("address,worldview clerk\nrain,5%\n")
    told = cruxmap("import", "clerk.csv", "--into", asked.as_posix())
    path = asked.parent.parent / "arguments/small/worldviews/clerk.yaml"
    assert (told.code, told.out) == (0, f"wrote {path.as_posix()}: 1 change\n")
    told = cruxmap("import", "clerk.csv", "--into", asked.as_posix())
    assert "the table says what the map says already" in told.out
    assert cruxmap("import", "clerk.csv", "other", "--into", asked.as_posix()).code == 2


def test_a_file_that_has_changed_meanwhile_stays(asked: Path) -> None:
    found = taken(asked, "address,worldview ann", "rain,40%")
    path = asked.parent.parent / "arguments/small/worldviews/ann.yaml"
    path.write_text(path.read_text() + "# meanwhile\n")
    with pytest.raises(OtherVersion):
        found.write()
    assert path.read_text().endswith("# meanwhile\n")
