"""Does review keep up with generation?

    a git repository ──mining──▶ mined commits, messages, file changes, refs, notes
    mined commits ──reviews──▶ change requests, memberships, review events
    mined commits ──authorship──▶ evidence ──▶ a verdict per commit and change request
    commits + change requests ──capacity──▶ weekly, forecast, scenarios
    every table ──reports──▶ CSV, Parquet, JSON, the weekly report; dashboard reads the same

`pipeline` is that flow, one short function per arrow.
"""
