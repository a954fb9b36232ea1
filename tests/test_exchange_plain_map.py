"""Maps as the data of their files: read back, the map is the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import cruxmap
from cruxmap.exchange.argdown.writing import write_argdown
from cruxmap.exchange.formats import Writer
from cruxmap.exchange.importing import import_map
from cruxmap.exchange.json_graphs.aif import write_aif
from cruxmap.exchange.json_graphs.node_link import write_node_link
from cruxmap.exchange.plain_map import as_files, seen_by
from cruxmap.language.argument_map import ArgumentMap, Judgement
from cruxmap.language.inheritance import settle, shares_in_force
from cruxmap.language.reading import read_map
from helpers.drawn_maps import Draft, drafts_with_brought, read_files, read_question, to_yaml
from helpers.few_examples import FEW_EXAMPLES
from helpers.hostile_texts import first_condition

WRITERS: dict[str, Writer] = {"aif": write_aif, "argdown": write_argdown, "node-link": write_node_link}
EXAMPLES = Path(cruxmap.__file__).parent / "examples"
SHIPPED = sorted(
    folder
    for around in (Path(__file__).parents[1], *EXAMPLES.iterdir(), Path(__file__).parent / "maps/good")
    for folder in (around / "arguments").glob("*")
    if folder.is_dir()
)


def again(argument_map: ArgumentMap) -> ArgumentMap:
    return read_files(
        {path: to_yaml(data) for path, data in as_files(argument_map).items()}, argument_map.id
    )


@FEW_EXAMPLES
@given(drafts_with_brought())
def test_a_drawn_map_comes_back(draft: Draft) -> None:
    argument_map = draft.read()
    assert again(argument_map) == argument_map


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_map_comes_back(folder: Path) -> None:
    argument_map = read_map(folder)
    assert again(argument_map) == argument_map


REMARKED: dict[str, Any] = {
    "map": {"title": "Everything that can be remarked on", "text": "And it is."},
    "sources": {
        "post": {
            "title": "A post",
            "author": "A. N. Other",
            "url": "https://example.org",
            "date": "2020",
            "note": "N.",
        }
    },
    "voices": {"ann": {"text": "Ann.", "source": "post#P1", "note": "She.", "tags": ["a", "b"]}},
    "timelines": {"year": {"text": "A year.", "phases": {"spring": 1, "autumn": 2}, "source": "post#P2"}},
    "claims": {
        "rain": {"text": "It rains.", "credence": {"value": "30%", "note": "A guess."}, "tags": "wet"},
        "flood": {
            "text": "The river floods.",
            "at_least": {"count": 1, "of": ["rain", {"event": "thaw", "ever": "true"}]},
            "if_met": {"value": "90%", "source": ["post#P1", "post#P2"]},
        },
        "loss": {
            "text": "The harvest is lost.",
            "routes": [
                {
                    "id": "water",
                    "when": "flood",
                    "chance": {"value": "50%", "elicited": "false"},
                    "source": "post#P2",
                },
                {"when": "flood", "chance": "10%", "note": "The same, unnamed."},
                {"when": "flood", "chance": {"value": "20%", "source": "post#P1"}, "source": "post#P2"},
            ],
            "leak": "1%",
            "when": "rain",
        },
        "late": {
            "text": "It is late.",
            "given": [
                {"id": "wet", "when": "rain", "credence": "60%", "source": "post#P1"},
                {"otherwise": "20%"},
            ],
        },
    },
    "questions": {
        "price": {
            "text": "How high is the price?",
            "states": ["low", "5"],
            "state_texts": {"5": "<5"},
            "given": [
                {
                    "id": "poor",
                    "when": "loss",
                    "credence": {
                        "low": {"value": "10%", "elicited": "false"},
                        "5": {"value": "rest", "source": "post#P1"},
                    },
                    "source": "post#P2",
                },
                {"when": {"not": "rain"}, "state": "low", "source": "post#P2", "note": "Sure."},
                {"id": "other", "otherwise": {"value": {"low": "50%", "5": "50%"}, "note": "Even."}},
            ],
        },
        "mood": {
            "text": "How is the mood?",
            "states": ["good", "bad"],
            "credence": {
                "value": {"good": {"value": "30%", "elicited": "false"}, "bad": "rest"},
                "source": "post#P1",
            },
        },
        "wait": {
            "text": "How long is the wait?",
            "states": ["none", "some"],
            "gap": {"from": "thaw", "to": "sowing", "at_least": {"some": 1}},
        },
    },
    "events": {
        "thaw": {
            "text": "It thaws.",
            "timeline": "year",
            "emerges": {"spring": {"value": "80%", "note": "Often."}},
        },
        "sowing": {
            "text": "They sow.",
            "timeline": "year",
            "requires": "thaw",
            "emerges": {
                "spring": {
                    "when": "rain",
                    "credence": {"value": "60%", "elicited": "false"},
                    "source": "post#P1",
                },
                "autumn": {
                    "given": [
                        {"when": "rain", "credence": "60%"},
                        {"otherwise": {"value": "5%", "note": "Dry."}},
                    ],
                    "pace": "2x",
                    "source": "post#P2",
                },
            },
        },
        "both": {"text": "Both.", "timeline": "year", "later_of": ["thaw", "sowing"]},
    },
    "arguments": {
        "clouds": {
            "text": "There are clouds.",
            "by": "ann",
            "credence": "80%",
            "for": ["rain", {"mood": "bad"}, "sowing.spring", "loss.water"],
            "strength": {"value": "2x", "elicited": "false"},
            "source": ["post#P1", "post"],
        },
        "high-clouds": {"text": "They are high.", "premises": {"wind": "false"}, "undercuts": "clouds"},
    },
    "lexicon": {"so so": "40% to 60%", "likely": "50% to 60%"},
}
VIEW = {
    "worldview": "bob",
    "text": "How Bob sees it.",
    "voice": "ann",
    "source": "post#P2",
    "judgements": {
        "rain": {"value": "10%", "fitted": "to meet what is stated"},
        "price.poor": {
            "value": {
                "low": {"value": "20%", "fitted": "as well"},
                "5": {"value": "rest", "source": "post#P1"},
            }
        },
        "price.other": {"value": {"low": "20%", "5": "rest"}, "elicited": "false", "note": "Nobody's."},
        "mood": {
            "value": {"good": {"value": "20%", "elicited": "false"}, "bad": "rest"},
            "source": "post#P1",
        },
        "clouds.strength": "same as clouds-too.strength",
        "late.wet": {"value": "20%", "source": "post#P1"},
    },
    "rejects": ["high-clouds"],
    "stated": [
        {"of": "flood", "credence": "10%", "assuming": ["rain"], "source": "post#P1", "note": "Said."}
    ],
    "read_as": [{"of": {"mood": "bad"}, "credence": "10%"}],
    "remarks": {"rain": "It depends."},
    "asked": ["late", {"of": "flood"}],
    "made_from": {"map": "0123456789abcdef", "entries": {"rain": "01234567"}},
    "claims": {"wind": {"text": "There is wind.", "credence": "30%"}},
    "arguments": {
        "clouds-too": {"text": "More clouds.", "for": "rain", "strength": "2x", "premises": ["wind"]}
    },
    "routes": {
        "loss": [{"id": "storm", "when": "wind", "chance": "20%"}, {"when": "wind", "chance": "10%"}]
    },
}
PLACES = {"source": "post", "locators": {"P1": {"section": "One"}, "P2": {"no-claim": "a signpost"}}}


def remarked() -> dict[str, Mapping[str, Any]]:
    return {"map.yaml": REMARKED, "sources/post.yaml": PLACES, "worldviews/bob.yaml": VIEW}


def test_all_that_can_be_remarked_comes_back() -> None:
    argument_map = read_files({path: to_yaml(data) for path, data in remarked().items()})
    back = again(argument_map)
    assert back == argument_map
    [bob], [other] = back.worldviews, argument_map.worldviews
    assert (bob.made_from, bob.asked) == (other.made_from, other.asked)
    once: dict[str, Any] = as_files(argument_map)
    assert as_files(back) == once
    assert once["map.yaml"]["arguments"] == REMARKED["arguments"] | {
        "high-clouds": {**REMARKED["arguments"]["high-clouds"], "premises": [{"wind": "false"}]}
    }


@FEW_EXAMPLES
@given(drafts_with_brought())
def test_a_map_as_one_worldview_sees_it_has_its_numbers(draft: Draft) -> None:
    argument_map = draft.read()
    assert seen_by(argument_map, "map") == (argument_map, ())
    for name in argument_map.worldview:
        seen = seen_by(argument_map, name)
        back = again(seen.map)
        assert back == seen.map
        ours, theirs = settle(back), settle(argument_map, name)
        rounded = {share.address for row in seen.rounded for share in shares_at(argument_map, row)}
        for address, setting in theirs.setting.items():
            if address not in rounded and setting.column not in rounded:
                assert ours.setting[address].value == setting.value
        forced = shares_in_force(argument_map, theirs)
        for address, share in shares_in_force(back, ours).items():
            assert share == pytest.approx(forced[address], abs=1e-9)


def shares_at(argument_map: ArgumentMap, row: str) -> tuple[Judgement, ...]:
    """Return the shares of a row; one without an id has the common beginning of theirs."""
    rows = (one.shares for one in argument_map.share_rows)
    return next(shares for shares in rows if shares[0].address.rpartition(".")[0] == row)


@FEW_EXAMPLES
@given(drafts_with_brought())
def test_every_format_that_takes_whole_maps_takes_one_worldviews_too(draft: Draft) -> None:
    model = read_question(draft.files(), target=first_condition(draft))
    for name in model.map.worldview:
        seen = seen_by(model.map, name)
        for format_, write in WRITERS.items():
            sent = write(model, name)
            assert import_map(sent.data, format_, model.map.id).map == seen.map
            told = [one.where for one in sent.lost if one.what == "shares that are kept as given"]
            assert tuple(told) == seen.rounded
