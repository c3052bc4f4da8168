"""``rgbsar:describemodel``: what a model file says of itself, in the log, as a page and as STAC."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterFileDestination,
)

from .. import core_link, sources
from .base import RgbSarAlgorithm
from .model_parameter import model_parameter, model_path


class DescribeModelAlgorithm(RgbSarAlgorithm):
    """The card of a model: bands, units, ground resolution, classes, accuracy, licence."""

    MODEL, OUTPUT_HTML, OUTPUT_STAC = "MODEL", "OUTPUT_HTML", "OUTPUT_STAC"
    ICON = "describe_model.svg"
    DESCRIPTION = (
        "<p>Every model file carries a card: which bands it takes and in which units, the pixel size it was trained "
        "on, its classes and colours, what it was trained and tested on, its licence. This algorithm shows the card; "
        "the network itself is not loaded, so no PyTorch is needed.</p>"
    )

    def name(self) -> str:
        return "describemodel"

    def displayName(self) -> str:
        return self.tr("Describe model")

    def group(self) -> str:
        return self.tr("Models")

    def groupId(self) -> str:
        return "models"

    def tags(self) -> list[str]:
        return self.tr("model,card,metadata,classes,bands,licence,accuracy,STAC,MLM,safetensors,checksum").split(",")

    def shortDescription(self) -> str:
        return self.tr("What a model needs, which classes it maps, how accurate it was")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, document = self.tr, QgsProcessingParameterFileDestination
        self.add(
            model_parameter(self.MODEL, tr("Model")),
            "An installed model, by title or name, or the path of a model file (.safetensors).",
        )
        self.add(
            document(self.OUTPUT_HTML, tr("Model card"), tr("HTML files (*.html)"), None, True),
            "The card as a page, classes in their colours.",
        )
        self.add(
            document(self.OUTPUT_STAC, tr("STAC item"), tr("JSON files (*.json)"), None, True, False),
            "The card as a STAC item with the Machine Learning Model extension, for catalogues.",
        )
        for name, text in (("NAME", "Name"), ("TITLE", "Title"), ("PATH", "Model file"), ("SHA256", "SHA-256")):
            self.addOutput(QgsProcessingOutputString(name, tr(text)))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        path = model_path(self, parameters, self.MODEL, context)
        if not path:
            return self.tr("No model is chosen. Choose a model file (.safetensors) or an installed model.")
        core_link.model_card.read_card(path)
        for name in (self.OUTPUT_HTML, self.OUTPUT_STAC):
            output = sources.output_path(parameters.get(name), context)
            if sources.same_file(output, path):
                return f"The output '{output}' is also the model. Choose another name for the output."
        return ""

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        accepted, message = self.checkParameterValues(parameters, context)
        if not accepted:
            raise QgsProcessingException(message)
        outputs = {
            name: self.parameterAsFileOutput(parameters, name, context) for name in (self.OUTPUT_HTML, self.OUTPUT_STAC)
        }

        def work() -> dict[str, Any]:
            path = model_path(self, parameters, self.MODEL, context)
            card, cards = core_link.model_card.read_card(path), core_link.core_module("card_text")
            digest = core_link.core_module("model_store").checksum(Path(path))
            for line in cards.describe(card).splitlines():
                feedback.pushInfo(line)
            feedback.pushInfo(f"file       {path}")
            feedback.pushInfo(f"SHA-256    {digest}")
            item = core_link.core_module("stac_mlm").to_stac_mlm(card, Path(path).name)
            texts = {
                outputs[self.OUTPUT_HTML]: cards.card_page(card, digest),
                outputs[self.OUTPUT_STAC]: json.dumps(item, indent=2, ensure_ascii=False),
            }
            core_link.core_module("text_files").publish_texts({name: text for name, text in texts.items() if name})
            return {"NAME": card.name, "TITLE": card.title, "PATH": path, "SHA256": digest}

        answers = self.guarded(work, feedback) or {}
        return {**answers, **{name: path for name, path in outputs.items() if path}}
