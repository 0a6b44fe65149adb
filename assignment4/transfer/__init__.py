"""Readers trained on letters of one kind, and what they read of another kind."""

from assignment4.transfer import drawings
from assignment4.transfer.argument import measured_accuracy, two_variances
from assignment4.transfer.experiments import COUNT, FAMILIES, TRANSFERS, Transfer, letters_for
from assignment4.transfer.faces import (
    VARIATIONS,
    check_new_faces,
    check_new_images,
    choose_faces,
    of_faces,
)
from assignment4.transfer.kinds import (
    HELD_OUT,
    accuracy_table,
    divide,
    letter_table,
    read_across,
    train_readers,
    two_kinds,
    typeface_letters,
)
from assignment4.transfer.readers import faded, train_reader
