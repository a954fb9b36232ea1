"""How many examples Hypothesis draws for a test of which each takes long."""

from hypothesis import settings

FEW_EXAMPLES = settings(max_examples=max(8, settings.default.max_examples // 3))
