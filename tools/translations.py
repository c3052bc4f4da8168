"""Keep the interface's translations: find the texts, merge them into the ``.ts`` files, compile these.

    python tools/translations.py update     merge new texts into qgis_plugin/i18n/*.ts and list what lacks a translation
    python tools/translations.py compile    write the .qm files that QGIS loads

The texts are found by listening: every algorithm is asked for all it shows, and ``tr`` notes what it is given, so
constants, tables and concatenated texts are found as well. What is only said during a run is read from the source.
"""

from __future__ import annotations

import argparse
import ast
import os
import struct
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "qgis_plugin" / "i18n"
LANGUAGES = ("de", "es", "fr", "zh")
CONTEXT = "RgbSar"
SHOWING = ("displayName", "group", "shortDescription", "tags", "shortHelpString", "canExecute")
QM_MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")


def source_texts() -> list[str]:
    """Every text of the interface, once, in the order of the toolbox, then of the source.

    Needs QGIS.
    """
    return list(dict.fromkeys([*_shown_texts(), *_texts_in_source()]))


def _shown_texts() -> list[str]:
    """What ``tr`` is given while the algorithms say who they are."""
    from qgis.core import QgsApplication

    sys.path.insert(0, str(ROOT))
    from qgis_plugin import runtime
    from qgis_plugin.algorithms.base import RgbSarAlgorithm
    from qgis_plugin.provider import RgbSarProvider

    heard: list[str] = []

    def listen(_: object, text: str) -> str:
        heard.append(text)
        return text

    if QgsApplication.instance() is None:
        application = QgsApplication([], False)
        application.initQgis()
    registry = QgsApplication.processingRegistry()
    if registry.providerById("rgbsar") is None:
        registry.addProvider(RgbSarProvider())
    provider = registry.providerById("rgbsar")
    translate, RgbSarAlgorithm.tr = RgbSarAlgorithm.tr, listen
    configured, runtime.is_configured = runtime.is_configured, lambda: False  # canExecute says what to do then
    try:
        provider.refreshAlgorithms()
        for algorithm in provider.algorithms():
            for show in SHOWING:
                getattr(algorithm, show)()
    finally:
        RgbSarAlgorithm.tr, runtime.is_configured = translate, configured
    return heard


def _texts_in_source() -> list[str]:
    """Literal texts given to ``tr``."""
    found = []
    for path in sorted((ROOT / "qgis_plugin").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("tr", "_tr") and isinstance(node.args[0].value, str):
                found.append(node.args[0].value)
    return found


def file_of(language: str) -> Path:
    """The translations into a language."""
    return FOLDER / f"rgbsar_{language}.ts"


def read(path: Path) -> dict[str, str]:
    """Text -> translation of a ``.ts`` file; "" where it lacks one."""
    if not path.is_file():
        return {}
    return {
        message.findtext("source", ""): message.findtext("translation", "")
        for message in ElementTree.parse(path).iter("message")
    }


def write(path: Path, language: str, translations: dict[str, str]) -> None:
    """Write a ``.ts`` file that Qt Linguist opens."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    for text, translation in translations.items():
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "source").text = text
        entry = ElementTree.SubElement(message, "translation")
        entry.text = translation
        if not translation:
            entry.set("type", "unfinished")
    ElementTree.indent(root, "  ")
    body = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def update() -> int:
    """Merge the texts into every file; list what is missing and return how much that is."""
    texts = source_texts()
    FOLDER.mkdir(exist_ok=True)
    missing = 0
    for language in LANGUAGES:
        known = read(file_of(language))
        write(file_of(language), language, {text: known.get(text, "") for text in texts})
        for text in texts:
            if not known.get(text):
                missing += 1
                print(f"{language}: {text}")
    print(f"{len(texts)} texts, {missing} translations missing")
    return missing


def compile_all() -> None:
    """Write a ``.qm`` file beside every ``.ts`` file; a reader sees the old one or the new one, never half of it."""
    for language in LANGUAGES:
        target = file_of(language).with_suffix(".qm")
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(compiled({text: found for text, found in read(file_of(language)).items() if found}))
        part.replace(target)


def compiled(translations: dict[str, str]) -> bytes:
    """The bytes of a ``.qm`` file: a table of hashes and offsets, and the messages they point to.

    Written here because Debian's lrelease brings Clang along, and Windows has none without Qt's own installation.

    Source: Qt 5.15, qtbase/src/corelib/kernel/qtranslator.cpp (``do_load``, ``do_translate``, ``getMessage``).
    """
    hashes, messages = [], b""
    for text, translation in translations.items():
        hashes.append((elf_hash(text.encode()), len(messages)))
        for tag, content in ((3, translation.encode("utf-16-be")), (6, text.encode()), (7, CONTEXT.encode())):
            messages += struct.pack(">BI", tag, len(content)) + content
        messages += b"\x01"
    table = b"".join(struct.pack(">II", *entry) for entry in sorted(hashes))
    return QM_MAGIC + b"".join(
        struct.pack(">BI", tag, len(content)) + content for tag, content in ((0x42, table), (0x69, messages))
    )


def elf_hash(text: bytes) -> int:
    """The hash of System V's ELF symbol tables, as Qt uses it: never 0."""
    value = 0
    for byte in text:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high
    return value or 1


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("action", choices=("update", "compile"))
    if parser.parse_args().action == "update":
        return 1 if update() else 0
    compile_all()
    return 0


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
