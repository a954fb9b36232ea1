"""Large random argument maps, as files: claims of every basis, arguments, questions, events.

Each entry rests on a few of the entries shortly before it, as an argument does that is written
down section by section; so the network grows long and not wide, and exact inference stays possible.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

type Data = Any

REACH = 5
"""How far back an entry may look."""


def large_map(n_claims: int, seed: int = 0, *, reach: int = REACH) -> dict[str, Data]:
    """Return a map with so many claims; to each hundred about 55 arguments, 10 questions and 5 events.

    With a long reach entries rest on any of those before them, and the network grows as wide as it is long.
    """
    pick = random.Random(seed)
    claims: dict[str, Data] = {}
    questions: dict[str, Data] = {}
    events: dict[str, Data] = {}
    arguments: dict[str, Data] = {}
    recent: list[Data] = []
    for index in range(n_claims):
        name = f"claim-{index}"
        basis, can_be_argued = _claim(pick, recent)
        claims[name] = {"text": f"Claim number {index}."} | basis
        if can_be_argued:
            for number in range(pick.randint(0, 2)):
                arguments[f"argument-{index}-{number}"] = _argument(pick, name, list(arguments), recent)
        recent = [*recent, pick.choice([name, {name: False}])][-reach:]
        if pick.random() < 0.1 and len(recent) >= REACH:
            question = f"question-{index}"
            questions[question] = _question(pick, recent)
            recent = [*recent, {question: pick.choice(["low", "high"])}][-reach:]
        if pick.random() < 0.05 and len(recent) >= REACH:
            event = f"event-{index}"
            events[event] = _event(pick, recent)
            recent = [*recent, {"event": event, "by_end_of": "late"}][-reach:]
    return {
        "map": {"title": "A large map"},
        "timelines": {"years": {"text": "The years.", "phases": {"early": 1, "late": 2}}},
        "claims": claims,
        "questions": questions,
        "events": events,
        "arguments": arguments,
    }


def _some(pick: random.Random, conditions: Sequence[Data], most: int) -> list[Data]:
    return pick.sample(list(conditions), pick.randint(1, min(most, len(conditions))))


def _credence(pick: random.Random) -> str:
    low = pick.uniform(0.5, 90)
    return pick.choice([f"{low:.3f}%", f"{low:.3f}% to {low + pick.uniform(1, 9):.3f}%"])


def _claim(pick: random.Random, recent: Sequence[Data]) -> tuple[Mapping[str, Data], bool]:
    basis = pick.choice(["credence", "definition", "routes", "table", "table"]) if recent else "credence"
    match basis:
        case "credence":
            return {"credence": _credence(pick)}, True
        case "definition":
            word = pick.choice(["all_of", "any_of"])
            return {word: _some(pick, recent, 4), "if_met": "90% to 99%", "otherwise": "1% to 5%"}, False
        case "routes":
            whens = _some(pick, recent, 4)
            routes = [
                {"id": f"way-{i}", "when": w, "chance": _credence(pick)} for i, w in enumerate(whens)
            ]
            return {"routes": routes, "leak": "0.1% to 2%"}, False
        case _:
            whens = _some(pick, recent, 3)
            rows = [
                {"id": f"case-{i}", "when": w, "credence": _credence(pick)} for i, w in enumerate(whens)
            ]
            return {"given": [*rows, {"otherwise": _credence(pick)}]}, True


def _argument(pick: random.Random, claim: str, others: Sequence[str], recent: Sequence[Data]) -> Data:
    """An argument on the claim, or one that undercuts the argument before it."""
    common = {"text": f"Consider {claim}.", "credence": _credence(pick)}
    if others and pick.random() < 0.3:
        return common | {"undercuts": others[-1], "force": _credence(pick)}
    resting = {"premises": [pick.choice(list(recent))]} if recent and pick.random() < 0.4 else {}
    strength = pick.choice(["weak", "moderate", "strong", "1.5x to 8x", "4x"])
    return common | resting | {pick.choice(["for", "against"]): claim, "strength": strength}


def _question(pick: random.Random, recent: Sequence[Data]) -> Data:
    shares = {"low": "10% to 20%", "middle": "about 30%", "high": "rest"}
    return {
        "text": "How much is it?",
        "states": ["low", "middle", "high"],
        "given": [
            {"id": "seen", "when": _some(pick, recent, 2), "credence": shares},
            {"otherwise": {"low": "60%", "middle": "30%", "high": "10%"}},
        ],
    }


def _event(pick: random.Random, recent: Sequence[Data]) -> Data:
    late = {"when": pick.choice(list(recent)), "credence": _credence(pick), "pace": "0.5x to 3x"}
    return {"text": "It comes.", "timeline": "years", "emerges": {"early": _credence(pick), "late": late}}
