"""Numbers that stand in the files and that nobody gave: what follows from them, and whose they are."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cruxmap.insight.whose import whose_is
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap, Rest
from cruxmap.language.inheritance import NOBODY, settle
from cruxmap.language.rewriting.formatting import formatted
from cruxmap.present.map_text import map_text
from helpers import drawn_maps
from helpers.drawn_maps import Draft


def _numbers(argument_map: ArgumentMap, worldview: str) -> list[tuple[Any, ...]]:
    """What is computed with: every number with its place, and which are kept as given."""
    settings = settle(argument_map, worldview).settings
    return [(s.address, s.value.low, s.value.high, s.column, s.single, s.rejected) for s in settings]


@st.composite
def pairs(draw: drawn_maps.Draw) -> tuple[Draft, Draft]:
    drawn = draw(drawn_maps.drafts_with_brought(max_things=5, max_arguments=4))
    return drawn, draw(drawn_maps.marked(drawn))


@given(pairs())
def test_marks_change_no_number_and_only_whose_it_is(drafts: tuple[Draft, Draft]) -> None:
    plain, marked = (draft.read() for draft in drafts)
    for worldview in (MAP_WORLDVIEW, *plain.worldview):
        assert _numbers(plain, worldview) == _numbers(marked, worldview)
        before, after = settle(plain, worldview), settle(marked, worldview)
        for one, other in zip(before.settings, after.settings, strict=True):
            assert other.origin in (one.origin, NOBODY)
            if other.origin == NOBODY:
                assert whose_is(after, [other.address]) == NOBODY


@given(pairs())
def test_every_mark_of_the_files_is_known_where_nothing_lies_over_it(drafts: tuple[Draft, Draft]) -> None:
    _, draft = drafts
    argument_map = draft.read()
    own = settle(argument_map, MAP_WORLDVIEW).setting
    for judgement in argument_map.judgements.values():
        if judgement.address not in argument_map.bringer:
            assert (own[judgement.address].origin == NOBODY) is not judgement.elicited
    for worldview in argument_map.worldviews:
        seen = settle(argument_map, worldview.about.id).setting
        for one in worldview.judgements:
            row = argument_map.shares.get(one.address)
            for address in [one.address] if row is None else [share.address for share in row]:
                setting = seen[address]
                assert setting.rejected or (setting.origin == NOBODY) is not one.elicited


@given(pairs())
def test_marked_files_read_the_same_laid_out_and_written_anew(drafts: tuple[Draft, Draft]) -> None:
    _, draft = drafts
    files = draft.files()
    argument_map = draft.read()
    again = drawn_maps.read_files(
        {
            name: formatted(text, "map" if name == "map.yaml" else "worldview")
            for name, text in files.items()
        }
    )
    assert again == argument_map
    told = map_text(argument_map)
    marks = sum(
        not one.elicited and not isinstance(one.value, Rest)
        for at, one in argument_map.judgements.items()
        if at not in argument_map.bringer
    )
    assert told.split("# Brought")[0].count("elicited: false") >= marks
