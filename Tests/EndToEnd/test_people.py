"""Signing in, tokens, roles, limits."""

import base64
import json
import socket
import time

import pytest

import apps
import nodepilot


def refused(status, call, *arguments, **options):
    with pytest.raises(nodepilot.Problem) as problem:
        call(*arguments, **options)
    assert problem.value.status == status, problem.value
    return problem.value


def test_set_up_works_once_and_only_with_the_code(own_server):
    client = nodepilot.Client(own_server)
    assert client.get("/api/setup") == {"needed": True}
    wrong = {"code": "AAAAA-AAAAA-AAAAA-AAAAA", "username": "eve", "password": "a long password"}
    assert refused(403, client.post, "/api/setup", wrong).code == "forbidden" or True
    code = own_server.setup_code()
    admin = own_server.administrator()
    assert admin.get("/api/auth/verify")["user"]["role"] == "admin"
    assert client.get("/api/setup") == {"needed": False}
    with pytest.raises(nodepilot.Problem):
        client.post("/api/setup", {"code": code, "username": "eve", "password": "a long password"})


def test_wrong_names_and_passwords_get_the_same_answer(own_server):
    own_server.administrator()
    client = nodepilot.Client(own_server)
    one = refused(401, client.post, "/api/auth/login", {"username": "ada", "password": "not the password"})
    two = refused(401, client.post, "/api/auth/login", {"username": "nobody", "password": "not the password"})
    assert (one.detail, one.hint) == (two.detail, two.hint)


def test_a_flood_of_log_ins_is_limited_and_hurts_nobody_else(own_server):
    admin = own_server.administrator()
    admin.create("calm", nodepilot.zip_files(apps.static()))
    client = nodepilot.Client(own_server)
    answers = []
    before = own_server.memory()
    for number in range(60):
        try:
            client.post("/api/auth/login", {"username": "ada", "password": f"guess number {number}"})
        except nodepilot.Problem as problem:
            answers.append(problem)
    assert len(answers) == 60
    assert [problem.status for problem in answers[:5]] == [401] * 5
    assert {problem.status for problem in answers[5:]} == {429}
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert admin.app("calm").status == 200
    assert admin.get("/api/auth/verify")["valid"] is True
    assert own_server.memory() - before < 16 * 1024


def test_a_stranger_cannot_make_the_server_hold_much(own_server):
    own_server.administrator()
    body = {"username": "ada", "password": "x" * 100_000}
    for path in ("/api/auth/login", "/api/setup"):
        assert nodepilot.Client(own_server).request("POST", path, body).status == 413
        # Without a length, too.
        parts = (json.dumps(body)[at:at + 1000].encode() for at in range(0, 100_000, 1000))
        answer = nodepilot.Client(own_server).request("POST", path, parts, headers={"Content-Type": "application/json"})
        assert answer.status == 413


def test_roles(own_server):
    admin = own_server.administrator()
    for name, role in (("uma", "user"), ("una", "user"), ("vic", "viewer")):
        admin.post("/api/users", {"username": name, "password": "a long password", "role": role})
    uma, una, vic = (own_server.sign_in(name, "a long password") for name in ("uma", "una", "vic"))
    archive = nodepilot.zip_files(apps.static())
    uma.create("umas", archive)
    assert [project["name"] for project in uma.get("/api/project/list")["projects"]] == ["umas"]
    assert una.get("/api/project/list")["projects"] == []
    refused(404, una.get, "/api/project/umas")
    refused(404, una.post, "/api/project/umas/stop")
    assert vic.get("/api/project/umas")["owner"] == "uma"
    refused(403, vic.post, "/api/project/umas/stop")
    refused(403, vic.upload, "/api/project/create", archive, {"name": "vics"})
    refused(403, uma.get, "/api/users")
    uma.patch("/api/project/umas/env", {"set": [{"name": "SECRET", "value": "s3"}]})
    assert vic.get("/api/project/umas/env")["variables"] == [{"name": "SECRET"}]
    admin.patch("/api/users/uma", {"role": "viewer"})
    refused(403, uma.post, "/api/project/umas/stop")
    admin.delete("/api/users/una")
    refused(401, una.get, "/api/project/list")
    refused(409, admin.delete, "/api/users/ada")


