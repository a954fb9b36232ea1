"""Write the tables of cases that Python and the page's JavaScript both run.

`python tests/page/make_cases.py` does it. Each table is one JSON file in `cases/`, with numbers to 17
digits: inputs chosen here by hand, and what Python makes of them. `tests/test_page_cases.py` runs them
in Python, `tests/page/*.test.mjs` in Node.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path
from typing import Any

import numpy as np

from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import (
    Hazards,
    Logistic,
    Openings,
    Shares,
    Shifts,
    Steps,
    TableProgram,
)
from cruxmap.engine.random_words import keys_of, random_word
from cruxmap.engine.special import expit, logit, ndtri, softplus
from cruxmap.insight.diff import diff
from cruxmap.insight.shapley import shapley
from cruxmap.insight.travelling_model import travelling_model
from cruxmap.insight.what_it_takes import takes
from cruxmap.language.reading import read_model
from helpers.page_games import worth_of

CASES = Path(__file__).parent / "cases"
ROOT = Path(__file__).parents[2]
CERTAIN = 1e30  # the logit of 100%

type Record = dict[str, list[int]]


# --- hash.json ----------------------------------------------------------------------------------------


def hash_cases() -> dict[str, Any]:
    """Hashes of texts of many lengths, and random words for keys and counters."""
    texts = [
        "",
        "abc",
        "0 about-5.credence",
        "Grüße, 世界, 👋",
        *("x" * n for n in (63, 64, 127, 128, 129, 300)),
    ]
    counters = [0, 1, 2, 3999, 2**31, 2**32 - 1, 2**48, 2**48 + 63, 2**64 - 1]
    keys = keys_of(["1 a", "1 b", "20260101 claim.credence"])
    with np.errstate(over="ignore"):
        words = [[f"{random_word(key, np.uint64(c)):016x}" for c in counters] for key in keys]
    return {
        "blake2b": [
            {
                "text": text,
                "size": size,
                "hash": hashlib.blake2b(text.encode(), digest_size=size).hexdigest(),
            }
            for text in texts
            for size in (16, 64)
        ],
        "words": {
            "keys": ["1 a", "1 b", "20260101 claim.credence"],
            "counters": [f"{c:016x}" for c in counters],
            "words": words,
        },
    }


# --- special.json -------------------------------------------------------------------------------------


def special_cases() -> dict[str, Any]:
    """Functions of one number, from end to end."""
    x = [-CERTAIN, -745.0, -40.0, -1.5, -1e-9, 0.0, 1e-300, 1e-9, 0.3, 36.5, 37.0, 709.0, 800.0, CERTAIN]
    p = [1e-300, 1e-17, 1e-12, 1e-9, 0.001, 0.07, 0.074, 0.076, 0.25, 0.4999999999, 0.5, 0.6, 0.926, 0.999]
    return {
        "expit": {"x": x, "y": expit(np.array(x)).tolist()},
        "softplus": {"x": x, "y": softplus(np.array(x)).tolist()},
        "logit": {"x": p, "y": logit(np.array(p)).tolist()},
        "ndtri": {"x": p, "y": ndtri(np.array(p)).tolist()},
    }


# --- draws.json ---------------------------------------------------------------------------------------


def draw_cases() -> list[dict[str, Any]]:
    """Few draws and many, whole and in part; most sizes are no product of two near numbers."""
    wanted = [(1, 0, 1), (2, 0, 2), (3, 0, 3), (7, 2, 7), (64, 0, 64), (101, 0, 101), (4000, 3990, 4000)]
    wanted += [(4000, 0, 20), (100000, 77777, 77790)]
    return [
        {"seed": seed, "addresses": addresses, "draws": n, "start": start, "stop": stop,
         "z": latin_hypercube(seed, addresses, n, start, stop).tolist()}
        for n, start, stop in wanted
        for seed, addresses in ((0, ["a.prior"]), (20260101, ["a.prior", "argument.strength", "Ünïcode.x"]))
    ]  # fmt: skip


# --- formulas.json ------------------------------------------------------------------------------------


def _program(
    *,
    shifts: Sequence[list[tuple[int, int, int]]] = (),
    logistic: Sequence[tuple[int, int]] = (),
    rows: Sequence[list[int]] = (),
    groups: Sequence[tuple[int, list[int]]] = (),
    openings: Sequence[tuple[int, int, int]] = (),
    hazards: Sequence[tuple[int, int, int]] = (),
    steps: Sequence[tuple[int, int]] = (),
) -> TableProgram:
    """Put a program together from items. A shift is its terms (strength, sign, credence)."""

    def columns(items: Sequence[Any], width: int) -> list[Any]:
        return [np.array([item[k] for item in items], np.int64) for k in range(width)]

    terms = [term for shift in shifts for term in shift]
    first = np.array([0, 0, *np.cumsum([len(shift) for shift in shifts])], np.int64)
    return TableProgram(
        Shifts(first, *columns(terms, 3)),
        Logistic(*columns(logistic, 2)),
        Shares(
            np.array([share for row in rows for share in row], np.int64),
            np.array([0, *np.cumsum([len(row) for row in rows])], np.int64),
            np.array([row for row, _ in groups], np.int64),
            np.array([shift for _, of in groups for shift in of], np.int64),
        ),
        Openings(*columns(openings, 3)),
        Hazards(*columns(hazards, 3)),
        Steps(*columns(steps, 2)),
    )


type Case = tuple[TableProgram, list[list[float]], list[int] | list[list[int]]]


def _booleans() -> Case:
    """One claim without and with arguments for and against it; 0%, 100%, and strengths under 1."""
    program = _program(
        shifts=[[(1, 1, 1)], [(1, 1, 1), (2, -1, 2)], [(1, 1, 3), (2, -1, 2)]],
        logistic=[(0, 0), (0, 1), (0, 2), (0, 3), (3, 0)],
    )
    u = [
        [0.0, 0.3, -2.0, 40.0, -40.0, -CERTAIN, CERTAIN, 1e-9, -700.0],
        [0.7, 1.5, -0.2, 3.0, 2.0, 5.0, 2.0, 0.0, 12.0],
        [0.1, 0.0, 2.3, 1.0, -1.0, 1.0, 700.0, 3.0, 2.0],
        [1.0, -CERTAIN, CERTAIN, -CERTAIN, 0.0, -5.0, 2.0, -CERTAIN, 1.0],
    ]
    return program, u, [0, 0, 0, 0]


def _shares() -> Case:
    """Two rows of three and two states, one share kept as given in each, moved by two arguments."""
    program = _program(
        shifts=[[(5, 1, 5)], [(6, -1, 6)], [(5, 1, 5), (6, -1, 7)]],
        rows=[[0, 1, 2], [3, 4]],
        groups=[(0, [0, 0, 0]), (0, [1, 0, 2]), (1, [0, 0]), (1, [3, 1]), (0, [0, 3, 0])],
    )
    u = [
        [-1.0, 0.2, 3.0, CERTAIN, -CERTAIN, 37.0, -40.0, 0.5],
        [-2.0, -CERTAIN, 1.0, -1.0, -2.0, -1.0, -700.0, -1e-7],
        [0.5, 0.1, -3.0, -2.0, -CERTAIN, 2.0, -30.0, -CERTAIN],
        [0.0, 4.0, -CERTAIN, CERTAIN, 0.3, -0.7, 36.0, 2.0],
        [0.0, -4.0, CERTAIN, -CERTAIN, 0.4, -50.0, -36.0, -2.0],
        [1.2, 0.0, -0.5, 5.0, 3.0, 0.7, 1.0, 60.0],
        [0.2, 2.0, 1.0, 0.1, -3.0, 8.0, 1.0, 1.0],
        [0.2, -CERTAIN, 1.0, -CERTAIN, -3.0, 8.0, CERTAIN, 1.0],
    ]
    return program, u, [1, 0, 0, 0, 1, 0, 0, 0]


def _saturated_shares() -> Case:
    """Rows with nothing kept, with all kept, and with more kept than there is; flags differ by draw."""
    program = _program(rows=[[0, 1, 2]], groups=[(0, [0, 0, 0])])
    u = [
        [1.0, 1.0, 0.5, 2.0, -CERTAIN, 30.0, CERTAIN, 0.0],
        [1.0, 1.0, -0.5, 2.0, -CERTAIN, -31.0, CERTAIN, -0.1],
        [1.0, -3.0, 0.3, -1.0, -CERTAIN, -32.0, -CERTAIN, 0.1],
    ]
    single = [[0, 1, 1, 1, 0, 1, 1, 0], [0, 1, 1, 1, 0, 0, 1, 0], [0, 0, 1, 0, 1, 0, 0, 1]]
    return program, u, single


def _events() -> Case:
    """Hazards and steps of a phase at paces of 1, above and below it, whole and in part."""
    program = _program(
        shifts=[[(3, 1, 3)]],
        openings=[(0, 5, 5), (0, 2, 5), (0, 1, 5), (1, 2, 2), (1, 1, 2)],
        hazards=[(2, 0, 0), (2, 1, 1), (2, 0, 2), (4, 1, 3), (4, 0, 4)],
        steps=[(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 3), (1, 4), (2, 4), (3, 0), (3, 1), (4, 1)],
    )
    u = [
        [0.0, 0.7, -0.7, 3.0, -3.0, 40.0, -40.0],
        [0.7, 0.0, -2.0, 1.0, -1.0, 1e-9, 700.0],
        [-1.0, 2.0, -40.0, 40.0, -CERTAIN, CERTAIN, -3.0],
        [0.7, -0.1, 2.0, 1.0, 3.0, 2.0, 0.0],
        [-CERTAIN, CERTAIN, 0.0, -2.0, 3.0, -700.0, 4.0],
    ]
    return program, u, [0, 0, 0, 0, 0]


def _all_kinds() -> Case:
    """Each kind of item in one program, so that where each kind begins is tried too; a single draw."""
    program = _program(
        shifts=[[(1, 1, 1)], [(1, -1, 2)]],
        logistic=[(0, 1), (2, 0)],
        rows=[[3, 4, 5]],
        groups=[(0, [0, 1, 0]), (0, [0, 0, 2])],
        openings=[(6, 3, 4)],
        hazards=[(7, 1, 0)],
        steps=[(0, 1), (0, 2), (0, 3)],
    )
    u = [[0.4], [0.9], [2.0], [-0.4], [0.1], [-1.1], [0.35], [-1.3]]
    return program, u, [0, 0, 0, 1, 0, 0, 0, 0]


def formula_cases() -> list[dict[str, Any]]:
    """Programs with judgements, their entries, and the slopes for some cotangent."""
    cases: list[Callable[[], Case]] = [_booleans, _shares, _saturated_shares, _events, _all_kinds]
    return [_formula_case(case.__name__.strip("_"), *case()) for case in cases]


def _formula_case(name: str, program: TableProgram, rows: Any, flags: Any) -> dict[str, Any]:
    u, single = np.array(rows), np.array(flags, np.bool_)
    entries = fill(program, u, single)
    cotangent = np.cos(1.0 + 2.0 * np.arange(entries.size)).reshape(entries.shape)
    return {
        "name": name,
        "program": {
            f"{record}.{field}": array.tolist()
            for record, part in program._asdict().items()
            for field, array in part._asdict().items()
        },
        "u": u.tolist(),
        "single": single.astype(int).tolist(),
        "entries": entries.tolist(),
        "cotangent": cotangent.tolist(),
        "slope": pullback(program, u, single, entries, cotangent).tolist(),
    }


# --- shapley.json -------------------------------------------------------------------------------------


def shapley_cases() -> list[dict[str, Any]]:
    """Games whose worth is a sum over steps and pairs of steps, and the logistic of it: exact and sampled."""
    return [
        _shapley_case(3, 0, 1.0),
        _shapley_case(12, 7, 0.5),
        _shapley_case(13, 7, 0.5),
        _shapley_case(40, 20260101, 0.2),
        _shapley_case(20, 1, 4.0),
    ]


def _shapley_case(n: int, seed: int, together: float) -> dict[str, Any]:
    steps = [f"entry-{number * number}" for number in range(n)]
    weights = np.cos(np.arange(n) ** 2 + 1.0) + 0.2
    pairs = [[k, (3 * k + 1) % n, together * float(np.sin(k + 2.0))] for k in range(n) if (2 * k + 1) % n]
    found = shapley(worth_of(weights, pairs), steps, seed)
    return {
        "steps": steps,
        "seed": seed,
        "weights": weights.tolist(),
        "pairs": pairs,
        "share": found.share.tolist(),
        "standard_error": found.standard_error.tolist(),
        "gap": found.gap.tolist(),
        "sampled_pairs": found.pairs,
        "converged": found.converged,
    }


# --- diffs.json ---------------------------------------------------------------------------------------

HIDDEN = {"text", "by", "sources_a", "sources_b", "note_a", "note_b", "heard_a", "heard_b", "stated"}
"""What of a diff the page takes from its contents, or leaves out."""

OF_THE_FILES = {"cruxmap", "digest", "question_digest", "made_from"}
"""What of a model's data tells versions of its files apart."""

