"""The columns of every table: name, type, unit, whether empty means unknown, and what it says.

CSV descriptors, README tables, dashboard help and `--help` texts are made from these rows.
The columns of the weekly table stand beside the metrics that fill them
(`analyzers.capacity.weekly.WEEKLY`), so that a metric is one function and one line.
"""

from __future__ import annotations

from analyzers.columns import Column, Dtype, Table
from analyzers.vocabulary import (
    AUTHORSHIP,
    DEGREES,
    EVENT_KINDS,
    EVIDENCE_PLACES,
    FILE_KINDS,
    LANDING_STYLES,
    REF_KINDS,
    STATES,
)

__all__ = ["Column", "Dtype", "Table"]  # stages take both from here; constants follow

REFS = Table(
    "refs",
    "References of the repository at the moment it was mined.",
    ("name",),
    (
        Column("name", "str", "Full name, such as refs/pull/12/head; HEAD for the default line."),
        Column("object_id", "str", "Commit it leads to, tags peeled; else the object itself."),
        Column("kind", "str", "What the name says it is.", values=REF_KINDS),
        Column("number", "int", "Change-request number in the name.", nullable=True),
        Column("patch_set", "int", "Gerrit patch set in the name.", nullable=True),
        Column("is_commit", "bool", "Whether it leads to a commit."),
    ),
)

_COMMIT_COLUMNS = (
    Column("sha", "str", "Object id of the commit."),
    Column("parents", "str", "Object ids of the parents, first parent first, space-separated."),
    Column("author_id", "str", "Stable key of the person, from the mailmapped address."),
    Column("author_name", "str", "Name after mailmap."),
    Column("author_email", "str", "Address after mailmap, lower case."),
    Column("authored_at", "timestamp", "Author date; unknown if absurd.", nullable=True),
    Column("committer_id", "str", "Stable key of the committer."),
    Column("committer_name", "str", "Committer name after mailmap."),
    Column("committer_email", "str", "Committer address after mailmap, lower case."),
    Column("committed_at", "timestamp", "Commit date; unknown if absurd.", nullable=True),
    Column("subject", "str", "First line of the message."),
    Column("is_merge", "bool", "Two or more parents."),
    Column("is_root", "bool", "No parent, or none in a shallow clone."),
    Column("in_head", "bool", "Reachable from HEAD."),
    Column(
        "n_files",
        "int",
        "Files changed; unknown for merges and where a shallow clone ends.",
        "files",
        nullable=True,
    ),
    Column(
        "lines_added",
        "int",
        "Unknown for merges and unreadable blobs; the whole tree where a shallow clone ends.",
        "lines",
        nullable=True,
    ),
    Column("lines_deleted", "int", "Likewise.", "lines", nullable=True),
    Column(
        "reviewable_lines",
        "int",
        "Lines added and deleted in files that people review: generated, vendored and lock"
        " files are left out. Unknown where a shallow clone ends.",
        "lines",
        nullable=True,
    ),
)

MINED_COMMITS = Table(
    "mined_commits",
    "Every commit that a mined ref reaches, as git holds it: HEAD's history, and the commits"
    " that only change-request heads, tags or branches reach (in_head false).",
    ("sha",),
    _COMMIT_COLUMNS,
)

MESSAGES = Table(
    "messages",
    "Full commit messages, kept apart because they are large and read in batches.",
    ("sha",),
    (Column("sha", "str", "Object id."), Column("message", "str", "Decoded, cut at 64 KiB.")),
)

FILE_CHANGES = Table(
    "file_changes",
    "One row per file that a non-merge commit of HEAD's history changed.",
    ("sha", "path"),
    (
        Column("sha", "str", "Object id of the commit."),
        Column("path", "str", "Path after the change."),
        Column("old_path", "str", "Path before, when renamed.", nullable=True),
        Column("lines_added", "int", "Unknown for binary files.", "lines", nullable=True),
        Column("lines_deleted", "int", "Likewise.", "lines", nullable=True),
        Column("is_binary", "bool", "git counts no lines in it."),
        Column("kind", "str", "What the path says it is.", values=FILE_KINDS),
    ),
)

