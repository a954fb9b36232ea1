"""A foreign Bayesian network in the language: a claim of each variable that is true or false, a question of
any other.

In: the `Node`s that a reader made. Out: an `Arrived`.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import starmap

from cruxmap.exchange.formats import Arrived, Lost
from cruxmap.exchange.names import NOBODYS_CREDENCE, abridged, ids_for, nobodys_shares
from cruxmap.exchange.networks.nodes import (
    Asked,
    Node,
    NoisyMax,
    Number,
    Problems,
    TableRow,
    check_network,
    sum_of,
    truth_of,
)
from cruxmap.language.judgement import probability_text
from cruxmap.language.yaml_writing import Plain

MOST_ROWS_WITH_IDS = 16
"""Rows of a table up to which each has a name. In a larger one nobody judges rows one by one."""


def arrived_from(
    by_name: Mapping[str, Node],
    problems: Problems,
    title: str = "",
    lost: Sequence[Lost] = (),
    asked: Sequence[Asked] = (),
) -> Arrived:
    """Return a network as a map. Raises InvalidMap with the problems found before and now."""
    check_network(by_name, problems)
    said = _Saying(by_name)
    entries: dict[str, dict[str, Plain]] = {"claims": {}, "questions": {}}
    for name, node in by_name.items():
        section = entries["claims" if said.is_claim[name] else "questions"]
        section[said.ids[name]] = said.entry(node)
    places = {said.ids[name]: problems.source.span(*node.name.at) for name, node in by_name.items()}
    return Arrived(
        map=({"map": {"title": title}} if title else {})
        | {key: part for key, part in entries.items() if part},
        model=said.model(asked),
        lost=(*lost, *said.lost()),
        places=places,
    )


class _Saying:
    """What the names of a network are in the language, and how its tables are said there."""

    def __init__(self, by_name: Mapping[str, Node]) -> None:
        self.by_name = by_name
        self.ids = ids_for(by_name)
        self.is_claim = {name: truth_of(node) is not None for name, node in by_name.items()}
        self.questions = {self.ids[name] for name, is_claim in self.is_claim.items() if not is_claim}
        self.states = {
            name: list(ids_for([label.name for label in node.labels], "state").values())
            for name, node in by_name.items()
        }
        self.uneven: list[str] = []
        self.said_otherwise: dict[str, list[str]] = {}
        self.decisions = [self.ids[name] for name, node in by_name.items() if node.is_decision]

    def entry(self, node: Node) -> Plain:
        """Return what a map's file says of a variable."""
        name = node.name.name
        said: dict[str, Plain] = {"text": node.text or name}
        if node.note:
            said["note"] = node.note
        if self.is_claim[name]:
            labels = ", ".join(label.name for label in node.labels)
            if labels != "true, false":
                self.said_otherwise.setdefault(labels, []).append(self.ids[name])
        else:
            said["states"] = self.states[name]
            pairs = zip(self.states[name], node.labels, strict=True)
            if texts := {id_: label.name for id_, label in pairs if id_ != label.name}:
                said["state_texts"] = texts
        if node.is_decision:
            return said | {"credence": self._nobodys(node)}
        if node.canonical is not None:
            return said | self._routes(node, node.canonical)
        if any(sum_of(row.numbers) != 1 for row in node.rows):
            self.uneven.append(self.ids[name])
        [first, *others] = node.rows
        if not node.parents and not others:
            return said | {"credence": self._number(node, first)}
        return said | {"given": self._given(node)}

    def _given(self, node: Node) -> list[Plain]:
        """Write a table. Where people can still read it, its rows have ids: so anybody can judge them."""
        rows = self._in_order(node)
        cases = [self._when(node, row) for row in rows]
        labels = ["-".join(starmap(self._word, case.items())) for case in cases]
        ids = ids_for(filter(None, labels), "row") if len(rows) <= MOST_ROWS_WITH_IDS else {}
        said: list[Plain] = []
        for row, case, label in zip(rows, cases, labels, strict=True):
            named = {"id": ids[label]} if case and label in ids else {}
            said.append({**named, **self._row(node, row, case)})
        return said

    def _when(self, node: Node, row: TableRow) -> dict[str, str]:
        """Return the case that a row is for; none for all others."""
        pairs = zip(node.parents, row.states or (), strict=row.states is not None)
        return {self.ids[parent.name]: self._state(parent.name, state) for parent, state in pairs}

    def _word(self, id_: str, state: str) -> str:
        if id_ in self.questions:
            return f"{id_}-{state}"
        return id_ if state == "true" else f"no-{id_}"

    def _in_order(self, node: Node) -> list[TableRow]:
        """Return rows in the order of their cases, whatever the file's is: so they come back as they left."""
        true = [truth_of(self.by_name[parent.name]) for parent in node.parents]

        def place(row: TableRow) -> tuple[bool, tuple[int, ...]]:
            pairs = zip(row.states or (), true, strict=row.states is not None)
            return row.states is None, tuple(k if t is None else int(k != t) for k, t in pairs)

        return sorted(node.rows, key=place)

    def _row(self, node: Node, row: TableRow, when: Mapping[str, str]) -> dict[str, Plain]:
        if not when:
            return {"otherwise": self._number(node, row)}
        sure = [k for k, number in enumerate(row.numbers) if Decimal(number.text) == 1]
        if not self.is_claim[node.name.name] and len(sure) == 1 and sum_of(row.numbers) == 1:
            return {"when": when, "state": self.states[node.name.name][sure[0]]}
        return {"when": when, "credence": self._number(node, row)}

    def _routes(self, node: Node, canonical: NoisyMax) -> dict[str, Plain]:
        """Write a noisy OR: a route for each state of a parent that may bring it about."""
        routes: list[Plain] = []
        for parent, cause in zip(node.parents, canonical.causes, strict=True):
            for state, column in enumerate(cause):
                if Decimal(column[0].text) != 0:
                    when = {self.ids[parent.name]: self._state(parent.name, state)}
                    routes.append({"when": when, "chance": _chance(*column)})
        leak = {} if Decimal(canonical.leak[0].text) == 0 else {"leak": _chance(*canonical.leak)}
        return {"routes": routes, **leak} if routes else {"credence": _chance(*canonical.leak)}

    def _state(self, name: str, state: int) -> str:
        if not self.is_claim[name]:
            return self.states[name][state]
        return "true" if state == truth_of(self.by_name[name]) else "false"

    def _number(self, node: Node, row: TableRow) -> Plain:
        """Write the credence of a claim, or the shares of a question."""
        if (is_true := truth_of(node)) is not None:
            return _chance(row.numbers[is_true], row.numbers[1 - is_true])
        pairs = zip(self.states[node.name.name], row.numbers, strict=True)
        return {state: probability_text(Decimal(number.text)) for state, number in pairs}

    def _nobodys(self, node: Node) -> Plain:
        if self.is_claim[node.name.name]:
            return NOBODYS_CREDENCE
        return nobodys_shares(self.states[node.name.name])

    def model(self, asked: Sequence[Asked]) -> dict[str, Plain] | None:
        """Return what a model asks; None where the file asks nothing."""
        conditions = [self._condition(one) for one in asked if one.name in self.by_name]
        if not conditions:
            return None
        return {"target": conditions[0], **({"also": conditions[1:]} if conditions[1:] else {})}

    def _condition(self, asked: Asked) -> Plain:
        state, id_ = self._state(asked.name, asked.state), self.ids[asked.name]
        return id_ if state == "true" and self.is_claim[asked.name] else {id_: state}

    def lost(self) -> Iterator[Lost]:
        """Yield what of the network the map does not say."""
        if self.decisions:
            why = "nobody decides in a map: their options have numbers that are nobody's"
            yield Lost("decisions", why, abridged(self.decisions))
        for labels, ids in self.said_otherwise.items():
            yield Lost(f"the states' names `{labels}`", "a claim is true or false", abridged(ids))
        if self.uneven:
            why = "what a row's numbers miss of 1 is shared out in proportion"
            yield Lost("sums of rows that are not 1", why, abridged(self.uneven))


def _chance(true: Number, false: Number) -> str:
    """Write the chance that something is true: as odds, which need not add up, where the two miss 1."""
    pro, con = Decimal(true.text), Decimal(false.text)
    if sum_of((true, false)) == 1 or not pro or not con:
        return probability_text(pro if con else Decimal(1))
    return f"{pro:f}:{con:f}"
