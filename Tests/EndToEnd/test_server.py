"""The daemon itself: restarts, memory, logs, the command line."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading

import pytest

import apps
import nodepilot


def test_after_a_restart_what_ran_runs_and_what_was_stopped_is_stopped(own_server):
    admin = own_server.administrator()
    admin.create("runs", nodepilot.zip_files(apps.node()))
    admin.create("rests", nodepilot.zip_files(apps.node()))
    admin.create("site", nodepilot.zip_files(apps.static()))
    admin.post("/api/project/rests/stop")
    pid = json.loads(admin.app("runs", "/who").text)["pid"]
    assert own_server.stop() == 0
    assert not pathlib.Path(f"/proc/{pid}").exists()
    own_server.start()
    nodepilot.eventually(lambda: admin.app("runs").text == "release 1", "the app is back")
    assert admin.app("site").status == 200
    assert admin.app("rests").status == 503
    assert admin.get("/api/project/rests")["status"] == "stopped"


def test_after_a_kill_nothing_is_left_over_and_a_deployment_is_recorded_as_failed(own_server):
    admin = own_server.administrator()
    admin.create("runs", nodepilot.zip_files(apps.node()))
    pid = json.loads(admin.app("runs", "/who").text)["pid"]
    building = apps.node(scripts={"build": "echo building; sleep 60", "start": "node server.js"})
    accepted = admin.upload("/api/project/create", nodepilot.zip_files(building), {"name": "half"})
    path = f"/api/project/half/deployments/{accepted['deployment']['id']}/log"
    nodepilot.eventually(lambda: "building" in [line["text"] for line in admin.get(path)["lines"]], "the build runs")
    own_server.stop(signal.SIGKILL)
    own_server.start()
    nodepilot.eventually(lambda: admin.app("runs").text == "release 1", "the app is back")
    nodepilot.eventually(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "the old process is gone")
    deployment = admin.get("/api/project/half/deployments")["deployments"][0]
    assert deployment["status"] == "failed" and deployment["failure"]["message"]
    data = pathlib.Path(own_server.data) / "server"
    assert list((data / "staging").iterdir()) == []
    assert list((data / "projects/half/releases").iterdir()) == []


def test_a_second_daemon_on_the_same_data_is_refused(own_server):
    result = own_server.command("serve", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", check=False)
    assert result.returncode != 0 and "Another NodePilot" in result.stderr


def test_a_taken_port_is_named(own_server, tmp_path):
    result = subprocess.run(
        [nodepilot.binary(), "serve", "--data", "/tmp/" + tmp_path.name + "-taken", "--domain", "localhost",
         "--http", "127.0.0.1:0", "--https", f"127.0.0.1:{own_server.https}"],
        capture_output=True, text=True, timeout=60,
    )
    shutil.rmtree("/tmp/" + tmp_path.name + "-taken", ignore_errors=True)
    assert result.returncode != 0
    assert str(own_server.https) in result.stderr and "--https" in result.stderr


def test_an_upload_of_200_mb_does_not_grow_the_daemon(own_server):
    admin = own_server.administrator()
    noise = os.urandom(190_000_000)
    import io
    import zipfile

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("index.html", "<!doctype html>")
        archive.writestr("noise.bin", noise)
    before, peak, done = own_server.memory(), [0], threading.Event()

    def watch():
        while not done.wait(0.02):
            peak[0] = max(peak[0], own_server.memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        deployment = admin.create("large", data.getvalue())
    finally:
        done.set()
        watcher.join()
    assert deployment["status"] == "success"
    assert peak[0] > 0 and peak[0] - before < 32 * 1024, (before, peak)


def test_an_upload_over_the_limit_is_refused():
    server = nodepilot.Server({"upload_limit_bytes": 1_000_000})
    try:
        admin = server.start().administrator()
        with pytest.raises(nodepilot.Problem) as problem:
            admin.upload("/api/project/create", os.urandom(6_000_000), {"name": "big"})
        assert problem.value.status == 413
        assert list((pathlib.Path(server.data) / "server/uploads").iterdir()) == []
    finally:
        server.close()


def test_log_lines_come_once_and_in_order(own_server):
    admin = own_server.administrator()
    source = (
        "let n = 0; const burst = () => { for (let i = 0; i < 1000 && n < 50000; i++) console.log('line ' + n++); if (n < 50000) setImmediate(burst); };"
        "require('http').createServer((q, r) => { if (q.url === '/go') burst(); r.end('ok'); }).listen(process.env.PORT, process.env.HOST);"
    )
    admin.create("chatty", nodepilot.zip_files(apps.node(source)))
    admin.app("chatty", "/go")

    def lines(query):
        return admin.get(f"/api/project/chatty/logs?{query}")["lines"]

    nodepilot.eventually(lambda: any(line["text"] == "line 49999" for line in lines("lines=5")), "the last line is there")
    page, seen = lines("lines=5000&stream=stdout"), []
    while page:
        seen = page + seen
        page = lines(f"lines=5000&stream=stdout&before={page[0]['seq']}")
    assert [line["text"] for line in seen if line["text"].startswith("line ")] == [f"line {n}" for n in range(50000)]
    assert [line["text"] for line in lines("lines=10&search=line%2012345")] == ["line 12345"]


def test_the_command_line_deploys_and_shows(own_server, tmp_path):
    own_server.administrator()
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, content in apps.node().items():
        (folder / name).write_text(content)
    out = own_server.command("deploy", str(folder), "--project", "shop").stdout
    for word in ("upload", "unpack", "start", "healthy", "live", f"https://shop.{own_server.authority}"):
        assert word in out
    assert "shop" in own_server.command("projects").stdout
    listed = json.loads(own_server.command("projects", "--json").stdout)
    assert json.dumps(listed).count('"shop"') >= 1
    assert "listening, release 1" in own_server.command("logs", "shop").stdout
    own_server.command("env", "set", "shop", "COLOUR=teal")
    assert "COLOUR" in own_server.command("env", "list", "shop").stdout
    own_server.command("stop", "shop")
    assert "stopped" in own_server.command("status", "shop").stdout
    own_server.command("start", "shop")
    (folder / "server.js").write_text("console.error('it is broken'); process.exit(9)")
    failed = own_server.command("deploy", str(folder), "--project", "shop", check=False)
    assert failed.returncode == 1
    assert "exit code 9" in failed.stdout + failed.stderr and "it is broken" in failed.stdout + failed.stderr
    own_server.command("delete", "shop", "--yes")


def test_users_are_managed_while_the_daemon_is_down(own_server):
    own_server.administrator()
    assert "ada" in own_server.command("admin", "users", "list").stdout
    own_server.stop()
    own_server.command("admin", "users", "add", "bob", "--role", "user", "--password-stdin", stdin="a long password\n")
    assert "bob" in own_server.command("admin", "users", "list").stdout
    own_server.start()
    assert own_server.sign_in("bob", "a long password").get("/api/auth/verify")["user"]["username"] == "bob"


def test_a_missing_key_stops_the_start_with_a_sentence(own_server):
    own_server.administrator()
    own_server.stop()
    key = next((pathlib.Path(own_server.data) / "server/secrets").glob("access*"))
    content = key.read_bytes()
    for broken in (None, b"short"):
        key.unlink() if broken is None else key.write_bytes(broken)
        with pytest.raises(AssertionError) as error:
            own_server.start()
        assert key.name in str(error.value)
        own_server.process = None
        key.write_bytes(content)
    own_server.start()
