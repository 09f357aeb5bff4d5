#!/bin/sh
# Installs the real servers and the browser that the tests talk to (Debian and its relatives). May be run as often as wanted.
# Without the right to install it says what is missing and ends with 1; the tests then skip what needs it, with the same words.
set -eu

wanted="chromium chromium-headless-shell dovecot-imapd dovecot-lmtpd fonts-noto-color-emoji kannel kannel-extras mariadb-server php8.2-cli php8.2-mysql postfix postgresql-15 wordpress prosody"

missing=""
for package in $wanted; do
    if ! dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
        missing="$missing $package"
    fi
done
if [ -z "$missing" ]; then
    exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing for the tests:$missing. This system has no apt-get; please install them by its own means." >&2
    exit 1
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo"
    else
        echo "Missing for the tests:$missing. Please install them as root: apt-get install$missing" >&2
        exit 1
    fi
fi

# The packages must not start servers of their own here: the tests start private ones on free ports. A machine that
# already has a policy for that keeps it.
policy=/usr/sbin/policy-rc.d
made_policy=""
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod +x "$policy"
    made_policy=yes
fi
trap '[ -z "$made_policy" ] || $as_root rm -f "$policy"' EXIT

echo "Installing$missing ..." >&2
$as_root apt-get update -qq
# shellcheck disable=SC2086
echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >&2
