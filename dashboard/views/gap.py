"""Does review keep up with generation? The answer, its band, and the weeks behind it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import charts, drill, figures, filters, parts, text
from dashboard.charts import Line

shown = filters.current()
span = shown.span


def _summed(frame: pd.DataFrame) -> pd.DataFrame:
    """The weekly table with what the switches ask for in `opened` and `landed`."""
    made = {}
    for name, column in (("opened", "generation_rate"), ("landed", "throughput")):
        counted = frame[f"{column}{shown.suffix}"].astype("float64")
        automation = frame[f"{column}_automation"].astype("float64")
        made[name] = counted + automation if shown.automation else counted
    return frame.assign(**made)


def _flow() -> text.Flow:
    period = figures.Period(_summed(span.weeks), _summed(span.before), span.running)
    gap, backlog = figures.standing(span, "review_gap_ratio"), figures.rate(span, "backlog_young")
    waits = span.weeks["backlog_young"].astype("float64")
    return text.Flow(
        weeks=span.n,
        last_week=span.last,
        opened=figures.rate(period, "opened").value,
        landed=figures.rate(period, "landed").value,
        gap=gap.value,
        gap_low=gap.low,
        gap_high=gap.high,
        backlog=figures.standing(span, "backlog_young").value if backlog.n else 0,
        backlog_change=float(waits.iloc[-1] - waits.iloc[0]),
    )


def _cards() -> None:
    period = figures.Period(_summed(span.weeks), _summed(span.before), span.running)
    opened, landed = figures.rate(period, "opened"), figures.rate(period, "landed")
    gap = figures.standing(span, "review_gap_ratio")
    waiting = figures.standing(span, "backlog_young")
    index = figures.standing(span, "review_efficiency_index")
    share = figures.pooled_share(span, "ai_share_declared_of_change_requests")
    grid = st.grid(6, min_column_width=175, border=True)
    for name, figure, column in (
        ("Opened per week", opened, "generation_rate"),
        ("Landed per week", landed, "throughput"),
    ):
        parts.card(
            grid,
            name,
            text.number(figure.value),
            change=parts.change(figure, text.signed),
            note=f"n {text.number(figure.n)} in {text.counted(span.n, 'week')}",
            column=column,
        )
    parts.card(
        grid,
        "Review gap",
        text.ratio(gap.value),
        change=parts.change(gap, lambda x: f"{x:+.2f}"),
        note=text.band(gap.low, gap.high).capitalize(),
        column="review_gap_ratio",
        worse="inverse",
    )
    parts.card(
        grid,
        "Waiting",
        text.number(waiting.value),
        change=parts.change(waiting, text.signed),
        note=f"{text.number(figures.standing(span, 'weeks_of_work').value)} weeks of work",
        column="backlog_young",
        worse="inverse",
    )
    parts.card(
        grid,
        "Efficiency index",
        text.ratio(index.value),
        change=parts.change(index, lambda x: f"{x:+.2f}"),
        note="1 keeps pace; over 8 weeks",
        column="review_efficiency_index",
        worse="normal",
    )
    parts.card(
        grid,
        "AI share, declared",
        text.share(share.value),
        change=parts.change(share, text.points),
        note=f"At least; n {text.number(share.n)}",
        column="ai_share_declared_of_change_requests",
    )


@st.fragment
def _weeks_and_what_lies_behind() -> None:
    frame = _summed(shown.chart_weeks)
    flow = [
        Line("opened", "Opened (generation)", "generation"),
        Line("landed", "Landed (throughput)", "throughput"),
        Line(
            "demonstrated_capacity",
            "Demonstrated capacity, 90% band",
            "capacity",
            "demonstrated_capacity_low",
            "demonstrated_capacity_high",
        ),
    ]
    st.header("Generation against throughput")
    parts.chart(
        charts.lines(frame, flow, unit="change requests per week", height=320),
        key="gap-flow",
        alt_text=_headline,
        reading="Where the orange line stays above the blue one, work piles up. The green band is"
        " the most that review has shown it can land while the queue was longest: a lower bound."
        f" Hollow points: the running week so far.{_per_point()}",
        frame=frame[["iso_week", "week_start", *(line.column for line in flow)]],
        **drill.picked("gap-flow"),
    )
    drill.week(shown)


def _per_point() -> str:
    return f" Each point is the mean of {shown.step} weeks." if shown.step > 1 else ""


def _companions() -> None:
    frame = shown.chart_weeks
    grid = st.grid(3, min_column_width=330, gap="medium")
    for title, line, unit, fmt, reference, reading in (
        (
            "Waiting",
            Line("backlog_young", "Waiting", "generation"),
            "change requests",
            ",.1f",
            None,
            "Opened in the last 90 days and not landed at the week's end; an upper bound.",
        ),
        (
            "Review efficiency index",
            Line("review_efficiency_index", "Landed ÷ opened", "throughput", dash="generation"),
            "landed ÷ opened, 8 weeks",
            ",.2f",
            1.0,
            "Below 1 the queue grows.",
        ),
        (
            "AI share, declared",
            Line(
                "ai_share_declared_of_change_requests",
                "AI declared",
                "declared_ai",
                "ai_share_declared_of_change_requests_low",
                "ai_share_declared_of_change_requests_high",
            ),
            "share of opened change requests",
            ".0%",
            None,
            "At least one trace of an AI tool; a lower bound. Band: 90%, sampling only.",
        ),
    ):
        with grid.cell():
            st.header(title)
            parts.chart(
                charts.lines(
                    frame,
                    [line],
                    unit=unit,
                    fmt=fmt,
                    reference=reference,
                    height=charts.SMALL,
                ),
                key=f"gap-{line.column}",
                alt_text=f"{title} per week, now"
                f" {text.number(figures.standing(span, line.column).value, digits=2)}",
                reading=reading,
            )


st.title("Review gap")
parts.notices(shown)
if not parts.nothing(shown):
    _headline, _sentence = text.verdict(_flow())
    st.markdown(f"### {_headline}\n\n{_sentence}")
    _cards()
    _weeks_and_what_lies_behind()
    _companions()
