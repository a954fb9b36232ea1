"""What is asked of a model in Python beside its file, on every function: the same as on the command line."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cruxmap as cm
from cruxmap.language.asked import model_as_asked
from helpers.commands import Cruxmap
from helpers.maps_from_text import write

MAP = """
claims:
  rain: {text: It rains., credence: 30%, tags: sky}
  wet: {text: The path is wet., given: [{id: rained, when: rain, credence: 90%}, {otherwise: 10%}]}
  slippery: {text: It is slippery., given: [{when: wet, credence: 60% to 80%}, {otherwise: 10%}]}
  shoes: {text: My shoes are bad., credence: 20% to 40%, tags: feet}
  fall: {text: I fall., all_of: [slippery, shoes], if_met: 40% to 60%}
questions:
  season: {text: Which season is it?, states: [dry, mild, wild], credence: {dry: 30%, mild: 30%, wild: rest}}
arguments:
  clouds: {text: There are clouds., premises: [{season: [mild, wild]}], for: rain, strength: 2x}
  new: {text: They are new., credence: 30% to 50%, against: shoes, strength: 2x to 4x, tags: feet}
"""
ANN = "judgements: {rain: 60%, shoes: 50% to 70%}\nstated: [{of: fall, credence: 30%}]\n"
BOB = "judgements: {clouds.strength: 5x, shoes: 5% to 15%}\nrejects: [new]\n"
ASK = "target: fall\nalso: [wet]\nsampling: {draws: 64}\n"
"""What is observed of it moves only numbers that are points, so that no Markov chain runs."""

FUNCTIONS: dict[str, tuple[list[str], Callable[..., Any]]] = {
    "estimate": (["estimate", "MODEL"], cm.estimate),
    "cruxes": (["cruxes", "MODEL"], cm.cruxes),
    "cruxes of one": (["cruxes", "MODEL", "-w", "ann"], lambda m, **o: cm.cruxes(m, "ann", **o)),
    "diff": (["diff", "MODEL", "ann", "bob"], lambda m, **o: cm.diff(m, "ann", "bob", **o)),
    "pairs": (["diff", "MODEL"], cm.pairs),
    "against_rest": (["diff", "MODEL", "ann"], lambda m, **o: cm.against_rest(m, "ann", **o)),
    "takes": (
        ["takes", "MODEL", "-w", "bob", "--above", "20%"],
        lambda m, **o: cm.takes(m, "bob", above="20%", **o),
    ),
    "coherence": (["coherence", "MODEL"], cm.coherence),
    "pool": (["pool", "MODEL", "--factor", "2"], lambda m, **o: cm.pool(m, factor=2, **o)),
    "explain": (["explain", "MODEL", "shoes"], lambda m, **o: cm.explain(m, "shoes", **o)),
    "compare": (
        ["compare", "MODEL", "OTHER"],
        lambda m, **o: cm.compare([m, replace(m, id="other")], **o),
    ),
}
OPTIONS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "nothing": ([], {}),
    "judgements": (
        [
            "--set",
            "rain=50%",
            "--set",
            "season={dry: 10%, mild: 10%, wild: rest}",
            "--set",
            "clouds=same as rain",
        ],
        {
            "judgements": {
                "rain": "50%",
                "season": {"dry": "10%", "mild": "10%", "wild": "rest"},
                "clouds": "same as rain",
            }
        },
    ),
    "assuming": (
        ["--assuming", "wet", "--assuming", "season: [mild, wild]"],
        {"assuming": ["wet", {"season": ["mild", "wild"]}]},
    ),
    "observed": (["--observed", "{rain: true}"], {"observed": {"rain": True}}),
    "exact": (["--exact"], {"exact": True}),
    "sampled": (["--sampled"], {"exact": False}),
    "all": (
        ["--set", "shoes=10%", "--assuming", "not: {season: dry}", "--observed", "wet", "--exact"],
        {
            "judgements": {"shoes": "10%"},
            "assuming": {"not": {"season": "dry"}},
            "observed": "wet",
            "exact": True,
        },
    ),
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The file of a model; beside it is the same under another name."""
    path = write(tmp_path, MAP, ASK, ann=ANN, bob=BOB)
    path.with_name("other.yaml").write_text(path.read_text().replace("model: small", "model: other"))
    return path


