"""The training task: one LightningModule for every network and data set."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import EarlyStopping
from torch import Tensor, nn
from torch.utils.data import DataLoader

from rgbsar_core.metrics import accuracy
from rgbsar_core.model_card import InputSpec
from rgbsar_core.registry import create_network

from .checkpoints import follow_folder
from .datasets.images import LabelledImages
from .datasets.samples import CropSamples, Statistics, places
from .loading import SampleLoader, worker_count
from .losses import require_finite, require_weights_of_heads, segmentation_loss
from .optimisers import SHARE, make_optimiser
from .prediction import scene_matrix
from .recipe import Recipe
from .schedules import rate_factor
from .starting import freeze, start


class SegmentationTask(lightning.LightningModule):
    """Trains a network on crops; validates and keeps the moving average of its weights.

    One epoch is `trainer.validate_every` steps. Sample numbers, not epochs, seed what is drawn, so a run that
    was stopped continues from the end of its last epoch as if it had not been.

    Args:
        recipe: of the run.
        train_scenes, validation_scenes: scenes or tiles.
        statistics: (mean, deviation) of optical and SAR.
        inputs: of the card, for validation.

    Attributes:
        asked: the recipe as the user gave it, for the record; `recipe` has numbers in place of what it leaves open.
        shared: names of validation images that are trained on, too.

    Raises:
        InputError: a network, or weights for it, that cannot be.
        ModelFileError: weights that cannot be read or do not fit.
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
        require_weights_of_heads(self.network, recipe)
        if not recipe.trainer.resume:  # the checkpoint has all weights
            start(self.network, recipe)
        freeze(self.network, recipe.network.frozen)
        self.average = copy.deepcopy(self.network).requires_grad_(False).eval()
        if recipe.trainer.compile:
            self.network.compile()
        self.asked = recipe.to_json()
        trained = set(train_scenes.origins)
        origins = zip(validation_scenes.names, validation_scenes.origins)
        self.shared = tuple(name for name, origin in origins if origin in trained)
        self.loader: SampleLoader | None = None
        self._elapsed = 0.0
        self._clock = time.monotonic()
        self._time_share = 0.0
        self._unchecked: tuple[int, Tensor] | None = None
        self._pairs: tuple[list[Tensor], ...] = ()
        self._matrix = np.zeros((len(recipe.classes),) * 2, dtype=np.int64)

    def train_dataloader(self) -> SampleLoader:
        """This epoch's samples for this process."""
        run = self.recipe.trainer
        each = run.batch * run.accumulate
        if self.loader is None:
            self.loader = self._make_loader(run.steps * each)
        first = self.global_step * each
        self.loader.serve(range(first, first + max(1, min(run.validate_every, run.steps - self.global_step)) * each))
        return self.loader

    def end_samples(self) -> None:
        """End the processes that make samples."""
        if self.loader is not None:
            self.loader.close()

    def _make_loader(self, length: int) -> SampleLoader:
        """All samples of the run; its processes take turns."""
        run = self.recipe.trainer
        samples = CropSamples(
            self._train_scenes,
            self.recipe,
            *self._statistics,
            pixels=self._pixels,
            first=self.trainer.global_rank,
            length=length,
            step=self.trainer.world_size,
        )
        on_gpu = self.trainer.strategy.root_device.type == "cuda"
        return SampleLoader(samples, run.batch, worker_count(run.workers, on_gpu, run.devices), on_gpu)

    def val_dataloader(self) -> DataLoader[Tensor]:
        """Numbers of the validation scenes this process predicts; -1 fills up."""
        world, rank = self.trainer.world_size, self.trainer.global_rank
        numbers = list(range(len(self._validation_scenes)))
        numbers += [-1] * (-len(numbers) % world)
        return DataLoader(torch.tensor(numbers[rank::world]), batch_size=None)  # type: ignore[arg-type]

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The recipe's."""
        return make_optimiser(self.network, self.recipe.optimiser, self._is_fused())

    def _is_fused(self) -> bool:
        """Unless gradients are scaled when they are clipped: a fused optimiser takes the scale off in its step."""
        return self.recipe.trainer.precision != "16-mixed" or self.recipe.optimiser.clip is None

    def configure_gradient_clipping(
        self,
        optimizer: torch.optim.Optimizer,
        gradient_clip_val: int | float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clip the gradients' norm; Lightning's own way refuses every fused optimiser under mixed precision."""
        if gradient_clip_val is not None:
            parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
            torch.nn.utils.clip_grad_norm_(parameters, gradient_clip_val)

    def on_fit_start(self) -> None:
        """The clock counts what earlier parts of a resumed run took; a run that had ended trains no further."""
        self._clock = time.monotonic() - self._elapsed
        self._look_at_clock()
        stopper = self.trainer.early_stopping_callback
        stopped = False
        if isinstance(stopper, EarlyStopping):
            stopper.patience = self.recipe.trainer.early_stop or stopper.patience  # not that of the checkpoint
            stopped = stopper.wait_count >= stopper.patience
        self.trainer.should_stop = stopped or self._time_share >= 1.0

    def on_train_start(self) -> None:
        """Pair the tensors of network and average: they stay the same objects from here on."""
        own, kept = self.network.state_dict(), self.average.state_dict()
        floating = [key for key, value in kept.items() if value.is_floating_point()]
        counters = [key for key in kept if key not in floating]
        self._pairs = tuple([state[key] for key in keys] for keys in (floating, counters) for state in (kept, own))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the time spent; weights that are no numbers never replace a good checkpoint."""
        self._check_loss()
        require_finite("weights", [*self.network.parameters(), *self.average.parameters()], self.global_step)
        checkpoint["elapsed_seconds"] = time.monotonic() - self._clock
        checkpoint["made_with"] = self.made_with()
        checkpoint["recipe"] = json.dumps(self.asked)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the time spent up again; another precision or `clip` may want another kind of optimiser step."""
        self._elapsed = float(checkpoint["elapsed_seconds"])
        follow_folder(checkpoint["callbacks"], Path(self.recipe.trainer.output))
        for state in checkpoint["optimizer_states"]:
            for group in state["param_groups"]:
                group["fused"] = self._is_fused() or None

    def made_with(self) -> dict[str, str]:
        """What a resumed run must not change, since the weights would mean something else or the change be lost."""
        recipe = self.recipe
        network, optimiser = asdict(recipe.network), asdict(recipe.optimiser)
        kept = {"name", "size", "variant", "parameters", "frozen"}  # where the weights came from is over
        taken_anew = {"rate", "clip"}
        parts = {
            "network": {key: value for key, value in network.items() if key in kept},
            "class list": recipe.legend.to_json(),
            "bands or scaling of the data": [spec.to_json() for spec in self.inputs],
            "optimiser": {key: value for key, value in optimiser.items() if key not in taken_anew},
            "seed": recipe.seed,
        }
        return {name: json.dumps(part, sort_keys=True) for name, part in parts.items()}

    def elapsed_minutes(self) -> float:
        """Time spent on the run, earlier parts included."""
        return (time.monotonic() - self._clock) / 60.0

    def progress(self) -> float:
        """Share of the run that is done, by steps or by the clock, whichever is further."""
        return max(self.global_step / self.recipe.trainer.steps, self._time_share)

    def _look_at_clock(self) -> None:
        """Every process goes by the clock of the first; all of them must come here."""
        most = self.recipe.trainer.max_minutes
        if most is not None:
            self._time_share = float(self.trainer.strategy.broadcast(self.elapsed_minutes() / most))

    def on_train_epoch_start(self) -> None:
        """A validation takes its time."""
        self._look_at_clock()

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        """Set the rate; seed dropout by the step, so that resuming changes nothing."""
        factor = rate_factor(self.recipe.schedule, self.progress(), self.recipe.trainer.steps)
        for optimiser in self.trainer.optimizers:
            for group in optimiser.param_groups:
                group["lr"] = self.recipe.optimiser.rate * group[SHARE] * factor
        run = self.recipe.trainer
        # of the epoch as it is without a stop; Lightning counts anew where one was ended early and resumed
        batch_of_epoch = self.global_step % run.validate_every * run.accumulate + batch_idx % run.accumulate
        seed = np.random.SeedSequence((self.recipe.seed, self.global_step, batch_of_epoch, self.global_rank))
        torch.manual_seed(int(seed.generate_state(1)[0]))
        # what rows of the log are numbered by: Lightning counts one too many each time a run is resumed
        self.trainer.fit_loop.epoch_loop._batches_that_stepped = self.global_step

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], batch_idx: int) -> Tensor:
        """Loss of one batch."""
        optical, sar, labels = batch
        output = self.network(
            optical.contiguous(memory_format=torch.channels_last), sar.contiguous(memory_format=torch.channels_last)
        )
        logits, auxiliary = output if isinstance(output, tuple) else (output, ())
        loss = segmentation_loss(logits, auxiliary, labels, self.recipe.loss)
        self._check_loss()
        self._unchecked = (self.global_step, self._of_all(loss.detach()))
        self.log("loss", loss.detach(), prog_bar=True)
        return loss

    def _of_all(self, loss: Tensor) -> Tensor:
        """Sum over the processes: if one meets no number all stop at that batch, and none waits for it for good."""
        if self.trainer.world_size > 1:
            loss = loss.clone()
            torch.distributed.all_reduce(loss)
        return loss

    def _check_loss(self) -> None:
        """DivergenceError if the last batch's loss is no number.

        One batch late, so that the host need not wait for the device; validations and checkpoints ask first.
        """
        if self._unchecked is not None:
            step, loss = self._unchecked
            self._unchecked = None
            require_finite("loss", [loss], step)

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Move the average; stop when the time is up, after a whole step."""
        if self.loader is not None:
            self.loader.mark()
        self._look_at_clock()
        if (batch_idx + 1) % self.recipe.trainer.accumulate == 0:
            self._move_average()
            if self.progress() >= 1.0:
                self.trainer.should_stop = True

    @torch.no_grad()
    def _move_average(self) -> None:
        """Weights by an exponential mean whose memory grows with the first steps; counters are copied."""
        limit = self.recipe.trainer.average
        decay = min(limit, (1.0 + self.global_step) / (10.0 + self.global_step)) if limit > 0 else 0.0
        kept, own, kept_counters, own_counters = self._pairs
        torch._foreach_lerp_(kept, own, 1.0 - decay)
        if kept_counters:
            torch._foreach_copy_(kept_counters, own_counters)

    def on_train_epoch_end(self) -> None:
        """Log how long the loop waited for samples."""
        share = None if self.loader is None else self.loader.wait_share
        if share is not None:
            self.log("loader_wait", share, sync_dist=True)

    def on_validation_epoch_start(self) -> None:
        """Start counting, with the same weights on every process: batch statistics differ between them."""
        self._check_loss()
        self._matrix[:] = 0
        if self.trainer.world_size > 1:
            for buffer in self.average.buffers():
                if buffer.is_floating_point():
                    buffer.copy_(self.trainer.strategy.reduce(buffer.clone(), reduce_op="mean"))

    def validation_step(self, number: Tensor, batch_idx: int) -> None:
        """Predict one scene and count."""
        if int(number) >= 0:
            scene = self._validation_scenes[int(number)]
            self._matrix += scene_matrix(
                self.average.eval(), scene, self.inputs, len(self._matrix), self.recipe.validation, self.device
            )

    def on_validation_epoch_end(self) -> None:
        """Sum over the processes and log; every process needs the figures, to stop or keep weights alike."""
        counts = torch.from_numpy(self._matrix).to(self.device)
        if self.trainer.world_size > 1:
            counts = self.trainer.strategy.reduce(counts, reduce_op="sum")  # type: ignore[assignment]
        measured = accuracy(counts.cpu().numpy())
        self.log("val_miou", measured.mean_iou, prog_bar=True, sync_dist=True)
        self.log("val_oa", measured.overall, sync_dist=True)
        for entry, iou in zip(self.recipe.classes, measured.iou):
            self.log(f"val_iou_{entry.name}", float(iou), sync_dist=True)

    def average_network(self) -> nn.Module:
        """The network to keep, in evaluation mode on the CPU."""
        return self.average.cpu().eval()
