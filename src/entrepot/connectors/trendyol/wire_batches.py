"""Batch requests in Trendyol's words (page "Batch request result")."""

from __future__ import annotations

from typing import Annotated, ClassVar

from entrepot.kit.wire import Wire

from .types import Many, SomeRef, Text, because

_ECHO = because(
    "an echo of what was sent; key, status and reasons tell what became of it",
    "title productMainId brandId categoryId quantity stockCode origin dimensionalWeight specialConsumptionTax "
    "description currencyType listPrice salePrice vatRate images attributes cargoCompanyId cargoProviders "
    "shipmentAddressId returningAddressId deliveryDuration deliveryOption deliveryOptions locationBasedDelivery "
    "lotNumber channels archived supplierId storeFrontCode storeFrontId updateRequestDate gtin hsCode",
)


class Echo(Wire):
    """What was asked for one item."""

    barcode: SomeRef = None
    contentId: SomeRef = None
    IGNORED: ClassVar[dict[str, str]] = _ECHO


class Asked(Echo):
    """The request's item; the key may stand one level deeper, where depends on the batch's type."""

    product: Echo | None = None
    updateRequest: Echo | None = None
    request: Echo | None = None


class Item(Wire):
    """One item and its verdict."""

    requestItem: Asked
    status: str
    failureReasons: Annotated[list[Text], Many] = []
    IGNORED: ClassVar[dict[str, str]] = because("Trendyol's own log", "batchRequestLogId")


class Batch(Wire):
    """A batch. ``status`` is absent where prices and stock were sent."""

    batchRequestId: str
    status: str | None = None
    itemCount: int | None = None
    items: Annotated[list[Item], Many] = []
    IGNORED: ClassVar[dict[str, str]] = because(
        "the items tell all that matters",
        "creationDate lastModification sourceType failedItemCount batchRequestType notes objectKey storeFrontCode",
    )


class Accepted(Wire):
    """The answer to a batch: ask later under this id."""

    batchRequestId: str
