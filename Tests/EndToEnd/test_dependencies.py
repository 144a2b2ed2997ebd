"""Real npm against a registry on loopback, real pip against PyPI."""

import base64
import hashlib
import http.server
import io
import json
import tarfile
import threading

import pytest

import apps
import nodepilot

GREETING = "module.exports = name => 'hello ' + name + ' from a package';"


class Registry:
    """A small npm registry with one package, `greeting` 1.0.0."""

    def __init__(self):
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w:gz") as archive:
            for name, text in {
                "package/package.json": json.dumps({"name": "greeting", "version": "1.0.0", "main": "index.js"}),
                "package/index.js": GREETING,
            }.items():
                info = tarfile.TarInfo(name)
                info.size, info.mode = len(text), 0o644
                archive.addfile(info, io.BytesIO(text.encode()))
        self.tarball = data.getvalue()
        self.integrity = "sha512-" + base64.b64encode(hashlib.sha512(self.tarball).digest()).decode()
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/greeting":
                    body, kind = json.dumps(registry.document()).encode(), "application/json"
                elif self.path == "/greeting/-/greeting-1.0.0.tgz":
                    body, kind = registry.tarball, "application/octet-stream"
                else:
                    return self.send_error(404)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def version(self):
        return {
            "name": "greeting", "version": "1.0.0", "main": "index.js",
            "dist": {"tarball": f"{self.url}/greeting/-/greeting-1.0.0.tgz", "integrity": self.integrity},
        }

    def document(self):
        return {"name": "greeting", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": self.version()}}

    def app(self, integrity=None, lockfile=True):
        source = (
            "const greet = require('greeting');\n"
            "require('http').createServer((q, r) => r.end(greet('you'))).listen(process.env.PORT, process.env.HOST);"
        )
        files = apps.node(source, version="1.0.0", dependencies={"greeting": "^1.0.0"})
        files[".npmrc"] = f"registry={self.url}/\n"
        if lockfile:
            files["package-lock.json"] = json.dumps({
                "name": "app", "version": "1.0.0", "lockfileVersion": 3, "requires": True,
                "packages": {
                    "": {"name": "app", "version": "1.0.0", "dependencies": {"greeting": "^1.0.0"}},
                    "node_modules/greeting": {
                        "version": "1.0.0", "resolved": f"{self.url}/greeting/-/greeting-1.0.0.tgz",
                        "integrity": integrity or self.integrity,
                    },
                },
            })
        return files


@pytest.fixture(scope="module")
def registry():
    registry = Registry()
    yield registry
    registry.server.shutdown()


def test_npm_ci_installs_what_the_lockfile_says(admin, registry):
    deployment = admin.create("npmci", nodepilot.zip_files(registry.app()))
    assert deployment["status"] == "success", deployment
    install = next(step for step in deployment["steps"] if step["name"] == "install")
    assert "npm ci" in install["detail"]
    assert admin.app("npmci").text == "hello you from a package"


def test_npm_install_without_a_lockfile(admin, registry):
    deployment = admin.create("npminstall", nodepilot.zip_files(registry.app(lockfile=False)))
    assert deployment["status"] == "success", deployment
    assert admin.app("npminstall").text == "hello you from a package"


def test_no_npm_stays_resident(admin, registry, server):
    admin.create("lean", nodepilot.zip_files(registry.app()))
    pid = admin.get("/api/project/lean")["instances"][0]["pid"]
    command = open(f"/proc/{pid}/cmdline").read().split("\0")
    assert command[0].endswith("node") and command[1] == "server.js"


def test_a_tampered_package_fails_the_install_in_words(admin, registry):
    files = registry.app(integrity="sha512-" + base64.b64encode(b"x" * 64).decode())
    deployment = admin.create("tampered", nodepilot.zip_files(files))
    assert deployment["status"] == "failed"
    assert deployment["failure"]["step"] == "install"
    assert any("EINTEGRITY" in line for line in deployment["log"])
    assert admin.get("/api/project/tampered")["status"] == "error"


def test_pip_installs_into_an_environment_of_the_release(admin):
    files = {
        "requirements.txt": "itsdangerous==2.2.0\n",
        "app.py": (
            "import os, itsdangerous, sys\n"
            "from http.server import *\n"
            "class H(BaseHTTPRequestHandler):\n"
            "    def do_GET(self):\n"
            "        body = (itsdangerous.__name__ + ' ' + sys.prefix).encode()\n"
            "        self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers()\n"
            "        self.wfile.write(body)\n"
            "    def log_message(self, *_): pass\n"
            "ThreadingHTTPServer((os.environ['HOST'], int(os.environ['PORT'])), H).serve_forever()\n"
        ),
    }
    deployment = admin.create("pip", nodepilot.zip_files(files))
    assert deployment["status"] == "success", (deployment, deployment["log"][-20:])
    assert admin.app("pip").text.startswith("itsdangerous ") and "/releases/1/.venv" in admin.app("pip").text


def test_the_flask_example_runs(admin):
    deployment = admin.create("flask", nodepilot.zip_folder(nodepilot.ROOT / "examples/flask"))
    assert deployment["status"] == "success", (deployment, deployment["log"][-20:])
    assert admin.app("flask").status == 200
