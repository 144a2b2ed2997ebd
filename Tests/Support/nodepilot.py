"""A real NodePilot server in a folder of its own, and a small client of its API.

Used by the end-to-end tests, the browser tests, the benchmarks and the demo; standard library only.
"""

import contextlib
import http.client
import io
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import ssl
import string
import subprocess
import tempfile
import time
import urllib.parse
import uuid
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRUST_ANYONE = ssl._create_unverified_context()  # the certificate is self-signed; its checks have tests of their own


def binary():
    """The program under test: NODEPILOT_BINARY, or the debug build."""
    return os.environ.get("NODEPILOT_BINARY", str(ROOT / ".build/debug/nodepilot"))


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(check, what, seconds=30, every=0.05):
    """Polls until `check` gives something true, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)


def zip_folder(folder, top=None):
    """A ZIP of a folder in memory; `top` puts everything under one folder."""
    folder = pathlib.Path(folder)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "node_modules" not in path.parts:
                name = path.relative_to(folder).as_posix()
                archive.write(path, f"{top}/{name}" if top else name)
    return data.getvalue()


def zip_files(files):
    """A ZIP in memory of {name: text or bytes}."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


class Problem(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status, headers, body):
        super().__init__(f"{status}: {body!r}")
        self.status, self.headers, self.body = status, headers, body

    def __getattr__(self, name):
        if isinstance(self.body, dict):
            return self.body.get(name)
        raise AttributeError(name)


class Answer:
    def __init__(self, status, headers, data):
        self.status, self.headers, self.data = status, headers, data

    @property
    def text(self):
        return self.data.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.data)


