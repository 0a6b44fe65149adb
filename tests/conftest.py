"""What several test files need, made once in a process: letters, a study, built networks."""

import pytest


@pytest.fixture(scope="session")
def book_letters():
    """Both alphabets of the book."""
    from assignment4.letters import load_letters

    return load_letters()


@pytest.fixture(scope="session")
def study(book_letters):
    """The chapters' study, with its trained networks from the user's cache."""
    from assignment4.encoder_decoder import Study
    from assignment4.encoder_decoder.training import DEFAULT_STEPS

    return Study(book_letters, steps=DEFAULT_STEPS)


@pytest.fixture(scope="session")
def described():
    """The network that the report describes, untrained; to be looked at only."""
    from assignment4.encoder_decoder import build_encoder_decoder

    return build_encoder_decoder()


@pytest.fixture(scope="session")
def yardstick():
    """Of patterns, with a judge that reads them, and one that is wrong by one label."""
    from patterns import LATIN_PART, UNSEEN_LATIN, PatternJudge, pattern_reader

    from assignment4.encoder_decoder import Yardstick

    judges = [PatternJudge(pattern_reader(shifted_by=shift)) for shift in (0, 1)]
    return Yardstick(judges, LATIN_PART, UNSEEN_LATIN)


@pytest.fixture
def trainings(monkeypatch):
    """The arguments of every training, in order; nothing is trained."""
    from patterns import pattern_reader

    from assignment4.encoder_decoder import classifiers, losses
    from assignment4.encoder_decoder.training import Trained

    calls = []

    def train(build, batches, **arguments):
        calls.append({"build": build, "batches": batches} | arguments)
        return Trained(pattern_reader(outputs=15), 1.0)

    monkeypatch.setattr(losses, "train", train)
    monkeypatch.setattr(losses, "_network_of", lambda trained: trained)
    monkeypatch.setattr(classifiers, "train", train)
    return calls
