"""What SACM calls things, and what stands for them in a map.

The Structured Assurance Case Metamodel 2.3 of the Object Management Group has no schema for files. They are
written here as the Eclipse Modeling Framework writes them, with the metamodel of the standard's repository: a
namespace for each of its packages, `xmi:id` on each element, and references as lists of these.
"""

from collections.abc import Mapping
from types import MappingProxyType

XMI = "http://www.omg.org/XMI"
NAMESPACES: Mapping[str, str] = MappingProxyType(
    {
        "xmi": XMI,
        "xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "argumentation_": "http://omg.sacm/2.3/argumentation",
        "artifact_": "http://omg.sacm/2.3/artifact",
        "assuranceCase_": "http://omg.sacm/2.3/assurancecase",
        "terminology_": "http://omg.sacm/2.3/terminology",
    }
)
"""The prefixes and addresses of the metamodel's packages, and those that every such file has."""

TAG = "cruxmap."
"""How the keys of tagged values begin that say what only a map knows: `cruxmap.credence`."""
CONDITION = "condition"
"""Of a claim that stands for a condition, which is no entry of the map."""
RULE = "rule"
"""Of an inference that defines what it ends in: `all_of`, `any_of` or `at_least N`."""
TARGETS = "targets"
"""Of an argument that is for or against parts of entries."""
MODEL, LEXICON, LOCATORS = "model", "lexicon", "locators"
WORLDVIEW = "worldview."

TAG_OF: Mapping[str, str] = MappingProxyType(
    {"needsSupport": "needs-support", "defeated": "defeated", "asCited": "as-cited"}
)
"""Tags of entries for what an assertion is declared to be; `assumed` and `axiomatic` mean more."""
DECLARED: Mapping[str, str] = MappingProxyType({tag: declared for declared, tag in TAG_OF.items()})

STRATEGIES: Mapping[str, str] = MappingProxyType(
    {"all_of": "It holds where all of its parts do.", "any_of": "It holds where any of its parts does."}
)
"""What the reasoning of a definition says, by its rule."""


def strategy(rule: str) -> str:
    """Return what the reasoning of a definition says."""
    return STRATEGIES.get(rule) or f"It holds where at least {rule.rpartition(' ')[2]} of its parts do."
