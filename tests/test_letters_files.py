"""The reader of a folder in the course's layout: what it accepts, and whatever it refuses."""

import gzip
import io
import os
import pickle
import re
import signal
import socket
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.lib import format as npy

from assignment4.letters import embedded, files, load_letters
from assignment4.letters.dataset import REPOSITORY
from assignment4.letters.files import FILES, MOST_IMAGES, read_folder
from assignment4.letters.pairs import PAIRS

pytestmark = pytest.mark.filterwarnings("error")

CLASSES = len(PAIRS)
IMAGES = 3 * CLASSES
NAMES = [name for pair in FILES.values() for name in pair]
HANDWRITING = Path(__file__).resolve().parents[2] / "shared" / "handwriting"


def write_folder(folder):
    """Write a valid folder: three images of every letter, in an order that is not sorted."""
    random = np.random.default_rng(0)
    for images_name, labels_name in FILES.values():
        np.save(folder / images_name, random.integers(0, 256, (28, 28, IMAGES), np.uint8))
        np.save(folder / labels_name, random.permutation(IMAGES).astype(np.uint8) % CLASSES)
    return folder


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path)


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    """A valid folder for tests that replace one file again and again."""
    return write_folder(tmp_path_factory.mktemp("letters"))


def saved(array, **options):
    """Return the bytes of the npy file of an array."""
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def with_header(text, data=b"", version=(1, 0)):
    """Return the bytes of an npy file whose header is the given text, true or not."""
    length = len(text).to_bytes(2 if version == (1, 0) else 4, "little")
    return npy.magic(*version) + length + text.encode("latin1") + data


def header(descr="'|u1'", fortran_order="False", shape=f"(28, 28, {IMAGES})"):
    return f"{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}}}"


class Sentinel:
    """Its unpickling would be noticed."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


# What is accepted


def test_returns_images_first_and_labels_in_the_same_order(folder):
    stored = np.load(folder / "X_lat.npy")
    images, labels = read_folder(folder)["latin"]
    assert (images.shape, images.dtype) == ((IMAGES, 28, 28), np.uint8)
    assert images.flags.c_contiguous
    assert images.flags.writeable
    assert (labels.shape, labels.dtype) == ((IMAGES,), np.int64)
    for index in range(IMAGES):
        np.testing.assert_array_equal(images[index], stored[:, :, index])
    np.testing.assert_array_equal(labels, np.load(folder / "labels_lat.npy"))


def test_returns_both_alphabets_in_the_order_of_the_pairs(folder):
    letters = read_folder(str(folder))
    assert list(letters) == ["cyrillic", "latin"]
    assert not np.array_equal(letters["cyrillic"][0], letters["latin"][0])


@pytest.mark.parametrize("dtype", ["u1", "<i2", ">i2", "u8", "i8", "f2", ">f4", "f8", "g"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_images_may_have_any_number_type_and_order(folder, dtype, order):
    expected = read_folder(folder)["cyrillic"][0]
    stored = np.load(folder / "X_cyr.npy")
    np.save(folder / "X_cyr.npy", stored.astype(dtype, order=order))
    images, _ = read_folder(folder)["cyrillic"]
    np.testing.assert_array_equal(images, expected)
    assert images.dtype == np.uint8
    assert images.flags.c_contiguous


@pytest.mark.parametrize("dtype", ["i1", "u1", ">u2", "i4", "i8", "u8", "f4", "f8"])
def test_labels_may_have_any_number_type(folder, dtype):
    expected = np.load(folder / "labels_lat.npy")
    np.save(folder / "labels_lat.npy", expected.astype(dtype))
    _, labels = read_folder(folder)["latin"]
    np.testing.assert_array_equal(labels, expected)
    assert labels.dtype == np.int64


def test_headers_of_version_2_and_of_python_2_are_read(folder):
    data = np.load(folder / "X_cyr.npy").tobytes()
    expected = read_folder(folder)["cyrillic"][0]
    python_2 = header(shape=f"(28L, 28L, {IMAGES}L)")
    for content in with_header(header(), data, version=(2, 0)), with_header(python_2, data):
        (folder / "X_cyr.npy").write_bytes(content)
        np.testing.assert_array_equal(read_folder(folder)["cyrillic"][0], expected)


def test_alphabets_may_differ_in_length(folder):
    images, labels = np.load(folder / "X_lat.npy"), np.load(folder / "labels_lat.npy")
    np.save(folder / "X_lat.npy", np.concatenate([images, images[:, :, :3]], axis=2))
    np.save(folder / "labels_lat.npy", np.concatenate([labels, labels[:3]]))
    letters = read_folder(folder)
    assert [len(images) for images, _ in letters.values()] == [IMAGES, IMAGES + 3]


def test_nothing_is_written(folder):
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}
    read_folder(folder)
    after = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}
    assert after == before


# What is refused: the file, what happens to it, and what the message says was found and expected


def array(change):
    """Return a breakage that replaces a file's array by change(array)."""
    return lambda path: np.save(path, change(np.load(path)))


