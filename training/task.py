"""The training task: one LightningModule for every network and data set."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Sequence
from typing import Any

import lightning
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from rgbsar_core.engine.encoder_file import read_encoder_file
from rgbsar_core.metrics import accuracy
from rgbsar_core.model_card import InputSpec
from rgbsar_core.models.encoder_weights import load_encoder_weights
from rgbsar_core.registry import create_network

from .datasets.images import LabelledImages
from .datasets.samples import CropSamples, Sample, Statistics, places
from .losses import require_finite, segmentation_loss
from .prediction import scene_matrix
from .recipe import NetworkRecipe, Recipe
from .schedules import rate_factor

logger = logging.getLogger(__name__)


class SegmentationTask(lightning.LightningModule):
    """Trains a network on crops; validates and keeps the moving average of its weights.

    One epoch is `trainer.validate_every` steps. Sample numbers, not epochs, seed what is drawn, so a run that
    was stopped at the end of an epoch continues as if it had not been.

    Args:
        recipe: of the run.
        train_scenes, validation_scenes: scenes or tiles.
        statistics: (mean, deviation) of optical and SAR.
        inputs: of the card, for validation.

    Raises:
        InputError: a network, or encoder weights for it, that cannot be.
        ModelFileError: encoder weights that cannot be read or do not fit.
    """

    def __init__(
        self,
        recipe: Recipe,
        train_scenes: LabelledImages,
        validation_scenes: LabelledImages,
        statistics: tuple[Statistics, Statistics],
        inputs: Sequence[InputSpec],
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.inputs = tuple(inputs)
        self._train_scenes = train_scenes
        self._validation_scenes = validation_scenes
        self._statistics = statistics
        self._pixels = places(train_scenes, recipe)
        torch.manual_seed(recipe.seed)
        self.network = create_network(
            recipe.network.name,
            optical_channels=len(recipe.optical.bands),
            sar_channels=len(recipe.sar.bands),
            num_classes=len(recipe.classes),
            **recipe.network.keywords(),
        ).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if not recipe.trainer.resume:  # the checkpoint has all weights
            load_encoders(self.network, recipe.network)
        self.average = copy.deepcopy(self.network).requires_grad_(False).eval()
        if recipe.trainer.compile:
            self.network.compile()
        self._elapsed = 0.0
        self._clock = time.monotonic()
        self._matrix = np.zeros((len(recipe.classes),) * 2, dtype=np.int64)

    def train_dataloader(self) -> DataLoader[Sample]:
        """This epoch's samples for this process."""
        run = self.recipe.trainer
        steps = max(1, min(run.validate_every, run.steps - self.global_step))
        world, rank = self.trainer.world_size, self.trainer.global_rank
        samples = CropSamples(
            self._train_scenes,
            self.recipe,
            *self._statistics,
            pixels=self._pixels,
            first=self.global_step * run.batch * run.accumulate * world + rank,
            length=steps * run.batch * run.accumulate,
            step=world,
        )
        return DataLoader(samples, batch_size=run.batch, num_workers=run.workers or 0, pin_memory=self._on_gpu())

    def val_dataloader(self) -> DataLoader[Tensor]:
        """Numbers of the validation scenes this process predicts; -1 fills up."""
        world, rank = self.trainer.world_size, self.trainer.global_rank
        numbers = list(range(len(self._validation_scenes)))
        numbers += [-1] * (-len(numbers) % world)
        return DataLoader(torch.tensor(numbers[rank::world]), batch_size=None)  # type: ignore[arg-type]

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW; biases, norms and other one-dimensional parameters without weight decay."""
        settings = self.recipe.optimiser
        flat = [p for p in self.network.parameters() if p.numel() == max(p.shape, default=1)]
        others = [p for p in self.network.parameters() if p.numel() != max(p.shape, default=1)]
        groups = [
            {"params": others, "weight_decay": settings.weight_decay},
            {"params": flat, "weight_decay": 0.0},
        ]
        fused = not self.recipe.trainer.precision.endswith("-mixed")  # Lightning cannot clip with both
        return torch.optim.AdamW(groups, lr=settings.rate, betas=settings.betas, fused=fused)

    def on_fit_start(self) -> None:
        """The clock counts what earlier parts of a resumed run took."""
        self._clock = time.monotonic() - self._elapsed

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the time spent; weights that are no numbers never replace a good checkpoint."""
        require_finite("weights", [*self.network.parameters(), *self.average.parameters()], self.global_step)
        checkpoint["elapsed_seconds"] = time.monotonic() - self._clock

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the time spent up again."""
        self._elapsed = float(checkpoint["elapsed_seconds"])

    def elapsed_minutes(self) -> float:
        """Time spent on the run, earlier parts included."""
        return (time.monotonic() - self._clock) / 60.0

    def progress(self) -> float:
        """Share of the run that is done, by steps or by the clock, whichever is further."""
        run = self.recipe.trainer
        done = self.global_step / run.steps
        if run.max_minutes is not None:
            clock = self.elapsed_minutes() / run.max_minutes
            done = max(done, float(self.trainer.strategy.broadcast(clock)))
        return done

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        """Set the rate; seed dropout by the step, so that resuming changes nothing."""
        factor = rate_factor(self.recipe.schedule, self.progress())
        for optimiser in self.trainer.optimizers:
            for group in optimiser.param_groups:
                group["lr"] = self.recipe.optimiser.rate * factor
        seed = np.random.SeedSequence((self.recipe.seed, self.global_step, batch_idx, self.global_rank))
        torch.manual_seed(int(seed.generate_state(1)[0]))

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], batch_idx: int) -> Tensor:
        """Loss of one batch; DivergenceError before a loss that is no number reaches the weights."""
        optical, sar, labels = batch
        output = self.network(
            optical.contiguous(memory_format=torch.channels_last), sar.contiguous(memory_format=torch.channels_last)
        )
        logits, auxiliary = output if isinstance(output, tuple) else (output, ())
        loss = segmentation_loss(logits, auxiliary, labels, self.recipe.loss)
        require_finite("loss", [loss.detach()], self.global_step)
        self.log("loss", loss.detach(), prog_bar=True)
        return loss

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Move the average; stop when the time is up."""
        if (batch_idx + 1) % self.recipe.trainer.accumulate == 0:
            self._move_average()
        if self.progress() >= 1.0:
            self.trainer.should_stop = True

    @torch.no_grad()
    def _move_average(self) -> None:
        """Weights by an exponential mean whose memory grows with the first steps; counters are copied."""
        limit = self.recipe.trainer.average
        decay = min(limit, (1.0 + self.global_step) / (10.0 + self.global_step)) if limit > 0 else 0.0
        own = self.network.state_dict()
        kept = self.average.state_dict()
        floating = [key for key, value in kept.items() if value.is_floating_point()]
        torch._foreach_lerp_([kept[key] for key in floating], [own[key] for key in floating], 1.0 - decay)
        for key in kept.keys() - set(floating):
            kept[key].copy_(own[key])

    def on_validation_epoch_start(self) -> None:
        """Start counting."""
        self._matrix[:] = 0

    def validation_step(self, number: Tensor, batch_idx: int) -> None:
        """Predict one scene and count."""
        if int(number) >= 0:
            scene = self._validation_scenes[int(number)]
            self._matrix += scene_matrix(
                self.average.eval(), scene, self.inputs, len(self._matrix), self.recipe.validation, self.device
            )

    def on_validation_epoch_end(self) -> None:
        """Sum over the processes and log."""
        counts = torch.from_numpy(self._matrix).to(self.device)
        if self.trainer.world_size > 1:
            counts = self.trainer.strategy.reduce(counts, reduce_op="sum")  # type: ignore[assignment]
        measured = accuracy(counts.cpu().numpy())
        self.log("val_miou", measured.mean_iou, prog_bar=True, rank_zero_only=True)
        self.log("val_oa", measured.overall, rank_zero_only=True)
        for entry, iou in zip(self.recipe.classes, measured.iou):
            self.log(f"val_iou_{entry.name}", float(iou), rank_zero_only=True)

    def average_network(self) -> nn.Module:
        """The network to keep, in evaluation mode on the CPU."""
        return self.average.cpu().eval()

    def _on_gpu(self) -> bool:
        return self.trainer.strategy.root_device.type == "cuda"


def load_encoders(network: nn.Module, recipe: NetworkRecipe) -> None:
    """Give the encoders the ImageNet weights the recipe names, if any.

    Raises:
        ModelFileError: a file that cannot be read or does not fit.
        InputError: the network has no encoder for them.
    """
    roles = ("optical", "sar") if recipe.sar_encoder_weights is None else ("optical",)
    for path, whose in ((recipe.encoder_weights, roles), (recipe.sar_encoder_weights, ("sar",))):
        if path is not None:
            logger.info("%s: %s", path, load_encoder_weights(network, read_encoder_file(path), whose))
