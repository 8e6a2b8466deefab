"""Without Hypothesis the rest of the library works, and the strategies say what is missing."""

import subprocess
import sys

WITHOUT = "import sys; sys.modules['hypothesis'] = None\n"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + code], capture_output=True, text=True, check=False
    )


def test_the_extra_is_named() -> None:
    done = run("from matchrules.testing import cases")
    assert 'pip install "matchrules[test]"' in done.stderr
    assert "`matchrules.testing.cases` needs Hypothesis" in done.stderr


def test_the_laws_name_it_too() -> None:
    done = run("from matchrules.testing import laws")
    assert "UsageError: `matchrules.testing.laws` needs Hypothesis" in done.stderr
    assert 'pip install "matchrules[test]"' in done.stderr


def test_examples_run_without() -> None:
    done = run("import matchrules.testing.examples, matchrules.testing.properties")
    assert done.returncode == 0, done.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    done = run("import matchrules.testing\nprint(hasattr(matchrules.testing, 'nonsense'))")
    assert done.stdout == "False\n", done.stderr
