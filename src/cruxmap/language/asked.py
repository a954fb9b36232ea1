"""What is asked of a model in Python beside what its file says: options that answering functions share.

`@what_if` gives them to a function: it lays them over the model before the function sees it, and shows them
in the function's signature and its documentation.
"""

import inspect
import numbers
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial, wraps
from types import MappingProxyType
from typing import Any, TypedDict, cast, get_type_hints, overload

from cruxmap.errors import NOWHERE, Code, InvalidMap, Problem, WrongUsage
from cruxmap.language.argument_map import AllOf, ArgumentMap, Elicited, Role
from cruxmap.language.argument_types import check_types
from cruxmap.language.judgement import UnreadableError, parse_value
from cruxmap.language.model_spec import Laid, ModelSpec, Target
from cruxmap.language.names import checked_worldview, did_you_mean
from cruxmap.language.reading import SAMPLING, Worldviews, seen_by
from cruxmap.language.typed import Settable, parse_conditions, parse_settings, parse_target
from cruxmap.language.yaml_text import written

type Conditions = str | Mapping[str, Any] | list[Any] | tuple[Any, ...]
"""A condition or several, as in a file: a text, a dict, or a list of them."""


class WhatIf(TypedDict, total=False):
    """What every answering function takes beside the model: what would the answer be if.

    Attributes
    ----------
    judgements
        Numbers laid over those of every worldview, by address, as `--set` does: their notation (`"20%"`,
        `"1% to 5%"`), a number (`0.2`; a strength of `3`), an interval as a tuple (`(0.01, 0.05)`), or a dict
        of all shares of a question.
    assuming
        What is assumed in place of what the model assumes: a condition or a list of them, each a text, a dict
        or a list as in a file. `[]` assumes nothing.
    observed
        What is observed in place of what the model observes, likewise. Judgements learn from it.
    worldviews
        Whose answers are asked for in place of those of the model's list: names of worldviews, `map` for the
        map's own numbers, and worldviews that the map does not have, as dicts, texts of YAML or paths of
        files. These are read as if they stood in the map's folder.
    draws
        How many draws of the judgements are made in all, not per chain, in place of what the model says.
    random_seed
        The seed of everything that is random, in place of the model's.
    exact
        `True` sums over all states exactly, or says why that cannot be done; `False` samples states; by
        default they are sampled only where they must be.
    target
        What is asked about in place of the model's target: a condition. A map by itself needs one.

    Examples
    --------
    >>> import cruxmap as cm
    >>> what_if: cm.WhatIf = {"judgements": {"soil-sound": 0.9}, "worldviews": ["map"]}
    >>> answer = cm.estimate(cm.example("library"), **what_if)
    >>> answer.settings
    ('soil-sound=0.9',)
    """

    judgements: Mapping[str, Settable] | None
    assuming: Conditions | None
    observed: Conditions | None
    worldviews: Worldviews | None
    draws: int | None
    random_seed: int | None
    exact: bool | None
    target: Conditions | None


def model_as_asked(
    model: ModelSpec | ArgumentMap, asked: Mapping[str, Any], *, aimless: bool = False
) -> ModelSpec:
    """Return a model with what is asked laid over it; the same model where nothing is.

    `aimless` tells that a map needs no target. Raises `InvalidMap`, which names the argument.
    """
    changed = _with_target(model, asked.get("target"), aimless)
    worldviews, settings = asked.get("worldviews"), asked.get("judgements")
    if worldviews is not None:
        with typed_as("worldviews"):
            changed = seen_by(changed, worldviews)
    if settings is not None:
        laid = judgements_laid(settings, changed.map)
        changed = replace(changed, settings=(*changed.settings, *laid)) if laid else changed
    if (assuming := asked.get("assuming")) is not None:
        with typed_as("assuming"):
            changed = replace(changed, assuming=parse_conditions(assuming, changed.map))
    if (observed := asked.get("observed")) is not None:
        with typed_as("observed"):
            changed = replace(changed, observed=parse_conditions(observed, changed.map))
    for name, key in (("draws", "draws"), ("random_seed", "seed")):
        if (number := asked.get(name)) is not None:
            sampling = replace(changed.sampling, **{key: whole_number(name, number, *SAMPLING[key])})
            changed = replace(changed, sampling=sampling)
    if (exact := asked.get("exact")) is not None:
        if not isinstance(exact, bool):
            with typed_as("exact"):
                raise _mistake(
                    Code.NOT_TRUE_OR_FALSE, f"{exact!r} is neither true nor false", "`True` or `False`"
                )
        changed = replace(changed, exact=exact)
    return changed


