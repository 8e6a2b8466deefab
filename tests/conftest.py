"""Hypothesis profiles: `default` keeps `make test` quick and tries the same examples each time, so
that a change fails or passes by what it does; `long` is `make test-long`, and looks further."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "default",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("MATCHRULES_PROFILE", "default"))
