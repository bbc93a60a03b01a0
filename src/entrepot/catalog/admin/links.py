"""A link to the variant that a row hangs on."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from entrepot.web.admin.show import row_link


class VariantLink:
    """Mixin of pages whose rows hang on a variant."""

    @display(description=gettext_lazy("SKU"), ordering="variant__sku")
    def sku(self, row: Any) -> SafeString:
        return row_link("catalog.variant", row.variant_id, row.variant.sku)
