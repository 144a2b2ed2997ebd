"""From a ZIP to a running app, and what happens when it does not work."""

import json
import os
import pathlib
import re
import threading

import pytest

import apps
import nodepilot
from conftest import needs_root

EXAMPLES = nodepilot.ROOT / "examples"


def test_a_zip_becomes_an_app_on_https(admin):
    deployment = admin.create("hello", nodepilot.zip_folder(EXAMPLES / "hello-node"))
    assert deployment["status"] == "success", deployment
    assert [step["name"] for step in deployment["steps"]] == [
        "upload", "unpack", "detect", "install", "build", "start", "healthy", "live",
    ]
    assert all(step["status"] in ("success", "skipped") for step in deployment["steps"])
    assert all(step["duration_ms"] >= 0 for step in deployment["steps"])
    assert admin.app("hello").status == 200
    project = admin.get("/api/project/hello")
    assert project["status"] == "running"
    assert project["kind"] == "node"
    assert project["instances"][0]["state"] == "running"
    assert project["pm2_name"] == "nodepilot-hello"


def test_a_single_folder_around_everything_is_stripped(admin):
    deployment = admin.create("wrapped", nodepilot.zip_folder(EXAMPLES / "hello-node", top="hello-node-main"))
    assert deployment["status"] == "success", deployment
    assert admin.app("wrapped").status == 200


def test_a_static_site_is_served_with_validators_and_ranges(admin):
    deployment = admin.create("site", nodepilot.zip_files(apps.static()))
    assert deployment["status"] == "success", deployment
    page = admin.app("site")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    again = admin.app("site", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status, again.data) == (304, b"")
    part = admin.app("site", "/style.css", headers={"Range": "bytes=0-0"})
    assert (part.status, part.data) == (206, b"p")
    assert admin.app("site", "/nothing").status == 404
    admin.patch("/api/project/site", {"single_page": True})
    assert admin.app("site", "/nothing").status == 200


def test_the_second_release_takes_over_without_a_failed_request(admin):
    admin.create("swap", nodepilot.zip_files(apps.node()))
    seen, failures, stop = set(), [], threading.Event()

    def visit():
        while not stop.is_set():
            try:
                answer = admin.app("swap")
                seen.add(answer.text)
                if answer.status != 200:
                    failures.append(answer.status)
            except OSError as error:
                failures.append(repr(error))

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    try:
        for _ in range(3):
            assert admin.deploy("swap", nodepilot.zip_files(apps.node()))["status"] == "success"
        nodepilot.eventually(lambda: "release 4" in seen, "release 4 is seen")
    finally:
        stop.set()
        for visitor in visitors:
            visitor.join()
    assert failures == []
    assert {"release 1", "release 4"} <= seen


def test_a_request_in_flight_finishes_on_the_release_where_it_began(admin):
    admin.create("inflight", nodepilot.zip_files(apps.node()))
    answers = []
    slow = threading.Thread(target=lambda: answers.append(admin.app("inflight", "/slow").text))
    slow.start()
    assert admin.deploy("inflight", nodepilot.zip_files(apps.node()))["status"] == "success"
    slow.join()
    assert answers == ["slow 1"]
    assert admin.app("inflight").text == "release 2"


def test_a_release_that_crashes_leaves_what_was_live(admin):
    admin.create("steady", nodepilot.zip_files(apps.node()))
    deployment = admin.deploy("steady", nodepilot.zip_files(apps.crashing()))
    assert deployment["status"] == "failed"
    assert deployment["failure"]["step"] == "healthy"
    told = deployment["failure"]["message"] + deployment["failure"].get("hint", "") + "\n".join(deployment["log"])
    assert "exit code 7" in told and "no database here" in told
    assert admin.app("steady").text == "release 1"
    assert admin.get("/api/project/steady")["status"] == "running"
    assert admin.get("/api/project/steady/deployments")["kept_releases"] == [1]


def test_an_app_on_the_wrong_port_is_told_which(admin):
    source = "require('http').createServer((q, r) => r.end('x')).listen(39871, '127.0.0.1')"
    project = admin.upload("/api/project/create", nodepilot.zip_files(apps.node(source)), {"name": "wrongport"})
    # The health check has a minute; the reason must be in what it says then.
    deployment = admin.wait("wrongport", project["deployment"]["id"])
    assert deployment["status"] == "failed"
    assert "39871" in deployment["failure"]["message"] + deployment["failure"].get("hint", "")
    admin.delete("/api/project/wrongport")


