"""`python -m matchrules`."""

from matchrules.cli import main

main()