def judgements_laid(asked: object, argument_map: ArgumentMap, *whose: str) -> tuple[Laid, ...]:
    """Return numbers by address as they are laid over others. Raises `InvalidMap`, naming the argument."""
    with typed_as("judgements"):
        if not isinstance(asked, Mapping):
            message = f"a dict of numbers by address, not: {type(asked).__name__}"
            raise _mistake(Code.WRONG_SHAPE, message, 'as in `judgements={"rain": 0.2}`')
        pairs = [(str(address), value) for address, value in asked.items()]
        return parse_settings(pairs, argument_map, *([whose] if whose else []))


def _with_target(model: object, asked: Any, aimless: bool) -> ModelSpec:
    """Return a model that asks for a target: its own, or the one that is asked for."""
    if not isinstance(model, ModelSpec | ArgumentMap):
        what = type(model).__name__
        message = f"a model or a map, not: {what}"
        raise TypeError(f"{message}: `cruxmap.read_model` reads one from a path, a text or a dict")
    if asked is None and isinstance(model, ModelSpec):
        return model
    argument_map = model if isinstance(model, ArgumentMap) else model.map
    if asked is None:
        if not aimless:
            hint = 'say what is asked about, as in `target="ID"`'
            raise WrongUsage((Problem(Code.UNCLEAR_MODEL, "a map by itself asks for nothing", hint=hint),))
        target = Target("all", AllOf(()))
    else:
        with typed_as("target"):
            target, *others = parse_target(asked, argument_map)
            if others:
                state = target.name.partition(".")[2]
                hint = f'ask about one of its states, as in `target={{"{asked}": "{state}"}}`'
                message = f"`{asked}` has several states, and the target is one"
                raise _mistake(Code.WRONG_REFERENCE, message, hint)
    if isinstance(model, ArgumentMap):
        return ModelSpec(model.id, model, target, worldviews=tuple(sorted(model.worldview)) or ("map",))
    return replace(model, target=target)


def whole_number(name: str, number: object, least: int, most: int | None) -> int:
    """Return a number that is asked for if it is whole, and within bounds. Raises `InvalidMap`, naming it."""
    with typed_as(name):
        if isinstance(number, bool) or not isinstance(number, numbers.Integral):
            raise _mistake(
                Code.NOT_WHOLE_NUMBER, f"{number!r} is not a whole number", f"as in `{name}=1000`"
            )
        found = int(number)
        if found < least or (most is not None and found > most):
            up_to = f" to {most:,}" if most is not None else " on"
            raise _mistake(
                Code.NOT_WHOLE_NUMBER, f"{found:,} cannot be", f"a whole number from {least}{up_to}"
            )
        return found


def _mistake(code: Code, message: str, hint: str) -> InvalidMap:
    return InvalidMap((Problem(code, message, hint=hint),))


@contextmanager
def typed_as(argument: str) -> Iterator[None]:
    """Name the argument of a function, and the address that a number is for, in problems of what it holds."""
    try:
        yield
    except InvalidMap as invalid:
        told = tuple(_told(problem, argument) for problem in invalid.problems)
        raise type(invalid)(told, invalid.warnings) from invalid


def _told(problem: Problem, argument: str) -> Problem:
    place = problem.span
    if place.file == NOWHERE.file:
        return replace(problem, message=f"{argument}: {problem.message}")
    if not place.is_typed or argument == "worldviews":  # which have places of their own
        return problem
    said = f"{argument}[{str(place)!r}]"
    return replace(problem, span=NOWHERE, message=f"{said}: {problem.message}")


# --- what gives them to a function ------------------------------------------------------------------

_SHARED = MappingProxyType(
    {
        name: inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None)
        for name in WhatIf.__annotations__
    }
)
_LAST = ("progress", "executor")
"""Parameters that are told after the shared ones."""

type Finish = Callable[[Any, ModelSpec | tuple[ModelSpec, ...]], Any]
"""What is done to an answer, with the model or the models that it is of."""


@overload
def what_if[F: Callable[..., Any]](function: F) -> F: ...


@overload
def what_if[F: Callable[..., Any]](
    *,
    aimless: bool = False,
    several: bool = False,
    finish: Finish | None = None,
) -> Callable[[F], F]: ...


def what_if(
    function: Callable[..., Any] | None = None,
    *,
    aimless: bool = False,
    several: bool = False,
    finish: Finish | None = None,
) -> Any:
    """Give a function of a model the options of `WhatIf`, which are laid over the model.

    The function's first parameter is the model, or with `several` the models. It says that it takes
    `**asked: Unpack[WhatIf]` for type checkers, and gets none of them itself; what it says of `**asked` in
    its documentation is told option by option. `aimless` functions need no target.
    """
    if function is None:
        return partial(what_if, aimless=aimless, several=several, finish=finish)
    first = next(iter(inspect.signature(function).parameters))

    def answer(bound: inspect.BoundArguments, asked: Mapping[str, Any]) -> Any:
        check_types(function, bound, *(() if several else (first,)))
        model = bound.arguments[first]
        lay = partial(model_as_asked, asked=asked, aimless=aimless)
        bound.arguments[first] = laid = tuple(map(lay, model)) if several else lay(model)
        found = function(*bound.args, **bound.kwargs)
        return found if finish is None else finish(found, laid)

    return _with_options(function, answer)