def takes_long(function: str, options: str) -> bool:
    """Tell what takes seconds: sampling states, and what a pool tells."""
    return options == "sampled" or function == "pool"


@pytest.mark.parametrize(
    ("function", "options"),
    [
        pytest.param(*pair, marks=pytest.mark.long if takes_long(*pair) else ())
        for pair in product(FUNCTIONS, OPTIONS)
    ],
)
def test_the_same_as_on_the_command_line(
    function: str, options: str, model: Path, cruxmap: Cruxmap
) -> None:
    arguments, ask = FUNCTIONS[function]
    typed, given = OPTIONS[options]
    named = {"MODEL": str(model), "OTHER": str(model.with_name("other.yaml"))}
    printed = cruxmap(*[named.get(word, word) for word in arguments], *typed, "--format", "json")
    assert printed.code in (0, 3), printed.err
    assert ask(cm.read_model(model), **given).to_json() == printed.json


def test_numbers_of_python_are_laid_as_their_notation(model: Path) -> None:
    spec = cm.read_model(model)
    as_text = {"rain": "50%", "shoes": "10% to 20%", "clouds.strength": "3x", "new.strength": "2x to 5x"}
    numbers = {"rain": np.float64(0.5), "shoes": (0.1, 0.2), "clouds.strength": 3, "new.strength": (2, 5)}
    said, meant = (cm.estimate(spec, judgements=laid).to_json() for laid in (numbers, as_text))
    assert said.pop("settings") == [
        "rain=0.5",
        "shoes=0.1 to 0.2",
        "clouds.strength=3.0x",
        "new.strength=2.0x to 5.0x",
    ]
    assert meant.pop("settings") == [f"{address}={text}" for address, text in as_text.items()]
    assert said == meant
    row = {"dry": 0.1, "mild": (0.2, 0.3), "wild": "rest"}
    assert cm.probability(spec, {"season": "dry"}, judgements={"season": row}) == pytest.approx(0.1)


@pytest.mark.long
def test_draws_and_seed_are_those_that_a_file_would_have(model: Path) -> None:
    spec = cm.read_model(model)
    text = model.read_text()
    model.write_text(text.replace("draws: 64", "draws: 200, seed: 7"))
    other = cm.read_model(model)
    for ask in (cm.estimate, cm.cruxes, cm.pairs, cm.pool):
        assert ask(spec, draws=200, random_seed=7).to_json() == ask(other).to_json()  # type: ignore[operator]
    assert cm.estimate(spec, draws=np.int64(50)).draws == 50


def test_worldviews_are_as_in_a_file_of_the_map(model: Path, tmp_path: Path) -> None:
    spec = cm.read_model(model)
    cy = {"text": "Cy.", "judgements": {"rain": 0.9}, "rejects": ["clouds"]}
    cy |= {"claims": {"oil": {"text": "There is oil.", "credence": 0.2}}}
    cy |= {"arguments": {"oily": {"text": "Oil.", "premises": ["oil"], "for": "shoes", "strength": "3x"}}}
    asked = cm.estimate(spec, worldviews=["map", {"worldview": "cy", **cy}])
    named = cm.estimate(spec, worldviews={"cy": cy})
    file = tmp_path / "arguments/small/worldviews/cy.yaml"
    text = (
        "worldview: cy\ntext: Cy.\njudgements: {rain: 0.9}\nrejects: [clouds]\n"
        "claims: {oil: {text: There is oil., credence: 0.2}}\n"
        "arguments: {oily: {text: Oil., premises: [oil], for: shoes, strength: 3x}}\n"
    )
    sent = tmp_path / "cy.yaml"
    sent.write_text(text)
    as_path, as_text = (cm.estimate(spec, worldviews=["map", one]) for one in (sent, text))
    file.write_text(text)
    there = cm.estimate(replace(cm.read_model(model), worldviews=("map", "cy")))
    assert asked.to_json() == as_path.to_json() == as_text.to_json() == there.to_json()
    assert list(named.worldviews) == ["cy"]
    assert named.worldviews["cy"].mean == there.worldviews["cy"].mean
    assert list(cm.estimate(spec, worldviews="bob").worldviews) == ["bob"]
    cruxes = cm.cruxes(spec, "cy", worldviews=[*spec.worldviews, {"worldview": "cy", **cy}])
    assert "oil" in {row.id for row in cruxes.claims}


