#!/usr/bin/env bash
# Makes everything `make test` and `make demo` need: missing system packages and the virtual environment .venv.
# Installs only what is missing. Called by the Makefile; PYTHON is the interpreter that sees QGIS's bindings.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-/usr/bin/python3}
environment=.venv
export PYTHONNOUSERSITE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# python3-* bind QGIS and GDAL; fonts-dejavu-core: a machine without any font renders a map without text.
system_packages=(qgis python3-qgis qgis-providers python3-gdal python3-numpy gdal-bin python3 python3-venv
                 xvfb xauth fonts-dejavu-core)

say() { printf '== %s\n' "$*"; }
stop() { printf 'Set-up stopped: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        stop "neither root nor sudo is at hand; install these packages as an administrator, then run make again:" \
             "${missing[*]}"
    fi
}

install_system_packages() {
    missing=()
    for package in "${system_packages[@]}"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "System packages to install: ${missing[*]}"
    as_root apt-get update -qq || stop "apt-get update failed; check the network, then run make again."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "${missing[@]}" ||
        stop "apt-get could not install: ${missing[*]} (on Ubuntu they are in the 'universe' component)."
}

check_system() {
    "$python" -c 'import qgis.core, osgeo.gdal, osgeo.gdal_array, venv' 2>/dev/null ||
        stop "$python does not see QGIS. Install QGIS 3.22 or newer with its Python bindings, GDAL's Python bindings" \
             "with numpy, and Python's venv module (packages are chosen for you on Debian and Ubuntu only), then run" \
             "make again with PYTHON=<the python3 that can import qgis.core and osgeo.gdal>."
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        stop "$python is older than Python 3.10, which torch needs; use Debian 12, Ubuntu 22.04 or newer."
}

has_nvidia_driver() {
    [ -e /proc/driver/nvidia/version ] || { command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; }
}

install_torch() {
    if [ "$(uname -s)" = Linux ] && ! has_nvidia_driver; then
        say "No NVIDIA driver found: trying torch's CPU build"
        "$pip" install --no-deps --retries 0 --timeout 15 --index-url https://download.pytorch.org/whl/cpu \
            -r requirements/torch.txt || say "The CPU build is not to be had here: the general build will do"
    fi
    "$pip" install -c "$constraints" -r requirements/torch.txt
}

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    install_system_packages
fi
check_system

say "Virtual environment $environment (sees the system's QGIS, GDAL and numpy)"
"$python" -m venv --system-site-packages "$environment"
pip=$environment/bin/pip
constraints=$environment/constraints.txt
"$python" -c 'import numpy; print("numpy==" + numpy.__version__)' > "$constraints"
install_torch
"$pip" install -c "$constraints" -r requirements/development.txt
"$pip" install --quiet --no-deps --no-build-isolation --editable .
"$environment/bin/python" -c 'import torch, safetensors, osgeo.gdal_array, qgis.core' ||
    stop "the virtual environment was made but torch, GDAL or QGIS does not import in it (see above)."
say "Set-up complete"