class Client:
    """The API as one person sees it, over HTTPS at the dashboard's host."""

    def __init__(self, server, token=None):
        self.server, self.token, self.cookie = server, token, None

    def request(self, method, path, body=None, headers=None, host=None, timeout=120):
        headers = dict(headers or {})
        headers.setdefault("Host", host or self.server.authority)
        if self.token and host is None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if isinstance(body, (dict, list)):
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.https, context=TRUST_ANYONE, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def call(self, method, path, body=None, **options):
        """JSON in, JSON out; anything but 2xx is a Problem."""
        answer = self.request(method, path, body, **options)
        parsed = answer.data
        if "json" in (answer.headers.get("Content-Type") or ""):
            parsed = answer.json()
        if not 200 <= answer.status < 300:
            raise Problem(answer.status, answer.headers, parsed)
        return parsed

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.call("POST", path, body, **options)

    def patch(self, path, body, **options):
        return self.call("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.call("DELETE", path, **options)

    def upload(self, path, archive, fields=None, file_name="app.zip", **options):
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (fields or {}).items()
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n'
            "Content-Type: application/zip\r\n\r\n".encode() + archive + b"\r\n"
        )
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.call("POST", path, body, headers=headers, **options)

    def events(self, path, timeout=120):
        """Yields (event, data) of an event stream until it closes."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.https, context=TRUST_ANYONE, timeout=timeout)
        headers = {"Host": self.server.authority, "Accept": "text/event-stream", "Authorization": f"Bearer {self.token}"}
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                raise Problem(response.status, response.headers, response.read())
            event, data = "message", []
            for line in response:
                line = line.decode().rstrip("\n")
                if line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:"):
                    data.append(line[5:].lstrip())
                elif not line and data:
                    yield event, json.loads("\n".join(data))
                    event, data = "message", []
        finally:
            connection.close()

    def create(self, name, archive, **fields):
        """Uploads a new project and waits for the end of its deployment."""
        accepted = self.upload("/api/project/create", archive, {"name": name, **fields})
        return self.wait(name, accepted["deployment"]["id"])

    def deploy(self, name, archive):
        accepted = self.upload(f"/api/project/{name}/deploy", archive)
        return self.wait(name, accepted["deployment"]["id"])

    def wait(self, name, deployment):
        """Follows a deployment to its end and returns it, with its log as `log`."""
        log, last = [], None
        for event, data in self.events(f"/api/project/{name}/deployments/{deployment}/log"):
            if event == "log":
                log.append(data["text"])
            elif event == "deployment":
                last = data
        assert last is not None, "the deployment's stream ended without a result"
        last["log"] = log
        return last

    def app(self, name, path="/", method="GET", **options):
        """A request to a project at its default host."""
        return self.request(method, path, host=f"{name}.{self.server.authority}", **options)


class Server:
    """`nodepilot serve` on loopback with free ports; ended and removed by `close`."""

    def __init__(self, config=None):
        self.http, self.https = free_port(), free_port()
        self.data = tempfile.mkdtemp(prefix="nodepilot-", dir="/tmp")
        os.chmod(self.data, 0o711)  # the projects' users pass through it
        alphabet = string.ascii_lowercase + string.digits
        self.prefix = "t" + "".join(secrets.choice(alphabet) for _ in range(6))
        self.config = {"user_prefix": self.prefix, **(config or {})}
        self.process = None
        self.password = "correct horse battery"
        self.output = pathlib.Path(self.data) / "server.output"

    @property
    def authority(self):
        return f"localhost:{self.https}"

    @property
    def url(self):
        return f"https://{self.authority}"

    def start(self, every=0.05, **options):
        settings = pathlib.Path(self.data) / "settings.json"
        settings.write_text(json.dumps(self.config))
        arguments = [
            binary(), "serve", "--data", f"{self.data}/server", "--config", str(settings), "--domain", "localhost",
            "--http", f"127.0.0.1:{self.http}", "--https", f"127.0.0.1:{self.https}",
        ]
        output = open(self.output, "ab")
        self.process = subprocess.Popen(arguments, stdout=output, stderr=output, stdin=subprocess.DEVNULL, **options)
        output.close()
        eventually(self.is_healthy, "the server answers /health", every=every)
        return self

    def is_healthy(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.output.read_text()}")
        try:
            return Client(self).request("GET", "/health", timeout=5).status == 200
        except OSError:
            return False

    def stop(self, number=signal.SIGTERM, seconds=30):
        """Ends the daemon and returns its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(seconds)
        self.process = None
        return status

    def close(self):
        try:
            self.stop()
        finally:
            self.remove_users()
            shutil.rmtree(self.data, ignore_errors=True)

    def remove_users(self):
        """Only root makes users, and only with this server's own prefix."""
        names = [line.split(":")[0] for line in open("/etc/passwd")]
        for name in names:
            if name.startswith((f"{self.prefix}p", f"{self.prefix}b")):
                subprocess.run(["userdel", name], check=False, capture_output=True)

    def setup_code(self):
        return (pathlib.Path(self.data) / "server/setup-code").read_text().strip()

    def administrator(self, username="ada"):
        """Finishes the set-up, and returns the administrator's client."""
        answer = Client(self).post(
            "/api/setup", {"code": self.setup_code(), "username": username, "password": self.password}
        )
        return Client(self, answer["access_token"])

    def sign_in(self, username, password):
        return Client(self, Client(self).post("/api/auth/login", {"username": username, "password": password})["access_token"])

    def command(self, *arguments, check=True, stdin=None, env=None):
        """Runs the command line against this server's folder."""
        result = subprocess.run(
            [binary(), *arguments, "--data", f"{self.data}/server"],
            input=stdin, text=True, capture_output=True, timeout=180, env={**os.environ, **(env or {})},
        )
        if check and result.returncode != 0:
            raise AssertionError(f"{arguments}: exit {result.returncode}\n{result.stdout}\n{result.stderr}")
        return result

    def memory(self, field="RssAnon"):
        """Kilobytes of the daemon's memory, by a field of /proc/PID/status."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise AssertionError(f"no {field}")

    def cpu_seconds(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()
