#!/usr/bin/env python3
"""Measures NodePilot against its figures, with peers in the same run where there are any.

    python3 Benchmarks/bench.py [NAME …]      names: deploy memory start proxy unzip; all without any

The machine may be shared and noisy: proxies are compared by CPU time per request, the rest by medians of several runs.
Ends non-zero when a figure is missed.
"""

import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/Support"))
import nodepilot  # noqa: E402

RESULTS = []


def report(what, value, unit, bound, better="at most"):
    reached = value <= bound if better == "at most" else value >= bound
    RESULTS.append(reached)
    print(f"{'ok  ' if reached else 'MISS'}  {what:<58} {value:8.2f} {unit:<4} ({better} {bound})", flush=True)


def node_listens():
    """Seconds from starting `node` to its first answer, without NodePilot."""
    port = nodepilot.free_port()
    began = time.monotonic()
    node = subprocess.Popen(
        ["node", "server.js"], cwd=ROOT / "examples/hello-node", env={**os.environ, "PORT": str(port), "HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        nodepilot.eventually(lambda: connects(port), "node listens", every=0.002)
        return time.monotonic() - began
    finally:
        node.kill()
        node.wait()


def connects(port):
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def answers(client, name):
    try:
        return client.app(name).status == 200
    except OSError:
        return False


def bench_deploy():
    archive = nodepilot.zip_folder(ROOT / "examples/hello-node")
    alone, whole = [], []
    with nodepilot.Server() as server:
        client = server.administrator()
        for number in range(7):
            alone.append(node_listens())
            began = time.monotonic()
            client.upload("/api/project/create", archive, {"name": f"hello{number}"})
            nodepilot.eventually(lambda: answers(client, f"hello{number}"), "the app answers", every=0.002)
            whole.append(time.monotonic() - began)
    over = (statistics.median(whole) - statistics.median(alone)) * 1000
    print(f"      node alone {statistics.median(alone) * 1000:.0f} ms, ZIP sent to first 200 {statistics.median(whole) * 1000:.0f} ms")
    report("ZIP of hello-node sent → first 200, over node's own start", over, "ms", 300)


def bench_memory():
    with nodepilot.Server() as server:
        client = server.administrator()
        client.create("hello", nodepilot.zip_folder(ROOT / "examples/hello-node"))
        samples = []
        for _ in range(15):
            time.sleep(1)
            samples.append(server.memory() / 1024)
        report("private memory (RssAnon) at rest, one app running", statistics.median(samples[-5:]), "MB", 15)


def bench_start():
    times = []
    server = nodepilot.Server()
    try:
        for _ in range(9):
            began = time.monotonic()
            server.start(every=0.002)
            times.append((time.monotonic() - began) * 1000)
            server.stop()
    finally:
        server.close()
    report("start of the daemon → /health 200", statistics.median(times[1:]), "ms", 200)


NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; keepalive_requests 10000000;
  upstream app {{ server 127.0.0.1:{app}; keepalive 64; keepalive_requests 10000000; }}
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {{
      proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""

# The answer of the app behind both proxies: nginx again, so that it is never what limits.
BACKEND = """
worker_processes 1; daemon off; pid {folder}/back.pid; error_log {folder}/back.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/bb; proxy_temp_path {folder}/bp; fastcgi_temp_path {folder}/bf;
  uwsgi_temp_path {folder}/bu; scgi_temp_path {folder}/bs; keepalive_requests 10000000;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "hello from the app\\n"; }} }}
}}
"""


def cpu_of(pids):
    total = 0
    for pid in pids:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def children(pid):
    return [int(text) for text in open(f"/proc/{pid}/task/{pid}/children").read().split()]


def load(url, host, seconds):
    output = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{seconds}s", "-H", f"Host: {host}", url], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"the load failed:\n{output}")
    return int(re.search(r"(\d+) requests in", output).group(1))


def per_request(pids, url, host, seconds=6):
    load(url, host, 1)
    before = cpu_of(pids)
    requests = load(url, host, seconds)
    return (cpu_of(pids) - before) / requests * 1e6


def bench_proxy():
    folder = tempfile.mkdtemp(prefix="nodepilot-bench-", dir="/tmp")
    os.chmod(folder, 0o755)
    processes = []
    try:
        with nodepilot.Server() as server:
            client = server.administrator()
            # The app is a real project whose command is nginx itself.
            app = nodepilot.zip_files({
                "Procfile": 'web: sh -c \'mkdir -p $NODEPILOT_DATA_DIR/n && sed "s/PORT/$PORT/;s#FOLDER#$NODEPILOT_DATA_DIR/n#g" '
                            'nginx.conf > $NODEPILOT_DATA_DIR/n/conf && exec /usr/sbin/nginx -e stderr -c $NODEPILOT_DATA_DIR/n/conf\'\n',
                "nginx.conf": BACKEND.format(folder="FOLDER", port="PORT"),
            })
            deployment = client.create("back", app)
            if deployment["status"] != "success":
                raise SystemExit(f"the app behind the proxies did not start: {deployment}")
            port = client.get("/api/project/back")["instances"][0]["port"]
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-subj", "/CN=localhost", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"],
                check=True, capture_output=True,
            )
            nginx_port = nodepilot.free_port()
            config = pathlib.Path(folder) / "nginx.conf"
            config.write_text(NGINX.format(folder=folder, app=port, port=nginx_port))
            nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", str(config)], stderr=subprocess.DEVNULL)
            processes.append(nginx)
            nodepilot.eventually(lambda: connects(nginx_port), "nginx listens")
            ours, theirs = [], []
            host = f"back.{server.authority}"
            for _ in range(5):
                theirs.append(per_request(children(nginx.pid), f"https://127.0.0.1:{nginx_port}/", "back", 5))
                ours.append(per_request([server.process.pid], f"https://127.0.0.1:{server.https}/", host, 5))
            ratios = [our / their for our, their in zip(ours, theirs)]
            print(f"      NodePilot {statistics.median(ours):.1f} µs, nginx {statistics.median(theirs):.1f} µs of CPU a request")
            report("CPU per proxied HTTPS request, keep-alive, against nginx", statistics.median(ratios), "×", 2.0)
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def bench_unzip():
    files = {f"folder{number % 100}/file{number}.txt": os.urandom(300).hex() for number in range(10_000)}
    files["index.html"] = "<!doctype html><title>many</title>"
    archive = nodepilot.zip_files(files)
    theirs, ours = [], []
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, nodepilot.Server() as server:
        path = pathlib.Path(folder) / "many.zip"
        path.write_bytes(archive)
        client = server.administrator()
        client.create("many", archive)
        for number in range(5):
            target = pathlib.Path(folder) / f"out{number}"
            began = time.monotonic()
            subprocess.run(["unzip", "-q", str(path), "-d", str(target)], check=True)
            theirs.append(time.monotonic() - began)
            steps = client.deploy("many", archive)["steps"]
            ours.append(next(step["duration_ms"] for step in steps if step["name"] == "unpack") / 1000)
            shutil.rmtree(target)
    print(f"      unzip {statistics.median(theirs) * 1000:.0f} ms, the step “unpack” {statistics.median(ours) * 1000:.0f} ms")
    report("speed of unpacking 10,000 files against unzip", statistics.median(theirs) / statistics.median(ours), "×", 0.5, "at least")


def main():
    benches = {"deploy": bench_deploy, "memory": bench_memory, "start": bench_start, "proxy": bench_proxy, "unzip": bench_unzip}
    names = sys.argv[1:] or list(benches)
    for name in names:
        benches[name]()
    sys.exit(0 if all(RESULTS) else 1)


if __name__ == "__main__":
    main()