def put(place, value, dtype=None):
    """Return a breakage that puts a value at a place of a file's array."""

    def change(values):
        values = values.astype(dtype or values.dtype)
        values[place] = value
        return values

    return array(change)


def content(data):
    """Return a breakage that replaces a file's bytes."""
    return lambda path: path.write_bytes(data)


def claims(**parts):
    """Return a breakage that gives a file a header which its data does not bear out."""
    return content(with_header(header(**parts), b"\x00" * 64))


def version(major, minor):
    """Return a breakage that puts another version into a valid file."""
    return lambda path: path.write_bytes(npy.magic(major, minor) + path.read_bytes()[8:])


def replace_by_folder(path):
    path.unlink()
    path.mkdir()


def replace_by_device(path):
    path.unlink()
    path.symlink_to(os.devnull)


def replace_by_archive(path):
    values = np.load(path)
    with path.open("wb") as file:
        np.savez(file, values)


def structured(values):
    return values.astype([("grey", "u1"), ("alpha", "u1")])


def relabel(old, new):
    return array(lambda labels: np.where(labels == old, new, labels).astype(np.uint8))


X, Y = "X_cyr.npy", "labels_cyr.npy"
LATIN_X, LATIN_Y = "X_lat.npy", "labels_lat.npy"
FIRST = (28, 28, IMAGES)
ONE = (3, 4, 5)
HUGE = 10**12 // 784
SIGNALLING_NAN = np.uint64(0x7FF4000000000000).view(np.float64)

