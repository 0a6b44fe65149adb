"""Pairs of letters from a file: what is read, what is refused, and a run on other alphabets."""

import json
import os
import subprocess
import sys
import unicodedata

import pytest

from assignment4 import ROOT, claims
from assignment4.letters import (
    ALPHABETS,
    BOOK_PAIRS,
    CYRILLIC,
    LATIN,
    PAIRS,
    TYPEFACES,
    embedded,
    loading,
)
from assignment4.letters.pairs import MOST_CHARACTERS, alphabet_name, read_pairs

GREEK = ROOT / "assignment4" / "letters" / "greek.txt"
GREEK_LETTERS, LATIN_LETTERS = "ΒΓΔΖΗΚΛΜΞΠΡΣΦΩ", "VGDZIKLMXPRSFO"
LINES = [" ".join(pair) for pair in zip(GREEK_LETTERS, LATIN_LETTERS, strict=True)]


def text(instead: dict[int, str] | None = None) -> str:
    """Return fourteen sound lines, some replaced by their numbers from 1."""
    return "\n".join((dict(enumerate(LINES, start=1)) | (instead or {})).values()) + "\n"


@pytest.fixture
def read(tmp_path):
    """A function that writes a file and returns the pairs that are read of it."""

    def read(content):
        path = tmp_path / "pairs.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_pairs(path)

    return read


def test_the_book_s_pairs_are_the_report_s_in_label_order():
    assert PAIRS == BOOK_PAIRS
    assert "".join(a + b for a, b in PAIRS) == "БBДDГGФFИIЙJЛLНNПPСSРRУUВVЗZ"
    assert (CYRILLIC, LATIN) == ("БДГФИЙЛНПСРУВЗ", "BDGFIJLNPSRUVZ")
    assert ALPHABETS == {"cyrillic": "Cyrillic", "latin": "Latin"}


def test_the_greek_example_has_fourteen_pairs_that_every_typeface_has():
    pairs = read_pairs(GREEK)
    assert [" ".join(pair) for pair in pairs] == LINES
    assert all(typeface.has("".join(map("".join, pairs))) for typeface in TYPEFACES)


@pytest.mark.parametrize(
    "content",
    [
        text().encode("utf-8-sig"),
        text().replace("\n", "\r\n"),
        text().removesuffix("\n").replace(" ", "  \t "),
        "# Greek\n\n \t\n" + text({2: "Γ G# as in gamma"}) + "\n# the end",
        text() + "#" * (MOST_CHARACTERS + 9),
    ],
    ids=["mark", "CR LF", "wide", "comments", "long"],
)
def test_spaces_ends_of_lines_and_comments_may_vary(read, content):
    assert read(content) == read_pairs(GREEK)


def test_letters_may_be_decomposed_and_the_order_is_that_of_labels(read):
    lines = "\n".join(" ".join(pair) for pair in reversed(BOOK_PAIRS))
    assert read(unicodedata.normalize("NFD", lines)) == BOOK_PAIRS[::-1]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", "0 pairs; expected 14"),
        (text({14: ""}), "13 pairs; expected 14"),
        (text() + "Ψ C", "15 pairs; expected 14"),
        (text({3: "Δ"}), "'Δ' (GREEK CAPITAL LETTER DELTA) in line 3; expected two capitals"),
        (text({3: "Δ,D"}), "'Δ,D' in line 3; expected two capitals"),
        (text({3: "Δ D D"}), "in line 3; expected two capitals"),
        (text({3: "δ D"}), "'δ' (GREEK SMALL LETTER DELTA), 'D'"),
        (text({5: "Η 1"}), "'1' (DIGIT ONE) in line 5"),
        (text({3: "ϴ D"}), "THETA SYMBOL"),
        (text({1: "B V"}), "in line 1; expected two capitals of two alphabets"),
        (text({7: "Β L"}), "'Β' (GREEK CAPITAL LETTER BETA) again in line 7"),
        (text({14: "Ω V"}), "'V' (LATIN CAPITAL LETTER V) again in line 14"),
        (text({6: "К K"}), "(CYRILLIC CAPITAL LETTER KA) in line 6; expected a Greek letter"),
        (text({6: "Κ К"}), "(CYRILLIC CAPITAL LETTER KA) in line 6; expected a Latin letter"),
        (text().encode("utf-16"), "expected a text file in UTF-8 with 14 pairs"),
        (text({3: "\x1b[2J D"}), "'\\x1b[2J', 'D'"),
        (text({3: "Δ " * 9999}), "in line 3"),
    ],
)
def test_a_faulty_file_is_refused_in_one_line(read, tmp_path, content, found):
    with pytest.raises(ValueError, match="expected") as refusal:
        read(content)
    told = str(refusal.value)
    assert told.startswith(f"{tmp_path / 'pairs.txt'}: found ")
    assert found in told
    assert told.isprintable()
    assert len(told) < len(str(tmp_path)) + 300


def test_what_is_no_file_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none\n", tmp_path / ("x" * 300)):
        with pytest.raises(ValueError, match="found it unreadable") as refusal:
            read_pairs(path)
        assert str(refusal.value).isprintable()


