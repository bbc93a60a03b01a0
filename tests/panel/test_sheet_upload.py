"""A sheet that is uploaded in the panel names its faults there, and takes the rest."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile

from .test_pages import address


@pytest.fixture
def upload(people):
    def uploaded(content, connector="trendyol"):
        file = SimpleUploadedFile("facts.csv", content, "text/csv")
        place = address("catalog.mapping", "list_press", "sheet")
        answer = people.aydin.post(place, {"connector": connector, "file": file})
        return answer, " ".join(str(message) for message in get_messages(answer.wsgi_request))

    return uploaded


def test_faults_are_told_by_line_and_column_and_the_other_rows_land(upload, ours):
    first, second = ours.variants
    rows = f"sku,brand,hs_code\n{first.sku},{'x' * 200_000},\nNOPE\n{second.sku},Pa\x00,\n{second.sku},,701337\n"

    answer, said = upload(rows.encode())

    second.refresh_from_db()
    assert answer.status_code == 302
    assert "1 rows changed something." in said
    assert "Line 2, brand: has 200000 characters; at most 4000 are allowed" in said
    assert "Line 3, –: has 1 cells; the header has 3" in said
    assert "Line 4, brand: holds a NUL character" in said
    assert second.hs_code == "701337"


@pytest.mark.parametrize(
    ("content", "connector", "why"),
    [(b"sku,colour\n", "trendyol", "is not known; known: brand"), (b"sku\n\xff", "trendyol", "must be UTF-8"),
     (b"sku,brand\n", "nope", "nope is not one of the available choices")],
)  # fmt: skip
def test_a_sheet_that_cannot_be_read_is_asked_for_again(upload, ours, content, connector, why):
    answer, said = upload(content, connector)

    assert answer.status_code == 422
    assert said == ""
    assert why in answer.content.decode()
