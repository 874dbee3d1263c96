"""Start mining, watch it, cancel it: the same run for every viewer of the store."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from analyzers.errors import ReviewgapError
from analyzers.jobs import Job
from dashboard import data, mining, text
from dashboard.serving import Terms, terms

WATCHING_SECONDS = 1.0
IDLE_SECONDS = 5.0  # another viewer may start a run
_SEEN = "_mining_seen"


def nothing_yet() -> None:
    """What to do where the repository chosen has not been mined, or where there is none."""
    if not data.labels():
        st.title("No repository", anchor=False)
        st.text("This dashboard was started without a repository.")
        st.code("reviewgap dashboard PATH/TO/REPOSITORY", language=None)
        return
    st.title("Not mined yet", anchor=False)
    st.text("The store holds no finished tables of this repository.")
    if terms().mineable:
        draw(str(st.session_state.get("repository", "")))
    else:
        st.code("reviewgap mine PATH/TO/REPOSITORY", language=None)


def draw(chosen: str = "") -> None:
    """The panel, with the `chosen` repository on top; nothing where nothing may be mined."""
    allowed = terms()
    if not allowed.mineable:
        return
    st.header("Mining", anchor=False)
    st.session_state[_SEEN] = mining.running(allowed) is not None
    pace = WATCHING_SECONDS if st.session_state[_SEEN] else IDLE_SECONDS
    st.fragment(_body, run_every=pace)(allowed, chosen)


def _body(allowed: Terms, chosen: str) -> None:
    found = mining.running(allowed)
    if (found is not None) != st.session_state[_SEEN]:
        st.rerun()  # a run began or ended: every figure on the page may be another one
    if found is None:
        _offer(allowed, chosen)
    else:
        _watch(allowed, *found)
    _outcomes(allowed)


def _offer(allowed: Terms, chosen: str) -> None:
    names = _names(allowed)
    keys = sorted(names, key=lambda key: (key != chosen, names[key].lower()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            "Repository to mine", keys, format_func=names.__getitem__, width=320, key="to-mine"
        )
        if st.button("Mine what is new", icon=":material/play_arrow:", key="mine"):
            _try(lambda: mining.start(allowed, str(key)))
            st.rerun()
    st.caption("Reads the repository where it lies and never writes it. One at a time.")


def _watch(allowed: Terms, key: str, job: Job) -> None:
    name = _names(allowed).get(key, "another repository")
    share = job.share
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share or 0.0, text=f"{text.plain(name)}: {_progress(job)}", width="stretch")
        can_cancel = key in allowed.mineable and job.is_here
        if can_cancel and st.button("Cancel", icon=":material/stop:", key="cancel-mining"):
            mining.cancel(allowed, key)
            st.rerun()


def _progress(job: Job) -> str:
    if not job.total:
        return "getting ready"
    if job.done >= job.total:
        return f"{text.counted(job.total, 'commit')} read, working out the figures"
    left = f", {_words(job.time_left)} left" if job.time_left else ""
    return f"{text.number(job.done)} of {text.counted(job.total, 'commit')}{left}"


def _words(span: timedelta) -> str:
    seconds = span.total_seconds()
    return "less than a minute" if seconds < 60 else f"about {seconds / 60:.0f} min"


def _outcomes(allowed: Terms) -> None:
    """How the last runs ended, where they did not end well."""
    for key, name in _names(allowed).items():
        job = mining.last(allowed, key)
        if job is None or job.is_running or job.state == "done":
            continue
        when = job.at.strftime("%Y-%m-%d %H:%M UTC")
        if job.state == "cancelled":
            st.text(f"{name}: cancelled at {when}. The store is as it was before.")
        else:
            told = mining.shown(allowed, key, job.message, name)
            st.error(text.plain(f"{name}: {told}"), icon=":material/error:")
            st.caption(f"Ended at {when}{_far(job)}. {_NEXT[job.state == 'lost']}")


_NEXT = {
    True: "The store is as it was before. Mine again; where memory is short, end what else runs"
    " there first.",
    False: "Mend the cause, then mine again.",
}


def _far(job: Job) -> str:
    if not job.total:
        return ""
    return f" after {text.number(job.done)} of {text.counted(job.total, 'commit')}"


def _names(allowed: Terms) -> dict[str, str]:
    """Key -> name of what may be mined."""
    labels = data.labels()
    return {key: labels.get(key, key) for key in allowed.mineable}


def _try(act: object) -> None:
    assert callable(act)  # noqa: S101
    try:
        act()
    except ReviewgapError as error:
        st.toast(text.plain(error), icon=":material/error:")
