"""Pairs of letters from a file: what is read, what is refused, and a run on other alphabets."""

import os
import subprocess
import sys
import unicodedata
from dataclasses import replace

import pytest

from assignment4 import ROOT, claims
from assignment4.letters import ALPHABETS, BOOK_PAIRS, CYRILLIC, LATIN, PAIRS, embedded, pairs
from assignment4.letters.pairs import alphabet_name, read_pairs
from assignment4.replication import runs
from assignment4.transfer import kinds

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
        (tmp_path / "pairs.txt").write_bytes(content)
        return read_pairs(tmp_path / "pairs.txt")

    return read


def test_the_book_s_pairs_are_the_report_s_in_label_order():
    assert PAIRS == BOOK_PAIRS
    assert (CYRILLIC, LATIN) == ("БДГФИЙЛНПСРУВЗ", "BDGFIJLNPSRUVZ")
    assert ALPHABETS == {"cyrillic": "Cyrillic", "latin": "Latin"}


def test_spaces_ends_of_lines_comments_and_composition_may_vary(read):
    assert [" ".join(pair) for pair in read_pairs(GREEK)] == LINES
    wide = text().replace("\n", "\r\n").replace(" ", "  \t ")
    commented = "# Greek\n\n \t\n" + text({2: "Γ G# as in gamma"}) + "\n" + "#" * 2**17
    for content in ("\ufeff" + text(), wide, text().removesuffix("\n"), commented):
        assert read(content.encode()) == read_pairs(GREEK)
    lines = "\n".join(" ".join(pair) for pair in reversed(BOOK_PAIRS))
    assert read(unicodedata.normalize("NFD", lines).encode()) == BOOK_PAIRS[::-1]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (text({14: ""}), "13 pairs; expected 14"),
        (text() + "Ψ C", "15 pairs; expected 14"),
        (text({3: "δ D"}), "Greek 'δ', Latin 'D' in line 3; expected two capitals"),
        (text({1: "B V"}), "in line 1; expected two capitals of two alphabets"),
        (text({7: "Β L"}), "Greek 'Β', Latin 'L' in line 7; expected each letter once"),
        (text({14: "Ω V"}), "Latin 'V' in line 14; expected each letter once"),
        (text({6: "К K"}), "Cyrillic 'К', Latin 'K' in line 6; expected letters of the alphabets"),
        (text({6: "Κ К"}), "Greek 'Κ', Cyrillic 'К' in line 6; expected letters of the alphabets"),
        (text().encode("utf-16"), "expected a text file in UTF-8 with 14 pairs"),
        (text({3: "\x1b[2J D"}), "'\\x1b[2J', Latin 'D'"),
        (text({3: "Δ " * 9999}), "in line 3; expected two capitals"),
    ],
)
def test_a_faulty_file_is_refused_in_one_line(read, tmp_path, content, found):
    with pytest.raises(ValueError, match="expected") as refusal:
        read(content if isinstance(content, bytes) else content.encode())
    told = str(refusal.value)
    assert told.startswith(f"{tmp_path / 'pairs.txt'}: found ")
    assert found in told
    assert told.isprintable()
    assert len(told) < len(str(tmp_path)) + 300


def test_an_alphabet_has_the_name_that_unicode_gives_its_capitals():
    names = {"Β": "Greek", "B": "Latin", "В": "Cyrillic", "Ա": "Armenian"}
    names |= dict.fromkeys(["β", "ϴ", "ᴀ", "ǅ", "א", "7", "\n", "AB", ""], "")
    assert {letter: alphabet_name(letter) for letter in names} == names


def test_pairs_that_too_few_typefaces_have_are_refused(monkeypatch):
    families = ["DejaVu Sans", "STIX General", "Source Sans Pro"]
    monkeypatch.setattr(embedded, "typeface_families", lambda: dict.fromkeys(families))
    embedded.check_typefaces()
    for few in (families[1:], families[:2], families[:1], []):
        monkeypatch.setattr(embedded, "typeface_families", lambda few=few: dict.fromkeys(few))
        with pytest.raises(ValueError, match="expected them in Source Sans Pro and STIX General"):
            embedded.embedded_letters(0)


def test_letters_of_other_pairs_keep_their_families_and_are_not_replicated(
    book_letters, monkeypatch
):
    others = replace(book_letters, source="typefaces with other pairs")
    monkeypatch.setattr(kinds, "RENDERED", others.source)
    assert list(kinds.two_kinds(others)) == [kinds.TYPEFACES, kinds.HELD_OUT]
    monkeypatch.setattr(runs, "load_letters", lambda: others)
    with pytest.raises(ValueError, match="unset ASSIGNMENT4_LETTERS and ASSIGNMENT4_PAIRS"):
        runs.open_tasks("squared_errors", seeds=[0])


def test_no_claim_is_recorded_of_other_pairs(monkeypatch, tmp_path):
    claim = claims.Claim("x", "Exercise 0", "Water is wet.", "confirmed", "", ())
    monkeypatch.setattr(claims, "book_claims", lambda: {"x": claim})
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    with pytest.raises(claims.VerdictError):
        claims.record("x", False)
    for module in (pairs, claims):
        monkeypatch.setattr(module, "PAIRS", read_pairs(GREEK))
    assert "does not hold on these letters" in repr(claims.record("x", False))
    assert "does not hold" in claims.outcome_on_other_letters("x")
    monkeypatch.setattr(claims, "PAIRS", BOOK_PAIRS)
    assert claims.outcome_on_other_letters("x") == "not checked"


SCRIPT = """
from pathlib import Path
import letter_images
from matplotlib.figure import Figure
from assignment4.letters import *
from assignment4.letters import embedded, own

embedded.TYPEFACES = TYPEFACES[12:18] + TYPEFACES[35:37]
embedded.CYRILLIC_COUNT = embedded.LATIN_COUNT = 14 * 8
letters = load_letters()
print(*ALPHABETS.values(), CYRILLIC, LATIN, letters)
print(len(split_by_family(letters.cyrillic)[0]))
letter_images.TITLES = dict(zip(ALPHABETS.values(), (CYRILLIC, LATIN)))
letter_images.write_archives(Path(), lambda name: name.lower().encode())
own.check(Path(), lambda letters: Figure())
"""


def test_a_run_on_greek_letters(tmp_path, monkeypatch):
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    monkeypatch.setenv("ASSIGNMENT4_PAIRS", str(GREEK.relative_to(ROOT)))
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, to_train, head, row, *_, last = done.stdout.splitlines()
    pairs = f"Greek Latin {GREEK_LETTERS} {LATIN_LETTERS} typefaces with the pairs of {GREEK}: "
    assert first == pairs + "112 Greek and 112 Latin images"
    assert to_train == str(14 * 2)
    assert head.split() == ["label", "Greek", "images", "ink", "Latin", "images", "ink"]
    assert row.split()[1:5:3] == ["Β", "V"]
    assert f"{tmp_path}: 14 Greek and 14 Latin images" in done.stdout
    use = f"make book ASSIGNMENT4_LETTERS={tmp_path} ASSIGNMENT4_PAIRS={GREEK}"
    assert last == f"to use them: {use}"
