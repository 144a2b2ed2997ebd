"""The real daemon, real apps, real TLS. Run by `make test`; needs the debug build and root for what is about users."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import nodepilot  # noqa: E402


@pytest.fixture(scope="module")
def server():
    """One server for a module's tests; each test uses project names of its own."""
    server = nodepilot.Server()
    try:
        yield server.start()
    finally:
        output = server.output.read_text() if server.output.exists() else ""
        server.close()
        print(output[-20_000:])


@pytest.fixture(scope="module")
def admin(server):
    return server.administrator()


@pytest.fixture
def own_server():
    """A server for one test alone, which it may stop and kill."""
    server = nodepilot.Server()
    try:
        yield server.start()
    finally:
        server.close()


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="Unix users of projects are made by root only")