EXAMPLES = "src/cruxmap/examples"


def diff_cases() -> list[dict[str, Any]]:
    """Models as data, and diffs of their worldviews; where something is observed draws are Python's own."""
    return [
        diff_case("models/power-seeking.yaml", "carlsmith", "superforecasters"),
        diff_case(f"{EXAMPLES}/legal-case/models/legal-case.yaml", "defence", "prosecution"),
        diff_case(f"{EXAMPLES}/library/models/library.yaml", "treasurer", "map"),
        diff_case(f"{EXAMPLES}/diagnosis/models/diagnosis.yaml", "radiologist", "physician"),
    ]


def diff_case(path: str, a: str, b: str) -> dict[str, Any]:
    """Return a model as data, and the diff of two of its worldviews without texts."""
    model = read_model(ROOT / path)
    data = travelling_model(model)
    return {
        "path": path,
        "model": {name: part for name, part in data.items() if name not in OF_THE_FILES},
        "exact": not model.observed,
        "diff": without_texts(diff(model, a, b).to_json()),
    }


def without_texts(part: Any) -> Any:
    """Return a diff without what the page takes from elsewhere."""
    if isinstance(part, dict):
        return {name: without_texts(value) for name, value in part.items() if name not in HIDDEN}
    return [without_texts(value) for value in part] if isinstance(part, list) else part


