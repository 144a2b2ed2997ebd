"""What people meet beside the straight way: refusals, failures, what others do meanwhile, and who may do what."""

import re

import pytest
from playwright.sync_api import expect

import nodepilot
from dashboard import be_signed_in, drop_bytes, sign_in

TALKER = {
    "package.json": '{"name": "talker", "scripts": {"start": "node server.js"}}',
    "server.js": """
const http = require('http')
http.createServer((request, response) => {
  console.log(`asked for ${request.url}`)
  response.end(process.env.GREETING ?? 'no greeting')
}).listen(process.env.PORT, '127.0.0.1', () => console.log('ready'))
""",
}
FAILING = {
    "package.json": '{"name": "failing", "scripts": {"start": "node .", "build": "node build.js"}}',
    "build.js": "console.log('building'); console.error('src/page.js: no such thing as flavour'); process.exit(2)",
}
CRASHING = {
    "package.json": '{"name": "crashing", "scripts": {"start": "node server.js"}}',
    "server.js": "throw new Error('DATABASE_URL is not set')",
}
PASSWORD = "a second sentence, for others"


@pytest.fixture(scope="module")
def talker(api):
    api.create("talker", nodepilot.zip_files(TALKER))
    yield "talker"
    api.delete("/api/project/talker")


def create(page, name, files, file_name="app.zip"):
    content = files if isinstance(files, bytes) else nodepilot.zip_files(files)
    drop_bytes(page, file_name, content)
    dialog = page.get_by_role("dialog", name="New project")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_role("button", name="Create and deploy").click()
    return dialog


def person(api, name, role):
    api.post("/api/users", {"username": name, "password": PASSWORD, "role": role})


def signed_in(page, name):
    page.goto("/sign-in")
    sign_in(page, name, PASSWORD)
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


# What is refused


@pytest.mark.parametrize(
    "files, words",
    [
        (b"this is no archive at all", "archive"),
        ({"../outside.js": "1"}, "outside"),
        ({"notes.txt": "nothing that runs"}, "index.html"),
    ],
    ids=["no archive", "leaves its folder", "no app"],
)
def test_a_refused_archive_says_why_and_what_to_do(page, administrator, api, photographed, files, words):
    page.expected.append("422")
    be_signed_in(page, administrator)
    dialog = create(page, "refused", files)
    notice = dialog.get_by_role("alert")
    expect(notice).to_contain_text(words)
    expect(notice.locator(".how")).not_to_be_empty()
    photographed(page, "refused")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("link", name="refused", exact=True)).to_have_count(0)
    assert "refused" not in [each["name"] for each in api.get("/api/project/list")["projects"]]


def test_a_name_that_is_taken_is_told_in_the_form_which_keeps_everything(page, administrator, talker):
    page.expected.append("409")
    be_signed_in(page, administrator)
    dialog = create(page, talker, TALKER)
    expect(dialog.locator("[data-field=name] .wrong")).to_have_text("Name is taken.")
    expect(dialog.get_by_label("Name", exact=True)).to_have_value(talker)
    expect(dialog.get_by_role("button", name="Create and deploy")).to_be_enabled()
    dialog.get_by_role("button", name="Cancel").click()


def test_a_name_with_wrong_letters_is_told_at_the_name(page, administrator):
    page.expected.append("400")
    page.expected.append("422")
    be_signed_in(page, administrator)
    dialog = create(page, "My App", TALKER)
    expect(dialog.locator("[data-field=name] .wrong")).to_be_visible()
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    dialog.get_by_role("button", name="Cancel").click()


def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(page, administrator, api):
    be_signed_in(page, administrator)
    # Chromium slows this page's requests down, not the test: half a megabyte a second.
    session = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 512 * 1024}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", slow)
    dialog = create(page, "cancelled", b"PK\x05\x06" + bytes(4_000_000))
    expect(dialog.get_by_role("progressbar", name="Upload")).to_be_visible()
    expect(dialog.get_by_text(re.compile(r"\d [KM]B of 4\.0 MB"))).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    session.detach()
    assert "cancelled" not in [each["name"] for each in api.get("/api/project/list")["projects"]]


# What fails


