"""What code of one project must not reach: the server's files, other projects' places, a life after its end."""

import http.client
import json
import os

import apps
import nodepilot
from conftest import needs_root


def processes(uid):
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.stat(f"/proc/{entry}").st_uid == uid and "\nState:\tZ" not in open(f"/proc/{entry}/status").read():
                found.append(int(entry))
        except OSError:
            pass
    return found


def uid(server, project, kind):
    name = f"{server.prefix}{kind}{project['id']}"
    return next(int(line.split(":")[2]) for line in open("/etc/passwd") if line.startswith(name + ":"))


@needs_root
def test_a_static_folder_that_a_build_made_a_link_leads_nowhere(server, admin):
    secret = f"{server.data}/server/secrets/access.key"
    assert os.path.exists(secret)
    for name, command in [("linked", "rm -rf dist && ln -s / dist"), ("nested", "rm -rf dist && mkdir dist && ln -s / dist/all")]:
        root = "dist" if name == "linked" else "dist/all"
        files = {"nodepilot.json": json.dumps({"build": command, "static": root}), "dist/index.html": "hello"}
        admin.create(name, nodepilot.zip_files(files))
        answer = admin.app(name, secret)
        assert answer.status in (404, 503), answer.data
        assert open(secret, "rb").read() not in answer.data
        assert admin.app(name, "/etc/passwd").status in (404, 503)


# Leaves its session and its parent, as a daemon does.
DAEMON = """
import os, sys, time
if os.fork(): sys.exit(0)
os.setsid()
if os.fork(): os._exit(0)
for fd in range(3): os.close(fd)
time.sleep(600)
"""


@needs_root
def test_what_a_build_leaves_running_ends_with_it(server, admin):
    files = {
        "nodepilot.json": json.dumps({"build": "python3 daemon.py", "static": "."}),
        "daemon.py": DAEMON, "index.html": "hello",
    }
    assert admin.create("lingering", nodepilot.zip_files(files))["status"] == "success"
    builder = uid(server, admin.get("/api/project/lingering"), "b")
    assert processes(builder) == []


@needs_root
def test_what_an_app_leaves_running_ends_when_it_is_stopped(server, admin):
    source = "require('child_process').spawnSync('python3', ['daemon.py']);" + apps.ECHO
    files = {**apps.node(source), "daemon.py": DAEMON}
    assert admin.create("forking", nodepilot.zip_files(files))["status"] == "success"
    runner = uid(server, admin.get("/api/project/forking"), "p")
    assert len(processes(runner)) == 2
    admin.post("/api/project/forking/stop")
    nodepilot.eventually(lambda: processes(runner) == [], "nothing of the project runs")


# Waits for a port to become free, and takes it.
THIEF = """
const http = require('http');
http.createServer((request, response) => response.end('thief')).listen(process.env.PORT, process.env.HOST);
const steal = () => {
  const server = http.createServer((request, response) => response.end('stolen'));
  server.on('error', () => setTimeout(steal, 1));
  server.listen(%d, '127.0.0.1', () => console.log('got it'));
};
steal();
"""


@needs_root
def test_an_app_that_takes_the_port_of_another_gets_none_of_its_visitors(server, admin):
    port = nodepilot.free_port()
    assert admin.create("victim", nodepilot.zip_files(apps.node()), port=port)["status"] == "success"
    assert admin.create("thief", nodepilot.zip_files(apps.node(THIEF % port)))["status"] == "success"
    assert admin.app("victim").text.startswith("release")
    admin.app("victim", "/exit")
    nodepilot.eventually(
        lambda: any("got it" in line["text"] for line in admin.get("/api/project/thief/logs")["lines"]), "the port is stolen")
    for _ in range(5):
        answer = admin.app("victim")
        assert answer.text != "stolen"
        assert answer.status in (502, 503)


def test_a_build_that_talks_without_end_fills_neither_memory_nor_database(server, admin):
    talk = "head -c 60000000 /dev/zero | tr '\\0' x | fold -w 8000"
    files = {"nodepilot.json": json.dumps({"build": talk, "static": "."}), "index.html": "hello"}
    deployment = admin.create("talking", nodepilot.zip_files(files))
    assert deployment["status"] == "success", deployment
    assert sum(map(len, deployment["log"])) < 5_000_000


def test_deployments_of_one_project_do_not_pile_up(server, admin):
    slow = {"nodepilot.json": json.dumps({"build": "sleep 600", "static": "."}), "index.html": "hello"}
    admin.upload("/api/project/create", nodepilot.zip_files(slow), {"name": "queue"})
    refused = None
    for _ in range(5):
        try:
            admin.upload("/api/project/queue/deploy", nodepilot.zip_files(slow))
        except nodepilot.Problem as problem:
            refused = problem
            break
    assert refused is not None and refused.status == 409
    assert len(os.listdir(f"{server.data}/server/staging")) <= 3
    admin.delete("/api/project/queue")
    assert os.listdir(f"{server.data}/server/staging") == []


def test_one_person_cannot_open_streams_without_end(server, admin):
    streams, refused = [], None
    try:
        for _ in range(120):
            connection = http.client.HTTPSConnection("127.0.0.1", server.https, context=nodepilot.TRUST_ANYONE, timeout=10)
            connection.request("GET", "/api/events", headers={
                "Host": server.authority, "Accept": "text/event-stream", "Authorization": f"Bearer {admin.token}"})
            streams.append(connection)
            response = connection.getresponse()
            if response.status != 200:
                refused = json.loads(response.read())
                break
        assert refused is not None and refused["code"] == "rate_limited" and "streams" in refused["detail"], refused
    finally:
        for connection in streams:
            connection.close()
