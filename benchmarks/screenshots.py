"""Which pictures of the dashboard does the README show, and how are they made again?

    python -P benchmarks/screenshots.py STORE_FOLDER... --out docs/images

serves mined repositories (folders of the store) and photographs pages in headless Chromium;
`--pages`, `--looks` and `--query` choose which. A picture is named REPOSITORY-PAGE-LOOK.png, or as
`--name` says where one page is asked for. Pictures are reduced to 256 colours.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}
SERVE = """
import sys
from pathlib import Path
from dashboard import launch
launch.serve([Path(p) for p in sys.argv[2:]], port=int(sys.argv[1]), browser=False)
"""


def main() -> None:
    """Serve, visit, photograph."""
    asked = _arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    with _served(asked.stores) as address, sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for look in asked.looks:
            size = {"width": asked.width, "height": 900}
            options = {"viewport": size, "device_scale_factor": asked.scale, **LOOKS[look]}
            page = chromium.new_context(**options).new_page()
            for folder in asked.stores:
                for name in asked.pages:
                    address_of = f"{address}/{'' if name == 'gap' else name}"
                    page.goto(f"{address_of}?repository={_label(folder)}&{asked.query}")
                    file = f"{asked.name or f'{folder.name}-{name}'}-{look}.png"
                    _photograph(page, asked.out / file, asked.height)
                    print(file)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stores", nargs="+", type=lambda path: Path(path).resolve())
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--pages", nargs="+", default=["gap"])
    parser.add_argument("--looks", nargs="+", choices=sorted(LOOKS), default=["light", "dark"])
    parser.add_argument("--query", default="", help="such as period=26+weeks")
    parser.add_argument("--name", default="")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=0, help="pixels; the whole page otherwise")
    parser.add_argument("--scale", type=float, default=1.0)
    return parser.parse_args()


def _label(folder: Path) -> str:
    """The name in the repository box, as the address of a page has it."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return quote(manifest["repository"]["name"], safe="")


@contextmanager
def _served(folders: list[Path]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-P", "-c", SERVE, str(port), *map(str, folders)])
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        server.terminate()
        server.wait(15)


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return


def _photograph(page: Page, file: Path, height: int) -> None:
    """The whole page: the view is made as tall as its content, which scrolls inside it."""
    size = page.viewport_size or {"width": 1280, "height": 900}
    _settle(page)
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height or min(tall, 6000)})
    _settle(page)
    page.screenshot(path=file)
    page.set_viewport_size(size)
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def _settle(page: Page) -> None:
    page.wait_for_selector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000
    )
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached")
    page.wait_for_timeout(900)  # charts fade in


if __name__ == "__main__":
    main()
