"""Pairs of letters from a file: what is read, whatever is refused, and a run on other alphabets."""

import json
import os
import shlex
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from assignment4 import ROOT, claims
from assignment4.letters import ALPHABETS, BOOK_PAIRS, CYRILLIC, PAIRS, load_letters, loading
from assignment4.letters.embedded import NAME, render_letters
from assignment4.letters.pair_files import LARGEST_FILE, alphabet_name, pairs_file, read_pairs
from assignment4.letters.typefaces import TYPEFACES

pytestmark = pytest.mark.filterwarnings("error")

GREEK = ROOT / "assignment4" / "letters" / "greek.txt"
GREEK_LETTERS, LATIN_LETTERS = "ΒΓΔΖΗΚΛΜΞΠΡΣΦΩ", "VGDZIKLMXPRSFO"
LINES = [" ".join(pair) for pair in zip(GREEK_LETTERS, LATIN_LETTERS, strict=True)]


def text(*, instead: dict[int, str] | None = None, more: tuple[str, ...] = ()) -> str:
    """Return fourteen sound lines, some replaced by their numbers from 1, and more lines."""
    lines = dict(enumerate(LINES, start=1)) | (instead or {})
    return "\n".join([*lines.values(), *more]) + "\n"


@pytest.fixture
def read(tmp_path):
    """A function that writes a file and returns the pairs that are read of it."""

    def read(content):
        path = tmp_path / "pairs.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_pairs(path)

    return read


# What is accepted


def test_the_greek_example_has_fourteen_pairs_that_every_typeface_has():
    pairs = read_pairs(GREEK)
    assert [f"{greek} {latin}" for greek, latin in pairs] == LINES
    letters = "".join(map("".join, pairs))
    assert all(typeface.has(letters) for typeface in TYPEFACES)
    assert {alphabet_name(greek) for greek, _ in pairs} == {"Greek"}
    assert {alphabet_name(latin) for _, latin in pairs} == {"Latin"}


def test_the_book_s_pairs_are_its_own_where_no_variable_is_set():
    assert PAIRS == BOOK_PAIRS
    assert "".join(map("".join, PAIRS)) == "БBДDГGФFИIЙJЛLНNПPСSРRУUВVЗZ"
    assert ALPHABETS == {"cyrillic": "Cyrillic", "latin": "Latin"}
    assert len(TYPEFACES) == 47


def test_the_book_s_pairs_can_be_given_as_a_file(read):
    assert read("\n".join(" ".join(pair) for pair in BOOK_PAIRS)) == BOOK_PAIRS


@pytest.mark.parametrize(
    "content",
    [
        text(),
        text().encode("utf-8-sig"),
        text().replace("\n", "\r\n"),
        text().replace("\n", "\r"),
        text().removesuffix("\n"),
        text().replace(" ", "\t"),
        text().replace(" ", "  \t ").replace("\n", "  \n  "),
        "# Greek\n\n \t\n" + text(instead={2: "Γ G# as in gamma"}, more=("", "# the end")),
    ],
    ids=["plain", "mark", "CR LF", "CR", "no end", "tabs", "wide", "comments"],
)
def test_spaces_ends_of_lines_and_comments_may_vary(read, content):
    assert read(content) == read_pairs(GREEK)


def test_letters_may_be_decomposed(read):
    lines = [" ".join(pair) for pair in BOOK_PAIRS]
    assert read(unicodedata.normalize("NFD", "\n".join(lines))) == BOOK_PAIRS


def test_the_order_of_lines_is_that_of_labels(read):
    assert read("\n".join(reversed(LINES))) == read_pairs(GREEK)[::-1]