def test_nothing_recognised_says_what_was_looked_for_and_leaves_nothing(admin, server):
    with pytest.raises(nodepilot.Problem) as problem:
        admin.upload("/api/project/create", nodepilot.zip_files({"notes.txt": "hi"}), {"name": "unknown"})
    assert problem.value.status == 422
    for name in ("nodepilot.json", "Procfile", "package.json", "requirements.txt", "index.html"):
        assert name in problem.value.detail + problem.value.hint
    with pytest.raises(nodepilot.Problem) as gone:
        admin.get("/api/project/unknown")
    assert gone.value.status == 404
    assert not (pathlib.Path(server.data) / "server/projects/unknown").exists()
    assert list((pathlib.Path(server.data) / "server/staging").iterdir()) == []
    assert list((pathlib.Path(server.data) / "server/uploads").iterdir()) == []


@pytest.mark.parametrize("name, archive", [
    ("leaving", nodepilot.zip_files({"../evil.txt": "x", "index.html": "x"})),
    ("garbage", b"this is not an archive at all"),
    ("empty", nodepilot.zip_files({})),
])
def test_a_bad_archive_is_refused_and_leaves_nothing(admin, server, name, archive):
    with pytest.raises(nodepilot.Problem) as problem:
        admin.upload("/api/project/create", archive, {"name": name})
    assert 400 <= problem.value.status < 500 and problem.value.detail
    if name == "leaving":
        assert "../evil.txt" in problem.value.detail
    assert not (pathlib.Path(server.data) / f"server/projects/{name}").exists()
    assert list((pathlib.Path(server.data) / "server/staging").iterdir()) == []


def test_rollback_starts_the_release_before(admin):
    admin.create("back", nodepilot.zip_files(apps.node()))
    admin.deploy("back", nodepilot.zip_files(apps.node()))
    assert admin.app("back").text == "release 2"
    accepted = admin.post("/api/project/back/rollback")
    deployment = admin.wait("back", accepted["deployment"]["id"])
    assert (deployment["status"], deployment["kind"], deployment["version"]) == ("success", "rollback", 1)
    assert admin.app("back").text == "release 1"
    with pytest.raises(nodepilot.Problem) as problem:
        admin.post("/api/project/back/rollback", {"version": 9})
    assert problem.value.status == 404


def test_five_releases_are_kept(admin, server):
    admin.create("many", nodepilot.zip_files(apps.static("1")))
    for number in range(2, 8):
        admin.deploy("many", nodepilot.zip_files(apps.static(str(number))))
    assert admin.get("/api/project/many/deployments")["kept_releases"] == [7, 6, 5, 4, 3]
    folder = pathlib.Path(server.data) / "server/projects/many/releases"
    assert sorted(path.name for path in folder.iterdir()) == ["3", "4", "5", "6", "7"]


def test_the_log_streams_while_it_happens(admin):
    files = apps.node(scripts={"build": "echo first; sleep 1; echo second", "start": "node server.js"})
    accepted = admin.upload("/api/project/create", nodepilot.zip_files(files), {"name": "streaming"})
    order = []
    for event, data in admin.events(f"/api/project/streaming/deployments/{accepted['deployment']['id']}/log"):
        if event == "log" and data["text"] in ("first", "second"):
            state = admin.get(f"/api/project/streaming/deployments/{accepted['deployment']['id']}")["status"]
            order.append((data["text"], state))
    assert order == [("first", "running"), ("second", "running")]


def test_stop_start_and_restart(admin):
    admin.create("cycle", nodepilot.zip_files(apps.node()))
    pid = json.loads(admin.app("cycle", "/who").text)["pid"]
    assert admin.post("/api/project/cycle/stop")["status"] == "stopped"
    assert admin.app("cycle").status == 503
    assert not pathlib.Path(f"/proc/{pid}").exists()
    assert admin.post("/api/project/cycle/start")["status"] == "running"
    second = json.loads(admin.app("cycle", "/who").text)["pid"]
    assert admin.post("/api/project/cycle/restart")["status"] == "running"
    assert len({pid, second, json.loads(admin.app("cycle", "/who").text)["pid"]}) == 3


def test_an_app_that_ends_is_started_again(admin):
    admin.create("phoenix", nodepilot.zip_files(apps.node()))
    pid = json.loads(admin.app("phoenix", "/who").text)["pid"]
    admin.app("phoenix", "/exit")

    def again():
        answer = admin.app("phoenix", "/who")
        return answer.status == 200 and json.loads(answer.text)["pid"] != pid

    nodepilot.eventually(again, "the app is back with another pid")
    instance = admin.get("/api/project/phoenix")["instances"][0]
    assert instance["restarts"] == 1 and "exit code 3" in instance["last_exit"]