BREAKAGES = {
    # rank and size
    "images on the first axis": (
        X,
        array(lambda x: np.moveaxis(x, -1, 0)),
        f"shape ({IMAGES}, 28, 28) with the images on the first axis; expected (28, 28, n)",
    ),
    "flat images": (
        X,
        array(lambda x: x.reshape(784, -1)),
        f"shape (784, {IMAGES}); expected (28, 28, n)",
    ),
    "one image": (X, array(lambda x: x[:, :, 0]), "shape (28, 28); expected (28, 28, n)"),
    "channels": (X, array(lambda x: x[..., None]), f"shape (28, 28, {IMAGES}, 1); expected"),
    "larger images": (
        LATIN_X,
        array(lambda x: np.pad(x, ((2, 2), (2, 2), (0, 0)))),
        f"shape (32, 32, {IMAGES}); expected (28, 28, n)",
    ),
    "a scalar": (X, array(lambda x: x[0, 0, 0]), "shape (); expected (28, 28, n)"),
    "no images": (
        X,
        array(lambda x: x[:, :, :0]),
        "shape (28, 28, 0); expected n from 1 to 200,000",
    ),
    "images of no size": (X, array(lambda x: x[:0]), f"shape (0, 28, {IMAGES}); expected"),
    "a column of labels": (Y, array(lambda y: y[:, None]), f"shape ({IMAGES}, 1); expected (n,)"),
    "one-hot labels": (
        LATIN_Y,
        array(lambda y: np.eye(14)[y]),
        f"shape ({IMAGES}, 14); expected (n,)",
    ),
    "a single label": (Y, array(lambda y: y[0]), "shape (); expected (n,)"),
    "no labels": (Y, array(lambda y: y[:0]), "shape (0,); expected n from 1 to 200,000"),
    # dtype
    "bool images": (X, array(lambda x: x > 99), "dtype bool; expected integers"),
    "complex images": (X, array(lambda x: x.astype("c8")), "dtype complex64; expected integers"),
    "string images": (X, array(lambda x: x.astype("U3")), "dtype <U3; expected integers"),
    "bytes images": (X, array(lambda x: x.astype("S3")), "dtype |S3; expected integers"),
    "structured images": (
        X,
        array(structured),
        "dtype [('grey', 'u1'), ('alpha', 'u1')]; expected",
    ),
    "dates as labels": (
        Y,
        array(lambda y: y.astype("M8[D]")),
        "dtype datetime64[D]; expected integers",
    ),
    "void images": (X, array(lambda x: x.astype("V1")), "dtype |V1; expected integers"),
    "durations as images": (
        X,
        array(lambda x: x.astype("m8[s]")),
        "dtype timedelta64[s]; expected",
    ),
    "complex labels": (Y, array(lambda y: y.astype("c16")), "dtype complex128; expected integers"),
    "bytes as labels": (LATIN_Y, array(lambda y: y.astype("S2")), "dtype |S2; expected integers"),
    "labels of one field": (Y, array(lambda y: y.astype([("label", "u1")])), "dtype [('label',"),
    "object images": (X, array(lambda x: x.astype(object)), "pickled objects, refused"),
    "object labels": (Y, array(lambda y: y.astype(object)), "pickled objects, refused"),
    "letters as labels": (LATIN_Y, array(lambda y: y.astype("U1")), "dtype <U1; expected integers"),
    "bool labels": (Y, array(lambda y: y > 7), "dtype bool; expected integers"),
    # values of images
    "a negative grey value": (X, put(ONE, -1, "i2"), "value -1 at index 3, 4, 5; expected whole"),
    "a grey value above 255": (
        X,
        put(ONE, 256, "i2"),
        "value 256 at index 3, 4, 5; expected whole",
    ),
    "an enormous grey value": (X, put(ONE, 2**64 - 1, "u8"), "value 18446744073709551615 at index"),
    "a big-endian grey value above 255": (X, put(ONE, 300, ">i2"), "value 300 at index 3, 4, 5;"),
    "a little over white": (X, put(ONE, 255.5, "f8"), "value 255.5 at index 3, 4, 5; expected"),
    "a little under black": (X, put(ONE, -1e-9, "f8"), "value -1e-09 at index 3, 4, 5; expected"),
    "half a grey value": (X, put(ONE, 12.5, "f4"), "value 12.5 at index 3, 4, 5; expected whole"),
    "NaN": (LATIN_X, put(ONE, np.nan, "f4"), "value nan at index 3, 4, 5; expected whole"),
    "a signalling NaN": (X, put(ONE, SIGNALLING_NAN, "f8"), "value nan at index 3, 4, 5; expected"),
    "infinity": (LATIN_X, put(ONE, np.inf, "f8"), "value inf at index 3, 4, 5; expected whole"),
    "minus infinity": (X, put(ONE, -np.inf, "f2"), "value -inf at index 3, 4, 5; expected whole"),
    "floats from 0 to 1": (
        X,
        array(lambda x: x / 255),
        "values from 0.0 to 1.0 only, as if white were 1; expected 0 to 255",
    ),
    "zeros and ones": (X, array(lambda x: x // 128), "values from 0 to 1 only, as if white were 1"),
    "normalised images": (X, array(lambda x: x / 127.5 - 1), "value -"),
    "a black image": (X, put((..., 7), 0), "image 7 constant"),
    "a white image": (LATIN_X, put((..., 27), 255), "image 27 constant"),
    "a NaN in Fortran order": (
        X,
        array(lambda x: np.asfortranarray(np.where(np.arange(IMAGES) == 5, np.nan, x))),
        "value nan at index 0, 0, 5; expected whole",
    ),
    # values of labels
    "a label of 14": (Y, put(2, 14), "value 14 at index 2; expected whole numbers from 0 to 13"),
    "labels from 1": (LATIN_Y, array(lambda y: y + 1), "value 14 at index"),
    "a label of -1": (LATIN_Y, put(9, -1, "i1"), "value -1 at index 9; expected whole"),
    "an enormous label": (Y, put(9, 2**63, "u8"), "value 9223372036854775808 at index 9; expected"),
    "a label a little over 13": (LATIN_Y, put(9, 13.25, "f4"), "value 13.25 at index 9; expected"),
    "half a label": (Y, put(1, 0.5, "f8"), "value 0.5 at index 1; expected whole"),
    "a NaN label": (Y, put(1, np.nan, "f8"), "value nan at index 1; expected whole"),
    "an infinite label": (Y, put(1, np.inf, "f8"), "value inf at index 1; expected whole"),
    "too few labels": (
        Y,
        array(lambda y: y[1:]),
        f"{IMAGES - 1} labels; expected {IMAGES}, one for each image of X_cyr.npy",
    ),
    "too many labels": (
        LATIN_Y,
        array(lambda y: np.append(y, y[:1])),
        f"{IMAGES + 1} labels; expected {IMAGES}, one for each image of X_lat.npy",
    ),
    "no image of a Cyrillic letter": (Y, relabel(5, 4), "no image of Й (label 5); expected"),
    "no image of the first Latin letter": (LATIN_Y, relabel(0, 1), "no image of B (label 0)"),
    "no image of the last Latin letter": (LATIN_Y, relabel(13, 1), "no image of Z (label 13)"),
    "a single class": (
        Y,
        array(lambda y: 0 * y),
        "no image of Д (label 1), Г (label 2), Ф (label 3)",
    ),
    # not an npy file
    "an empty file": (X, content(b""), "an empty file; expected an npy file"),
    "text": (Y, content(b"0 1 2 3 4 5 6 7"), "a file that begins with b'0 1 2 3 4 5 6 7'"),
    "half the magic": (X, content(b"\x93NUM"), r"a file that begins with b'\x93NUM'"),
    "a pickle": (X, content(pickle.dumps(Sentinel())), "a pickle, refused without loading it"),
    "an old pickle": (
        Y,
        content(pickle.dumps([1, 2], protocol=0)),
        "a file that begins with b'(lp0",
    ),
    "an object array that unpickles": (
        X,
        content(saved(np.array([Sentinel()]), allow_pickle=True)),
        "pickled objects, refused without loading them",
    ),
    "an npz archive": (X, replace_by_archive, "an npz or zip archive; expected an npy file"),
    "a folder": (LATIN_X, replace_by_folder, "a folder; expected a file"),
    "a device": (LATIN_Y, replace_by_device, "a pipe or a device; expected a file"),
    "a gzip archive": (X, content(gzip.compress(b"")), r"a file that begins with b'\x1f\x8b"),
    "a byte before the magic": (
        X,
        lambda path: path.write_bytes(b"\n" + path.read_bytes()),
        r"\n\x93NUMPY\x01\x00",
    ),
    "a magic in small letters": (
        Y,
        content(b"\x93numpy" + saved(np.arange(14))[6:]),
        r"\x93numpy\x01\x00",
    ),
    "version 0.0": (X, version(0, 0), "version 0.0 of the npy format; expected"),
    "version 0.1": (X, version(0, 1), "version 0.1 of the npy format; expected"),
    "version 1.1": (Y, version(1, 1), "version 1.1 of the npy format; expected"),
    "version 2.1": (X, version(2, 1), "version 2.1 of the npy format; expected"),
    "version 3.0": (LATIN_X, version(3, 0), "version 3.0 of the npy format; expected"),
    "version 4.0": (LATIN_Y, version(4, 0), "version 4.0 of the npy format; expected"),
    "version 255.255": (X, version(255, 255), "version 255.255 of the npy format; expected"),
    "version 1.0 as 2.0": (X, version(2, 0), "a header that cannot be read"),
    "an unknown version": (
        X,
        content(npy.magic(9, 9) + b"\x00" * 99),
        "version 9.9 of the npy format; expected an npy file, version 1.0 or 2.0",
    ),
    # length
    "a truncated file": (
        X,
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        f"{128 + 784 * IMAGES - 1} bytes; expected {128 + 784 * IMAGES} by its header: it is trunc",
    ),
    "no data": (LATIN_Y, content(with_header(header(shape="(28,)"))), "it is truncated"),
    "a file with a tail": (
        Y,
        lambda path: path.write_bytes(path.read_bytes() + b"\n"),
        f"{128 + IMAGES + 1} bytes; expected {128 + IMAGES} by its header: something follows",
    ),
    "a file in Fortran order cut in half": (
        X,
        lambda path: path.write_bytes(
            saved(np.asfortranarray(np.load(path)))[: 128 + 392 * IMAGES]
        ),
        f"{128 + 392 * IMAGES} bytes; expected {128 + 784 * IMAGES} by its header: it is truncated",
    ),
    "a file twice": (
        X,
        lambda path: path.write_bytes(2 * path.read_bytes()),
        f"{2 * (128 + 784 * IMAGES)} bytes; expected {128 + 784 * IMAGES} by its header: something",
    ),
    "a terabyte after the labels": (
        Y,
        lambda path: os.truncate(path, 10**12),
        f"1000000000000 bytes; expected {128 + IMAGES} by its header: something follows",
    ),
    "a dtype larger than the data": (
        X,
        lambda path: path.write_bytes(path.read_bytes().replace(b"|u1", b"<f8")),
        "it is truncated",
    ),
    "labels in place of images": (
        X,
        lambda path: path.write_bytes((path.parent / Y).read_bytes()),
        f"shape ({IMAGES},); expected (28, 28, n)",
    ),
    "images in place of labels": (
        LATIN_Y,
        lambda path: path.write_bytes((path.parent / LATIN_X).read_bytes()),
        f"shape (28, 28, {IMAGES}); expected (n,)",
    ),
    "a truncated header": (
        X,
        lambda path: path.write_bytes(path.read_bytes()[:40]),
        "a header that",
    ),
    "no header": (X, content(npy.magic(1, 0)), "a header that cannot be read"),
    "a terabyte of images": (
        X,
        claims(shape=f"(28, 28, {HUGE})"),
        f"shape (28, 28, {HUGE}); expected n",
    ),
    "a terabyte of labels": (
        Y,
        claims(shape="(1000000000000,)"),
        "shape (1000000000000,); expected n",
    ),
    "one image more than allowed": (
        X,
        claims(shape=f"(28, 28, {MOST_IMAGES + 1})"),
        "shape (28, 28, 200001); expected n from 1 to 200,000",
    ),
    "all images allowed, without data": (
        X,
        claims(shape=f"(28, 28, {MOST_IMAGES})"),
        "it is truncated",
    ),
    # hostile headers
    "a negative size": (
        X,
        claims(shape="(28, 28, -1)"),
        "shape (28, 28, -1); expected non-negative",
    ),
    "a size that overflows": (
        X,
        claims(shape=f"(28, 28, {2**64})"),
        f"shape (28, 28, {2**64}); expected",
    ),
    "a product that wraps to 0": (
        X,
        claims(shape=f"({2**32}, {2**32}, 28)"),
        f"shape ({2**32}, {2**32},",
    ),
    "a size with a thousand digits": (
        X,
        claims(shape=f"(28, 28, 0x{'f' * 850})"),
        "shape (28, 28, 3176766",
    ),
    "a bool as size": (
        X,
        claims(shape="(28, 28, True)"),
        "shape (28, 28, True); expected non-negative",
    ),
    "a float as size": (X, claims(shape="(28, 28, 3.0)"), "a header that cannot be read"),
    "a list as shape": (X, claims(shape="[28, 28, 3]"), "a header that cannot be read"),
    "no shape": (
        X,
        content(with_header("{'descr': '|u1', 'fortran_order': False}")),
        "a header that",
    ),
    "a shape in a shape": (X, claims(shape="((28, 28), 42)"), "a header that cannot be read"),
    "text as shape": (X, claims(shape="'28, 28, 42'"), "a header that cannot be read"),
    "None as shape": (Y, claims(shape="None"), "a header that cannot be read"),
    "an imaginary size": (X, claims(shape="(28, 28, 42j)"), "a header that cannot be read"),
    "a sum as size": (X, claims(shape="(28, 28, 40 + 2)"), "a header that cannot be read"),
    "a shape of a thousand axes": (
        X,
        claims(shape="(" + "1," * 450 + ")"),
        "shape (1, 1, 1, 1,",
    ),
    "an infinite size": (X, claims(shape="(28, 28, 1e999)"), "a header that cannot be read"),
    "text as order": (X, claims(fortran_order="'no'"), "a header that cannot be read"),
    "a key too many": (
        X,
        content(with_header(header()[:-1] + ", 'more': 1}")),
        "a header that cannot be read",
    ),
    "a key in capitals": (
        X,
        content(with_header(header().replace("shape", "SHAPE"))),
        "a header that cannot be read",
    ),
    "keys of bytes": (
        X,
        content(with_header(header().replace("'shape'", "b'shape'"))),
        "a header that cannot be read",
    ),
    "a list as key": (X, content(with_header("{[]: 1}")), "a header that cannot be read"),
    "a number as order": (X, claims(fortran_order="0"), "a header that cannot be read"),
    "an unknown dtype": (X, claims(descr="'|q77'"), "a header that cannot be read"),
    "no dtype": (X, claims(descr="None"), "a header that cannot be read"),
    "a dtype that is called": (
        X,
        claims(descr="__import__('os').getcwd()"),
        "a header that cannot be read",
    ),
    "a number as dtype": (X, claims(descr="1"), "a header that cannot be read"),
    "an empty dict as dtype": (X, claims(descr="{}"), "dtype []; expected integers"),
    "a dtype of numbers": (Y, claims(descr="[1, 2]"), "a header that cannot be read"),
    "a dtype with an end of text": (X, claims(descr=r"'|u1\x00'"), "found "),
    "a dtype of a negative shape": (X, claims(descr="('|u1', (-1,))"), "a header that cannot be"),
    "a dtype of 2 GiB": (X, claims(descr="'|V2147483647'"), "dtype |V2147483647; expected"),
    "a dtype within dtypes": (
        X,
        claims(descr="[('a', " * 60 + "'|u1'" + ")]" * 60),
        "dtype [('a', [('a',",
    ),
    "a dtype with a shape": (
        X,
        claims(descr="('|u1', (1000000, 1000))"),
        "dtype ('u1', (1000000, 1000))",
    ),
    "a dtype of bytes": (X, claims(descr="'|S8'"), "dtype |S8"),
    "a dtype of no size": (X, claims(descr="'|V0'"), "dtype |V0"),
    "a header that is no dict": (X, content(with_header("[1, 2]")), "a header that cannot be read"),
    "a header that is code": (X, content(with_header("exit()")), "a header that cannot be read"),
    "a header of nested brackets": (
        X,
        content(with_header("(" * 900)),
        "a header that cannot be read",
    ),
    "a header of nested signs": (
        X,
        content(with_header("-" * 900 + "1")),
        "a header that cannot be read",
    ),
    "an empty header": (X, content(with_header("")), "a header that cannot be read"),
    "a header that never ends": (X, content(with_header("{'descr': '''")), "a header that cannot"),
    "a header in UTF-16": (
        X,
        content(with_header(header().encode("utf-16").decode("latin1"))),
        "a header that cannot be read",
    ),
    "a header beyond ASCII": (
        X,
        content(with_header("\xff\xfe\xe9")),
        "a header that cannot be read",
    ),
    "a header of line ends": (X, content(with_header("\n" * 500)), "a header that cannot be read"),
    "a header of zeros": (X, content(with_header("\x00" * 118)), "a header that cannot be read"),
    "a padded header": (
        X,
        content(with_header(header() + " " * 2000)),
        "a header that cannot be read",
    ),
    "a long header": (
        X,
        content(with_header(" " * 60000 + header())),
        "a header that cannot be read",
    ),
    "a header of 4 GiB": (
        X,
        content(npy.magic(2, 0) + b"\xff\xff\xff\xff" + b" " * 2**22),
        "a header that cannot be read",
    ),
}


@pytest.mark.parametrize(("name", "break_file", "found"), BREAKAGES.values(), ids=list(BREAKAGES))
def test_refuses_a_bad_file(folder, name, break_file, found):
    break_file(folder / name)
    with pytest.raises(ValueError, match=f"^{re.escape(str(folder / name))}: found ") as refusal:
        read_folder(folder)
    message = str(refusal.value)
    assert found in message
    assert "; expected " in message
    assert "\n" not in message
    assert len(message) < len(str(folder)) + 300


def test_table_has_at_least_a_hundred_breakages():
    assert len(BREAKAGES) >= 100


@pytest.mark.parametrize("name", NAMES)
def test_refuses_a_folder_without_a_file(folder, name):
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError) as refusal:
        read_folder(folder)
    message = str(refusal.value)
    assert message.startswith(f"{folder}: found no {name}; expected ")
    assert all(needed in message for pair in FILES.values() for needed in pair)


def test_names_all_missing_files_at_once(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no X_cyr.npy, labels_cyr.npy, X_lat.npy, labels"):
        read_folder(tmp_path)


def test_refuses_a_link_to_nowhere(folder):
    (folder / "X_lat.npy").unlink()
    (folder / "X_lat.npy").symlink_to(folder / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"found no X_lat.npy"):
        read_folder(folder)


def test_refuses_a_missing_folder(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"nowhere: found no such folder; expected .*X_cyr.npy"
    ):
        read_folder(tmp_path / "nowhere")


def test_refuses_a_file_in_place_of_the_folder(folder):
    with pytest.raises(
        ValueError, match=r"X_cyr.npy: found a file; expected a folder with X_cyr.npy"
    ):
        read_folder(folder / "X_cyr.npy")


def test_refuses_a_folder_whose_name_is_too_long(tmp_path):
    with pytest.raises(ValueError, match=r"found it unreadable .*; expected a readable file"):
        read_folder(tmp_path / ("x" * 5000))


def test_refuses_an_unreadable_file(folder, monkeypatch):
    """The system's refusal is imitated, since an administrator may read every file."""

    def refuse(path, flags):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(files, "_open_without_waiting", refuse)
    with pytest.raises(ValueError, match=r"X_cyr.npy: found it unreadable \(Permission denied\)"):
        read_folder(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may read every file")
@pytest.mark.parametrize("name", ["", *NAMES])
def test_refuses_what_may_not_be_read(folder, name):
    (folder / name).chmod(0)
    try:
        with pytest.raises(ValueError, match=r"found it unreadable \(Permission denied\)"):
            read_folder(folder)
    finally:
        (folder / name).chmod(0o700)


# What is no file, or not the same file for long


def link_to(target):
    """Return a breakage that puts a link in a file's place; "" is a link to itself."""

    def replace(path):
        if not (path.parent / target).exists():
            pytest.skip(f"this system has no {target}")
        path.unlink()
        path.symlink_to(target or path.name)

    return replace


def replace_by_pipe(path):
    path.unlink()
    os.mkfifo(path)


def replace_by_socket(path):
    path.unlink()
    with socket.socket(socket.AF_UNIX) as endless:
        endless.bind(str(path))


IN_PLACE = {
    "a pipe": (replace_by_pipe, "found a pipe or a device; expected a file"),
    "a socket": (replace_by_socket, "found a pipe or a device; expected a file"),
    "endless zeros": (link_to("/dev/zero"), "found a pipe or a device; expected a file"),
    "a full disk": (link_to("/dev/full"), "found a pipe or a device; expected a file"),
    "a terminal": (link_to("/dev/tty"), "found a pipe or a device; expected a file"),
    "this process's memory": (link_to("/proc/self/mem"), "found an empty file; expected an npy"),
    "the kernel's log": (link_to("/proc/kmsg"), "found an empty file; expected an npy file"),
    "a link to its folder": (link_to("."), "found a folder; expected a file"),
}


@pytest.fixture
def no_waiting():
    """The test fails, where without this it would wait for ever."""
    previous = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it waits for a pipe"))
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("replace", "found"), IN_PLACE.values(), ids=list(IN_PLACE))
def test_refuses_what_is_no_file_without_waiting(folder, monkeypatch, name, replace, found):
    monkeypatch.chdir(folder)  # the name of a socket is short
    replace(Path(name))
    with pytest.raises(ValueError, match=f"^{re.escape(str(folder / name))}: {found}"):
        read_folder(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_link_in_a_circle_is_no_file(folder, name):
    link_to("")(folder / name)
    with pytest.raises(FileNotFoundError, match=f"found no {name}; expected"):
        read_folder(folder)


def test_a_folder_that_is_a_link_to_itself_is_no_folder(tmp_path):
    (tmp_path / "itself").symlink_to("itself")
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    for name in ("itself", "one", "other"):
        with pytest.raises(FileNotFoundError, match=f"{name}: found no such folder"):
            read_folder(tmp_path / name)


def test_a_folder_within_itself_is_read(folder):
    (folder / "again").symlink_to(folder)
    assert list(read_folder(folder / "again" / "again")) == ["cyrillic", "latin"]


@pytest.mark.usefixtures("no_waiting")
def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(folder, monkeypatch):
    """It does so after the reader has looked, and before it opens."""
    opened = files._open_without_waiting

    def late(path, flags):
        replace_by_pipe(Path(path))
        return opened(path, flags)

    monkeypatch.setattr(files, "_open_without_waiting", late)
    with pytest.raises(ValueError, match=r"X_cyr.npy: found a pipe or a device; expected a file"):
        read_folder(folder)


def changed_while_read(monkeypatch, change):
    """Change a file's size after the reader has looked at it, before it reads the values."""
    read = np.fromfile

    def late(file, *arguments):
        os.truncate(file.name, os.path.getsize(file.name) + change)
        return read(file, *arguments)

    monkeypatch.setattr(np, "fromfile", late)


@pytest.mark.parametrize("change", [-1, -IMAGES, -784 * IMAGES - 100])
def test_a_file_that_shrinks_while_it_is_read_is_refused(folder, monkeypatch, change):
    changed_while_read(monkeypatch, change)
    with pytest.raises(ValueError, match=r"X_cyr.npy: found \d+ values; expected .* it shrank"):
        read_folder(folder)


def test_a_file_that_grows_while_it_is_read_is_the_one_that_it_was(folder, monkeypatch):
    expected = read_folder(folder)
    changed_while_read(monkeypatch, 1000)
    for alphabet, arrays in read_folder(folder).items():
        for one, other in zip(arrays, expected[alphabet], strict=True):
            np.testing.assert_array_equal(one, other)


# Names that no one expects

ODD_NAMES = {
    "a line end": "two\nlines",
    "an escape sequence": "\x1b[31mred",
    "an end of text": "nothing\x00more",
    "no UTF-8": os.fsdecode(b"latin1-\xe9\xff"),
    "a space": " ",
    "a writing from right to left": "\u202egnp",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=list(ODD_NAMES))
def test_a_message_about_an_odd_name_is_a_line_to_print(tmp_path, name):
    folder = tmp_path / name
    with pytest.raises(FileNotFoundError) as refusal:
        read_folder(folder)
    assert str(refusal.value).isprintable()
    if "\x00" in name:
        return
    folder.mkdir()
    with pytest.raises(FileNotFoundError, match=r"found no X_cyr.npy") as refusal:
        read_folder(folder)
    assert str(refusal.value).isprintable()
    write_folder(folder)
    assert list(read_folder(folder)) == ["cyrillic", "latin"]
    (folder / X).write_bytes(b"")
    with pytest.raises(ValueError, match=r"X_cyr.npy: found an empty file") as refusal:
        read_folder(folder)
    assert str(refusal.value).isprintable()
    assert str(refusal.value).encode()


def test_a_name_in_other_letters_is_told_as_it_is(tmp_path):
    with pytest.raises(FileNotFoundError, match="/буквы é: found no such folder"):
        read_folder(tmp_path / "буквы é")


@pytest.mark.parametrize("length", [255, 256, 4000, 5000])
def test_a_path_too_long_for_the_system_is_refused(tmp_path, length):
    for path in (tmp_path / ("x" * length), tmp_path / ("x/" * (length // 2))):
        with pytest.raises((FileNotFoundError, ValueError), match=r": found .*; expected "):
            read_folder(path)


ODD_VALUES = {
    " ": REPOSITORY / " ",
    "\t": REPOSITORY / "\t",
    "a\nb": REPOSITORY / "a\nb",
    "a/../b": REPOSITORY / "b",
    "~nobody-of-this-name": REPOSITORY / "~nobody-of-this-name",
    "tests": REPOSITORY / "tests",
    "./tests/": REPOSITORY / "tests",
    "/": Path("/"),
    "/nowhere/": Path("/nowhere"),
    os.fsdecode(b"\xff"): REPOSITORY / os.fsdecode(b"\xff"),
}


@pytest.mark.parametrize(("value", "folder"), ODD_VALUES.items(), ids=map(ascii, ODD_VALUES))
def test_an_odd_value_of_the_variable_is_a_folder_that_is_named(monkeypatch, value, folder):
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", value)
    with pytest.raises(FileNotFoundError) as refusal:
        load_letters()
    message = str(refusal.value)
    assert message.startswith(f"{files.printable(folder)}: found no ")
    assert message.isprintable()


def test_an_empty_variable_stands_for_the_embedded_letters(monkeypatch):
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", "")
    assert load_letters().source == embedded.NAME


def test_a_variable_with_a_slash_at_its_end_names_the_same_folder(monkeypatch, folder):
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", f"{folder}/")
    assert load_letters().source == str(folder)


def test_a_variable_may_begin_with_the_home_folder(monkeypatch, folder):
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", f"~/{folder.name}")
    assert load_letters().source == str(folder)


@pytest.mark.parametrize("images_name", ["X_cyr.npy", "X_lat.npy"])
@pytest.mark.parametrize("breakage", ["a terabyte of images", "a header of 4 GiB"])
def test_a_header_that_claims_terabytes_costs_no_memory(shared_folder, images_name, breakage):
    path = shared_folder / images_name
    original = path.read_bytes()
    BREAKAGES[breakage][1](path)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=images_name):
            read_folder(shared_folder)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        path.write_bytes(original)
    assert peak < 2**20


# Anything at all in a file is read or refused by name, without a warning

JUNK = st.binary(max_size=300)
SIZES = st.integers() | st.sampled_from([28, IMAGES, 2**31, 2**63, 2**64]) | st.booleans()
DESCRS = st.sampled_from(["|u1", "<f8", "|O", "|V0", "a3", "", ">i2", "u1,u1"]) | st.text(
    max_size=5
)
HEADERS = st.fixed_dictionaries(
    {
        "descr": DESCRS
        | st.tuples(DESCRS, SIZES)
        | st.lists(st.tuples(DESCRS, DESCRS), max_size=3),
        "fortran_order": st.booleans() | st.none(),
        "shape": st.lists(SIZES, max_size=4).map(tuple) | SIZES,
    },
    optional={"more": st.none()},
).map(
    lambda fields: with_header(repr(fields).encode("latin1", "replace").decode("latin1"), b"x" * 64)
)


FUZZED = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""How often, and how, a fuzzer writes into the files that its module shares."""


@st.composite
def mutations(draw):
    """Draw the bytes of a valid file of images, a stretch of them replaced, most often early."""
    valid = saved(np.resize(np.arange(256, dtype=np.uint8), FIRST))
    start = draw(st.integers(0, 130) | st.integers(0, len(valid)))
    stop = start + draw(st.integers(0, 20))
    return valid[:start] + draw(st.binary(max_size=20)) + valid[stop:]


@FUZZED
@given(content=JUNK | JUNK.map(lambda junk: npy.magic(1, 0) + junk) | HEADERS | mutations())
@pytest.mark.parametrize("name", ["X_cyr.npy", "labels_lat.npy"])
def test_any_content_is_read_or_refused(shared_folder, name, content):
    path = shared_folder / name
    original = path.read_bytes()
    path.write_bytes(content)
    message = f"{path}: found nothing wrong"
    try:
        read_folder(shared_folder)
    except ValueError as refusal:
        message = str(refusal)
    finally:
        path.write_bytes(original)
    assert message.startswith(f"{path}: found ")


PARTS = [b"|u1", b"<f8", b"<f2", b">i8", b"<f16", b"False", b"True", b"42", b"28", b"1e9", b"0x1"]


@st.composite
def sabotaged(draw, valid):
    """Draw a valid file with words of its header exchanged and with bytes of it changed."""
    content = bytearray(valid)
    if draw(st.booleans()):
        old, new = draw(st.sampled_from(PARTS)), draw(st.sampled_from(PARTS))
        content = content.replace(old, new, draw(st.integers(1, 3)))
    places = st.integers(0, 127) | st.integers(0, len(content) - 1)
    for place in draw(st.lists(places, max_size=6)):
        content[place] = draw(st.sampled_from(b"\x00\x01\xff\n(),'{}:[]0189LuifOV<>|") | BYTES)
    return bytes(content[: draw(st.sampled_from([None, None, None, -1, 128, 200]))])


BYTES = st.integers(0, 255)
VALID = {
    X: saved(np.resize(np.arange(256, dtype=np.uint8), FIRST)),
    LATIN_Y: saved(np.arange(IMAGES) % CLASSES),
}


@FUZZED
@given(data=st.data())
@pytest.mark.parametrize("name", VALID)
def test_a_sabotaged_file_is_read_or_refused_in_little_memory(shared_folder, name, data):
    path = shared_folder / name
    original = path.read_bytes()
    path.write_bytes(data.draw(sabotaged(VALID[name])))
    message = f"{path}: found nothing wrong; expected nothing else"
    tracemalloc.start()
    start = time.process_time()
    try:
        letters = read_folder(shared_folder)
        assert all(images.dtype == np.uint8 for images, _ in letters.values())
        assert all(set(labels) == set(range(CLASSES)) for _, labels in letters.values())
    except ValueError as refusal:
        message = str(refusal)
    finally:
        seconds = time.process_time() - start
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        path.write_bytes(original)
    assert message.startswith(f"{path}: found ")
    assert "; expected " in message
    assert message.isprintable()
    assert peak < 2**22
    assert seconds < 1


# Letters that people wrote


@pytest.mark.skipif(not HANDWRITING.is_dir(), reason=f"no handwriting at {HANDWRITING}")
def test_reads_real_handwriting():
    letters = read_folder(HANDWRITING)
    assert {alphabet: len(images) for alphabet, (images, _) in letters.items()} == {
        "cyrillic": 4164,
        "latin": 317,
    }
    for images, labels in letters.values():
        assert images.shape[1:] == (28, 28)
        assert set(labels.tolist()) == set(range(CLASSES))
        assert (images.min(), images.max()) == (0, 255)