@pytest.mark.parametrize(
    "name, files, step, cause",
    [
        ("failing", FAILING, "Build", "no such thing as flavour"),
        ("crashing", CRASHING, "Healthy", "DATABASE_URL is not set"),
    ],
)
def test_a_failing_step_opens_with_the_cause_above_its_log(page, administrator, api, photographed, name, files, step, cause):
    be_signed_in(page, administrator)
    create(page, name, files)
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text(cause, timeout=60_000)
    log = page.get_by_role("log", name=f"Log of the step {step}")
    expect(log).to_contain_text(cause)
    assert notice.bounding_box()["y"] < log.bounding_box()["y"]
    photographed(page, f"failed-{name}")
    page.goto("/projects")
    row = page.locator(f"[data-drop-project={name}]")
    expect(row.get_by_text("Release 1 failed")).to_be_visible()
    expect(row.get_by_text("no release yet")).to_be_visible()
    api.delete(f"/api/project/{name}")
    expect(row).to_have_count(0)


# What others do meanwhile


def test_states_change_on_the_page_when_others_change_them(page, administrator, api, talker):
    be_signed_in(page, administrator)
    row = page.locator(f"[data-drop-project={talker}]")
    expect(row.get_by_text("Running", exact=True)).to_be_visible()
    api.post(f"/api/project/{talker}/stop")
    expect(row.get_by_text("Stopped", exact=True)).to_be_visible()
    api.post(f"/api/project/{talker}/start")
    expect(row.get_by_text("Running", exact=True)).to_be_visible()


def test_a_line_of_the_app_appears_while_one_looks(page, administrator, api, talker):
    be_signed_in(page, administrator)
    page.goto(f"/projects/{talker}/logs")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    api.app(talker, "/first-light")
    log = page.get_by_role("log", name=f"Log of {talker}")
    expect(log.get_by_text("asked for /first-light")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    api.app(talker, "/second-light")
    expect(page.get_by_text(re.compile("^Paused"))).to_contain_text("1")
    expect(log.get_by_text("asked for /second-light")).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    expect(log.get_by_text("asked for /second-light")).to_be_visible()


def test_the_page_finds_back_after_the_server_was_away(page, administrator, api, own_server, talker):
    if own_server is None:
        pytest.skip("only a server of the run's own is restarted")
    page.expected += ["ERR_", "502", "503", "WebSocket"]
    be_signed_in(page, administrator)
    own_server.stop()
    expect(page.get_by_text(re.compile("^The live connection is lost"))).to_be_visible(timeout=30_000)
    own_server.start()
    expect(page.get_by_text(re.compile("^The live connection is lost"))).to_have_count(0, timeout=30_000)
    expect(page.locator(f"[data-drop-project={talker}]").get_by_text("Running", exact=True)).to_be_visible()


# Changing things


def test_a_saved_variable_reaches_the_app_with_the_restart(page, administrator, api, talker):
    be_signed_in(page, administrator)
    page.goto(f"/projects/{talker}/environment")
    page.get_by_label("Name of a new variable").fill("GREETING")
    page.get_by_label("Value of the new variable").fill("good morning")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Restart now").click()
    expect(page.get_by_text("talker was restarted.")).to_be_visible()
    assert api.app(talker).text == "good morning"


def test_settings_are_kept_and_refused_at_their_field(page, administrator, api, talker):
    page.expected.append("400")
    page.expected.append("422")
    be_signed_in(page, administrator)
    page.goto(f"/projects/{talker}/settings")
    page.get_by_label("Display name").fill("The Talker")
    page.get_by_label("Health path").fill("/health")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="The Talker")).to_be_visible()
    assert api.get(f"/api/project/{talker}")["settings"]["health_path"] == "/health"
    page.get_by_label("Health path").fill("no slash")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-field=health_path] .wrong")).to_be_visible()
    page.get_by_label("Health path").fill("")
    page.get_by_label("Display name").fill(talker)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name=talker, exact=True)).to_be_visible()


def test_a_domain_comes_with_its_dns_record_and_goes_again(page, administrator, talker, photographed):
    be_signed_in(page, administrator)
    page.goto(f"/projects/{talker}/domains")
    page.get_by_label("Host name").fill("www.talker.example")
    page.get_by_role("button", name="Add", exact=True).click()
    record = page.locator(".record")
    expect(record).to_contain_text("www.talker.example")
    expect(record).to_contain_text(re.compile("CNAME|this server’s public IPv4 address"))
    photographed(page, "domain-added")
    page.get_by_role("button", name="Remove www.talker.example").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("www.talker.example was removed.")).to_be_visible()
    expect(page.get_by_role("link", name="www.talker.example")).to_have_count(0)