# --- takes.json ---------------------------------------------------------------------------------------


def take_cases() -> list[dict[str, Any]]:
    """What it would take, in the models of the diffs: up, down, out of reach, and far."""
    legal, library = (f"{EXAMPLES}/{name}/models/{name}.yaml" for name in ("legal-case", "library"))
    power = "models/power-seeking.yaml"
    return [
        take_case(power, "carlsmith", above=0.2),
        take_case(power, "superforecasters", above=0.1),
        take_case(power, "superforecasters", above=0.1, far=True),
        take_case(legal, "defence", above=0.9),
        take_case(legal, "prosecution", agree_with="defence"),
        take_case(library, "treasurer", above=0.7),
        take_case(library, "map", below=0.05),
    ]


def take_case(path: str, worldview: str, **goal: Any) -> dict[str, Any]:
    """Return what it would take to carry a worldview to a goal, without what entries say."""
    model = read_model(ROOT / path)
    found = takes(model, worldview, **goal).to_json()
    for step in (step for take in found["frontier"] for step in take["steps"]):
        owner = model.map.entry[model.map.judgements[step["address"]].owner]
        step["sentence"] = step["sentence"].removesuffix(f": {owner.about.text}")
    return {"path": path, "model": model.id, "worldview": worldview, "goal": goal, "takes": found}


