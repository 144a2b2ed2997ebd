"""install.sh by behaviour: what it does to a machine, and what it leaves alone."""

import shutil


def test_installs_starts_and_tells_the_address_and_the_code(sandbox):
    release = sandbox.release("1.0.0")
    result = sandbox.run(f"""
        cat "$INSTALL" | NODEPILOT_RELEASE={release} sh -s -- --no-node --domain panel.example.com || exit
        stat -c '%a %n' /usr/local/bin/nodepilot /var/lib/nodepilot /etc/systemd/system/nodepilot.service
        cat /etc/systemd/system/nodepilot.service.d/domain.conf
    """)
    assert result.returncode == 0, result.stderr
    assert "nodepilot 1.0.0 (test) is running." in result.stdout
    assert "https://panel.example.com" in result.stdout and "ABCD-EFGH" in result.stdout
    assert "755 /usr/local/bin/nodepilot" in result.stdout
    assert "711 /var/lib/nodepilot" in result.stdout
    assert "serve --domain panel.example.com" in result.stdout
    assert sandbox.calls.read_text().splitlines() == [
        "daemon-reload", "enable --quiet nodepilot.service", "restart nodepilot.service"]


def test_upgrades_in_place_and_keeps_data_and_domain(sandbox):
    old, new = sandbox.release("1.0.0"), sandbox.release("1.1.0")
    result = sandbox.run(f"""
        NODEPILOT_RELEASE={old} sh "$INSTALL" --no-node --domain panel.example.com || exit
        echo precious >/var/lib/nodepilot/data
        NODEPILOT_RELEASE={next(new.glob('*.xz'))} sh "$INSTALL" --no-node || exit
        cat /var/lib/nodepilot/data; ls /usr/local/bin; ls /etc/systemd/system/nodepilot.service.d
    """)
    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith("precious\nnodepilot\ndomain.conf\n")
    assert "nodepilot 1.1.0 (test) is running." in result.stdout


def test_puts_the_old_version_back_when_the_new_one_does_not_answer(sandbox):
    old, broken = sandbox.release("1.0.0"), sandbox.release("1.1.0", health="false")
    result = sandbox.run(f"""
        NODEPILOT_RELEASE={old} sh "$INSTALL" --no-node || exit 98
        NODEPILOT_RELEASE={broken} sh "$INSTALL" --no-node && exit 97
        ls /usr/local/bin; /usr/local/bin/nodepilot --version
    """)
    assert result.returncode == 0
    assert "the journal says why" in result.stderr
    assert "The version that was there before runs again: nodepilot 1.0.0 (test)" in result.stderr
    assert result.stdout.endswith("nodepilot\nnodepilot 1.0.0 (test)\n")


def test_refuses_a_damaged_archive_before_anything_is_changed(sandbox):
    release = sandbox.release("1.0.0")
    with open(next(release.glob("*.xz")), "ab") as archive:
        archive.write(b"x")
    result = sandbox.run(f"""
        NODEPILOT_RELEASE={release} sh "$INSTALL" --no-node
        echo "status $?"; ls /usr/local/bin /etc/systemd/system /var/lib
    """)
    assert "is damaged: its SHA-256 is" in result.stderr
    assert result.stdout.endswith("status 1\n/etc/systemd/system:\n\n/usr/local/bin:\n\n/var/lib:\n")


def test_says_in_one_sentence_why_it_cannot_and_changes_nothing(sandbox):
    release = sandbox.release("1.0.0", arch="vax")
    sandbox.tool("df", "#!/bin/sh\necho; echo \"x 100 90 ${ROOM:-99999999} 1% /\"\n")
    cases = {
        f"NODEPILOT_RELEASE={release} sh $INSTALL --no-node": "There is no release for",
        "NODEPILOT_RELEASE=http://example.com sh $INSTALL --no-node": "is not HTTPS",
        "NODEPILOT_RELEASE=/nowhere sh $INSTALL --no-node": "/nowhere/SHA256SUMS is not there",
        "ROOM=1024 sh $INSTALL --no-node": "There is too little room in /var/lib: 1 MB are free, 400 MB are needed.",
        "sh $INSTALL --bogus": "--bogus is no option",
        "sh $INSTALL --domain 'a b'": "'a b' is no host name",
        "setpriv --reuid 65534 --clear-groups sh $INSTALL": "This needs root",
        "sh $INSTALL --purge": "--purge wants --yes",
    }
    for command, words in cases.items():
        result = sandbox.run(f"chmod 755 . ; {command}; echo \"status $?\"; ls /usr/local/bin /var/lib")
        assert words in result.stderr, (command, result.stderr)
        assert len(result.stderr.splitlines()) == 1, (command, result.stderr)
        assert result.stdout.endswith("status 1\n/usr/local/bin:\n\n/var/lib:\n"), (command, result.stdout)
    for machine, words in {"uname": "this is Darwin", "none": "does not run systemd"}.items():
        if machine == "uname":
            sandbox.tool("uname", "#!/bin/sh\necho Darwin\n")
        else:
            (sandbox.tools / "uname").unlink()
        result = sandbox.run("sh $INSTALL", systemd=False)
        assert result.returncode == 1 and words in result.stderr