def test_a_token_is_shown_once_and_works_until_it_is_removed(page, administrator, server, photographed):
    be_signed_in(page, administrator)
    page.goto("/account")
    page.get_by_role("button", name="New token").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("from the tests")
    page.get_by_role("button", name="Make the token").click()
    secret = page.locator(".secret code").inner_text()
    assert secret.startswith("np_")
    photographed(page, "token")
    robot = nodepilot.Client(server, secret)
    assert robot.get("/api/auth/verify")["valid"]
    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Remove from the tests").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    with pytest.raises(nodepilot.Problem) as refused:
        robot.get("/api/auth/verify")
    assert refused.value.status == 401


# Who may do what


def test_a_changed_password_ends_other_sessions_which_keep_their_place(page, other_page, administrator, api, photographed):
    person(api, "cleo", "user")
    signed_in(other_page, "cleo")
    other_page.goto("/system")
    expect(other_page.get_by_role("heading", name="System")).to_be_visible()
    cleo = next(each for each in api.get("/api/users")["users"] if each["username"] == "cleo")
    api.patch(f"/api/users/{cleo['id']}", {"password": PASSWORD + "!"})
    # The open event stream ends, and the page learns that it is signed out.
    expect(other_page).to_have_url(re.compile(r"/sign-in\?next=%2Fsystem$"), timeout=30_000)
    sign_in(other_page, "cleo", PASSWORD + "!")
    expect(other_page.get_by_role("heading", name="System")).to_be_visible()
    other_page.goto("/account")
    other_page.get_by_label("Current password", exact=True).fill("not this one at all")
    other_page.get_by_label("New password", exact=True).fill(PASSWORD)
    other_page.get_by_role("button", name="Change password").click()
    expect(other_page.get_by_role("alert").first).to_be_visible()
    other_page.get_by_label("Current password", exact=True).fill(PASSWORD + "!")
    other_page.get_by_role("button", name="Change password").click()
    expect(other_page.get_by_text("The password is changed.")).to_be_visible()
    other_page.reload()
    expect(other_page.get_by_role("heading", name="Account")).to_be_visible()
    api.delete("/api/users/cleo")
    expect(other_page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=30_000)


def test_a_viewer_sees_everything_and_is_offered_no_change(other_page, api, talker, photographed):
    person(api, "vera", "viewer")
    signed_in(other_page, "vera")
    expect(other_page.get_by_role("button", name="New project")).to_have_count(0)
    expect(other_page.get_by_role("link", name="Users")).to_have_count(0)
    other_page.get_by_role("table", name="Projects").get_by_role("link", name=talker, exact=True).click()
    expect(other_page.get_by_role("heading", name="Usage")).to_be_visible()
    for change in ("Deploy", "Restart", "More actions"):
        expect(other_page.get_by_role("button", name=change, exact=True)).to_have_count(0)
    tabs = other_page.get_by_role("navigation", name=f"Tabs of {talker}")
    tabs.get_by_role("link", name="Environment").click()
    expect(other_page.get_by_text("GREETING")).to_be_visible()
    expect(other_page.get_by_text("good morning")).to_have_count(0)
    expect(other_page.get_by_role("button", name="Reveal all")).to_have_count(0)
    tabs.get_by_role("link", name="Settings").click()
    expect(other_page.get_by_label("Display name")).to_be_disabled()
    expect(other_page.get_by_role("heading", name="Danger zone")).to_have_count(0)
    photographed(other_page, "viewer-settings")
    other_page.goto("/users")
    expect(other_page.get_by_role("heading", name="You may not see this")).to_be_visible()
    photographed(other_page, "forbidden")
    api.delete("/api/users/vera")


def test_a_user_sees_only_their_own_projects(other_page, api, talker):
    person(api, "otto", "user")
    signed_in(other_page, "otto")
    expect(other_page.get_by_text("Drop a ZIP of your app here")).to_be_visible()
    other_page.goto(f"/projects/{talker}")
    expect(other_page.get_by_role("heading", name="Not found")).to_be_visible()
    api.delete("/api/users/otto")
