"""Classify the example scene as a user would, through ``qgis_process``, and draw the map.

Run by ``make demo`` in a throw-away QGIS profile. Writes to ``build/demo``: landcover.tif, confidence.tif,
areas.csv, report.html, map.png.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "build" / "demo"
MODEL = ROOT / "models" / "landcover-us.safetensors"


def main() -> int:
    """Run the demo; return the exit code."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    steps = (
        ("Linking the plugin into a throw-away QGIS profile", [sys.executable, "tools/package.py", "link"]),
        ("Enabling it", [qgis_process(), "plugins", "enable", "rgbsar_landcover"]),
        (
            "Choosing the Python that runs the network",
            [qgis_process(), "run", "rgbsar:runtime", "--", "ACTION=1", f"INTERPRETER={sys.executable}"],
        ),
        ("Classifying", [qgis_process(), "run", "rgbsar:classify", "--", *classify_arguments()]),
        (
            "Drawing the map",
            [sys.executable, "tools/draw_map.py", str(OUTPUT / "landcover.tif"), str(OUTPUT / "map.png")],
        ),
    )
    for title, command in steps:
        print(f"== {title}", flush=True)
        shown = title == "Classifying"
        done = subprocess.run(
            command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        if done.returncode != 0:
            print(done.stdout)
            print(f"Stopped: '{' '.join(command[:3])}' answered {done.returncode}; its output stands above.")
            return 1
        if shown:
            print(worth_reading(done.stdout))
    print_areas()
    for name in ("landcover.tif", "confidence.tif", "report.html", "map.png"):
        print(f"{OUTPUT.relative_to(ROOT) / name}")
    return 0


def qgis_process() -> str:
    """The program itself: Debian 12's wrapper script passes it a flag that it refuses."""
    found = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if found is None:
        raise SystemExit("qgis_process is not installed. Install QGIS with its command-line tools.")
    return found


def classify_arguments() -> list[str]:
    """What a user would fill into the dialog."""
    arguments = {
        "OPTICAL": ROOT / "examples" / "optical.tif",
        "SAR": ROOT / "examples" / "sar.tif",
        "MODEL": MODEL,
        "OUTPUT": OUTPUT / "landcover.tif",
        "CONFIDENCE": OUTPUT / "confidence.tif",
        "AREA_TABLE": OUTPUT / "areas.csv",
        "REPORT": OUTPUT / "report.html",
    }
    return [f"{name}={value}" for name, value in arguments.items()]


def worth_reading(log: str) -> str:
    """The algorithm's own lines, without progress figures and the start-up talk of libraries."""
    starts = ("Assumed", "engine:", "time:", "no map", "Warning", "WARNING")
    lines = [line.strip() for line in log.splitlines()]
    return "\n".join(line for line in lines if line.startswith(starts) or " ha (" in line or "pixels in" in line)


def print_areas() -> None:
    """The area table as a user reads it."""
    with (OUTPUT / "areas.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            print(f"{row['name']:<26} {float(row['hectares']):>10,.0f} ha {float(row['percent']):>6.1f} %")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
