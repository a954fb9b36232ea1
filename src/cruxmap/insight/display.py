"""How an answer is shown in Python and in notebooks: as a frame, as a table, as a figure.

In: an answer, and for whoever draws it the model that was asked. Out: what a room above makes of it, which
registers a `Display` for each kind of answer. Nothing here knows tables or pictures, and nothing is loaded
before an answer is shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from cruxmap.insight.plain import Answer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas import DataFrame

    from cruxmap.language.model_spec import ModelSpec


class Display(Protocol):
    """How one answer is shown."""

    @property
    def lists(self) -> tuple[str, ...]:
        """The names of its lists; a frame without a name is of the first."""

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of its figures, the one first that is looked at first."""

    def frame(self, name: str) -> "DataFrame":
        """Return a list as a frame."""

    def figure(self, name: str, axes: "Axes | None") -> "Figure":
        """Return a figure that is drawn, by itself or within some axes."""

    def html(self) -> str | None:
        """Return what a notebook shows, if it can show anything."""


_displays: dict[type, Callable[[Any], Display]] = {}
_fillers: list[Callable[[], None]] = []


def fill_with(filler: Callable[[], None]) -> None:
    """Have the displays registered by this, the first time that one is wanted."""
    _fillers.append(filler)


def register(kind: type, display: Callable[[Any], Display]) -> None:
    """Show answers of a kind, and of kinds of it, in this way."""
    _displays[kind] = display


def display_of(answer: object) -> Display:
    """Return how an answer is shown. Raises `ValueError` where nobody shows answers of its kind."""
    while _fillers:
        _fillers.pop()()
    for kind in type(answer).__mro__:
        if kind in _displays:
            return _displays[kind](answer)
    raise ValueError(f"nothing shows a {type(answer).__name__}")


class Displayed:
    """What has lists and figures: a frame of each list, a drawing of each figure, a view for notebooks."""

    __slots__ = ()

    @property
    def lists(self) -> tuple[str, ...]:
        """The names of the lists that `to_frame` has: those of the command's `--list`.

        Examples
        --------
        >>> import cruxmap as cm
        >>> cm.pairs(cm.example("library")).lists
        ('gaps', 'log-odds', 'distances', 'clusters')
        """
        return display_of(self).lists

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the figures that `plot` draws, the one first that is looked at first.

        Examples
        --------
        >>> import cruxmap as cm
        >>> cm.estimate(cm.example("library")).figures
        ('forest', 'estimate-work-in-time')
        """
        return display_of(self).figures

    def to_frame(self, name: str | None = None) -> "DataFrame":
        """Return a list of the answer as a pandas DataFrame: the one named, or the first of `lists`.

        Rows and columns are those of the command's `--format csv`: numbers in full, truths, and texts. What
        is missing is NaN.

        Parameters
        ----------
        name
            One of `lists`.

        Raises
        ------
        ValueError
            Where the answer has no such list; it names those that there are.

        Examples
        --------
        >>> import cruxmap as cm
        >>> pairs = cm.pairs(cm.example("library"))
        >>> list(pairs.to_frame("gaps")["worldview"]) == list(pairs.worldviews)
        True
        """
        display = display_of(self)
        return display.frame(_chosen(self, name, display.lists, "list"))

    def plot(self, which: str | None = None, ax: "Axes | None" = None) -> "Figure":
        """Draw a figure of the answer, the one named or the first of `figures`, and return it.

        Nothing of matplotlib's global state is changed, and pyplot is not needed: a notebook shows the
        figure, and its `savefig` keeps it. Lines break as they do in the files that the command draws.

        Parameters
        ----------
        which
            One of `figures`.
        ax
            Draw within the box of these axes, as large as it gets; they lose their own frame, and what was
            drawn there so before goes. Their figure is returned. A `UserWarning` says where that makes the
            lettering too small to read, and how large the figure should be.

        Raises
        ------
        ValueError
            Where the answer has no such figure, or none at all; it names those that there are.

        Examples
        --------
        >>> import cruxmap as cm
        >>> figure = cm.estimate(cm.example("library")).plot()
        >>> [float(inches) > 1 for inches in figure.get_size_inches()]
        [True, True]
        """
        display = display_of(self)
        return display.figure(_chosen(self, which, display.figures, "figure"), ax)

    def _repr_html_(self) -> str | None:
        return display_of(self).html()


def _chosen(answer: object, name: str | None, known: tuple[str, ...], what: str) -> str:
    kind = type(answer).__name__
    if not known:
        raise ValueError(f"this {kind} has no {what}s: {answer!r}")
    if name is None:
        return known[0]
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"a {kind} has no {what} {name!r}; it has {', '.join(map(repr, known))}")
    return name


@dataclass(frozen=True, slots=True)
class Shown(Answer, Displayed):
    """A whole answer, which can be shown: it knows which models were asked.

    `asked_of` is for showing it, and no part of what the answer says: neither equality nor JSON knows it.
    """

    asked_of: "tuple[ModelSpec, ...]" = field(default=(), kw_only=True, repr=False, compare=False)


def attached[T](answer: T, *models: "ModelSpec") -> T:
    """Return an answer that knows which models were asked, and so do the whole answers within it.

    What is no such answer, or knows already, is returned as it is.
    """
    if not isinstance(answer, Shown) or not is_dataclass(answer) or answer.asked_of:
        return answer
    parts = {one.name: getattr(answer, one.name) for one in fields(answer) if one.name != "asked_of"}
    changed = {name: _attached_within(part, models) for name, part in parts.items()}
    more = {name: part for name, part in changed.items() if part is not parts[name]}
    return replace(answer, asked_of=models, **more)


def _attached_within(part: Any, models: "tuple[ModelSpec, ...]") -> Any:
    if isinstance(part, Mapping) and any(isinstance(one, Shown) for one in part.values()):
        return MappingProxyType({name: attached(one, *models) for name, one in part.items()})
    return attached(part, *models)
