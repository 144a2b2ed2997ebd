"""What a person does in the dashboard, in words that tests share."""

import base64
import re

from playwright.sync_api import expect

DROP = """
([encoded, name, selector]) => {
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
  const carried = new DataTransfer()
  carried.items.add(new File([bytes], name, { type: 'application/zip' }))
  const target = document.querySelector(selector)
  for (const type of ['dragenter', 'dragover', 'drop']) {
    target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: carried }))
  }
}
"""


def drop(page, path, onto="main"):
    """Drops a file as a person does with the mouse; `onto` is a CSS selector."""
    drop_bytes(page, path.name, path.read_bytes(), onto)


def drop_bytes(page, name, content, onto="main"):
    page.evaluate(DROP, [base64.b64encode(content).decode(), name, onto])


def set_up(page, code, username, password):
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/setup$"))
    page.get_by_label("One-time code").fill(code)
    page.get_by_label("Name", exact=True).fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Make the administrator").click()
    expect(page).to_have_url(re.compile(r"/projects$"))


def sign_in(page, username, password):
    page.get_by_label("Name", exact=True).fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def be_signed_in(page, administrator):
    page.goto("/projects")
    expect(page.get_by_role("heading", name=re.compile("^(Projects|Sign in|Set up this server)$"))).to_be_visible()
    if "/setup" in page.url:
        set_up(page, **administrator)
    if "/sign-in" in page.url:
        sign_in(page, administrator["username"], administrator["password"])
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def wait_until_live(page, seconds=120):
    """On a deployment's page: every step succeeds, and the app's button appears."""
    link = page.get_by_role("link", name=re.compile("^Open the app"))
    failed = page.get_by_role("alert")
    expect(link.or_(failed).first).to_be_visible(timeout=seconds * 1000)
    assert not failed.is_visible(), failed.inner_text()
    return link