def test_the_environment_of_an_app(admin, server):
    archive = nodepilot.zip_files(apps.node())
    admin.create("environ", archive, env_vars=json.dumps({"COLOUR": "teal"}))
    variables = json.loads(admin.app("environ", "/environment").text)
    assert variables["COLOUR"] == "teal"
    assert variables["NODE_ENV"] == "production"
    assert variables["HOST"] == "127.0.0.1" and variables["PORT"].isdigit()
    assert variables["NODEPILOT_PROJECT"] == "environ" and variables["NODEPILOT_RELEASE"] == "1"
    leaked = [name for name in variables if name in os.environ and variables[name] == os.environ[name] and name not in ("PATH", "LANG", "TMPDIR", "PYTHONUNBUFFERED")]
    assert leaked == []
    admin.patch("/api/project/environ/env", {"set": [{"name": "COLOUR", "value": "plum"}], "unset": []})
    admin.post("/api/project/environ/restart")
    assert json.loads(admin.app("environ", "/environment").text)["COLOUR"] == "plum"
    database = pathlib.Path(server.data) / "server"
    for path in database.glob("nodepilot.db*"):
        assert b"plum" not in path.read_bytes()


def test_an_app_has_nothing_but_its_three_descriptors(admin):
    admin.create("bare", nodepilot.zip_files({
        "Procfile": "web: sh -c 'ls -l /proc/self/fd > $NODEPILOT_DATA_DIR/fds; exec node server.js'\n", "server.js": apps.ECHO,
    }))
    listing = admin.app("bare", "/read?" + json.loads(admin.app("bare", "/environment").text)["NODEPILOT_DATA_DIR"] + "/fds").text
    numbers = re.findall(r" (\d+) -> ", listing)
    assert [number for number in numbers if number not in ("3",)] == ["0", "1", "2"], listing  # 3 is ls's own folder


@needs_root
def test_an_app_cannot_read_secrets_or_neighbours_nor_change_its_release(admin, server):
    admin.create("nosy", nodepilot.zip_files(apps.node()))
    admin.create("neighbour", nodepilot.zip_files(apps.static("secret")))
    who = json.loads(admin.app("nosy", "/who").text)
    assert who["uid"] != 0
    base = f"{server.data}/server"
    for path in (f"{base}/nodepilot.db", f"{base}/secrets/environment.key", f"{base}/projects/neighbour/releases/1/index.html"):
        answer = admin.app("nosy", "/read?" + path)
        assert (answer.status, answer.text) == (403, "EACCES"), path
    answer = admin.app("nosy", f"/write?{base}/projects/nosy/releases/1/server.js")
    assert (answer.status, answer.text) == (403, "EACCES")
    assert admin.app("nosy", f"/write?{base}/projects/nosy/data/kept").text == "written"


def test_delete_removes_everything(admin, server):
    admin.create("gone", nodepilot.zip_files(apps.node()))
    pid = json.loads(admin.app("gone", "/who").text)["pid"]
    number = admin.get("/api/project/gone")["id"]
    admin.delete("/api/project/gone")
    assert not pathlib.Path(f"/proc/{pid}").exists()
    assert not (pathlib.Path(server.data) / "server/projects/gone").exists()
    assert admin.app("gone").status == 404
    assert f"{server.prefix}p{number}:" not in open("/etc/passwd").read()
    with pytest.raises(nodepilot.Problem) as problem:
        admin.get("/api/project/gone")
    assert problem.value.status == 404


def test_a_name_that_is_taken_and_one_that_is_not_allowed(admin):
    archive = nodepilot.zip_files(apps.static())
    admin.create("taken", archive)
    with pytest.raises(nodepilot.Problem) as problem:
        admin.upload("/api/project/create", archive, {"name": "taken"})
    assert problem.value.status == 409
    with pytest.raises(nodepilot.Problem) as problem:
        admin.upload("/api/project/create", archive, {"name": "Not Allowed"})
    assert problem.value.status == 400 and problem.value.fields[0]["name"] == "name"


def test_a_fixed_port_is_used_and_a_failed_deploy_brings_the_old_release_back(admin):
    port = nodepilot.free_port()
    admin.create("fixed", nodepilot.zip_files(apps.node()), port=str(port))
    assert admin.get("/api/project/fixed")["instances"][0]["port"] == port
    assert admin.deploy("fixed", nodepilot.zip_files(apps.crashing()))["status"] == "failed"
    assert admin.app("fixed").text == "release 1"
