#!/bin/sh
# Installs NodePilot, or upgrades it in place:
#
#   curl -fsSL https://github.com/nodepilot/nodepilot/releases/latest/download/install.sh | sh
#
# As root on Linux (x86_64 or arm64) with systemd. Options: see usage below, or sh install.sh --help.
# Everything is in functions and the last line calls them: a download that is cut short does nothing.
set -eu

RELEASE=${NODEPILOT_RELEASE:-https://github.com/nodepilot/nodepilot/releases/latest/download}
DATA=/var/lib/nodepilot
BINARY=/usr/local/bin/nodepilot
UNIT=/etc/systemd/system/nodepilot.service
DROP_IN=/etc/systemd/system/nodepilot.service.d/domain.conf

usage() {
    cat <<'USAGE'
Installs NodePilot, or upgrades it in place and keeps the data.

  sh install.sh [OPTION]…

  --domain NAME  the dashboard's host name; apps answer at NAME-OF-APP.NAME
  --no-node      do not install Node.js and npm
  --uninstall    stop and remove NodePilot, keep the data in /var/lib/nodepilot
  --purge        remove the data and the apps' Unix users too
  --yes          do not ask before --purge
  --help         this text

Environment: NODEPILOT_RELEASE is where the release is: the address of a folder with SHA256SUMS, a folder on this
machine, or a nodepilot-*.tar.xz with SHA256SUMS beside it.
USAGE
}

say() { printf '%s\n' "$*"; }
warn() { printf 'install.sh: %s\n' "$*" >&2; }
die() {
    warn "$*"
    exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# --- What is asked for ---

parse() {
    action=install domain='' with_node=yes assume_yes=no
    while [ $# -gt 0 ]; do
        case $1 in
        --domain)
            [ $# -ge 2 ] || die "--domain wants a name."
            domain=$2
            shift
            ;;
        --domain=*) domain=${1#--domain=} ;;
        --no-node) with_node=no ;;
        --uninstall) action=uninstall ;;
        --purge) action=purge ;;
        --yes | -y) assume_yes=yes ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) die "$1 is no option. See: sh install.sh --help" ;;
        esac
        shift
    done
    case $domain in
    *[!A-Za-z0-9.-]* | .* | -* | *..*) die "'$domain' is no host name. Write it like panel.example.com." ;;
    esac
}

# --- Checks, before anything is changed ---

check_machine() {
    [ "$(uname -s)" = Linux ] || die "NodePilot runs on Linux; this is $(uname -s)."
    case $(uname -m) in
    x86_64 | amd64) arch=x86_64 ;;
    aarch64 | arm64) arch=aarch64 ;;
    *) die "NodePilot runs on x86_64 and arm64; this is $(uname -m)." ;;
    esac
    [ ! -e /etc/alpine-release ] || die "Alpine has no systemd, which keeps NodePilot running: use Debian, Ubuntu or Fedora."
    [ "$(id -u)" = 0 ] || die "This needs root: run it with sudo."
    if ! [ -d /run/systemd/system ] || ! has systemctl; then
        die "This machine does not run systemd, which keeps NodePilot running."
    fi
}

check_tools() {
    for tool in tar sha256sum install df awk; do
        has "$tool" || die "$tool is missing. Install it and try again (Debian: apt-get install tar coreutils mawk)."
    done
    has xz || has_lzma || has apt-get || has dnf || die "xz is missing. Install it and try again."
}

# Python reads .xz files where the smallest systems have no xz.
has_lzma() { python3 -c 'import lzma' >/dev/null 2>&1; }

check_disk() {
    need_node=no
    if [ "$with_node" = yes ] && ! { has node && has npm; }; then need_node=yes; fi
    if [ "$need_node" = yes ]; then check_free / 1200; fi
    check_free /var/lib 400
    check_free /usr/local 250
    check_free /var/tmp 250
}

# check_free FOLDER MIB
check_free() {
    free=$(df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
    [ "${free:-0}" -ge "$2" ] || die "There is too little room in $1: ${free:-0} MB are free, $2 MB are needed."
}

# --- The release ---

# The folder of this script, when it is a file; empty when it comes through a pipe.
script_folder() {
    case $0 in
    */install.sh | install.sh) (cd "$(dirname "$0")" && pwd) ;;
    *) ;;
    esac
}

# Puts nodepilot and nodepilot.service into $work.
fetch() {
    here=$(script_folder)
    if [ -n "${NODEPILOT_RELEASE:-}" ]; then
        fetch_release
    elif [ -n "$here" ] && [ -x "$here/nodepilot" ] && [ -f "$here/nodepilot.service" ]; then
        cp "$here/nodepilot" "$here/nodepilot.service" "$work/" # unpacked beside us: it was verified with the archive
    elif [ -n "$here" ] && [ -f "$here/Package.swift" ] && [ -f "$here/packaging/nodepilot.service" ]; then
        build "$here"
    else
        fetch_release
    fi
    chmod 755 "$work/nodepilot"
    version=$("$work/nodepilot" --version) || die "The downloaded nodepilot does not run on this machine."
}

