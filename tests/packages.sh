#!/bin/sh
# Installs what the tests need beside Python packages: a browser, a Chinese font, a PostgreSQL server, a web
# server to balance with.
# As root on Debian (or a child of it) it installs what is absent; elsewhere it says what the tests will skip.
set -eu

absent=""
command -v chromium >/dev/null 2>&1 || absent="$absent chromium"
[ -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ] || absent="$absent fonts-noto-color-emoji"
[ -e /usr/share/fonts/truetype/wqy/wqy-microhei.ttc ] || absent="$absent fonts-wqy-microhei"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || absent="$absent postgresql"
command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] || absent="$absent nginx"
command -v openssl >/dev/null 2>&1 || absent="$absent openssl"
[ -z "$absent" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    # A server that starts by itself is not wanted: the tests start their own.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    # Nor is any other service that a package brings: Debian asks this file, here for as long as the installation lasts.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    apt-get update -qq
    # shellcheck disable=SC2086 - a list of names
    apt-get install -y -qq --no-install-recommends $absent >/dev/null
else
    echo "absent, the tests that need them will be skipped:$absent" >&2
fi
