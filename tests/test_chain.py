from itertools import combinations, pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.reviews import chain, openings
from analyzers.reviews.openings import DAY, HOUR

OFFERS = st.dictionaries(
    st.integers(1, 60), st.lists(st.integers(1, 1000), max_size=4), max_size=25
)


def test_one_false_time_is_left_out_and_does_not_spoil_its_neighbours():
    found = chain.longest({1: [10], 2: [20], 3: [900], 4: [40], 5: [50]})
    assert list(zip(found.numbers, found.times, strict=True)) == [
        (1, 10),
        (2, 20),
        (4, 40),
        (5, 50),
    ]
    assert found.share == 0.8


def test_of_several_times_the_one_that_fits_is_taken():
    found = chain.longest({1: [10], 2: [3, 500, 20], 3: [30]})
    assert found.times == [10, 20, 30]


def test_equal_times_are_no_contradiction():
    assert chain.longest({1: [10], 2: [10], 3: [10]}).numbers == [1, 2, 3]


def test_nothing_gives_an_empty_chain():
    found = chain.longest({})
    assert (found.numbers, found.share) == ([], 0.0)
    assert found.below(5, 1) == found.above(5, 1) == found.between(5) == chain.NO_BOUND


def test_anchors_are_counted_from_the_number_outwards():
    found = chain.Chain([1, 2, 4, 5, 6], [10, 20, 40, 50, 60], 5)
    assert [found.below(4, nth) for nth in (1, 2, 3)] == [20, 10, chain.NO_BOUND]
    assert [found.above(4, nth) for nth in (1, 2, 3)] == [50, 60, chain.NO_BOUND]
    assert found.between(3) == 30
    assert found.nearest(4, 1, 2) == ([(2, 20)], [(5, 50), (6, 60)])


def test_veto_strikes_before_the_fifth_anchor_below_and_not_at_it():
    found = chain.Chain([1, 2, 3, 4, 5], [10, 20, 30, 40, 50], 5)
    assert found.vetoes(6, 9)
    assert not found.vetoes(6, 10)
    assert not found.vetoes(5, 1)  # only four below


def test_upper_evidence_holds_for_every_lower_number():
    stair = chain.suffix_minimum({3: 300, 7: 200, 9: 900})
    assert [chain.upper(stair, n) for n in (1, 3, 7, 8, 10)] == [200, 200, 200, 900, chain.NO_BOUND]
    assert [chain.proof(stair, n) for n in (3, 8, 10)] == [(7, 200), (9, 900), None]


@settings(deadline=None)
@given(OFFERS)
def test_the_chain_never_falls_and_takes_only_what_was_offered(offers):
    found = chain.longest(offers)
    assert all(a < b for a, b in pairwise(found.numbers))
    assert all(a <= b for a, b in pairwise(found.times))
    assert all(t in offers[n] for n, t in zip(found.numbers, found.times, strict=True))


@settings(deadline=None)
@given(st.dictionaries(st.integers(1, 9), st.lists(st.integers(1, 9), max_size=2), max_size=6))
def test_no_chain_is_longer(offers):
    length = len(chain.longest(offers).numbers)
    for some in combinations(sorted(offers), length + 1):
        for times in product(*(offers[number] for number in some)):
            assert any(a > b for a, b in pairwise(times))


@settings(deadline=None)
@given(OFFERS, st.integers(1, 60), st.integers(1, 1000))
def test_one_more_candidate_never_shortens_the_chain_and_adds_at_most_one(offers, number, time):
    before = chain.longest(offers)
    after = chain.longest(offers | {number: [*offers.get(number, []), time]})
    assert 0 <= len(after.numbers) - len(before.numbers) <= 1


@settings(deadline=None)
@given(OFFERS)
def test_the_band_of_an_anchor_contains_it_and_lies_in_the_wide_band(offers):
    dates = openings.dating(offers, {}, snapshot=2000)
    for number, time in zip(dates.chain.numbers, dates.chain.times, strict=True):
        found = openings.opening(dates, number, sorted(set(offers[number])), is_plain=False)
        assert found.low <= time <= found.high
        assert found.low_wide <= found.low <= found.high <= found.high_wide