def test_a_map_answers_where_a_target_is_named(model: Path) -> None:
    spec = cm.read_model(model)
    assert model_as_asked(spec, {}) is spec
    assert model_as_asked(spec, {"exact": False}) == replace(spec, exact=False)
    bare = cm.estimate(spec.map, target="fall", draws=64)
    assert bare.worldviews["ann"].mean == cm.estimate(spec).worldviews["ann"].mean
    assert cm.estimate(spec, target={"season": "dry"}).target == "season.dry"
    assert cm.explain(spec.map, "shoes", worldviews=["bob"]).to_json()["id"] == "shoes"


def test_tags_keep_entries_as_on_the_command_line(model: Path, cruxmap: Cruxmap) -> None:
    spec, asked = cm.read_model(model), ("--tag", "feet", "--format", "json")
    for arguments, answer in (
        (("cruxes", str(model), "-w", "ann"), cm.cruxes(spec, "ann", tag="feet")),
        (("diff", str(model), "ann", "bob"), cm.diff(spec, "ann", "bob", tag=["feet"])),
        (("diff", str(model), "ann"), cm.against_rest(spec, "ann", tag="feet")),
        (("explain", str(model), "shoes"), cm.explain(spec, "shoes", tag="feet")),
    ):
        printed = cruxmap(*arguments, *asked).json
        assert printed.pop("tags") == ["feet"]
        assert answer.to_json() == printed  # type: ignore[attr-defined]


class _OfBytes:
    """A path that is no text."""

    def __fspath__(self) -> bytes:
        return b"zoo"


