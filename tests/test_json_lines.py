"""Records as lines of text: whatever stands in a file, one error says where."""

import json

import pytest

from assignment4.book import running_times
from assignment4.replication.json_lines import append_json_line, read_json_lines
from assignment4.replication.runs import read_lines, read_results

SOUND = b'{"a": 1}\n'

BROKEN = {
    "half a line": (b'{"a": 1, "b"', "no JSON"),
    "nothing": (b"", "no JSON"),
    "text": (b"a: 1", "no JSON"),
    "two records": (b'{"a": 1}{"a": 2}', "no JSON"),
    "a mark of a conflict": (b"<<<<<<< HEAD", "no JSON"),
    "bytes of no encoding": (b'{"a": "\xff"}', "no JSON"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "no JSON"),
    "an end of text": (b'{"a": 1\x00}', "no JSON"),
    "no number": (b'{"a": NaN}', r"no JSON \(NaN is no number\)"),
    "an infinite number": (b'{"a": -Infinity}', r"no JSON \(-Infinity is no number\)"),
    "a number of 5000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "no JSON"),
    "brackets in brackets": (b"[" * 100_000, "no JSON"),
    "a list": (b"[1, 2]", r"\[1, 2\] is no JSON object"),
    "a long text": (b'"' + b"x" * 1000 + b'"', r"'x{39} is no JSON object"),
    "null": (b"null", "None is no JSON object"),
    "a record without a field": (b'{"b": 1}', "a missing"),
}


@pytest.mark.parametrize(("line", "fault"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_line_is_one_error_that_says_where(tmp_path, line, fault):
    path = tmp_path / "records.jsonl"
    path.write_bytes(SOUND * 2 + line + b"\n" + SOUND)
    with pytest.raises(ValueError, match=rf"^records\.jsonl, line 3: {fault}") as refusal:
        read_json_lines(path, fields=["a"])
    assert len(str(refusal.value)) < 200


def test_a_last_line_may_lack_its_end(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(SOUND + b'{"a": 2}')
    assert read_json_lines(path) == [{"a": 1}, {"a": 2}]
    append_json_line(path, {"a": 3})
    assert path.read_bytes() == SOUND + b'{"a": 2}\n{"a": 3}\n'


@pytest.mark.parametrize("text", ["a\nb", "\r", "\x85", "\u2028", "\x0c", "буквы", "\x00"])
def test_a_text_with_ends_of_lines_comes_back(tmp_path, text):
    path = tmp_path / "records.jsonl"
    append_json_line(path, {"text": text})
    append_json_line(path, {text: 1})
    assert read_json_lines(path, fields=[]) == [{"text": text}, {text: 1}]


def test_ends_of_lines_of_another_system_are_read(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(SOUND.replace(b"\n", b"\r\n") * 2)
    assert read_json_lines(path, fields=["a"]) == [{"a": 1}, {"a": 1}]


def test_a_record_is_added_to_a_file_with_a_broken_line(tmp_path):
    """What a long run found is not lost for what stood there before."""
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"\xff")
    append_json_line(path, {"a": 1})
    assert path.read_bytes() == b"\xff\n" + SOUND


def test_results_without_what_they_depend_on_are_one_error(tmp_path):
    line = {"experiment": "plain mean", "split": "as reported", "seed": 0, "steps": 10}
    (tmp_path / "squared_errors.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"squared_errors\.jsonl, line 1: code, letters, lib"):
        read_results("squared_errors", "plain mean", folder=tmp_path)
    with pytest.raises(ValueError, match=r"squared_errors\.jsonl, line 1: code, letters, lib"):
        read_lines("squared_errors", folder=tmp_path)


def test_measurements_and_test_runs_without_their_name_are_one_error(tmp_path):
    path = tmp_path / "speed.jsonl"
    path.write_bytes(SOUND)
    with pytest.raises(ValueError, match=r"speed\.jsonl, line 1: benchmark missing"):
        running_times.newest("training", path=path)
