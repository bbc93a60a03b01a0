"""With every figure right the walk ends with 0."""

import pytest


@pytest.mark.slow
def test_the_walk_ends_with_every_figure_right(walk):
    status, printed = walk(seed=3)

    assert status == 0, printed[-6000:]
    assert "differs" not in printed
    assert printed.count("agrees") >= 15
    assert "is virtual" in printed  # refused with reasons
    assert "Hatalı Görsel" in printed  # a refusal of the marketplace's, mended
    assert "sku is missing" in printed  # set aside with reasons
