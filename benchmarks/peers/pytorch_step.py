"""The network and its training in PyTorch, as a process that works when it is told to.

`pytorch.py` beside it starts it: the libraries that PyTorch compiles with and those of
TensorFlow cannot be in one process. Its argument names a file of settings and letters. It writes a
line of JSON when it is ready, with what it can do and the network's numbers of parameters. Then,
for each line that it reads, the name of such work, it does that once and writes seconds and loss.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

Draw = Callable[[], tuple[torch.Tensor, torch.Tensor]]
Work = Callable[[], object]


def build_network(dropout_rate: float) -> nn.Module:
    """Return the network that `build_encoder_decoder` returns, (n, 1, 28, 28) to the same."""

    def normalize_and_activate(channels: int, *, image: bool):
        normalization = nn.BatchNorm2d if image else nn.BatchNorm1d
        return normalization(channels), nn.PReLU(channels, init=0.0)

    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, 2, 1), *normalize_and_activate(32, image=True)),
        *(nn.Conv2d(32, 64, 3, 2, 1), *normalize_and_activate(64, image=True)),
        nn.Flatten(),
        *(nn.Linear(7 * 7 * 64, 512), *normalize_and_activate(512, image=False)),
        nn.Dropout(dropout_rate),
        *(nn.Linear(512, 7 * 7 * 64), *normalize_and_activate(7 * 7 * 64, image=False)),
        nn.Unflatten(1, (64, 7, 7)),
        *(nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), *normalize_and_activate(32, image=True)),
        *(nn.ConvTranspose2d(32, 1, 3, 2, 1, 1), *normalize_and_activate(1, image=True)),
        nn.Flatten(),
        nn.Linear(28 * 28, 28 * 28),
        nn.Unflatten(1, (1, 28, 28)),
    )


def count_parameters(network: nn.Module) -> dict[str, int]:
    """Return how many are trained, and how many with those that normalisations measure."""
    trained = sum(weight.numel() for weight in network.parameters())
    measured = sum(buffer.numel() for buffer in network.buffers() if buffer.dim())
    return {"trained": trained, "all": trained + measured}


def draws(letters: dict[str, np.ndarray], *, batch_size: int, targets_per_image: int) -> Draw:
    """Return a function that draws a batch as the book's `draw_with_targets` does."""
    images, targets, labels, sizes = (
        torch.from_numpy(letters[name]) for name in ("images", "targets", "labels", "sizes")
    )
    firsts = torch.cumsum(sizes, 0) - sizes

    def draw():
        chosen = torch.randint(len(images), (batch_size,))
        label = labels[chosen][:, None]
        numbers = torch.randint(2**31 - 1, (batch_size, targets_per_image))
        return images[chosen], targets[firsts[label] + numbers % sizes[label]]

    return draw


def loss_of(network: nn.Module) -> Callable[..., torch.Tensor]:
    """Return the mean squared error of a batch, as a function that can be compiled."""

    def loss(images: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return torch.square(targets - network(images)[:, None]).mean()

    return loss


def training(draw: Draw, settings: dict, *, compiled: bool, fused: bool) -> Work:
    """Return steps of training, always of the same network; they return their mean loss."""
    network = build_network(settings["dropout_rate"])
    loss_function = torch.compile(loss_of(network)) if compiled else loss_of(network)
    optimizer = torch.optim.Adam(network.parameters(), settings["learning_rate"], fused=fused)

    def train() -> float:
        total = 0.0
        for _ in range(settings["steps"]):
            optimizer.zero_grad()
            loss = loss_function(*draw())
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total / settings["steps"]

    return train


def parts(draw: Draw, settings: dict) -> dict[str, Work]:
    """Return the parts of a step by name, each by itself and repeated."""
    network = build_network(settings["dropout_rate"])
    batch = draw()
    adam, fused = (
        torch.optim.Adam(network.parameters(), settings["learning_rate"], fused=fuse)
        for fuse in (False, True)
    )

    def forward_and_backward(network: nn.Module, images: torch.Tensor) -> Work:
        loss_function = loss_of(network)

        def work() -> None:
            network.zero_grad()
            loss_function(images, batch[1]).backward()

        return work

    def repeated(function: Work) -> Work:
        def repeat() -> None:
            for _ in range(settings["repeats"]):
                function()

        return repeat

    both = forward_and_backward(network, batch[0])
    both()
    channels_last = build_network(settings["dropout_rate"]).to(memory_format=torch.channels_last)
    images = batch[0].to(memory_format=torch.channels_last)
    return {
        "drawing a batch": repeated(draw),
        "forward and backward": repeated(both),
        "forward and backward, channels last": repeated(
            forward_and_backward(channels_last, images)
        ),
        "Adam": repeated(adam.step),
        "fused Adam": repeated(fused.step),
    }


def main() -> None:
    """Say what can be done, and do what is asked for."""
    with np.load(sys.argv[1]) as file:
        letters = dict(file)
    settings = json.loads(str(letters.pop("settings")))
    torch.set_num_threads(settings["threads"])
    torch.manual_seed(0)
    draw = draws(
        letters,
        batch_size=settings["batch_size"],
        targets_per_image=settings["targets_per_image"],
    )
    ways = {
        "eager": training(draw, settings, compiled=False, fused=False),
        "eager, fused Adam": training(draw, settings, compiled=False, fused=True),
    }
    if shutil.which(os.environ.get("CXX", "g++")):
        ways["compiled"] = training(draw, settings, compiled=True, fused=False)
        ways["compiled, fused Adam"] = training(draw, settings, compiled=True, fused=True)
    else:
        print("torch.compile is left out: it needs a C++ compiler, g++ or CXX", file=sys.stderr)
    alone = parts(draw, settings)
    counts = count_parameters(build_network(settings["dropout_rate"]))
    print(json.dumps({"ways": list(ways), "parts": list(alone), "counts": counts}), flush=True)
    works = ways | alone
    for line in sys.stdin:
        start = time.perf_counter()
        loss = works[line.strip()]()
        print(json.dumps({"seconds": time.perf_counter() - start, "loss": loss}), flush=True)


if __name__ == "__main__":
    main()
