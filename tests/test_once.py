"""The same thing is made once, however many viewers ask for it in the same second."""

import threading

from dashboard.once import once


def test_viewers_who_ask_at_once_share_one_result():
    asked, made = threading.Barrier(8), []

    @once(maxsize=4)
    def slow(number):
        made.append(number)
        threading.Event().wait(0.1)
        return [number]

    found = []

    def view():
        asked.wait()
        found.append(slow(7))

    threads = [threading.Thread(target=view) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [7]
    assert len({id(each) for each in found}) == 1


def test_only_the_last_results_are_kept():
    made = []

    @once(maxsize=2)
    def double(number):
        made.append(number)
        return number * 2

    assert [double(n) for n in (1, 2, 1, 3, 2)] == [2, 4, 2, 6, 4]
    assert made == [1, 2, 3, 2]
