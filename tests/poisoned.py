"""A task for other processes to run; light to import, since each of them does."""

import os

from analyzers.fleet.task import Outcome


def die(each):
    """Take the process with it, if the repository is the poisoned one."""
    if "poison" in str(each.repository):
        os._exit(9)
    return Outcome(each.repository, "mined", 0)
