"""Build the QGIS plugin: as a zip for users, or as a folder of links into the working tree for developers.

    python tools/package.py zip  [--build FOLDER]
    python tools/package.py link [--profile NAME] [--build FOLDER]

The plugin folder holds the contents of qgis_plugin/ with a copy of rgbsar_core/ inside, so that QGIS, which drops a
plugin's modules by the name of its package, also drops the core when the plugin is unloaded or upgraded. Beside it lies
rgbsar_training/, which the training process imports and QGIS never: what a run needs, without recipes and fetching.
"""

from __future__ import annotations

import argparse
import configparser
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import translations

ROOT = Path(__file__).resolve().parent.parent
FOLDER_NAME = "rgbsar_landcover"
PACKAGED_FOLDERS = {
    "qgis_plugin": (".", "**/*"),
    "rgbsar_core": ("rgbsar_core", "**/*"),
    "training": ("rgbsar_training", "*.py"),
    "training/datasets": ("rgbsar_training/datasets", "*.py"),
}
"""Folder -> its place in the plugin, and which of its files go there."""
PACKAGED_FILES = ("metadata.txt", "LICENSE", "CHANGELOG.md")
PACKAGED_SUFFIXES = frozenset({".py", ".svg", ".png", ".qm", ".txt", ".html", ".json", ".model3"})
NOT_PACKAGED = frozenset({".ts"})  # translations before tools/translations.py compiled them
MAXIMUM_BYTES = 25 * 1024 * 1024  # the plugin site's limit
RELEASES_SHOWN = 3  # in the plugin manager's changelog
ZIP_TIME = (2020, 1, 1, 0, 0, 0)  # fixed: the same sources give the same bytes


class PackagingError(Exception):
    """The plugin cannot be built from this tree; the text says what to mend."""


def read_version(metadata: str) -> str:
    """Return the version written in the text of metadata.txt."""
    parser = configparser.ConfigParser()
    parser.read_string(metadata)
    version = parser["general"]["version"]
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise PackagingError(f"metadata.txt has version {version}; the plugin site wants three numbers, as in 0.1.0.")
    return version


def released_changes(changelog: str) -> str:
    """Return the newest releases of CHANGELOG.md as the plain text that QGIS's plugin manager shows."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    released = [section for section in sections if not section.startswith("[Unreleased]")][:RELEASES_SHOWN]
    text = "\n".join(released)
    text = re.sub(r"^\[(.+?)\]", r"\1", text, flags=re.MULTILINE)  # ## [0.1.0] - date
    text = re.sub(r"^### (.+)$", r"\1:", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text).replace("`", "").replace("*", "")
    return "\n".join(line for line in text.splitlines() if line.strip())


def metadata_with_changelog(metadata: str, changelog: str) -> str:
    """Return metadata.txt with its changelog key filled in; per cent signs are doubled for configparser."""
    lines = released_changes(changelog).replace("%", "%%").splitlines()
    return metadata.rstrip("\n") + "\nchangelog=" + "\n    ".join(lines) + "\n"


def packaged_sources() -> dict[Path, Path]:
    """Return path inside the plugin folder -> source file, for everything the zip holds.

    Raises:
        PackagingError: A packaged folder holds a kind of file that the zip may not carry.
    """
    sources = {Path(name): ROOT / name for name in PACKAGED_FILES}
    for folder, (target, pattern) in PACKAGED_FOLDERS.items():
        for source in sorted((ROOT / folder).glob(pattern)):
            if source.is_dir() or "__pycache__" in source.parts or source.suffix in NOT_PACKAGED:
                continue
            if source.suffix not in PACKAGED_SUFFIXES or source.name.startswith("."):
                raise PackagingError(
                    f"{source.relative_to(ROOT)} is not a kind of file the plugin zip carries "
                    f"({' '.join(sorted(PACKAGED_SUFFIXES))}). Move it out of {folder}/, or allow its kind in "
                    "tools/package.py."
                )
            sources[Path(target) / source.relative_to(ROOT / folder)] = source
    return sources


def assemble(build: Path) -> Path:
    """Copy the plugin's files to build/plugin/rgbsar_landcover and return that folder."""
    translations.compile_all()
    folder = build / "plugin" / FOLDER_NAME
    shutil.rmtree(folder, ignore_errors=True)
    for target, source in packaged_sources().items():
        copy = folder / target
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    metadata = folder / "metadata.txt"
    filled = metadata_with_changelog(
        metadata.read_text(encoding="utf-8"), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    )
    metadata.write_text(filled, encoding="utf-8")
    return folder


def make_zip(build: Path) -> Path:
    """Assemble the plugin, zip it reproducibly and return the archive's path."""
    folder = assemble(build)
    version = read_version((folder / "metadata.txt").read_text(encoding="utf-8"))
    archive = build / f"{FOLDER_NAME}-{version}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), ZIP_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o100644 << 16
                packed.writestr(entry, path.read_bytes())
    size = archive.stat().st_size
    if size > MAXIMUM_BYTES:
        raise PackagingError(f"{archive.name} has {size} bytes; the plugin site takes {MAXIMUM_BYTES} at most.")
    return archive


def profile_folder(profile: str) -> Path:
    """Return the folder of a QGIS profile: QGIS_CUSTOM_CONFIG_PATH, else the platform's place for QGIS 3 (or 4)."""
    custom = os.environ.get("QGIS_CUSTOM_CONFIG_PATH")
    application = os.environ.get("QGIS_SETTINGS", "QGIS3")  # QGIS4 for QGIS 4
    if custom:
        base = Path(custom)
    elif sys.platform == "win32":
        base = Path(os.environ["APPDATA"]) / "QGIS" / application
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support" / "QGIS" / application
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "QGIS" / application
    return base / "profiles" / profile


def link(build: Path, profile: str) -> Path:
    """Link the working tree, laid out as in the zip, into a QGIS profile; return the link.

    Run it again after a top-level file of qgis_plugin/ was added or removed.

    Raises:
        PackagingError: The profile already holds an installed copy of the plugin.
    """
    translations.compile_all()
    packaged_sources()  # refuses what the zip would refuse
    folder = build / "dev" / FOLDER_NAME
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    entries = [path for path in (ROOT / "qgis_plugin").iterdir() if path.name != "__pycache__"]
    for source in [*entries, ROOT / "rgbsar_core", *(ROOT / name for name in PACKAGED_FILES)]:
        (folder / source.name).symlink_to(source)
    (folder / "rgbsar_training").symlink_to(ROOT / "training")
    place = profile_folder(profile) / "python" / "plugins" / FOLDER_NAME
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        raise PackagingError(
            f"{place} is an installed copy of the plugin. Uninstall it in QGIS, then run make link again."
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(folder.resolve(), target_is_directory=True)
    return place


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("action", choices=("zip", "link"))
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="where built files go (default: build/)")
    parser.add_argument("--profile", default="default", help="QGIS profile to link into (default: default)")
    arguments = parser.parse_args()
    try:
        if arguments.action == "zip":
            archive = make_zip(arguments.build)
            print(f"{archive} ({archive.stat().st_size / 1024:.0f} KiB): in QGIS, Plugins > Install from ZIP")
        else:
            print(
                f"{link(arguments.build, arguments.profile)}: restart QGIS, then tick the plugin in the plugin manager"
            )
    except PackagingError as error:
        print(f"Not built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
