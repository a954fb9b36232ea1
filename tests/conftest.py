"""Hypothesis profiles: `fast` (the default: few examples, always the same) and `long` (many, new ones).

Choose with `--hypothesis-profile=long`, or with HYPOTHESIS_PROFILE in the environment.
"""

import os

from hypothesis import HealthCheck, settings

_PATIENT = [HealthCheck.too_slow]  # a machine under load is no reason to fail

settings.register_profile(
    "fast", max_examples=25, derandomize=True, deadline=None, suppress_health_check=_PATIENT
)
settings.register_profile(
    "long", max_examples=500, deadline=None, print_blob=True, suppress_health_check=_PATIENT
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))
