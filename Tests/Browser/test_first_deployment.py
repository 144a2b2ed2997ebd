"""The main job in the browser: set up with the code, drop a ZIP, watch its log, open the app."""

import os
import re

import pytest
from playwright.sync_api import expect

from dashboard import be_signed_in, drop, set_up, sign_in, wait_until_live

PROJECT = os.environ.get("NODEPILOT_PROJECT", "hello")


def test_the_first_visitor_makes_the_administrator_with_the_code(page, administrator, photographed):
    if not administrator["code"]:
        pytest.skip("NODEPILOT_SETUP_CODE is not given: the server is set up already")
    page.goto("/")
    expect(page.get_by_role("heading", name="Set up this server")).to_be_visible()
    photographed(page, "setup")
    set_up(page, **administrator)
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_a_signed_out_person_comes_back_to_where_they_were(page, administrator, photographed):
    be_signed_in(page, administrator)
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/system")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Fsystem$"))
    photographed(page, "sign-in")
    sign_in(page, administrator["username"], administrator["password"])
    expect(page).to_have_url(re.compile(r"/system$"))
    expect(page.get_by_role("heading", name="System")).to_be_visible()


def test_a_reload_keeps_the_session(page, administrator):
    be_signed_in(page, administrator)
    page.reload()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_a_dropped_zip_becomes_an_app_that_answers(page, administrator, app_zip, photographed):
    be_signed_in(page, administrator)
    photographed(page, "projects-before")
    drop(page, app_zip)
    dialog = page.get_by_role("dialog", name="New project")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Name", exact=True).fill(PROJECT)
    photographed(page, "new-project")
    dialog.get_by_role("button", name="Create and deploy").click()

    expect(page).to_have_url(re.compile(rf"/projects/{PROJECT}/deployments/\d+$"))
    steps = page.get_by_role("region", name="Steps")
    expect(steps.get_by_text("Upload", exact=True)).to_be_visible()
    photographed(page, "deployment-running")
    open_link = wait_until_live(page)
    expect(steps.get_by_text("Succeeded").first).to_be_visible()
    photographed(page, "deployment-live")

    # The log of a step unfolds under it.
    steps.locator("summary", has_text="Live").click()
    expect(steps.get_by_role("log", name="Log of the step Live")).not_to_be_empty()

    address = open_link.get_attribute("href")
    assert address.startswith("https://")
    if os.environ.get("NODEPILOT_OPEN_APP", "yes") == "yes":
        with page.context.expect_page() as opened:
            open_link.click()
        app = opened.value
        expect(app.locator("body")).not_to_be_empty()
        assert app.evaluate("() => performance.getEntriesByType('navigation')[0].responseStatus") == 200
        app.close()


def test_every_tab_of_the_project_shows_its_face(page, administrator, photographed):
    be_signed_in(page, administrator)
    page.get_by_role("table", name="Projects").get_by_role("link", name=re.compile(f"^{PROJECT}$", re.I)).click()
    expect(page.get_by_role("heading", name="Usage")).to_be_visible()
    photographed(page, "overview")
    tabs = page.get_by_role("navigation", name=f"Tabs of {PROJECT}")
    faces = {
        "Deployments": page.get_by_role("navigation", name="Deployments"),
        "Logs": page.get_by_role("log", name=f"Log of {PROJECT}"),
        "Environment": page.get_by_role("heading", name="Environment"),
        "Domains": page.get_by_role("heading", name="Add a domain"),
        "Settings": page.get_by_role("heading", name="Danger zone"),
    }
    for tab, face in faces.items():
        tabs.get_by_role("link", name=tab).click()
        expect(face).to_be_visible()
        photographed(page, tab.lower())


def test_the_log_runs_live_and_can_be_paused(page, administrator):
    be_signed_in(page, administrator)
    page.goto(f"/projects/{PROJECT}/logs")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text(re.compile("^Paused"))).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search the log")).to_be_focused()
    page.keyboard.type("no line has these words")
    expect(page.get_by_text("No line matches.")).to_be_visible()


def test_the_environment_takes_a_pasted_file_and_keeps_it(page, administrator):
    be_signed_in(page, administrator)
    page.goto(f"/projects/{PROJECT}/environment")
    page.get_by_role("button", name="Paste .env").click()
    page.get_by_label("Lines").fill("# from the tests\nexport GREETING='Hello there'\nLEVEL=debug # quiet later\n")
    expect(page.get_by_text("2 variables", exact=False)).to_be_visible()
    page.get_by_role("button", name="Take over").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. The running app still has the old values.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Hello there")).to_have_count(0)
    page.get_by_role("button", name="Reveal GREETING").click()
    expect(page.get_by_text("Hello there")).to_be_visible()


def test_a_second_release_can_be_rolled_back(page, administrator, app_zip):
    be_signed_in(page, administrator)
    drop(page, app_zip, onto=f"[data-drop-project={PROJECT}]")
    expect(page).to_have_url(re.compile(rf"/projects/{PROJECT}/deployments/\d+$"))
    wait_until_live(page)
    page.get_by_role("navigation", name="Deployments").get_by_role("link").nth(1).click()
    page.get_by_role("button", name="Roll back to this").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_role("heading", name=re.compile("^Rollback to release"))).to_be_visible()
    wait_until_live(page)


def test_the_keyboard_reaches_every_place(page, administrator):
    be_signed_in(page, administrator)
    for keys, heading in (("gs", "System"), ("ga", "Account"), ("gu", "Users"), ("gl", "Audit"), ("gp", "Projects")):
        page.keyboard.type(keys)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/projects/[a-z]"))


@pytest.mark.parametrize("path, heading", [("/system", "System"), ("/account", "Account"), ("/users", "Users"), ("/audit", "Audit")])
def test_the_other_pages_show_their_faces(page, administrator, photographed, path, heading):
    be_signed_in(page, administrator)
    page.goto(path)
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    photographed(page, heading.lower())


def test_a_project_is_deleted_only_with_its_name_typed(page, administrator, photographed):
    be_signed_in(page, administrator)
    page.goto(f"/projects/{PROJECT}/settings")
    page.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog")
    delete = dialog.get_by_role("button", name="Delete for good")
    expect(delete).to_be_disabled()
    photographed(page, "delete")
    dialog.get_by_label(f"Type {PROJECT} to confirm").fill(PROJECT)
    delete.click()
    expect(page).to_have_url(re.compile(r"/projects$"))
    expect(page.get_by_role("link", name=PROJECT, exact=True)).to_have_count(0)


def test_an_empty_server_offers_an_example(page, administrator):
    be_signed_in(page, administrator)
    if page.get_by_role("table", name="Projects").is_visible():
        pytest.skip("this server has projects of its own")
    page.get_by_role("button", name="Deploy an example").click()
    dialog = page.get_by_role("dialog", name="New project")
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("hello")
    dialog.get_by_role("button", name="Cancel").click()