PROPOSED_CHANGES = Table(
    "proposed_changes",
    "One row per file that a recent change request which did not land would change.",
    ("head_sha", "path"),
    (
        Column("head_sha", "str", "Head of the change request."),
        Column("base_sha", "str", "The newest commit of a line that it builds on."),
        Column("path", "str", "Path after the change."),
        Column("lines_added", "int", "Unknown for binary files.", "lines", nullable=True),
        Column("lines_deleted", "int", "Likewise.", "lines", nullable=True),
        Column("kind", "str", "What the path says it is.", values=FILE_KINDS),
    ),
)

NOTES = Table(
    "notes",
    "Git notes that reviewgap can read, one row per annotated commit.",
    ("ref", "sha"),
    (
        Column("ref", "str", "refs/notes/ai, refs/notes/review, refs/notes/amlog …"),
        Column("sha", "str", "The annotated commit; of Entire's checkpoints, the checkpoint."),
        Column("text", "str", "The note, cut at 1 MiB."),
    ),
)

COMMITS = Table(
    "commits",
    "The commits that HEAD reaches, with their authorship.",
    ("sha",),
    (
        *_COMMIT_COLUMNS,
        Column("on_default_line", "bool", "On HEAD's first-parent line."),
        Column(
            "landed_at",
            "timestamp",
            "Commit date of the first-parent commit that brought it onto the default line.",
            nullable=True,
        ),
        Column("landed_in_week", "str", "ISO week of landed_at, such as 2026-W44.", nullable=True),
        Column("change_request", "str", "The change request it landed with.", nullable=True),
        Column("authorship", "str", "Verdict on the commit.", values=AUTHORSHIP),
        Column("ai_tools", "str", "Tools its evidence names, comma-separated."),
        Column("n_evidence", "int", "Evidence rows behind the verdict."),
        Column(
            "is_copy",
            "bool",
            "Repeats an earlier commit of HEAD's history (a cherry-pick or backport: same author,"
            " author date and subject); counts and shares take the first of them only.",
            nullable=True,
        ),
    ),
)

EVIDENCE = Table(
    "evidence",
    "Why a commit or change request counts as it does: one row per trace found.",
    ("sha", "marker", "place", "detail"),
    (
        Column("sha", "str", "The commit it speaks about."),
        Column("change_request", "str", "The change request it came through.", nullable=True),
        Column("tool", "str", "The tool it names."),
        Column("marker", "str", "Id of the row in ai_tools.toml."),
        Column("place", "str", "Where it was found.", values=EVIDENCE_PLACES),
        Column("degree", "str", "What it says of the tool's part.", values=DEGREES),
        Column("confidence", "str", "high, medium or low.", values=("high", "medium", "low")),
        Column("source_sha", "str", "The commit that carries the trace.", nullable=True),
        Column("detail", "str", "One sentence for people."),
    ),
)

