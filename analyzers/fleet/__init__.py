"""Many repositories: one independent task each, on this machine's cores or on a Dask cluster.

    targets ──▶ tasks ──local │ cluster──▶ outcomes ──▶ one table of all repositories

A task brings one repository's place in the store up to date and never raises: what goes wrong
with one repository is that one's outcome.
"""
