"""`python -m matchrules.cli`."""

from matchrules.cli import main

main()
