"""`python -P -m analyzers` is the reviewgap command, by the interpreter of one's choice."""

from analyzers.cli import main

main()