build() {
    if ! has swift || ! has make; then
        die "This is a source checkout, and Swift or make is missing: see README.md, or set NODEPILOT_RELEASE."
    fi
    say "Building from $1 …"
    (cd "$1" && make release) >&2
    RELEASE=$1/dist
    fetch_release
}

fetch_release() {
    case $RELEASE in
    *.tar.xz)
        name=${RELEASE##*/}
        RELEASE=${RELEASE%/*}
        [ "$RELEASE" != "$name" ] || RELEASE=.
        get "$RELEASE/SHA256SUMS" "$work/SHA256SUMS"
        ;;
    *)
        get "$RELEASE/SHA256SUMS" "$work/SHA256SUMS"
        name=$(awk -v arch="$arch" '{ sub(/^\*/, "", $2) } $2 ~ "^nodepilot-[^/]*-linux-" arch "[.]tar[.]xz$" { n = $2 } END { print n }' \
            "$work/SHA256SUMS")
        [ -n "$name" ] || die "There is no release for $arch in $RELEASE."
        ;;
    esac
    say "Fetching $name …"
    get "$RELEASE/$name" "$work/$name"
    expected=$(awk -v name="$name" '{ sub(/^\*/, "", $2) } $2 == name { print $1 }' "$work/SHA256SUMS")
    [ -n "$expected" ] || die "SHA256SUMS does not name $name."
    actual=$(sha256sum "$work/$name" | awk '{ print $1 }')
    [ "$expected" = "$actual" ] || die "$name is damaged: its SHA-256 is $actual and should be $expected."
    decompress "$work/$name" | tar -C "$work" -xf - nodepilot nodepilot.service || die "$name cannot be unpacked."
    rm -f "$work/$name"
}

decompress() {
    if ! has xz && ! has_lzma; then
        warn "Installing xz …"
        install_packages xz-utils xz >&2 || warn "xz could not be installed."
    fi
    if has xz; then
        xz -dc "$1"
    else
        python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$1"
    fi
}

# get ADDRESS FILE
get() {
    case $1 in
    https://* | http://127.0.0.1[:/]* | http://localhost[:/]*)
        if has curl; then
            curl -fsSL --retry 3 --connect-timeout 15 -o "$2" "$1" || die "$1 cannot be downloaded."
        elif has wget; then
            wget -q -O "$2" "$1" || die "$1 cannot be downloaded."
        else
            die "Neither curl nor wget is there to download with. Install one of them and try again."
        fi
        ;;
    *://*) die "$1 is not HTTPS." ;;
    *) cp "$1" "$2" 2>/dev/null || die "$1 is not there." ;;
    esac
}

# --- Install and upgrade ---

install_node() {
    [ "$need_node" = yes ] || return 0
    say "Installing Node.js and npm …"
    if ! has apt-get && ! has dnf; then
        warn "This distribution's packages are not known here: install Node.js and npm yourself."
        return 0
    fi
    install_packages "nodejs npm" "nodejs npm" >"$work/node.log" 2>&1 || {
        tail -n 5 "$work/node.log" >&2
        warn "Node.js could not be installed. Static and Python apps will run; for Node.js apps install it later."
    }
}

# install_packages DEBIAN'S FEDORA'S
install_packages() {
    # shellcheck disable=SC2086  # words are packages
    if has apt-get; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1
    else
        dnf install -y -q $2
    fi
}

put_in_place() {
    # The data holds keys and everybody's apps; project users pass through it to their own folder.
    [ -d "$DATA" ] || install -d -m 0711 "$DATA"
    previous=
    if [ -e "$BINARY" ]; then
        previous=$BINARY.previous
        ln -f "$BINARY" "$previous"
    fi
    install -d -m 0755 "$(dirname "$BINARY")"
    put "$work/nodepilot" "$BINARY" 0755
    had_unit=no
    if [ -e "$UNIT" ]; then
        had_unit=yes
        cp -p "$UNIT" "$work/unit.previous"
    fi
    put "$work/nodepilot.service" "$UNIT" 0644
    if [ -n "$domain" ]; then
        install -d -m 0755 "$(dirname "$DROP_IN")"
        printf '[Service]\nExecStart=\nExecStart=%s serve --domain %s\n' "$BINARY" "$domain" >"$work/domain.conf"
        put "$work/domain.conf" "$DROP_IN" 0644
    fi
}

