"""How long the header of a file in the course's layout may be."""

import numpy as np
import pytest
from numpy.lib import format as npy

from assignment4.letters.files import FILES, read_folder
from assignment4.letters.pairs import PAIRS

LABELS = np.arange(len(PAIRS), dtype=np.uint8)
LONGEST = 1024


def write_folder(folder, header_size):
    """Write a valid folder; the headers of the labels are filled up with blanks to a size."""
    images = np.zeros((28, 28, len(LABELS)), np.uint8)
    images[0, 0] = 255
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({len(LABELS)},)}}"
    header = header_size.to_bytes(2, "little") + text.ljust(header_size).encode()
    for images_name, labels_name in FILES.values():
        np.save(folder / images_name, images)
        (folder / labels_name).write_bytes(npy.magic(1, 0) + header + LABELS.tobytes())
    return folder


def test_a_header_of_a_kibibyte_is_read(tmp_path):
    for _, labels in read_folder(write_folder(tmp_path, LONGEST)).values():
        np.testing.assert_array_equal(labels, LABELS)


def test_a_longer_header_is_refused(tmp_path):
    with pytest.raises(ValueError, match="found a header that cannot be read"):
        read_folder(write_folder(tmp_path, LONGEST + 1))
