"""How much of the work declares AI, by which tools, in which degree, on what evidence?"""

from __future__ import annotations

import streamlit as st

from dashboard import cards, coverage, declared, drill, figures, filters, parts, text
from dashboard.cards import Card

shown = filters.current()


def _cards() -> None:
    made = declared.cards(shown)
    ambiguous = "n_commits_ambiguous"
    cards.row(
        _share_card("Of commits", "ai_share_declared_of_commits"),
        _share_card("Of change requests", "ai_share_declared_of_change_requests"),
        cards.of(
            "Of reviewable lines",
            made["ai_share_declared_of_lines"],
            text.SHARE,
            column="ai_share_declared_of_lines",
            note="At least; generated files apart",
        ),
        Card(
            "Ambiguous commits",
            text.number(made[ambiguous].n),
            "Counted as not declared",
            cards.meaning(ambiguous),
        ),
    )


def _share_card(label: str, column: str) -> Card:
    figure = declared.cards(shown)[column]
    band = text.band(figure.low, figure.high, text.share).capitalize()
    note = f"{band}; n {text.number(figure.n)}"
    return cards.of(label, figure, text.SHARE, column=column, note=note)


@st.fragment
def _share() -> None:
    step = max(
        shown.step_for(f"ai_share_declared_of_{what}_n", typical=figures.ENOUGH_FOR_A_SHARE)
        for what in ("commits", "change_requests")
    )
    drawn, frame = declared.share(shown, step)
    parts.chart(
        "Declared AI share",
        drawn,
        key="authorship-share",
        alt_text="Declared AI share per week, of commits and of change requests",
        reading="The true share lies on or above the line. The band is chance alone, not the"
        f" unmarked AI work.{shown.per_point(step)}",
        frame=frame,
        **drill.picked("authorship-share"),
    )
    for jump in declared.trust(shown)[1]:
        st.caption(jump)
    drill.week(shown, step=step)


def _degrees() -> None:
    drawn, frame = declared.degrees(shown)
    parts.chart(
        "By degree",
        drawn,
        key="authorship-degrees",
        alt_text="Commits that declare AI per week: agent, co-authored, assisted",
        reading="Agent: its own account made the commit. Co-authored: a person's commit that names"
        " the tool as author. Assisted: a weaker mention.",
        frame=frame,
    )


def _tools() -> None:
    drawn, frame, n_tools = declared.tools(shown)
    named = text.counted(n_tools, "tool")
    which = named if n_tools <= declared.MANY else f"{declared.MANY} of {named}"
    parts.chart(
        "By tool",
        drawn,
        key="authorship-tools",
        alt_text=f"Commits per week by tool: {which}, most named first",
        reading=f"Stronger: more commits name the tool. {which}, most named first; a commit that"
        " names two counts for both.",
        frame=frame,
    )


def _spread(by: str, title: str, reading: str) -> None:
    made = declared.spread(shown, by)
    if made is None:
        st.header(title, anchor=False)
        st.caption("Too few commits in this period.")
        return
    parts.chart(
        title,
        made[0],
        key=f"authorship-{by}",
        alt_text=f"Declared AI share of commits {title.lower()}, with 90% band",
        reading=reading,
        frame=made[1],
    )


@st.fragment
def _parts() -> None:
    grid = st.grid(2, min_column_width=330, gap="medium")
    with grid.cell():
        _degrees()
    with grid.cell():
        _tools()
    with grid.cell():
        _spread("area", "By area", "Commits that touch the top folder; the busiest ones.")
    with grid.cell():
        _spread("kind", "By kind of file", "A commit counts for every kind it touches.")


def _places() -> None:
    st.header("What the evidence is", anchor=False)
    made = declared.places(shown)
    if made.empty:
        st.caption("No traces in this period.")
    else:
        st.dataframe(
            made.head(parts.ROWS).assign(
                tool=made["tool"].replace("", None),
                place=made["place"].map(text.place),
                degree=made["degree"].map(text.degree),
            ),
            column_config={
                "tool": "Tool",
                "place": "Where",
                "degree": "Degree",
                "confidence": "Confidence",
                "commits": st.column_config.ProgressColumn(
                    "Commits", format="localized", min_value=0, max_value=int(made["commits"].max())
                ),
            },
            hide_index=True,
            placeholder=text.UNKNOWN,
            alt="Evidence by tool and place",
        )
    manifest = shown.repo.manifest
    missed = declared.trust(shown)[0]
    told = [*coverage.blind_spots(manifest), *missed, coverage.absent(manifest)]
    st.markdown("\n".join(f"- {line}" for line in told if line))
    st.page_link(
        "views/evidence.py",
        label="Each trace, and what was looked at",
        icon=":material/arrow_forward:",
    )


if parts.begin(shown, "AI authorship", requests=False):
    st.markdown(text.DECLARED)
    _cards()
    _share()
    if declared.degrees(shown) is None:
        st.caption("No commit of this period carries a trace of an AI tool.")
    else:
        _parts()
    _places()