MISTAKES: dict[str, tuple[Callable[[cm.ModelSpec], object], str]] = {
    "an address": (
        lambda m: cm.estimate(m, judgements={"rian": 0.5}),
        "unknown-address: judgements['rian']: there is no judgement `rian`: `rian` does not exist (did you "
        "mean `rain`?)",
    ),
    "a number": (
        lambda m: cm.cruxes(m, judgements={"rain": "high"}),
        "unreadable-judgement: judgements['rain']: cannot read `high` (write for example",
    ),
    "a list in place of a number": (
        lambda m: cm.pool(m, judgements={"rain": [0.1, 0.2]}),  # type: ignore[dict-item]
        "wrong-kind: judgements['rain']: `rain` is one number, not [0.1, 0.2] (as in `20%`, 0.2 or (0.1, ",
    ),
    "no dict": (
        lambda m: cm.estimate(m, judgements=["rain"]),  # type: ignore[arg-type]
        'wrong-shape: judgements: a dict of numbers by address, not: list (as in `judgements={"rain"',
    ),
    "shares that do not sum": (
        lambda m: cm.estimate(m, judgements={"season.dry": 0.9, "season.mild": 0.9}),
        "shares-sum: ",
    ),
    "what is assumed": (
        lambda m: cm.takes(m, above=0.5, assuming=["wet", "dry"]),
        "unknown-id: assuming: there is no claim `dry`",
    ),
    "what is observed": (
        lambda m: cm.coherence(m, observed={"season": "hot"}),
        "unknown-state: observed: `season` has no state `hot` (its states are `dry`, `mild`, `wild`)",
    ),
    "a worldview": (
        lambda m: cm.pairs(m, worldviews=["ann", "bobb"]),
        "unknown-worldview: worldviews: there is no worldview `bobb` (did you mean `bob`?)",
    ),
    "in a worldview": (
        lambda m: cm.estimate(m, worldviews={"cy": {"text": "Cy.", "judgements": {"rian": 0.5}}}),
        "worldview cy: judgements.rian: unknown-address: there is no judgement `rian`: `rian` does not exist "
        "(did you mean `rain`?)",
    ),
    "what is no worldview": (
        lambda m: cm.estimate(m, worldviews=[3]),  # type: ignore[list-item]
        "wrong-shape: worldviews: a value of type `int` is no worldview (it is a dict, ",
    ),
    "what is no list of worldviews": (
        lambda m: cm.estimate(m, worldviews=3),  # type: ignore[arg-type]
        "wrong-shape: worldviews: a list of worldviews, or a dict by name, not: int",
    ),
    "a path of bytes": (
        lambda m: cm.estimate(m, worldviews=[_OfBytes()]),  # type: ignore[list-item]
        "wrong-shape: worldviews: a value of type `_OfBytes` is no worldview",
    ),
    "what is no address for one probability": (
        lambda m: cm.probability(m, "wet", judgements={3: 0.5}),  # type: ignore[dict-item]
        "unknown-address: judgements['3']: there is no judgement `3`",
    ),
    "nobody": (
        lambda m: cm.estimate(m, worldviews=[]),
        "empty-list: worldviews: no worldview is asked (leave it out, or name one)",
    ),
    "what is no address": (
        lambda m: cm.estimate(m, judgements={3: 0.5}),  # type: ignore[dict-item]
        "unknown-address: judgements['3']: there is no judgement `3`",
    ),
    "nothing in particular": (
        lambda m: cm.estimate(m, assuming={}),
        "empty-list: assuming: this is empty (put something into it, or delete it)",
    ),
    "draws": (
        lambda m: cm.estimate(m, draws=0),
        "not-a-whole-number: draws: 0 cannot be (a whole number from 1 to 1,000,000)",
    ),
    "half a draw": (
        lambda m: cm.estimate(m, draws=2.5),  # type: ignore[arg-type]
        "not-a-whole-number: draws: 2.5 is not a whole number (as in `draws=1000`)",
    ),
    "a seed": (
        lambda m: cm.estimate(m, random_seed=-1),
        "not-a-whole-number: random_seed: -1 cannot be (a whole number from 0 on)",
    ),
    "exact": (
        lambda m: cm.estimate(m, exact="yes"),  # type: ignore[arg-type]
        "not-true-or-false: exact: 'yes' is neither true nor false (`True` or `False`)",
    ),
    "a map without a target": (
        lambda m: cm.estimate(m.map),
        'unclear-model: a map by itself asks for nothing (say what is asked about, as in `target="ID"`)',
    ),
    "a target of several states": (
        lambda m: cm.estimate(m, target="season"),
        "wrong-reference: target: `season` has several states, and the target is one (ask about one of its "
        "states, "
        'as in `target={"season": "dry"}`)',
    ),
    "somebody to compare with": (
        lambda m: cm.diff(m, "ann", "bobb"),
        "unknown-worldview: b: there is no worldview `bobb` (did you mean `bob`?)",
    ),
    "a threshold": (
        lambda m: cm.takes(m, above="50"),
        "unreadable-judgement: above: cannot read `50` (did you mean `50%`?)",
    ),
    "an entry": (
        lambda m: cm.explain(m, "shoe"),
        "unknown-address: address: there is no `shoe` in the map (did you mean `shoes`?)",
    ),
    "a tag": (
        lambda m: cm.cruxes(m, tag="foot"),
        "unknown-tag: tag: no entry has the tag `foot` (its tags are `sky`, `feet`)",
    ),
    "weights": (
        lambda m: cm.pool(m, weights={"ann": -1}),
        'unclear-weights: weights: `ann: -1` gives nobody a weight (as in `{"ann": 2, "bob": 1}`)',
    ),
    "a factor": (
        lambda m: cm.pool(m, factor=-1),
        "unclear-factor: factor: -1 is no factor (a number from 0 to 1,000)",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_names_its_argument(name: str, model: Path) -> None:
    ask, said = MISTAKES[name]
    with pytest.raises(cm.InvalidMap) as caught:
        ask(cm.read_model(model))
    assert str(caught.value).startswith(said)


def test_what_is_no_option_is_a_type_error(model: Path) -> None:
    spec = cm.read_model(model)
    with pytest.raises(
        TypeError, match=r"estimate\(\) got an unexpected keyword argument 'judgement': did you mean"
    ):
        cm.estimate(spec, judgement={})  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing a required argument: 'b'"):
        cm.diff(spec, "ann")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"`cruxmap\.read_model` reads one"):
        cm.estimate(str(model))  # type: ignore[arg-type]


ANSWERING = (
    *(
        cm.estimate,
        cm.cruxes,
        cm.diff,
        cm.pairs,
        cm.against_rest,
        cm.takes,
        cm.coherence,
        cm.pool,
        cm.explain,
    ),
    *(cm.compare, cm.expectations, cm.sample, cm.build, cm.run),
)


@pytest.mark.parametrize("function", ANSWERING, ids=lambda function: function.__name__)
def test_every_option_is_in_the_signature_and_told(function: Callable[..., Any]) -> None:
    parameters = inspect.signature(function).parameters
    told = inspect.getdoc(function) or ""
    for option in cm.WhatIf.__annotations__:
        assert parameters[option].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[option].default is None
        assert f"\n{option}\n    " in told
    assert not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    assert "asked" not in parameters
    assert "**asked" not in told


@pytest.mark.long
def test_weights_may_be_whole_numbers(model: Path) -> None:
    spec = cm.read_model(model)
    whole, floats = (cm.pool(spec, weights=w) for w in ({"ann": 1, "bob": 3}, {"ann": 1.0, "bob": 3.0}))
    assert whole.to_json() == floats.to_json()


COUNTS: dict[str, tuple[int, Callable[[Path, Any], object]]] = {
    "ways": (1, lambda path, n: cm.takes(cm.read_model(path), "ann", above=0.9, ways=n)),
    "steps": (0, lambda path, n: cm.show(cm.read_model(path), around="fall", steps=n)),
    "questions": (1, lambda path, n: cm.rehearse(cm.read_model(path), "ann", questions=n)),
    "most": (1, lambda path, n: cm.questionnaire(cm.read_model(path), n)),
    "limit": (1, lambda path, n: cm.history(path, limit=n)),
}


@pytest.mark.parametrize("name", COUNTS)
def test_what_counts_something_is_a_whole_number(model: Path, name: str) -> None:
    least, asks = COUNTS[name]
    for number in (least - 1, -1, 1.5, "3", True):
        with pytest.raises(cm.InvalidMap) as caught:
            asks(model, number)
        assert [problem.code.value for problem in caught.value.problems] == ["not-a-whole-number"]
        assert name in str(caught.value.problems[0])


def test_a_picture_ends_where_the_map_does(model: Path) -> None:
    whole, far = (cm.show(cm.read_model(model), around="fall", steps=n) for n in (9, 10**12))
    assert far.data == whole.data


def test_weights_that_weigh_nobody_are_a_problem(model: Path) -> None:
    with pytest.raises(cm.InvalidMap, match="nobody has one"):
        cm.pool(cm.read_model(model), weights={})
