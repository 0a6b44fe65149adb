"""A training killed anywhere is taken up by the next run, and ends with the same weights."""

import json
import os
import subprocess
import sys

import pytest

POINTS = {
    "before the first save": ("update", 2, 0),
    "while the first state is written": ("fsync", 1, 0),
    "before the first state is in place": ("replace", 1, 0),
    "between two saves": ("update", 4, 2),
    "before the second state takes the first one's place": ("replace", 2, 2),
    "before the weights are written": ("mkstemp", 3, 4),
    "while the weights are written": ("fsync", 3, 4),
    "before the weights are in place": ("replace", 3, 4),
    "before the state is removed": ("remove", 1, None),
    "after the weights are in place": ("set_weights", 1, None),
}
"""The call before which a run is killed, which of that name, and the step the next run begins with.

None is for a run that finds the weights.
"""

KILLED_AND_TAKEN_UP = """
import hashlib, json, os, signal, sys, tempfile
from types import SimpleNamespace
from assignment4 import cache
from assignment4.encoder_decoder import training
import keras
import numpy as np
from assignment4.encoder_decoder.targets import draw_with_targets

training.STEPS_BETWEEN_SAVES, training.STEPS_PER_EXECUTION = 2, 1

class Bar:
    n = 0
    __enter__ = lambda self: self
    __exit__ = lambda self, *error: None

    def update(self, count):
        self.n += count

PLACES = {
    "update": Bar, "fsync": os, "replace": os, "remove": cache, "mkstemp": tempfile,
    "set_weights": keras.Model,
}
training.progress_bar = lambda *_, **options: Bar()

def build():
    images = keras.Input((28, 28, 1))
    tensor = keras.layers.BatchNormalization()(keras.layers.Dense(2)(images))
    tensor = keras.layers.Dropout(0.5)(tensor)
    return keras.Model(images, keras.layers.Dense(1)(tensor), name="line")

def train(folder, note):
    os.environ["ASSIGNMENT4_CACHE"] = folder
    generator = np.random.default_rng(0)
    images = generator.standard_normal((30, 28, 28, 1)).astype(np.float32)
    labels = np.arange(30) % 2
    pools = [images[:3], images[3:7]]
    draw = draw_with_targets(images, labels, pools, seed=0, targets_per_image=2, batch_size=10)
    starts = []

    def batches(first, stop):
        starts.append(first)
        return draw(first, stop)

    loss = training.MeanSquaredErrorToTargets()
    trained = training.train(build, batches, loss=loss, steps=6, seed=0, data={})
    content = b"".join(value.tobytes() for value in trained.model.get_weights())
    left = [name for name in os.listdir(folder) if "unfinished" in name and name[0] != "."]
    note.write(json.dumps([hashlib.sha256(content).hexdigest(), (starts or [None])[0], left]))

def kill_before(name, number):
    original, calls = getattr(PLACES[name], name), []

    def counted(*arguments, **options):
        calls.append(name)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)

    setattr(PLACES[name], name, counted)

def run(folder, *point):
    with tempfile.TemporaryFile("w+") as note:
        child = os.fork()  # before TensorFlow has computed anything, so that it has no threads
        if child == 0:
            if point:
                kill_before(*point)
            train(folder, note)
            note.flush()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status) == bool(point), (point, status)
        note.seek(0)
        return json.loads(note.read() or "null")

folder, points = sys.argv[1], json.loads(sys.argv[2])
found = {"never": run(os.path.join(folder, "never"))}
for name, (call, number, _) in points.items():
    place = os.path.join(folder, name.replace(" ", "_"))
    assert run(place, call, number) is None
    found[name] = run(place)
print(json.dumps(found))
"""


@pytest.mark.slow
def test_a_killed_training_is_taken_up_and_ends_with_the_same_weights(tmp_path):
    environment = os.environ | {"ASSIGNMENT4_PROGRESS": "0"}
    command = [sys.executable, "-c", KILLED_AND_TAKEN_UP, str(tmp_path), json.dumps(POINTS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    weights, start, left = found.pop("never")
    assert (start, left) == (0, [])
    expected = {name: [weights, start, []] for name, (_, _, start) in POINTS.items()}
    assert found == expected
    assert list(tmp_path.rglob("log.txt")) == [], "an entry was found damaged"
