"""A sandbox for install.sh: a mount namespace in which the folders that it changes are empty and systemd is a script."""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARCH = os.uname().machine

NODEPILOT = """#!/bin/sh
case $1 in
--version) echo "nodepilot {version} (test)" ;;
admin) echo "  dashboard  https://panel.example.com"; echo "  code  ABCD-EFGH" ;;
status) {health} && [ -e /var/lib/nodepilot/up ] ;;
esac
"""

SYSTEMCTL = """#!/bin/sh
echo "$*" >>"$CALLS"
case $1 in restart) touch /var/lib/nodepilot/up ;; disable) rm -f /var/lib/nodepilot/up ;; esac
"""


class Sandbox:
    """Commands run one after the other in one namespace: what the first leaves, the next finds."""

    def __init__(self, folder):
        self.folder = folder
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.calls = folder / "calls"
        self.calls.touch()
        self.tool("systemctl", SYSTEMCTL)
        self.tool("journalctl", "#!/bin/sh\necho 'the journal says why'\n")
        self.tool("sleep", "#!/bin/sh\n")  # sixty tries are made, not sixty seconds waited
        shutil.copy(ROOT / "install.sh", folder / "install.sh")

    def tool(self, name, text):
        path = self.tools / name
        path.write_text(text)
        path.chmod(0o755)

    def release(self, version, health="true", arch=ARCH):
        """A folder with a release whose nodepilot is a script."""
        folder = self.folder / f"release-{version}-{arch}"
        folder.mkdir()
        (folder / "nodepilot").write_text(NODEPILOT.format(version=version, health=health))
        (folder / "nodepilot").chmod(0o755)
        archive = folder / f"nodepilot-{version}-linux-{arch}.tar.xz"
        with tarfile.open(archive, "w:xz") as bundle:
            bundle.add(folder / "nodepilot", "nodepilot")
            bundle.add(ROOT / "packaging" / "nodepilot.service", "nodepilot.service")
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        (folder / "SHA256SUMS").write_text(f"{digest}  {archive.name}\n")
        (folder / "nodepilot").unlink()
        return folder

    def run(self, script, systemd=True):
        """Runs `script` (sh) with the sandbox around it; $INSTALL is install.sh."""
        prepare = """
            mount -t tmpfs sandbox /usr/local/bin && mount -t tmpfs sandbox /etc/systemd/system &&
            mount -t tmpfs -o mode=755 sandbox /var/lib && mount -t tmpfs sandbox /run || exit 99
        """
        if systemd:
            prepare += "mkdir -p /run/systemd/system\n"
        environment = {
            "PATH": f"{self.tools}:{os.environ['PATH']}", "CALLS": str(self.calls), "HOME": "/root",
            "INSTALL": str(self.folder / "install.sh"),
        }
        return subprocess.run(
            ["unshare", "--mount", "setsid", "sh", "-c", prepare + script], env=environment, cwd=self.folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def sandbox():
    if os.geteuid() != 0:
        pytest.skip("needs root, for a mount namespace of its own")
    folder = Path(tempfile.mkdtemp(prefix="np-install.", dir="/tmp"))
    yield Sandbox(folder)
    shutil.rmtree(folder)