# put FILE DEST MODE: after a power cut, too, DEST is what it was or what it shall be. (systemd takes a unit that is
# empty for one that must never start.)
put() {
    install -m "$3" "$1" "$2.new"
    settle "$2.new"
    mv -f "$2.new" "$2"
    settle "$(dirname "$2")"
}

# settle FILE…: they are on the disk when this returns. An old sync(1) knows no names.
settle() { sync "$@" 2>/dev/null || sync; }

start() {
    systemctl daemon-reload
    systemctl enable --quiet nodepilot.service
    settle /etc/systemd/system /etc/systemd/system/multi-user.target.wants
    if systemctl restart nodepilot.service && wait_until_healthy; then
        [ -z "$previous" ] || rm -f "$previous"
        return 0
    fi
    roll_back
}

wait_until_healthy() {
    tries=0
    until healthy; do
        tries=$((tries + 1))
        [ $tries -lt 60 ] || return 1
        sleep 1
    done
}

healthy() {
    if has curl && [ -S "$DATA/run/api.sock" ]; then
        curl -fsS --max-time 5 --unix-socket "$DATA/run/api.sock" http://localhost/health >/dev/null 2>&1
    else
        "$BINARY" status --quiet --data "$DATA" >/dev/null 2>&1
    fi
}

roll_back() {
    warn "NodePilot does not answer. The last lines of its journal:"
    journalctl -u nodepilot.service -n 20 --no-pager >&2 || true
    if [ -z "$previous" ]; then
        systemctl disable --quiet --now nodepilot.service || true
        die "It was installed but does not run. When the cause is gone, run this again."
    fi
    mv -f "$previous" "$BINARY"
    settle "$(dirname "$BINARY")"
    [ "$had_unit" = no ] || put "$work/unit.previous" "$UNIT" 0644
    systemctl daemon-reload
    if systemctl restart nodepilot.service && wait_until_healthy; then
        die "The version that was there before runs again: $("$BINARY" --version)"
    fi
    die "The version that was there before was put back, and does not answer either."
}

tell() {
    say ""
    say "$version is running."
    "$BINARY" admin setup-code --data "$DATA" ||
        warn "The dashboard's address could not be asked for. See: nodepilot admin setup-code"
    say ""
    if [ -e "$DATA/setup-code" ]; then
        say "Open the dashboard, compare the certificate, and make the first administrator with the code."
    fi
}

install_nodepilot() {
    check_disk
    check_tools
    fetch
    install_node
    put_in_place
    start
    tell
}

# --- Remove ---

uninstall() {
    if [ -e "$UNIT" ]; then
        systemctl disable --quiet --now nodepilot.service || warn "The service could not be stopped."
    fi
    rm -f "$UNIT" "$UNIT.new" "$DROP_IN" "$DROP_IN.new" "$BINARY" "$BINARY.previous" "$BINARY.new"
    rmdir "$(dirname "$DROP_IN")" 2>/dev/null || true
    systemctl daemon-reload
    systemctl reset-failed nodepilot.service 2>/dev/null || true
}

purge() {
    if [ "$assume_yes" != yes ]; then
        # Standard input may be this script.
        (: </dev/tty) 2>/dev/null || die "--purge wants --yes where there is nobody to ask."
        printf 'This removes all apps and their data in %s. There is no way back. Go on? [y/N] ' "$DATA" >/dev/tty
        read -r answer </dev/tty || answer=
        case $answer in
        y | Y | yes) ;;
        *) die "Nothing was removed." ;;
        esac
    fi
    uninstall
    remove_users
    rm -rf "$DATA"
}

# The apps' users np1, nb1, …: known by their remark or home, so that nobody else's np1 goes with them.
remove_users() {
    getent passwd | awk -F: -v data="$DATA" \
        '$1 ~ /^n[pb][0-9]+$/ && (tolower($5) ~ /nodepilot/ || index($6, data) == 1) { print $1 }' >"$work/users"
    while read -r user; do
        if has pkill; then pkill -KILL -u "$user" || true; fi
        userdel "$user" 2>/dev/null || warn "The user $user could not be removed."
        if getent group "$user" >/dev/null; then groupdel "$user" 2>/dev/null || true; fi
    done <"$work/users"
}

main() {
    parse "$@"
    check_machine
    # Not /tmp: on small machines that is memory.
    work=$(mktemp -d /var/tmp/nodepilot-install.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM HUP
    case $action in
    install) install_nodepilot ;;
    uninstall)
        uninstall
        say "NodePilot is removed. Its data is still in $DATA; sh install.sh --purge removes that too."
        ;;
    purge)
        purge
        say "NodePilot and its data are removed."
        ;;
    esac
}

main "$@"
