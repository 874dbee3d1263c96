"""From a repository to rows: the only place that starts git, and only on the sterile view."""

from analyzers.mining.log import raw_commits as raw_commits
from analyzers.mining.notes import notes as notes
from analyzers.mining.stream import Mined as Mined
from analyzers.mining.stream import Sink as Sink
from analyzers.mining.stream import file_at_head as file_at_head
from analyzers.mining.stream import line_counts as line_counts
from analyzers.mining.stream import mine as mine