@pytest.mark.parametrize(
    ("letter", "name"),
    [
        ("Β", "Greek"),
        ("B", "Latin"),
        ("В", "Cyrillic"),
        ("Ä", "Latin"),
        ("Ա", "Armenian"),
        ("\N{OLD HUNGARIAN CAPITAL LETTER A}", "Old Hungarian"),
        ("β", ""),
        ("ϴ", ""),
        ("ᴀ", ""),
        ("ǅ", ""),
        ("א", ""),
        ("7", ""),
        ("\n", ""),
    ],
)
def test_an_alphabet_has_the_name_that_unicode_gives_its_capitals(letter, name):
    assert alphabet_name(letter) == name


def test_the_path_counts_from_the_repository_or_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("ASSIGNMENT4_PAIRS", raising=False)
    assert pairs_file() is None
    monkeypatch.setenv("ASSIGNMENT4_PAIRS", "")
    assert pairs_file() is None
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSIGNMENT4_PAIRS", "assignment4/letters/greek.txt")
    assert pairs_file() == GREEK
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ASSIGNMENT4_PAIRS", "~/my pairs.txt")
    assert pairs_file() == tmp_path / "my pairs.txt"


# What is refused

TWO = "expected two capital letters, such as 'Δ D'"
FAULTS = {
    "empty": (b"", "line 1: found the end after 0 pairs; expected 14"),
    "comments only": ("# Β V\n" * 14, "line 14: found the end after 0 pairs; expected 14"),
    "thirteen": (text(instead={14: ""}), "line 14: found the end after 13 pairs; expected 14"),
    "fifteen": (text(more=("", "Ψ C")), "line 16: found pair 15; expected 14"),
    "one column": (text(instead={3: "Δ"}), f"line 3: found 1 entry, 'Δ'; {TWO}"),
    "not apart": (text(instead={3: "ΔD"}), f"line 3: found 1 entry, 'ΔD'; {TWO}"),
    "comma": (text(instead={3: "Δ,D"}), f"line 3: found 1 entry, 'Δ,D'; {TWO}"),
    "three columns": (text(instead={3: "Δ D D"}), f"line 3: found 3 entries, 'Δ D D'; {TWO}"),
    "small": (text(instead={3: "δ D"}), f"line 3: found 'δ' (GREEK SMALL LETTER DELTA); {TWO}"),
    "small Latin": (text(instead={4: "Ζ z"}), f"line 4: found 'z' (LATIN SMALL LETTER Z); {TWO}"),
    "digit": (text(instead={5: "Η 1"}), f"line 5: found '1' (DIGIT ONE); {TWO}"),
    "two letters": (text(instead={9: "Ξ KS"}), f"line 9: found 'KS', which is 2 characters; {TWO}"),
    "no capitals": (text(instead={1: "ב V"}), f"line 1: found 'ב' (HEBREW LETTER BET); {TWO}"),
    "symbol": (text(instead={3: "ϴ D"}), "line 3: found 'ϴ' (GREEK CAPITAL THETA SYMBOL); "),
    "title case": (text(instead={3: "Δ ǅ"}), "line 3: found 'ǅ' (LATIN CAPITAL LETTER D WITH "),
    "accent apart": (
        text(instead={3: "Δ Q\u0301"}),
        "line 3: found 'Q\u0301', which is 2 characters; ",
    ),
    "twice": (
        text(instead={7: "Β L"}),
        "line 7: found 'Β' (GREEK CAPITAL LETTER BETA) in column 1 again, as in line 1; "
        "expected each letter once",
    ),
    "twice on the right": (
        text(instead={14: "Ω V"}),
        "line 14: found 'V' (LATIN CAPITAL LETTER V) in column 2 again, as in line 1; ",
    ),
    "looks alike": (
        text(instead={6: "К K"}),
        "line 6: found 'К' (CYRILLIC CAPITAL LETTER KA) in column 1; "
        "expected a Greek letter, as in line 1",
    ),
    "looks alike on the right": (
        "# Greek\n" + text(instead={6: "Κ К"}),
        "line 7: found 'К' (CYRILLIC CAPITAL LETTER KA) in column 2; "
        "expected a Latin letter, as in line 2",
    ),
    "columns exchanged": (
        text(instead={2: "G Γ"}),
        "line 2: found 'G' (LATIN CAPITAL LETTER G) in column 1; expected a Greek letter",
    ),
    "one alphabet": (
        text(instead={1: "B V"}),
        "line 1: found 'B' and 'V', both Latin; expected letters of two alphabets",
    ),
    "Latin-1": (
        text(instead={3: "Δ Ä"}).encode().replace("Ä".encode(), "Ä".encode("latin1")),
        "line 3: found a byte 0xc4 that is no UTF-8; expected text in UTF-8",
    ),
    "UTF-16": (text().encode("utf-16"), "line 1: found a byte 0xff that is no UTF-8; "),
    "binary": (bytes(range(256)), "line 2: found a byte 0x80 that is no UTF-8; "),
    "zeros": (bytes(100), "line 1: found 1 entry, '\\x00"),
    "terminal's codes": (
        text(instead={3: "\x1b[2J D"}),
        f"line 3: found '\\x1b[2J', which is 4 characters; {TWO}",
    ),
    "control character": (text(instead={3: "Δ \x07"}), "line 3: found '\\x07' (U+0007); "),
    "long": (text(instead={3: "Δ " * 9999}), "line 3: found 9999 entries, "),
    "too large": (b"#" * (LARGEST_FILE + 1), "found more than 65,536 bytes; expected 14 pairs"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_file_is_refused_in_one_line(read, tmp_path, name):
    content, message = FAULTS[name]
    with pytest.raises(ValueError, match="expected") as refusal:
        read(content)
    told = str(refusal.value)
    assert told.startswith(f"{tmp_path / 'pairs.txt'}: {message}"), told
    assert len(told.splitlines()) == 1
    assert len(told) < len(str(tmp_path)) + 250
    assert told.replace("\u0301", "").isprintable()


def test_a_file_as_large_as_the_limit_is_read(read):
    assert read(text().encode() + b"#" * (LARGEST_FILE - len(text().encode()))) == read_pairs(GREEK)


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for path, found in {
        tmp_path: "found a folder; expected a text file",
        tmp_path / "pipe": "found a pipe or a device; expected a text file",
        tmp_path / "none\n": "found no such file; expected one with 14 pairs",
        tmp_path / "circle": "found",
        tmp_path / ("x" * 300): "found it unreadable",
    }.items():
        with pytest.raises(ValueError, match="expected") as refusal:
            read_pairs(path)
        told = str(refusal.value)
        assert found in told
        assert told.isprintable()


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may read every file")
def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text(text(), encoding="utf-8")
    path.chmod(0)
    with pytest.raises(ValueError, match="found it unreadable"):
        read_pairs(path)


# What follows from other pairs


def test_other_letters_are_other_images():
    """But for rho, which is drawn as the Cyrillic letter with its label."""
    ours, labels, *_ = render_letters(CYRILLIC, 28, seed=0)
    theirs, *_ = render_letters(GREEK_LETTERS, 28, seed=0)
    same = (ours == theirs).all(axis=(1, 2))
    assert set(labels[same]) == {GREEK_LETTERS.index("Ρ")}


@pytest.mark.parametrize(
    "families",
    [[], ["STIX General"], ["STIX General", "Source Sans Pro"], ["DejaVu Sans", "STIX General"]],
)
def test_pairs_that_too_few_typefaces_have_are_refused(monkeypatch, families):
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    monkeypatch.setattr(loading, "typeface_families", lambda: dict.fromkeys(families))
    monkeypatch.setattr(loading, "PAIRS_FILE", GREEK)
    with pytest.raises(ValueError, match="expected them in Source Sans Pro and STIX") as refusal:
        load_letters()
    assert f"{GREEK}: found all letters in the typeface families {families} only" in str(
        refusal.value
    )


def test_two_families_held_out_and_one_more_are_enough(monkeypatch):
    families = dict.fromkeys(["STIX General", "Source Sans Pro", "DejaVu Sans"])
    monkeypatch.setattr(loading, "typeface_families", lambda: families)
    loading.check_typefaces()


def test_no_claim_is_recorded_of_other_pairs(monkeypatch, tmp_path):
    claim = claims.Claim("x", "Exercise 0", "Water is wet.", "confirmed", "", ())
    monkeypatch.setattr(claims, "book_claims", lambda: {"x": claim})
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    with pytest.raises(claims.VerdictError):
        claims.record("x", False)
    monkeypatch.setattr(loading, "PAIRS", read_pairs(GREEK))
    monkeypatch.setattr(claims, "PAIRS", read_pairs(GREEK))
    assert "does not hold on these letters" in repr(claims.record("x", False))
    assert "does not hold" in claims.outcome_on_other_letters("x")
    monkeypatch.setattr(claims, "PAIRS", BOOK_PAIRS)
    assert claims.outcome_on_other_letters("x") == "not checked"


SCRIPT = """
import json, zipfile
from pathlib import Path

import letter_images
import numpy as np

from assignment4 import claims
from assignment4.letters import own as own_letters
from assignment4.replication import provenance
from assignment4.replication import runs as replication
from assignment4.figures.letters import samples_by_class
from assignment4.book.ledger import Ledger
from assignment4.letters import CYRILLIC, LATIN, ALPHABETS, embedded, load_letters, split_by_family
from assignment4.letters.description import describe_classes
from assignment4.transfer.kinds import two_kinds

embedded.CYRILLIC_COUNT = embedded.LATIN_COUNT = 2 * 14 * 47
letters = load_letters()
told = {
    "names": list(ALPHABETS.values()),
    "letters": [CYRILLIC, LATIN],
    "source": letters.source,
    "embedded": letters.embedded,
    "digest": letters.digest(),
    "classes": [np.bincount(one.labels).tolist() for one in (letters.cyrillic, letters.latin)],
    "by family": [len(part) for part in split_by_family(letters.cyrillic)],
    "kinds": {name: len(some) for name, some in two_kinds(letters).items()},
    "columns": describe_classes(letters).names,
    "rows": list(samples_by_class(letters.cyrillic, count=1)),
}

try:
    replication.open_tasks("squared_errors", seeds=[0])
except ValueError as refusal:
    told["replicated"] = str(refusal)
results = {line["letters"] for line in replication.read_lines("squared_errors")}
told["provenance"] = provenance.provenance("squared_errors", letters)["letters"] in results

told["outcome"] = repr(claims.record("2a-mean", False, evidence="It is 1."))
told["ledger"] = "On your letters" in Ledger()._repr_html_()

folder = Path("mine")
folder.mkdir()
try:
    load_letters(folder)
except FileNotFoundError as refusal:
    told["no folders"] = str(refusal)
letter_images.TITLES = dict(zip(ALPHABETS.values(), (CYRILLIC, LATIN)))
letter_images.write_archives(folder)
own = load_letters(folder)
told["own"] = [own.source, own.embedded, own.cyrillic.labels.tolist(), own.latin.letters]
(folder / "Greek.zip").unlink()
with zipfile.ZipFile(folder / "greek.zip", "w") as archive:
    for name, content in letter_images.contents("Greek").items():
        small = name.lower().encode()
        archive.writestr(letter_images.RawInfo(small), content)
    archive.writestr("Greek/Ψ/1.png", b"never opened")
    archive.writestr("Greek/Б/1.png", b"never opened")
told["unmarked"] = load_letters(folder).digest() == own.digest()
own_letters.check(folder)

course = Path("course")
course.mkdir()
for name, one in (("cyr", letters.cyrillic), ("lat", letters.latin)):
    np.save(course / f"X_{name}.npy", np.moveaxis(one.images, 0, -1))
    np.save(course / f"labels_{name}.npy", one.labels)
told["course"] = (load_letters(course).cyrillic.images == letters.cyrillic.images).all().item()
Path("told.json").write_text(json.dumps(told))
"""


def run_python(*arguments, folder, **variables):
    """Run Python with other pairs, nothing else of the environment altering the letters."""
    inherited = {name: value for name, value in os.environ.items() if name != "ASSIGNMENT4_LETTERS"}
    environment = inherited | {
        "ASSIGNMENT4_CACHE": str(folder / "cache"),
        "ASSIGNMENT4_PROGRESS": "0",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a process with the Greek pairs tells of its letters, and what it prints."""
    folder = tmp_path_factory.mktemp("greek")
    done = run_python("-c", SCRIPT, folder=folder, ASSIGNMENT4_PAIRS=str(GREEK.relative_to(ROOT)))
    assert done.returncode == 0, done.stderr
    facts = json.loads((folder / "told.json").read_text())
    return facts | {"folder": folder, "printed": done.stdout.splitlines()}


def test_letters_are_rendered_for_other_pairs(told):
    assert told["names"] == ["Greek", "Latin"]
    assert told["letters"] == [GREEK_LETTERS, LATIN_LETTERS]
    assert told["classes"] == 2 * [14 * [94]]
    assert told["by family"] == [2 * 14 * 37, 2 * 14 * 10]
    assert told["kinds"] == {"typefaces": 2 * 14 * 37, "families held out": 2 * 14 * 10}


def test_other_pairs_are_not_the_book_s_letters(told):
    assert told["source"] == f"typefaces with the pairs of {GREEK}"
    assert told["source"] != NAME
    assert not told["embedded"]
    assert load_letters().embedded
    assert load_letters().digest() != told["digest"]


def test_tables_and_figures_name_the_alphabets(told):
    assert told["columns"] == ["label", "Greek", "images", "ink", "Latin", "images", "ink"]
    assert told["rows"] == ["Greek 1"]


def test_results_of_other_pairs_do_not_go_with_the_book_s(told):
    assert not told["provenance"]
    assert told["replicated"].startswith("the stored results are of the embedded letters, not of")
    assert told["replicated"].endswith("unset ASSIGNMENT4_LETTERS and ASSIGNMENT4_PAIRS")


def test_a_finding_on_other_pairs_is_no_verdict(told):
    assert told["outcome"].startswith("2a-mean: does not hold on these letters.")
    assert told["outcome"].endswith("It is 1.")
    assert told["ledger"]


def test_folders_and_archives_are_named_after_the_alphabets(told):
    assert told["no folders"] == (
        "mine: found no Greek or Greek.zip; expected the course's four npy files, or Greek.zip and "
        "Latin.zip, or folders Greek and Latin that hold a folder of images for each letter"
    )
    assert told["own"] == ["mine", False, list(range(14)), LATIN_LETTERS]
    assert told["unmarked"]
    assert told["course"]


def quoted(path: Path) -> str:
    return shlex.quote(str(path))


def test_the_command_for_own_letters_names_the_alphabets_and_the_pairs(told):
    lines = told["printed"]
    assert lines[0].split() == ["Greek", "images", "Latin", "images"]
    assert lines[1].split() == ["Β", "1", "V", "1"]
    assert lines[16] == "left out, Greek: Ψ (1), Б U+0411 (1)"
    assert lines[-1] == (
        f"to use them: make book ASSIGNMENT4_LETTERS={quoted(told['folder'] / 'mine')} "
        f"ASSIGNMENT4_PAIRS={quoted(GREEK)}"
    )


def test_a_command_tells_in_one_line_what_is_wrong_with_the_pairs(tmp_path):
    (tmp_path / "pairs.txt").write_text(text(instead={3: "Δ"}), encoding="utf-8")
    done = run_python(
        *("-m", "assignment4", "letters", "mine"),
        folder=tmp_path,
        ASSIGNMENT4_PAIRS=str(tmp_path / "pairs.txt"),
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"{tmp_path}/pairs.txt: line 3: found 1 entry, 'Δ'; "
        "expected two capital letters, such as 'Δ D'\n"
    )
