"""Hypothesis profiles: `default` keeps `make test` quick and tries the same examples each time, so
that a change fails or passes by what it does; `long` is `make test-long`, and looks further."""

import os

import pytest
from hypothesis import HealthCheck, settings

# the rule files below are what tests work on: parts of books, many of them with faults
collect_ignore_glob = ["*.rules"]

settings.register_profile(
    "default",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    max_examples=2000,
    deadline=None,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("MATCHRULES_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    """Commands that tests run keep books beside pytest's own cache, not in the user's folder."""
    cache = getattr(config, "cache", None)  # pytest can be told to do without
    os.environ["MATCHRULES_CACHE"] = "off" if cache is None else str(cache.mkdir("books"))
