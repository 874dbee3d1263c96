"""Many viewers at once: how long does a click take them, and what memory does the server need?

    python -P benchmarks/dashboard_viewers.py STORE [--viewers 20] [--seconds 60] [--pause 3]

serves every repository of the store read-only, lets so many sessions click through periods and
pages with a pause between clicks, and prints the median and P90 of a click (sent to finished) and
the memory of the server as it goes. The clients speak Streamlit's own protocol, so that the
browsers do not take the processors that the server needs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PERIODS = ("12 weeks", "26 weeks", "52 weeks", "All")
PAGES = ("", "authorship", "latency", "change-requests", "queue", "capacity")
FEWEST = 8  # elements of a page that shows figures
STAY = 4  # clicks on a page before the viewer goes to the next


class Viewer:
    """One session: its socket, and the ids that Streamlit gave the pages and the period."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection
        self.pages: dict[str, str] = {}
        self.period = ""
        self.n_elements = 0

    async def click(self, page: str, period: str, key: str) -> float:
        """Seconds until the run that shows this page over this period has finished."""
        ask = BackMsg()
        ask.rerun_script.query_string = f"period={period.replace(' ', '+')}&repository={key}"
        ask.rerun_script.page_script_hash = self.pages.get(page, "")
        if self.period:
            state = ask.rerun_script.widget_states.widgets.add(id=self.period)
            state.string_array_value.data.append(period)
        started = time.perf_counter()
        await self.connection.send(ask.SerializeToString())
        await self._finished()
        return time.perf_counter() - started

    async def _finished(self) -> None:
        self.n_elements = 0
        while True:
            told = ForwardMsg.FromString(await asyncio.wait_for(self.connection.recv(), 120))
            kind = told.WhichOneof("type")
            if kind == "navigation":
                self.pages = {
                    "" if page.is_default else page.url_pathname: page.page_script_hash
                    for page in told.navigation.app_pages
                }
            elif kind == "delta":
                self._note(told.delta.new_element)
            elif kind == "script_finished":
                return

    def _note(self, element: object) -> None:
        self.n_elements += 1
        group = element.button_group  # type: ignore[attr-defined]
        if group.id and any(option.content == PERIODS[0] for option in group.options):
            self.period = group.id


async def view(address: str, keys: list[str], until: float, pause: float, seed: int) -> list[float]:
    """Click like one viewer until then; the seconds of every click."""
    turn, times = random.Random(seed), []
    connection = websockets.connect(
        address, subprotocols=["streamlit"], max_size=1 << 26, compression=None
    )
    async with connection as socket_:
        viewer = Viewer(socket_)
        key, page = keys[seed % len(keys)], ""
        await viewer.click(page, PERIODS[2], key)  # the first page, told apart from clicks
        while time.monotonic() < until:
            await asyncio.sleep(turn.uniform(0.5, 1.5) * pause)
            if turn.random() < 1 / STAY:
                page = turn.choice(PAGES)
            times.append(await viewer.click(page, turn.choice(PERIODS), key))
            if viewer.n_elements < FEWEST:
                raise RuntimeError(f"/{page} showed {viewer.n_elements} elements: an error?")
    return times


async def measure(port: int, pid: int, keys: list[str], asked: argparse.Namespace) -> None:
    """Let the viewers click, and print what they waited and what the server needed."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    print(f"load {os.getloadavg()[0]:.1f}; server at start {resident(pid):.0f} MiB", flush=True)
    until, spent = time.monotonic() + asked.seconds, used(pid)
    watch = asyncio.create_task(_memory(pid, until))
    views = [view(address, keys, until, asked.pause, seed) for seed in range(asked.viewers)]
    times = [each for viewer in await asyncio.gather(*views) for each in viewer]
    seen = await watch
    spent = used(pid) - spent
    slow = statistics.quantiles(times, n=10)[8]
    print(
        f"{asked.viewers} viewers, {len(times)} clicks in {asked.seconds} s:"
        f" median {statistics.median(times) * 1000:.0f} ms, P90 {slow * 1000:.0f} ms,"
        f" slowest {max(times) * 1000:.0f} ms; the server used {spent:.0f} s of processor,"
        f" {spent / len(times) * 1000:.0f} ms per click"
    )
    print("server memory, MiB, as it went: " + " ".join(f"{each:.0f}" for each in seen))
    print(f"load {os.getloadavg()[0]:.1f}")


async def _memory(pid: int, until: float) -> list[float]:
    step = max((until - time.monotonic()) / 12, 1)
    seen = []
    while time.monotonic() < until:
        await asyncio.sleep(step)
        seen.append(resident(pid))
    return seen


def resident(pid: int) -> float:
    """MiB of memory that the process holds."""
    told = Path(f"/proc/{pid}/status").read_text()
    return int(told.split("VmRSS:")[1].split()[0]) / 1024


def used(pid: int) -> float:
    """Seconds of processor that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Serve, click, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--pause", type=float, default=3.0)
    asked = parser.parse_args()
    keys = sorted(path.parent.name for path in asked.store.glob("*/manifest.json"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["dashboard", "--read-only", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", "analyzers", *words, "--store", str(asked.store)]
    )
    try:
        _wait(port)
        asyncio.run(measure(port, server.pid, keys, asked))
    finally:
        server.terminate()
        server.wait(15)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()