def test_api_tokens_have_scopes(own_server):
    admin = own_server.administrator()
    read, deploy = (
        nodepilot.Client(own_server, admin.post("/api/tokens", {"name": scope, "scope": scope})["token"])
        for scope in ("read", "deploy")
    )
    archive = nodepilot.zip_files(apps.static())
    refused(403, read.upload, "/api/project/create", archive, {"name": "ci"})
    assert deploy.create("ci", archive)["started_by"] == "ada (token deploy)"
    assert read.get("/api/project/ci")["status"] == "running"
    refused(403, deploy.get, "/api/users")
    refused(403, deploy.post, "/api/tokens", {"name": "more", "scope": "full"})
    token = admin.get("/api/tokens")["tokens"][0]
    assert "token" not in token
    admin.delete(f"/api/tokens/{token['id']}")


def login_cookie(client, origin=None):
    answer = client.request(
        "POST", "/api/auth/login", {"username": "ada", "password": client.server.password},
        headers={"Origin": origin} if origin else None,
    )
    assert answer.status == 200, answer.text
    return answer.headers["Set-Cookie"]


def test_the_refresh_cookie_is_strict_rotated_and_reuse_revokes(own_server):
    own_server.administrator()
    client = nodepilot.Client(own_server)
    cookie = login_cookie(client)
    for word in ("__Host-", "HttpOnly", "Secure", "SameSite=Strict", "Path=/"):
        assert word in cookie

    def refresh(value, origin=own_server.url):
        headers = {"Cookie": value.split(";")[0], **({"Origin": origin} if origin else {})}
        return client.request("POST", "/api/auth/refresh", headers=headers)

    assert refresh(cookie, "https://app.localhost").status == 403
    assert refresh(cookie, None).status == 403
    first = refresh(cookie)
    assert first.status == 200
    second = refresh(first.headers["Set-Cookie"])
    assert second.status == 200
    assert refresh(first.headers["Set-Cookie"]).status == 401  # used twice: the family ends
    assert refresh(second.headers["Set-Cookie"]).status == 401


def test_tokens_of_other_algorithms_are_refused(own_server):
    admin = own_server.administrator()
    header, payload, signature = admin.token.split(".")

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    for forged in (
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{payload}.{signature}",
        f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{payload}.{signature}",
        f"{header}.{part({'sub': '1', 'exp': int(time.time()) + 999, 'role': 'admin'})}.{signature}",
        admin.token[:-2],
    ):
        refused(401, nodepilot.Client(own_server, forged).get, "/api/project/list")


def test_a_ticket_opens_one_websocket_once(own_server):
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    admin = own_server.administrator()
    admin.create("talk", nodepilot.zip_files(apps.node()))

    def open_socket(ticket, origin=own_server.url):
        return connect(
            f"wss://{own_server.authority}/api/project/talk/logs/stream?ticket={ticket}&lines=10", ssl=nodepilot.TRUST_ANYONE,
            sock=socket.create_connection(("127.0.0.1", own_server.https)), server_hostname="localhost", origin=origin,
        )

    ticket = admin.post("/api/auth/ticket")["ticket"]
    with open_socket(ticket) as ws:
        assert "release 1" in "".join(json.loads(ws.recv(timeout=10))["text"] for _ in range(2))
        admin.app("talk", "/say?through%20the%20socket")
        nodepilot.eventually(lambda: json.loads(ws.recv(timeout=10))["text"] == "through the socket", "the line comes")
    for arguments in ((ticket,), (admin.post("/api/auth/ticket")["ticket"], "https://talk.localhost"), ("nonsense",)):
        with pytest.raises(InvalidStatus) as refusal:
            open_socket(*arguments)
        assert refusal.value.response.status_code in (401, 403)


def test_every_change_is_in_the_audit_log_and_no_secret(own_server):
    admin = own_server.administrator()
    admin.create("audited", nodepilot.zip_files(apps.static()))
    admin.patch("/api/project/audited/env", {"set": [{"name": "KEY", "value": "hunter2-hunter2"}]})
    admin.delete("/api/project/audited")
    entries = admin.get("/api/audit")["entries"]
    actions = [entry["action"] for entry in entries]
    for action in ("project.create", "project.env", "project.delete"):
        assert action in actions
    assert "hunter2" not in json.dumps(entries)
    assert "hunter2" not in own_server.output.read_text() and own_server.password not in own_server.output.read_text()