CHANGE_REQUESTS = Table(
    "change_requests",
    "One row per change request: when it opened and landed, by what evidence.",
    ("change_request",),
    (
        Column(
            "change_request", "str", "#12 (GitHub), !12 (GitLab), D12 (Phabricator), 12 (Gerrit)."
        ),
        Column("number", "int", "Its number."),
        Column("source", "str", "Where most is known from: git, gerrit, github, gitlab, import."),
        Column("title", "str", "Title, where history carries one.", nullable=True),
        Column("state", "str", "Git alone never says open or closed.", values=STATES),
        Column("opened_at", "timestamp", "Best estimate of the opening.", nullable=True),
        Column("opened_low", "timestamp", "Not opened before.", nullable=True),
        Column("opened_high", "timestamp", "Not opened after.", nullable=True),
        Column("opened_low_wide", "timestamp", "Likewise, at least this sure.", nullable=True),
        Column("opened_high_wide", "timestamp", "Likewise, at least this sure.", nullable=True),
        Column(
            "opened_grade",
            "str",
            "A exact or within hours … D a guess.",
            values=("A", "B", "C", "D"),
        ),
        Column("opened_method", "str", "gerrit, import, own, interpolated, plain, first_commit."),
        Column(
            "ready_at",
            "timestamp",
            "When it was first ready for review: its opening, unless it opened as a draft.",
            nullable=True,
        ),
        Column("first_response_at", "timestamp", "First answer by another human.", nullable=True),
        Column("last_push_at", "timestamp", "Newest own commit before landing.", nullable=True),
        Column("landed_at", "timestamp", "When it came onto a line.", nullable=True),
        Column("landed_sha", "str", "The commit that brought it.", nullable=True),
        Column("landing_style", "str", "How it landed.", nullable=True, values=LANDING_STYLES),
        Column("landed_on", "str", "default or release.", nullable=True),
        Column("closed_at", "timestamp", "Closed without landing.", nullable=True),
        Column("head_sha", "str", "Its head, where the ref is present.", nullable=True),
        Column("author_id", "str", "Person who wrote most of it.", nullable=True),
        Column(
            "landed_by_id",
            "str",
            "Person who landed it; unknown for platform squashes.",
            nullable=True,
        ),
        Column("reviewer_ids", "str", "People named as reviewers, space-separated.", nullable=True),
        Column("n_commits", "int", "Own commits.", "commits", nullable=True),
        Column(
            "n_rounds",
            "int",
            "Visible update bursts after opening: a lower bound.",
            "rounds",
            nullable=True,
        ),
        Column("n_files", "int", "Files it changed, or would change.", "files", nullable=True),
        Column(
            "reviewable_lines",
            "int",
            "Lines added and deleted in them that people review.",
            "lines",
            nullable=True,
        ),
        Column("area", "str", "Top folder with most reviewable lines.", nullable=True),
        Column(
            "authorship", "str", "Verdict on the change request.", values=(*AUTHORSHIP, "mixed")
        ),
        Column("ai_tools", "str", "Tools its evidence names, comma-separated."),
        Column(
            "ai_share_of_commits", "float", "Own commits with declared AI.", "share", nullable=True
        ),
        Column(
            "self_landed", "bool", "Landed by its author, no sign of another human.", nullable=True
        ),
        Column("is_automation", "bool", "Opened by an automation account."),
    ),
)

MEMBERSHIPS = Table(
    "memberships",
    "Which commits belong to which change request.",
    ("change_request", "sha", "role"),
    (
        Column("change_request", "str", "The change request."),
        Column("sha", "str", "The commit."),
        Column(
            "role",
            "str",
            "own: made for it; landed: what arrived; merge: the merge commit.",
            values=("own", "landed", "merge"),
        ),
    ),
)

REVIEW_EVENTS = Table(
    "review_events",
    "Everything known to have happened to a change request, from any source.",
    ("change_request", "kind", "actor_id", "at", "source"),
    (
        Column("change_request", "str", "The change request."),
        Column("kind", "str", "What happened.", values=EVENT_KINDS),
        Column("actor_id", "str", "Who did it.", nullable=True),
        Column(
            "actor_kind",
            "str",
            "human, bot, agent or unknown.",
            values=("human", "bot", "agent", "unknown"),
        ),
        Column("at", "timestamp", "When; unknown for trailers.", nullable=True),
        Column("source", "str", "gerrit, github, gitlab, trailer, bors, review_events."),
    ),
)

TABLES: tuple[Table, ...] = (
    COMMITS,
    FILE_CHANGES,
    PROPOSED_CHANGES,
    EVIDENCE,
    CHANGE_REQUESTS,
    MEMBERSHIPS,
    REVIEW_EVENTS,
    REFS,
    NOTES,
)
