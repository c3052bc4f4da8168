#!/usr/bin/env bash
# Runs the plugin's tests (or those named) on another Debian: trixie has QGIS 3.40, forky the newest that is packaged; torch,
# GDAL and numpy are Debian's, too.
#   tools/test_on_debian.sh SUITE [pytest's arguments]
# Makes a tree with debootstrap once (about 4 GB in build/SUITE, or in TREE=folder) and works inside it. Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

suite=${1:?expected a suite, such as trixie}
shift
[ $# -gt 0 ] || set -- tests/plugin tests/gui
tree=$(realpath -m "${TREE:-build/$suite}")
mirror=${MIRROR:-http://deb.debian.org/debian}
packages=(qgis python3-qgis qgis-providers python3-gdal gdal-bin python3-venv python3-pip python3-torch python3-safetensors python3-tqdm
          python3-pytest python3-pytest-timeout python3-pytest-xdist python3-hypothesis python3-yaml fonts-dejavu-core xvfb xauth)

say() { printf '== %s\n' "$*"; }
stop() { printf 'Stopped: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" -eq 0 ] || stop "debootstrap and chroot need root; run it with sudo."
command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap debian-archive-keyring ||
    stop "debootstrap is missing and could not be installed."

if [ ! -e "$tree/.ready" ]; then
    say "Debian $suite in $tree"
    rm -rf "$tree"
    mkdir -p "$tree"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$tree" "$mirror" sid >"$tree.log" 2>&1 ||
        stop "debootstrap failed; see $tree.log."
    cp -f /etc/resolv.conf "$tree/etc/resolv.conf"
    cp -f /etc/apt/apt.conf.d/*proxy* "$tree/etc/apt/apt.conf.d/" 2>/dev/null || true
    chroot "$tree" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive chroot "$tree" apt-get install -y -qq --no-install-recommends "${packages[@]}" \
        >>"$tree.log" 2>&1 || stop "the packages could not be installed; see $tree.log."
    touch "$tree/.ready"
fi

say "Copying the tracked files"
rm -rf "$tree/project"
mkdir -p "$tree/project"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$tree/project"
# In a mount namespace of its own: nothing stays mounted in the tree, however this ends.
unshare --mount --propagation private sh -c '
    mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" &&
    exec chroot "$0" /usr/bin/env -i HOME=/tmp PATH=/usr/bin:/bin LANG=C.UTF-8 QT_QPA_PLATFORM=offscreen \
        OMP_NUM_THREADS=1 sh -c "cd /project && QGIS_CUSTOM_CONFIG_PATH=\$(mktemp -d) python3 -m pytest -q -n auto \"\$@\"" sh "$@"
' "$tree" "$@"
