"""With one figure wrong the walk does not end with 0."""

import pytest

# A buyer whom the hub has not heard of when the figures are compared.
PLANTED = 'lambda sandbox: sandbox.act("trendyol", "random_order", storefront="TR")'


@pytest.mark.slow
def test_a_planted_divergence_makes_it_end_otherwise(walk):
    status, printed = walk(seed=4, plant=PLANTED)

    assert status == 1, printed[-6000:]
    assert "differs" in printed
