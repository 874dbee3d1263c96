"""The reviewgap command: the only place that prints."""


def main() -> None:
    """Run the command line."""