@settings(deadline=None)
@given(OFFERS, OFFERS, st.integers(1, 60), st.sampled_from([chain.NO_BOUND, 5, 300, 2000]))
def test_the_point_lies_in_its_band_whatever_the_evidence(offers, proofs, number, latest):
    dates = openings.dating(offers, proofs, snapshot=2000)
    own = sorted(set(offers.get(number, [])))
    found = openings.opening(dates, number, own, is_plain=False, latest=latest)
    assert found.low_wide <= found.low <= found.at <= found.high <= found.high_wide


@settings(deadline=None)
@given(st.lists(st.integers(0, 50), min_size=6, max_size=40), st.data())
def test_a_consistent_neighbour_never_widens_a_band(gaps, data):
    times = [1 + sum(gaps[: i + 1]) for i in range(len(gaps))]
    known = {2 * i: [time] for i, time in enumerate(times, 1)}
    place = data.draw(st.integers(1, len(times) - 1))
    between = {2 * place + 1: [data.draw(st.integers(times[place - 1], times[place]))]}
    sparse = openings.dating(known, {}, snapshot=10_000)
    dense = openings.dating(known | between, {}, snapshot=10_000)
    for number in known:
        low, high = sparse.bound(number, 1, 3)
        low_dense, high_dense = dense.bound(number, 1, 3)
        assert low <= low_dense
        assert high_dense <= high


STEADY = {number: [number * DAY] for number in range(1, 21)}


def test_own_commits_in_the_band_date_it_by_the_end_of_their_first_burst():
    dates = openings.dating(STEADY, {}, snapshot=100 * DAY)
    at = 10 * DAY
    times = [at - 2 * DAY, at, at + HOUR, at + 2 * HOUR, at + 9 * HOUR]
    found = openings.opening(dates, 10, times, is_plain=False)
    assert (found.at, found.method) == (at + 2 * HOUR, "own")
    assert (found.low, found.high) == (9 * DAY, 13 * DAY)
    assert (found.low_wide, found.high_wide) == (8 * DAY, 15 * DAY)


def test_without_own_commits_in_the_band_the_number_itself_dates_it():
    dates = openings.dating(STEADY | {10: [2 * DAY]}, {}, snapshot=100 * DAY)
    found = openings.opening(dates, 10, [2 * DAY], is_plain=False)
    assert (found.at, found.method) == (10 * DAY, "interpolated")


def test_a_proof_for_a_higher_number_clips_the_band():
    dates = openings.dating(STEADY, {12: [10 * DAY + HOUR]}, snapshot=100 * DAY)
    found = openings.opening(dates, 10, [10 * DAY], is_plain=False)
    assert found.high == 10 * DAY + HOUR


def test_a_foreign_proof_is_struck_out():
    dates = openings.dating(STEADY, {12: [1 * DAY]}, snapshot=100 * DAY)
    assert openings.opening(dates, 10, [10 * DAY], is_plain=False).high == 13 * DAY


def test_alone_it_is_a_guess_from_its_first_commits():
    dates = openings.dating({7: [5 * DAY]}, {}, snapshot=6 * DAY)
    found = openings.opening(dates, 7, [5 * DAY], is_plain=False)
    assert (found.at, found.method, found.grade, found.low) == (5 * DAY, "first_commit", "D", -1)


def test_grades_follow_the_width_of_the_band_and_the_method():
    def grade(step, own, *, is_plain=False):
        offers = {n: [n * step] for n in range(1, 21)}
        dates = openings.dating(offers | {10: [own]}, {}, snapshot=10_000 * DAY)
        return openings.opening(dates, 10, [own], is_plain=is_plain).grade

    assert grade(HOUR, 10 * HOUR) == "A"  # four hours wide
    assert grade(HOUR, 10 * HOUR, is_plain=True) == "B"
    assert grade(HOUR, HOUR // 2) == "B"  # interpolated
    assert grade(6 * HOUR, 60 * HOUR) == "B"
    assert grade(DAY, 10 * DAY) == "C"
    assert grade(3 * DAY, 30 * DAY) == "D"


def test_two_mixed_sequences_are_doubted():
    mixed = {n: [n * DAY if n % 2 else (100 - n) * DAY] for n in range(1, 41)}
    assert openings.dating(mixed, {}, snapshot=1000 * DAY).is_doubtful
    assert not openings.dating(STEADY, {}, snapshot=1000 * DAY).is_doubtful
