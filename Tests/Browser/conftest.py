"""A real Chromium at the dashboard of a real server.

NODEPILOT_URL          the dashboard of a server that runs already; without it one is started and removed again
NODEPILOT_SETUP_CODE   that server's one-time code; without it its administrator must exist
NODEPILOT_USER         the administrator's name, `ada` by default
NODEPILOT_PASSWORD     their password
NODEPILOT_APP_ZIP      the app to deploy; examples/hello-node by default
NODEPILOT_SCREENSHOTS  a folder for the screenshots; without it none are saved
CHROMIUM               /usr/bin/chromium by default
"""

import os
import pathlib
import sys
import types
import urllib.parse

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))

import nodepilot  # noqa: E402

SIZES = {"390": {"width": 390, "height": 844}, "1440": {"width": 1440, "height": 900}}
THEMES = ("light", "dark")


@pytest.fixture(scope="session")
def own_server():
    """A server of the run's own; None when the environment names one."""
    if os.environ.get("NODEPILOT_URL"):
        yield None
        return
    own = nodepilot.Server()
    try:
        yield own.start()
    finally:
        output = own.output.read_text() if own.output.exists() else ""
        own.close()
        print(output[-20_000:])


@pytest.fixture(scope="session")
def server(own_server):
    url = own_server.url if own_server else os.environ["NODEPILOT_URL"].rstrip("/")
    address = urllib.parse.urlsplit(url)
    code = own_server.setup_code() if own_server else os.environ.get("NODEPILOT_SETUP_CODE")
    return types.SimpleNamespace(url=url, authority=address.netloc, https=address.port or 443, code=code)


@pytest.fixture(scope="session")
def administrator(server):
    return {
        "code": server.code,
        "username": os.environ.get("NODEPILOT_USER", "ada"),
        "password": os.environ.get("NODEPILOT_PASSWORD", "a sentence for the tests"),
    }


@pytest.fixture(scope="session")
def api(server, administrator):
    """The API as the administrator, for what happens elsewhere while a page is open."""
    client = nodepilot.Client(server)
    if client.get("/api/setup")["needed"]:
        client.post("/api/setup", administrator)
    person = {name: administrator[name] for name in ("username", "password")}
    return nodepilot.Client(server, client.post("/api/auth/login", person)["access_token"])


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        # The sandbox of Chromium refuses to run as root, which CI is.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(chromium, server):
    """One person's browser for the whole run; it accepts the self-signed certificate as the person does."""
    context = opened(chromium, server)
    yield context
    context.close()


def opened(chromium, server):
    context = chromium.new_context(
        base_url=server.url, ignore_https_errors=True, viewport=SIZES["1440"], accept_downloads=True
    )
    context.set_default_timeout(15_000)
    return context


@pytest.fixture
def page(context):
    """A page that fails its test when the console has an error or a violation of the CSP, or a script throws.

    `page.expected` takes parts of complaints that belong to the test: the browser writes every 4xx to the console.
    """
    page = context.new_page()
    page.expected = []
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    left = [each for each in complaints if not any(part in each for part in page.expected)]
    assert not left, "\n".join(left)


@pytest.fixture
def other_page(chromium, server):
    """A page of somebody else's browser."""
    context = opened(chromium, server)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def app_zip(tmp_path_factory):
    """`hello.zip` with the example for Node.js, or the app that the environment names."""
    if given := os.environ.get("NODEPILOT_APP_ZIP"):
        return pathlib.Path(given)
    path = tmp_path_factory.mktemp("app") / "hello.zip"
    path.write_bytes(nodepilot.zip_folder(nodepilot.ROOT / "examples/hello-node"))
    return path


@pytest.fixture(scope="session")
def photographed():
    """Saves what is on a page at both widths and in both themes; nothing may need to be scrolled sideways."""
    folder = os.environ.get("NODEPILOT_SCREENSHOTS")

    def photograph(page, name):
        for width, size in SIZES.items():
            page.set_viewport_size(size)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
                beyond = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
                assert beyond <= 0, f"{name} is {beyond} px too wide at {width} px"
                if folder:
                    target = pathlib.Path(folder) / f"{name}-{width}-{theme}.png"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=target)
        page.set_viewport_size(SIZES["1440"])
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")

    return photograph