def test_an_alphabet_has_the_name_that_unicode_gives_its_capitals():
    names = {"Β": "Greek", "B": "Latin", "В": "Cyrillic", "Ա": "Armenian"}
    names |= dict.fromkeys(["β", "ϴ", "ᴀ", "ǅ", "א", "7", "\n", "AB", ""], "")
    assert {letter: alphabet_name(letter) for letter in names} == names


def test_pairs_that_too_few_typefaces_have_are_refused(monkeypatch):
    enough = ["DejaVu Sans", "STIX General", "Source Sans Pro"]
    for families in ([], enough[1:], enough[:2], enough):
        monkeypatch.setattr(
            embedded, "typeface_families", lambda some=families: dict.fromkeys(some)
        )
        if families == enough:
            embedded.check_typefaces()
        else:
            with pytest.raises(
                ValueError, match="expected them in Source Sans Pro and STIX General"
            ):
                embedded.embedded_letters(0)


def test_no_claim_is_recorded_of_other_pairs(monkeypatch, tmp_path):
    claim = claims.Claim("x", "Exercise 0", "Water is wet.", "confirmed", "", ())
    monkeypatch.setattr(claims, "book_claims", lambda: {"x": claim})
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    with pytest.raises(claims.VerdictError):
        claims.record("x", False)
    for module in (loading, claims):
        monkeypatch.setattr(module, "PAIRS", read_pairs(GREEK))
    assert "does not hold on these letters" in repr(claims.record("x", False))
    assert "does not hold" in claims.outcome_on_other_letters("x")
    monkeypatch.setattr(claims, "PAIRS", BOOK_PAIRS)
    assert claims.outcome_on_other_letters("x") == "not checked"


SCRIPT = """
import json
from pathlib import Path

import letter_images

from assignment4.figures.letters import draw_contact_sheet, samples_by_class
from assignment4.letters import *
from assignment4.letters import embedded, own
from assignment4.replication import provenance, runs
from assignment4.transfer.kinds import two_kinds

embedded.CYRILLIC_COUNT = embedded.LATIN_COUNT = 2 * 14 * 47
letters = load_letters()
told = {
    "letters": [*ALPHABETS.values(), CYRILLIC, LATIN, str(letters)],
    "digest": letters.digest(),
    "by family": [len(part) for part in split_by_family(letters.cyrillic)],
    "kinds": {name: len(some) for name, some in two_kinds(letters).items()},
    "columns": describe_classes(letters).names,
    "rows": list(samples_by_class(letters.cyrillic, count=1)),
}
try:
    runs.open_tasks("squared_errors", seeds=[0])
except ValueError as refusal:
    told["replicated"] = str(refusal)
results = {line["letters"] for line in runs.read_lines("squared_errors")}
told["among results"] = provenance.provenance(letters)["letters"] in results
folder = Path("mine")
folder.mkdir()
letter_images.TITLES = dict(zip(ALPHABETS.values(), (CYRILLIC, LATIN)))
letter_images.write_archives(folder, lambda name: name.lower().encode())
own.check(folder, draw_contact_sheet)
Path("told.json").write_text(json.dumps(told))
"""


def run_python(*arguments, folder, pairs):
    """Run Python with other pairs, nothing else of the environment altering the letters."""
    environment = {name: one for name, one in os.environ.items() if name != "ASSIGNMENT4_LETTERS"}
    environment |= {
        "ASSIGNMENT4_CACHE": str(folder / "cache"),
        "ASSIGNMENT4_PROGRESS": "0",
        "ASSIGNMENT4_PAIRS": str(pairs),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_a_run_on_greek_letters(tmp_path):
    done = run_python("-c", SCRIPT, folder=tmp_path, pairs=GREEK.relative_to(ROOT))
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["letters"] == [
        *("Greek", "Latin", GREEK_LETTERS, LATIN_LETTERS),
        f"typefaces with the pairs of {GREEK}: 1316 Greek and 1316 Latin images",
    ]
    assert told["by family"] == [2 * 14 * 37, 2 * 14 * 10]
    assert told["kinds"] == {"typefaces": 2 * 14 * 37, "families held out": 2 * 14 * 10}
    assert told["columns"] == ["label", "Greek", "images", "ink", "Latin", "images", "ink"]
    assert told["rows"] == ["Greek 1"]
    assert told["replicated"].endswith("unset ASSIGNMENT4_LETTERS and ASSIGNMENT4_PAIRS")
    assert not told["among results"]
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["Greek", "images", "Latin", "images"]
    assert lines[1].split() == ["Β", "1", "V", "1"]
    assert lines[-1].startswith(f"to use them: make book ASSIGNMENT4_LETTERS={tmp_path / 'mine'} ")
    assert lines[-1].endswith(f" ASSIGNMENT4_PAIRS={GREEK}")


def test_a_command_tells_in_one_line_what_is_wrong_with_the_pairs(tmp_path):
    pairs = tmp_path / "pairs.txt"
    pairs.write_text(text({3: "Δ"}), encoding="utf-8")
    done = run_python("-m", "assignment4", "letters", "mine", folder=tmp_path, pairs=pairs)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{pairs}: found 'Δ' (GREEK CAPITAL LETTER DELTA) in line 3; ")
    assert len(done.stderr.splitlines()) == 1
