"""What visitors meet: TLS, routing, proxying, upgrades."""

import hashlib
import http.client
import json
import os
import socket
import ssl
import subprocess

import pytest

import apps
import nodepilot


@pytest.fixture(scope="module")
def echo(admin):
    assert admin.create("echo", nodepilot.zip_files(apps.node()))["status"] == "success"
    return admin


def s_client(server, *arguments):
    return subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.https}", "-servername", "localhost", *arguments],
        input=b"", capture_output=True, timeout=30,
    )


@pytest.mark.parametrize("version, works", [("-tls1_3", True), ("-tls1_2", True), ("-tls1_1", False)])
def test_tls_versions(server, version, works):
    result = s_client(server, version, "-cipher", "ALL:@SECLEVEL=0")
    assert (result.returncode == 0) == works, result.stderr


def test_the_certificate_names_the_server_and_its_apps(server):
    printed = s_client(server).stdout.decode()
    certificate = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "subjectAltName"], input=printed, capture_output=True, text=True
    ).stdout
    assert "DNS:localhost" in certificate and "DNS:*.localhost" in certificate and "127.0.0.1" in certificate


def test_plain_http_is_redirected(server, echo):
    for host in (f"localhost:{server.http}", f"echo.localhost:{server.http}"):
        connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=10)
        connection.request("GET", "/a?b=c", headers={"Host": host})
        response = connection.getresponse()
        assert response.status == 308
        assert response.headers["Location"] == f"https://{host.split(':')[0]}:{server.https}/a?b=c"
        connection.close()


def test_an_app_may_answer_on_plain_http(server, echo):
    echo.patch("/api/project/echo", {"https_redirect": False})
    connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=10)
    connection.request("GET", "/headers", headers={"Host": f"echo.localhost:{server.http}"})
    assert json.loads(connection.getresponse().read())["headers"]["x-forwarded-proto"] == "http"
    connection.close()
    echo.patch("/api/project/echo", {"https_redirect": True})


def test_an_unknown_host_is_named(server):
    answer = nodepilot.Client(server).request("GET", "/", host="<b>nobody</b>.example")
    assert answer.status in (400, 404) and "<b>nobody" not in answer.text
    answer = nodepilot.Client(server).request("GET", "/", host="nobody.example")
    assert answer.status == 404 and "nobody.example" in answer.text


def test_forwarding_headers_from_outside_do_not_survive(server, echo):
    lies = {
        "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=6.6.6.6", "X-Real-IP": "6.6.6.6", "X_Forwarded_For": "6.6.6.6",
    }
    headers = json.loads(echo.app("echo", "/headers", headers=lies).text)["headers"]
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["x-forwarded-host"] == f"echo.{server.authority}"
    assert "6.6.6.6" not in json.dumps(headers) and "forwarded" not in headers


def test_bodies_arrive_whole_both_ways(echo, server):
    body = os.urandom(20_000_000)
    answer = json.loads(echo.app("echo", "/", "POST", body=body).text)
    assert answer == {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}

    def pieces():
        for start in range(0, len(body), 100_003):
            yield body[start:start + 100_003]

    connection = http.client.HTTPSConnection("127.0.0.1", server.https, context=nodepilot.TRUST_ANYONE, timeout=60)
    connection.request("POST", "/", body=pieces(), headers={"Host": f"echo.{server.authority}"}, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["sha256"] == hashlib.sha256(body).hexdigest()
    connection.close()
    assert len(echo.app("echo", "/big").data) == 64 * 1024 * 1024


def test_one_connection_serves_many_requests(server, echo):
    connection = http.client.HTTPSConnection("127.0.0.1", server.https, context=nodepilot.TRUST_ANYONE, timeout=10)
    connection.connect()
    before = connection.sock
    for _ in range(50):
        connection.request("GET", "/", headers={"Host": f"echo.{server.authority}"})
        assert connection.getresponse().read().startswith(b"release ")
    assert connection.sock is before
    connection.close()


def test_an_app_that_is_stopped_says_so(echo):
    echo.post("/api/project/echo/stop")
    answer = echo.app("echo")
    assert answer.status == 503 and "echo" in answer.text
    echo.post("/api/project/echo/start")
    assert echo.app("echo").status == 200


def test_websockets_pass_through(server, admin):
    assert admin.create("socket", nodepilot.zip_files(apps.node(apps.SOCKET)))["status"] == "success"
    from websockets.sync.client import connect

    with connect(
        f"wss://socket.{server.authority}/", ssl=nodepilot.TRUST_ANYONE,
        sock=socket.create_connection(("127.0.0.1", server.https)), server_hostname="socket.localhost",
    ) as ws:
        for text in ("hello", "again"):
            ws.send(text)
            assert ws.recv(timeout=10) == text


@pytest.mark.parametrize("request_bytes", [
    b"POST / HTTP/1.1\r\nHost: echo.localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: echo.localhost\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: echo.localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: echo.localhost\r\nHost: other.localhost\r\n\r\n",
    b"GET / HTTP/1.1\nHost: echo.localhost\n\n",
    b"GET / HTTP/1.1\r\nHost: echo.localhost\r\nA: b\r\n c\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: echo.localhost\r\nContent-Length: +1\r\n\r\n",
])
def test_ambiguous_requests_are_refused(server, echo, request_bytes):
    raw = socket.create_connection(("127.0.0.1", server.https))
    with nodepilot.TRUST_ANYONE.wrap_socket(raw, server_hostname="echo.localhost") as tls:
        tls.sendall(request_bytes)
        tls.settimeout(10)
        assert tls.recv(100).startswith(b"HTTP/1.1 400 ")


def test_random_bytes_do_not_end_the_server(server):
    for port in (server.http, server.https):
        for size in (1, 5, 100, 5000):
            with socket.create_connection(("127.0.0.1", port)) as raw:
                raw.sendall(os.urandom(size))
    assert server.is_healthy()
