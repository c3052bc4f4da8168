"""Run the plugin site's checks on a built plugin folder, with the site's own rules; exit with 1 on any finding.

    python tools/scan.py build/plugin/rgbsar_landcover

The site blocks an upload on each of these. Its flake8 pass is advisory there; here it counts too. Neither `bandit -ll`
nor a plain `detect-secrets scan` would do: the first misses the string checks, the second always exits with 0.

Source: the security scanner of qgis/QGIS-Plugins-Website, release 4.0.0 of 2026-07.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BANDIT_TESTS = (
    # not skippable at upload
    "B102,B103,B105,B106,B107,B201,B202,B301,B302,B304,B305,B306,B307,B312,B321,B323,B401,B402,B412,B413,"
    "B501,B502,B503,B505,B506,B507,B601,B602,B604,B605,B609,B610,B611,B612,B613,B615,B701,"
    # skippable by hand, still blocking
    "B101,B104,B108,B110,B112,B113,B303,B308,B310,B311,B313,B314,B315,B316,B317,B318,B319,B324,B403,"
    "B405,B406,B407,B408,B409,B504,B508,B509,B603,B606,B607,B608,B614,B702,B703,B704"
)
FLAKE8_CODES = "E7,E9,F402,F403,F404,F405,F811,F82,C901"
REFUSED_SUFFIXES = {
    ".exe",
    ".dll",
    ".so",
    ".dylib",
    ".sh",
    ".bat",
    ".cmd",
    ".pyc",
    ".pyd",
    ".safetensors",
    ".onnx",
    ".whl",
}
REFUSED_NAMES = {"__pycache__", "__MACOSX"}


def bandit(folder: Path) -> list[str]:
    """Return bandit's findings of any severity."""
    run = _run([sys.executable, "-m", "bandit", "-r", "-q", "-f", "json", "-t", BANDIT_TESTS, "."], folder)
    report = json.loads(run.stdout)
    errors = [f"bandit could not read {error['filename']}: {error['reason']}" for error in report["errors"]]
    return errors + [
        f"{hit['filename']}:{hit['line_number']}: {hit['test_id']} {hit['issue_text']}" for hit in report["results"]
    ]


def detect_secrets(folder: Path) -> list[str]:
    """Return what detect-secrets takes for a secret in any file but metadata.txt."""
    command = [sys.executable, "-m", "detect_secrets", "scan", "--all-files", "--no-verify", "."]
    command += ["--disable-plugin", "IPPublicDetector", "--exclude-files", r"(^|/)(metadata\.txt|\.secrets\.baseline)$"]
    report = json.loads(_run(command, folder).stdout)
    return [f"{name}:{hit['line_number']}: {hit['type']}" for name, hits in report["results"].items() for hit in hits]


def flake8(folder: Path) -> list[str]:
    """Return the findings of those flake8 checks the site runs, at its line length, as ruff sees them."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format", "json"]
    command += ["--line-length", "120", "--select", FLAKE8_CODES, "--config", "lint.mccabe.max-complexity=15", "."]
    report = json.loads(_run(command, folder).stdout)
    return [f"{hit['filename']}:{hit['location']['row']}: {hit['code']} {hit['message']}" for hit in report]


def files(folder: Path) -> list[str]:
    """Return the files whose kind, name or mode the site refuses."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix in REFUSED_SUFFIXES or path.name in REFUSED_NAMES or path.name.startswith("."):
            found.append(f"{name}: a kind of file the site refuses")
        elif path.is_file() and path.stat().st_mode & 0o111:
            found.append(f"{name}: is executable")
    missing = [name for name in ("__init__.py", "metadata.txt", "LICENSE") if not (folder / name).is_file()]
    return found + [f"{name}: is missing" for name in missing]


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if not run.stdout.strip():
        raise RuntimeError(f"{' '.join(command[2:4])} gave no report: {run.stderr.strip()}")
    return run


def main() -> int:
    """Scan the folder named on the command line; return the exit code."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: python tools/scan.py FOLDER (the built plugin: run make package first)", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    total = 0
    for check in (files, bandit, detect_secrets, flake8):
        findings = check(folder)
        total += len(findings)
        print(f"{check.__name__}: {len(findings)} findings")
        for finding in findings:
            print(f"  {finding}")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
