"""An address of a page may say anything: it shows what was offered, as text, and never falls.

`benchmarks/mutations.py pages` asks for hundreds of addresses, of all pages.
"""

import json
from itertools import cycle, islice

import pytest
from dashboard_store import write
from streamlit.testing.v1 import AppTest

from dashboard import data, launch

NAMES = (
    *("repository", "period", "dates", "authorship", "automation", "marks", "week", "behind"),
    *("find", "tool", "place", "request", "state", "grade", "order", "picked", "queue_order"),
    *("area", "preset", "reviewers-Now", "unknown", "__proto__", ""),
)
PAGES = ["gap", "queue", "evidence", "capacity"]
VALUES = (
    *("hidden-9876543210", "Custom", "9999-12-31", "<img src=x onerror=alert(1)>", "\0", "nan"),
    *("![p](http://192.0.2.1/pixel)", "0000-W00", "../../hidden-9876543210", ["#1", "x"], "%ff"),
    *("", "(", "-1", "1e999", "9" * 400, "x" * 3000, "2026-02-01,2026-01-01", [], "\u202e"),
)


@pytest.fixture(scope="module")
def offered(tmp_path_factory):
    """One repository is offered; another one lies beside it in the store."""
    root = tmp_path_factory.mktemp("store")
    write(root, key="hidden-9876543210", n_weeks=2, name="not/for/you")
    folder = write(root, n_weeks=9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(data.REPOSITORIES, json.dumps([str(folder)]))
        yield


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize(("shift", "page"), list(enumerate(PAGES)))
def test_any_address_shows_what_is_offered_and_nothing_else(shift, page):
    app = AppTest.from_file(str(launch.HERE / "streamlit_app.py"), default_timeout=60)
    told = islice(cycle(VALUES), 7 * shift, None)
    for name, value in zip(NAMES, told, strict=False):
        app.query_params[name] = value
    if page != "gap":
        app.switch_page(f"views/{page}.py")
    app.run()
    assert not app.exception
    assert app.selectbox(key="repository").options == ["sample"]
    assert not any("not/for/you" in str(getattr(each, "value", "")) for each in app.main)
    alive = [each.value for kind in ("markdown", "caption", "error") for each in getattr(app, kind)]
    assert not any(text in each for each in alive for text in ("onerror", "192.0.2.1"))
