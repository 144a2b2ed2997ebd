"""The dashboard's own tools, run by the browser that uses them."""

import base64
import io
import zipfile

import pytest

LOAD = "(name) => import(new URL(name, document.querySelector('script[type=module]').src).href)"


@pytest.fixture
def module(page):
    """Calls an expression with a module of the dashboard as `m`."""
    page.goto("/sign-in")
    page.wait_for_selector("main")

    def call(name, expression, argument=None):
        return page.evaluate(f"async (argument) => {{ const m = await ({LOAD})({name!r}); return {expression} }}", argument)

    return call


def test_what_people_typed_never_becomes_markup(module):
    text = "<img src=x onerror=alert(1)> \"quoted\" & 'single'"
    written = module("./lib/html.js", "m.html`<p title=\"${argument}\">${[argument]}</p>`.toString()", text)
    assert "<img" not in written
    assert written.count("&lt;img src=x onerror=alert(1)&gt; &quot;quoted&quot; &amp; &#39;single&#39;") == 2


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//elsewhere.example", "data:text/html,x", None])
def test_an_address_that_is_no_web_address_leads_nowhere(module, address):
    assert module("./lib/html.js", "m.safeLink(argument)", address) == "#"


def test_rendering_again_keeps_what_is_typed_and_focused(module):
    kept = module("./lib/html.js", """(() => {
        const root = document.createElement('div'); document.body.append(root)
        m.render(root, m.html`<ul><li data-key="a">a</li><li data-key="b"><input></li></ul>`)
        const input = root.querySelector('input'); input.value = 'typed'; input.focus()
        m.render(root, m.html`<ul><li data-key="c">c</li><li data-key="b"><input></li></ul>`)
        return [root.querySelector('input') === input, input.value, document.activeElement === input, root.textContent]
    })()""")
    assert kept == [True, "typed", True, "c"]


def test_dotenv_files_are_understood_as_shells_write_them(module):
    text = "\ufeff# note\nexport A=1\nB = two words # remark\nC='it''s # no remark'\nD=\"line\\nnext \\\"q\\\"\"\nE=\"two\nlines\"\r\nF=\n9X=bad\n"
    found = module("./lib/dotenv.js", "m.parseDotenv(argument)", text)
    values = {each["name"]: each["value"] for each in found["variables"]}
    assert values["A"] == "1" and values["B"] == "two words" and values["D"] == 'line\nnext "q"'
    assert values["E"] == "two\nlines" and values["F"] == ""
    assert [each["line"] for each in found["problems"]] == [9]


def test_events_are_read_however_the_network_cuts_them(module):
    text = ": hello\n\nevent: log\nid: 7\ndata: {\"a\":\ndata: 1}\n\nevent: log\r\ndata: 2\r\n\r\n"
    whole = module("./stream.js", "(() => { const got = []; m.parser((...event) => got.push(event))(argument); return got })()", text)
    cut = module("./stream.js", "(() => { const got = []; const parse = m.parser((...event) => got.push(event)); for (const c of argument) parse(c); return got })()", text)
    assert whole == cut == [["log", {"a": 1}, "7"], ["log", 2, ""]]


def test_terminal_colours_become_classes_and_other_escapes_vanish(module):
    assert module("./lib/ansi.js", "m.plain(argument)", "\x1b[1;31mred\x1b[0m \x1b[2Kend") == "red end"
    assert module("./lib/ansi.js", "m.runs(argument)", "\x1b[1;31mred\x1b[0m end") == [
        {"text": "red", "className": "ansi-red ansi-bold"},
        {"text": " end", "className": ""},
    ]


def test_the_example_is_a_sound_archive(module):
    encoded = module("./lib/example.js", """(async () => {
        const bytes = new Uint8Array(await m.exampleApp(['Node.js 20.19.2']).arrayBuffer())
        return btoa(String.fromCharCode(...bytes))
    })()""")
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded)))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == ["package.json", "server.js"]


@pytest.mark.parametrize(
    "call, text",
    [
        ("m.bytes(48123904)", "48.1 MB"),
        ("m.bytes(999)", "999 B"),
        ("m.bytes(999950)", "1.0 MB"),
        ("m.duration(312)", "0.3 s"),
        ("m.duration(125000)", "2 min 5 s"),
        ("m.percent(0.42)", "0.4 %"),
    ],
)
def test_figures_are_written_as_the_command_line_writes_them(module, call, text):
    assert module("./lib/format.js", call) == text