def passes_on[F: Callable[..., Any]](function: F) -> F:
    """Show the options of `WhatIf` in a function's signature and documentation; it gets them as they are."""

    def answer(bound: inspect.BoundArguments, asked: Mapping[str, Any]) -> Any:
        check_types(function, bound)
        return function(*bound.args, **bound.kwargs, **asked)

    return cast(F, _with_options(function, answer))


def _with_options(
    function: Callable[..., Any], answer: Callable[[inspect.BoundArguments, Mapping[str, Any]], Any]
) -> Callable[..., Any]:
    """Return a function that takes the options of `WhatIf`, too; `answer` gets its arguments, and these."""
    own = inspect.signature(function)
    [asked_in] = [p for p in own.parameters.values() if p.kind is inspect.Parameter.VAR_KEYWORD]
    mine = {name: p for name, p in own.parameters.items() if p is not asked_in}
    shared = [name for name in _SHARED if name not in mine]

    @wraps(function)
    def asking(*args: Any, **given: Any) -> Any:
        asked = {name: given.pop(name) for name in shared if name in given}
        for name in given:
            if name not in mine:
                hint = did_you_mean(name, [*mine, *shared])
                said = f"{function.__name__}() got an unexpected keyword argument '{name}'"
                raise TypeError(f"{said}: {hint}" if hint else said)
        return answer(own.bind(*args, **given), asked)

    hints = get_type_hints(WhatIf)
    options = [_SHARED[name].replace(annotation=hints[name]) for name in shared]
    before = [p for name, p in mine.items() if name not in _LAST]
    after = [p for name, p in mine.items() if name in _LAST]
    asking.__signature__ = own.replace(parameters=[*before, *options, *after])  # type: ignore[attr-defined]
    asking.__doc__ = _documented(function.__doc__, asked_in.name, shared)
    return asking


def _documented(text: str | None, name: str, shared: list[str]) -> str | None:
    """Return a documentation in which each shared option is told, in place of what is said of all."""
    if text is None:
        return None
    lines = inspect.cleandoc(text).split("\n")
    if f"**{name}" not in lines:
        return "\n".join(lines)
    start = lines.index(f"**{name}")
    end = next((n for n in range(start + 1, len(lines)) if not lines[n].startswith("    ")), len(lines))
    told = _told_of_options()
    return "\n".join([*lines[:start], *(line for option in shared for line in told[option]), *lines[end:]])


def _told_of_options() -> dict[str, list[str]]:
    """Return what `WhatIf` says of each option, as lines."""
    found: dict[str, list[str]] = {}
    for line in inspect.cleandoc(WhatIf.__doc__ or "").split("\n"):
        if line in _SHARED:
            found[line] = [line]
        elif found and line.startswith("    "):
            found[list(found)[-1]].append(line)
        elif found:
            break
    return {name: found.get(name, [name]) for name in _SHARED}


# --- arguments that several functions have ----------------------------------------------------------


def as_model(model_or_map: ModelSpec | ArgumentMap) -> ModelSpec:
    """Return a model; that of a map by itself asks for nothing, which is always true."""
    if isinstance(model_or_map, ModelSpec):
        return model_or_map
    return ModelSpec(model_or_map.id, model_or_map, Target("all", AllOf(())))


def named_worldview(argument_map: ArgumentMap, name: str, argument: str = "worldview") -> str:
    """Return the name, if it is a worldview of the map or `map`. Raises `InvalidMap`, naming the argument."""
    with typed_as(argument):
        return checked_worldview(argument_map, name)


def credence(argument: str, value: float | str | None) -> float | None:
    """Return a credence that is one number, neither impossible nor certain, from it or its notation.

    Raises `InvalidMap`, naming the argument.
    """
    if value is None:
        return None
    with typed_as(argument):
        try:
            text = value if isinstance(value, str) else written(value) or repr(value)
            found = parse_value(text, Role.CREDENCE, {})
        except UnreadableError as error:
            raise _mistake(error.code, error.message, error.hint) from error
        if not isinstance(found, Elicited) or not found.is_point or found.is_certain:
            hint = 'a number between 0 and 1, as in `0.1` or `"10%"`'
            raise _mistake(Code.UNREADABLE_JUDGEMENT, f"`{value}` is no threshold", hint)
    return found.low
