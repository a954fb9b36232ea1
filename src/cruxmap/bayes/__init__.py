"""A `ModelSpec` comes in, a PyMC model or its samples go out; the one door to PyMC, PyTensor and ArviZ.

Guarantee: the log-density is the exact one of the network room, with its gradient, whatever the sampler.
"""

import cruxmap.engine.compiled  # noqa: F401 - before PyTensor: it finds room for the caches of both