def test_is_on_the_disk_before_it_takes_effect(sandbox):
    sandbox.tool("sync", '#!/bin/sh\necho "sync $*" >>"$CALLS"\n')
    release = sandbox.release("1.0.0")
    assert sandbox.run(f'NODEPILOT_RELEASE={release} sh "$INSTALL" --no-node').returncode == 0
    calls = sandbox.calls.read_text().splitlines()
    for path in ("/usr/local/bin/nodepilot.new", "/etc/systemd/system/nodepilot.service.new"):
        assert calls.index(f"sync {path}") < calls.index("daemon-reload")


def test_reads_the_release_where_there_is_python_and_no_xz(sandbox):
    few = sandbox.folder / "few"
    few.mkdir()
    for tool in "awk chmod cp dirname df id install mktemp mv python3 rm sh sha256sum sync tar touch uname".split():
        (few / tool).symlink_to(shutil.which(tool, path="/usr/bin:/bin"))
    release = sandbox.release("1.0.0")
    result = sandbox.run(f"""
        export PATH={sandbox.tools}:{few}
        command -v xz && exit 99
        NODEPILOT_RELEASE={release} sh "$INSTALL" --no-node || exit
        /usr/local/bin/nodepilot --version
    """)
    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith("nodepilot 1.0.0 (test)\n")


def test_does_nothing_when_its_download_was_cut_short_anywhere(sandbox):
    text = (sandbox.folder / "install.sh").read_bytes()
    release = sandbox.release("1.0.0")
    for number, end in enumerate(range(len(text) // 12, len(text) - len('main "$@"\n'), len(text) // 12)):
        (sandbox.folder / f"cut-{number}").write_bytes(text[:end])
    result = sandbox.run(f"""
        for cut in cut-*; do NODEPILOT_RELEASE={release} sh <"$cut"; done
        ls /usr/local/bin /etc/systemd/system /var/lib
    """)
    assert result.stdout == "/etc/systemd/system:\n\n/usr/local/bin:\n\n/var/lib:\n"
    assert sandbox.calls.read_text() == ""


def test_uninstall_keeps_the_data_and_purge_does_not(sandbox):
    release = sandbox.release("1.0.0")
    result = sandbox.run(f"""
        NODEPILOT_RELEASE={release} sh "$INSTALL" --no-node --domain panel.example.com || exit
        echo precious >/var/lib/nodepilot/data
        sh "$INSTALL" --uninstall || exit
        ls /usr/local/bin /etc/systemd/system /var/lib/nodepilot
        sh "$INSTALL" --purge --yes || exit
        ls /var/lib
    """)
    assert result.returncode == 0, result.stderr
    assert "/etc/systemd/system:\n\n/usr/local/bin:\n\n/var/lib/nodepilot:\ndata\n" in result.stdout
    assert result.stdout.endswith("NodePilot and its data are removed.\n")


def test_purge_removes_the_apps_users_and_nobody_elses(sandbox):
    sandbox.tool("getent", """#!/bin/sh
[ "$1" = passwd ] || exit 2
echo 'np1:x:991:991:NodePilot project 1:/nonexistent:/usr/sbin/nologin'
echo 'nb1:x:992:992::/var/lib/nodepilot/projects/shop:/usr/sbin/nologin'
echo 'np2:x:1000:1000:Nora Peters:/home/np2:/bin/sh'
echo 'npm:x:993:993:nodepilot:/x:/bin/sh'
""")
    for name in ("userdel", "pkill"):
        sandbox.tool(name, f"#!/bin/sh\necho \"{name} $*\" >>\"$CALLS\"\n")
    assert sandbox.run('sh "$INSTALL" --purge --yes').returncode == 0
    assert [call for call in sandbox.calls.read_text().splitlines() if "user" in call or "kill" in call] == [
        "pkill -KILL -u np1", "userdel np1", "pkill -KILL -u nb1", "userdel nb1"]
