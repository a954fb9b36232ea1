"""Sources: what cites them, and how much of them is cited."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from cruxmap.errors import Code
from cruxmap.language.argument_map import ArgumentMap, Citation, Locator, judgements_of
from cruxmap.language.context import with_parents
from cruxmap.language.findings import Findings


def citations_of(argument_map: ArgumentMap) -> Iterator[tuple[str, Citation]]:
    """Yield every citation with what cites it: an entry, an address, or a worldview.

    What stands in a worldview's file comes after the worldview's name.
    """
    for timeline in argument_map.timelines:
        yield from ((timeline.about.id, citation) for citation in timeline.about.citations)
    for voice in argument_map.voices:
        yield from ((voice.about.id, citation) for citation in voice.about.citations)
    for entry in argument_map.entry.values():
        name, bringer = entry.about.id, entry.about.brought_by
        yield from ((_brought(name, bringer), citation) for citation in entry.about.citations)
        for judgement in judgements_of(entry):
            name = _brought(judgement.address, argument_map.bringer.get(judgement.address))
            yield from ((name, citation) for citation in judgement.citations)
    for worldview in argument_map.worldviews:
        name = worldview.about.id
        yield from ((name, citation) for citation in worldview.about.citations)
        for override in worldview.judgements:
            yield from ((f"{name}: {override.address}", citation) for citation in override.citations)
        for key, credences in (("stated", worldview.stated), ("read_as", worldview.read_as)):
            for credence in credences:
                yield from ((f"{name}: {key}", citation) for citation in credence.citations)


def _brought(name: str, bringer: str | None) -> str:
    """Write what cites, with the worldview in whose file it stands."""
    return name if bringer is None else f"{bringer}: {name}"


def check_cited(argument_map: ArgumentMap, findings: Findings, included: Container[str] = ()) -> None:
    """Warn of sources that nothing cites, but for those `included` from other maps."""
    uncited = {source.id for source in argument_map.sources if source.id not in included}
    citations = (citation for _, citation in citations_of(argument_map))
    while uncited and (citation := next(citations, None)) is not None:
        uncited.discard(citation.source)
    for source in argument_map.sources:
        if source.id in uncited:
            message = f"nothing cites the source `{source.id}`"
            findings.warn(
                Code.UNCITED_SOURCE, message, source.span, "cite it, or take it out of `sources`"
            )


@dataclass(frozen=True, slots=True)
class LocatorCoverage:
    """One place of a source and what cites it, or something that contains it: ids, addresses, worldviews."""

    locator: str
    section: str
    cited_by: tuple[str, ...]
    no_claim: str | None


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """How much of a source is cited in a map."""

    map: str
    source: str
    title: str
    locators: tuple[LocatorCoverage, ...]

    @property
    def gaps(self) -> tuple[LocatorCoverage, ...]:
        """The locators that nothing cites and that nobody marked as carrying no claim."""
        return tuple(place for place in self.locators if not place.cited_by and place.no_claim is None)


def check_sources(argument_map: ArgumentMap) -> tuple[SourceCoverage, ...]:
    """Return what cites each locator, for the sources that list theirs. Citing `C17` cites `C17.2` too."""
    citing: dict[tuple[str, str], list[str]] = {}
    for name, citation in citations_of(argument_map):
        if citation.locator is not None:
            citing.setdefault((citation.source, citation.locator), []).append(name)
    return tuple(
        SourceCoverage(
            argument_map.id,
            source.id,
            source.title,
            tuple(_covered(source.id, place, citing) for place in source.locators),
        )
        for source in argument_map.sources
        if source.locators is not None
    )


def _covered(source: str, place: Locator, citing: Mapping[tuple[str, str], list[str]]) -> LocatorCoverage:
    names = (
        name for around in sorted(with_parents([place.id])) for name in citing.get((source, around), ())
    )
    return LocatorCoverage(place.id, place.section, tuple(dict.fromkeys(names)), place.no_claim)