def rounding_cases() -> list[dict[str, Any]]:
    """Numbers with few digits, to the nearest, up and down, by what the float is exactly."""
    numbers = [0.1, 0.25, 0.5, 0.12345, 0.123450000000001, 0.99995, 1e-7, 2.5, 37.125, 1234.5, 1 / 3]
    ways = {"nearest": ROUND_HALF_EVEN, "up": ROUND_CEILING, "down": ROUND_FLOOR}
    return [
        {"number": number, "digits": digits, "way": way,
         "rounded": float(Context(prec=digits, rounding=rounding).plus(Decimal(number)))}
        for number in numbers
        for digits in (1, 2, 4, 9)
        for way, rounding in ways.items()
    ]  # fmt: skip


TABLES: dict[str, Callable[[], Any]] = {
    "hash": hash_cases,
    "special": special_cases,
    "draws": draw_cases,
    "formulas": formula_cases,
    "shapley": shapley_cases,
    "diffs": diff_cases,
    "takes": take_cases,
    "rounding": rounding_cases,
}
"""What makes each table, by the name of its file."""


def main() -> None:
    """Write all tables."""
    CASES.mkdir(exist_ok=True)
    for name, cases in TABLES.items():
        text = json.dumps(cases(), ensure_ascii=False, indent=1)
        (CASES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
