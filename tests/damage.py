"""What a good file or message can become on its way: cut, doubled, mixed up, with bytes in it that nobody wrote."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

NASTY = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\n\n", b'"', b'""', b"'", b";", b",", b"\t", b"\\",
    b"=1+1", b"-", b"NaN", b"Infinity", b"1e999999", b"9" * 5000, b"-0", b"0x10", b"[" * 3000, b"{", b"}", b"]",
    b"null", b"&amp;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<a>", b"&b;", b"\xe2\x80\xae", "İ".encode(), "١٢".encode(),
    b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59-23:59", b"%00", b"\\u0000", b"\\ud800",
]  # fmt: skip


def damaged(samples: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """One of these as it is, damaged a few times over, or bytes that never were one."""
    cut = st.tuples(st.just("cut"), st.floats(0, 1), st.floats(0, 1), st.just(b""))
    put = st.tuples(st.just("put"), st.floats(0, 1), st.floats(0, 1), st.sampled_from(NASTY) | st.binary(max_size=6))
    again = st.tuples(st.just("again"), st.floats(0, 1), st.floats(0, 1), st.just(b""))
    edits = st.lists(cut | put | again, max_size=4)
    return st.builds(_edited, st.sampled_from(list(samples)), edits) | st.binary(max_size=200)


def _edited(content: bytes, edits: Sequence[tuple[str, float, float, bytes]]) -> bytes:
    for how, at, until, piece in edits:
        first, last = sorted((int(at * len(content)), int(until * len(content))))
        if how == "cut":
            content = content[:first] + content[last:]
        elif how == "again":
            content = content[:last] + content[first:last] + content[last:]
        else:
            content = content[:first] + piece + content[first:]
    return content
