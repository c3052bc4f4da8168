"""QGIS 4 runs Qt 6, where enum members are reached through their enum alone: Qt.Orientation.Vertical, not Qt.Vertical.

QGIS 3.22, on which these tests also run, takes both, so the plugin's sources are read: every chain of names that starts
at a class of QGIS or Qt is followed with the real classes.
"""

from __future__ import annotations

import ast
import enum
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.qgis

GONE = {"exec_", "QRegExp", "QDesktopWidget", "QTextCodec", "QMatrix", "QSound"}
FILES = sorted((Path(__file__).resolve().parents[2] / "qgis_plugin").rglob("*.py"))


def imported_classes(tree: ast.AST) -> dict[str, Any]:
    """What a file imports from QGIS, by the name it has there."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("qgis.core", "qgis.gui", "qgis.PyQt")):
            module = importlib.import_module(node.module)
            for alias in node.names:
                if hasattr(module, alias.name):
                    found[alias.asname or alias.name] = getattr(module, alias.name)
    return found


def chain_of(node: ast.expr) -> list[str]:
    """A.B.C as its names; empty where it does not start at a name."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else []


def is_enum_member(value: object) -> bool:
    kind = type(value)
    return isinstance(value, enum.Enum) or (isinstance(value, int) and kind not in (int, bool))


def unscoped_members(source: str) -> Iterator[str]:
    """Enum members reached through a class instead of through their enum."""
    tree = ast.parse(source)
    classes = imported_classes(tree)
    for node in ast.walk(tree):
        names = chain_of(node) if isinstance(node, ast.Attribute) else []
        if len(names) < 2 or names[0] not in classes:
            continue
        owner = value = classes[names[0]]
        for name in names[1:]:
            owner, value = value, getattr(value, name, None)
        is_enum = isinstance(owner, type) and issubclass(owner, (int, enum.Enum))
        if is_enum_member(value) and not is_enum:
            yield ".".join(names)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_enum_members_are_reached_through_their_enum(path: Path) -> None:
    assert sorted(set(unscoped_members(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_nothing_that_qt_6_dropped_is_used(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert used & GONE == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from qgis.PyQt.QtCore import Qt\nx = Qt.AlignLeft", ["Qt.AlignLeft"]),
        ("from qgis.PyQt.QtCore import Qt\nx = Qt.AlignmentFlag.AlignLeft", []),
        ("from qgis.core import QgsProcessing\nx = QgsProcessing.TypeRaster", ["QgsProcessing.TypeRaster"]),
        ("from qgis.core import QgsProcessing\nx = QgsProcessing.SourceType.TypeRaster", []),
    ],
)
def test_the_reader_knows_both_ways(source: str, found: list[str]) -> None:
    assert list(unscoped_members(source)) == found
