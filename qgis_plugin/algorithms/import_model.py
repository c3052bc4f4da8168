"""``rgbsar:importmodel``: takes a model file from disk or the web into the models folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QUrl

from .. import core_link, download, models
from .. import feedback as reporting
from .base import RgbSarAlgorithm


class ImportModelAlgorithm(RgbSarAlgorithm):
    """A file is judged under a temporary name, and only then gets its own."""

    FILE, URL, CHECKSUM, INSTALL, REPLACE = "FILE", "URL", "CHECKSUM", "INSTALL", "REPLACE"
    ICON = "import_model.svg"
    DESCRIPTION = (
        "<p>Copies or downloads a model file into the models folder; <i>Classify land cover</i> then offers it by its "
        "title. The file is read first: its card and checksum are shown, and a damaged file, another kind of file or "
        "one with another checksum than the announced one is refused. Model files hold numbers and text; nothing in "
        "them is ever executed.</p>"
        "<p>Untick <i>Install</i> to see card and checksum of a file first.</p>"
    )

    def name(self) -> str:
        return "importmodel"

    def displayName(self) -> str:
        return self.tr("Import model")

    def group(self) -> str:
        return self.tr("Models")

    def groupId(self) -> str:
        return "models"

    def tags(self) -> list[str]:
        return self.tr("model,install,download,weights,URL,checksum,SHA-256,safetensors,model zoo").split(",")

    def shortDescription(self) -> str:
        return self.tr("Install a model file from disk or from the web")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, behavior = self.tr, QgsProcessingParameterFile.Behavior
        filters = tr("Model files (*.safetensors)")
        self.add(
            QgsProcessingParameterFile(self.FILE, tr("Model file"), behavior.File, "", None, True, filters),
            "A model file (.safetensors) on this computer. Either this or an address.",
        )
        self.add(
            QgsProcessingParameterString(self.URL, tr("Or its address on the web"), None, False, True),
            "An address that starts with https:// or http://. QGIS's proxy and certificates are used.",
        )
        self.add(
            QgsProcessingParameterString(self.CHECKSUM, tr("SHA-256"), None, False, True),
            "Checksum of the file as its publisher gives it, 64 digits; another file is refused. Empty: not compared.",
        )
        self.add(
            QgsProcessingParameterBoolean(self.INSTALL, tr("Install (untick to only see the card)"), True),
            "Unticked, the file is read and shown, and nothing is kept.",
        )
        self.add(
            QgsProcessingParameterBoolean(self.REPLACE, tr("Replace an installed model of the same name"), False),
            "Otherwise an installed model of that name stays and the import is refused.",
            advanced=True,
        )
        for name, text in (("NAME", "Name"), ("TITLE", "Title"), ("PATH", "Model file"), ("SHA256", "SHA-256")):
            self.addOutput(QgsProcessingOutputString(name, tr(text)))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        file, url = self._source(parameters, context)
        if bool(file) == bool(url):
            found = self.tr("Both a file and an address are given") if file else self.tr("No model file is given")
            return self.tr("{}. Choose a file (.safetensors), or give an address on the web.").format(found)
        if file:
            core_link.model_card.read_card(file)
        elif urlparse(url).scheme.lower() not in ("http", "https"):
            return self.tr("'{}' is no web address; expected one that starts with https:// or http://.").format(url)
        expected = self.parameterAsString(parameters, self.CHECKSUM, context)
        core_link.core_module("model_store").expected_checksum(expected)
        return ""

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        accepted, message = self.checkParameterValues(parameters, context)
        if not accepted:
            raise QgsProcessingException(message)
        file, url = self._source(parameters, context)
        progress = reporting.ProgressReporter(feedback)
        store = core_link.core_module("model_store")

        def work() -> dict[str, Any]:
            temporary = store.incoming_path(models.folder())
            try:
                if file:
                    store.copy_in(Path(file), temporary, progress, progress.is_cancelled)
                else:
                    download.fetch(url, temporary, store.LARGEST_BYTES, progress, progress.is_cancelled)
                digest = store.checksum(temporary)
                feedback.pushInfo(f"SHA-256    {digest}")
                store.require_checksum(digest, self.parameterAsString(parameters, self.CHECKSUM, context))
                card = self._card(temporary, file or QUrl(url).toDisplayString())
                for line in core_link.core_module("card_text").describe(card).splitlines():
                    feedback.pushInfo(line)
                answers = {"NAME": card.name, "TITLE": card.title, "SHA256": digest}
                if not self.parameterAsBool(parameters, self.INSTALL, context):
                    feedback.pushInfo(self.tr("Not installed, as asked."))
                    return answers
                replace = self.parameterAsBool(parameters, self.REPLACE, context)
                path = store.accept(temporary, card, digest, models.folder(), replace)
                feedback.pushInfo(self.tr("Installed as '{}' in {}").format(card.title, path))
                return {**answers, "PATH": str(path)}
            finally:
                temporary.unlink(missing_ok=True)

        return self.guarded(work, feedback) or {}

    @staticmethod
    def _card(temporary: Path, origin: str) -> Any:
        """The card; what is wrong with it is said of the file's origin, not of its temporary name."""
        try:
            return core_link.model_card.read_card(temporary)
        except core_link.errors.ModelFileError as error:
            raise type(error)(str(error).replace(f"'{temporary.name}'", f"'{origin}'")) from error

    def _source(self, parameters: dict[str, Any], context: Any) -> tuple[str, str]:
        """Path of a file and web address; one is empty. A file:// address counts as a path."""
        file = self.parameterAsFile(parameters, self.FILE, context)
        url = self.parameterAsString(parameters, self.URL, context).strip()
        if url.lower().startswith("file://"):
            address = QUrl(url)
            if address.host() == "localhost":
                address.setHost("")
            return address.toLocalFile(), ""
        return file, url
