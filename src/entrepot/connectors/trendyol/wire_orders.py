"""Packages in Trendyol's words (pages "Webhook model" and "Shipment packages").

Fields that were renamed on 6 April 2026 are read under both names; recorded payloads of older date use the old ones.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, Field

from entrepot.kit.wire import Amount, Ref, Wire

from .types import Flag, Many, Millis, Number, SomeRef, Text, because


def _either(new: str, old: str) -> Any:
    return Field(validation_alias=AliasChoices(new, old))


class AddressLines(Wire):
    """The address again; where the numbered fields are empty, it is read from here."""

    addressLine1: Text = ""
    addressLine2: Text = ""


class Address(Wire):
    """An address; of orders that await payment, and of micro-exports at first sight, parts are masked or empty."""

    firstName: Text = ""
    lastName: Text = ""
    fullName: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    addressLines: AddressLines | None = None
    fullAddress: Text = ""
    shortAddress: Text = ""
    neighborhood: Text = ""
    district: Text = ""
    city: Text = ""
    countyName: Text = ""
    stateName: Text = ""
    postalCode: Text = ""
    countryCode: Text = ""
    phone: Text = ""
    taxOffice: Text = ""
    taxNumber: Text = ""
    IGNORED: ClassVar[dict[str, str]] = {
        **because("a number of a place whose name is read", "id cityCode districtId countyId neighborhoodId"),
        **because("personal data that nobody needs to deliver or invoice", "sector latitude longitude"),
        **because("whether the buyer takes e-invoices; invoices are made elsewhere", "eInvoiceAvailable"),
        **because("newer name of the same", "isEInvoiceAvailable"),
    }


class Unit(Wire):
    """The price of one unit of a line."""

    lineItemPrice: Amount
    IGNORED: ClassVar[dict[str, str]] = because(
        "the unit's price after discounts is all that is needed",
        "lineItemId lineItemSellerDiscount lineItemTyDiscount lineItemDiscount",
    )


class Line(Wire):
    """One barcode; amounts are per unit, discounts an average over the units. ``vatRate`` is a percentage."""

    lineId: Ref = _either("lineId", "id")
    quantity: int
    barcode: Ref
    stockCode: Text = Field("", validation_alias=AliasChoices("stockCode", "merchantSku"))
    productName: Text = ""
    lineGrossAmount: Amount = _either("lineGrossAmount", "amount")
    lineSellerDiscount: Amount = _either("lineSellerDiscount", "discount")
    lineTyDiscount: Amount = _either("lineTyDiscount", "tyDiscount")
    lineUnitPrice: Amount = _either("lineUnitPrice", "price")
    vatRate: Amount = _either("vatRate", "vatBaseAmount")
    orderLineItemStatusName: Text = ""
    discountDetails: Annotated[list[Unit], Many] = []
    IGNORED: ClassVar[dict[str, str]] = {
        **because(
            "older name of a field that is read", "id merchantSku amount discount tyDiscount price vatBaseAmount"
        ),
        **because("the sum of two discounts that are read", "lineTotalDiscount"),
        **because("the package's currency holds for its lines", "currencyCode"),
        **because("what the listing says too", "productSize productColor productCode contentId productCategoryId sku"),
        **because("the account says it", "sellerId merchantId"),
        **because("the settlement tells what is kept", "commission laborCost"),
        **because("Trendyol's own campaign and shelf", "salesCampaignId businessUnit fastDeliveryOptions"),
        **because("the package's status says that it is over", "cancelledBy cancelReason cancelReasonCode"),
        **because("the catalogue owns the origin", "productOrigin"),
        **because("advice on returns", "defectiveClaimListingInsight"),
    }


class Package(Wire):
    """What one waybill covers. ``orderDate`` is the wall clock of GMT+3 in milliseconds; other instants are UTC."""

    shipmentPackageId: Ref = _either("shipmentPackageId", "id")
    orderNumber: Ref
    status: str = _either("status", "shipmentPackageStatus")
    orderDate: Millis
    lastModifiedDate: Millis
    agreedDeliveryDate: Millis | None = None
    currencyCode: str
    lines: list[Line]
    packageGrossAmount: Amount = _either("packageGrossAmount", "grossAmount")
    packageSellerDiscount: Amount = _either("packageSellerDiscount", "totalDiscount")
    packageTyDiscount: Amount = _either("packageTyDiscount", "totalTyDiscount")
    packageTotalPrice: Amount = _either("packageTotalPrice", "totalPrice")
    shipmentAddress: Address | None = None
    invoiceAddress: Address | None = None
    customerFirstName: Text = ""
    customerLastName: Text = ""
    customerEmail: Text = ""
    taxNumber: Text = ""
    identityNumber: Text = ""
    orderCountryCode: Text = ""
    cargoTrackingNumber: SomeRef = None
    cargoTrackingLink: Text = ""
    cargoProviderName: Text = ""
    whoPays: Number = None
    micro: Flag = False
    invoiceNumber: Text = ""
    createdBy: Text = ""
    originPackageIds: Annotated[list[Ref], Many] = []
    IGNORED: ClassVar[dict[str, str]] = {
        **because(
            "older name of a field that is read",
            "id grossAmount totalDiscount totalTyDiscount totalPrice shipmentPackageStatus",
        ),
        **because("the sum of two discounts that are read", "packageTotalDiscount discountDisplays"),
        **because("the account says it", "supplierId channelId"),
        **because("personal data that nobody needs", "customerId sellerOtpCode"),
        **because("Trendyol has the money, or the carrier collects it for Trendyol", "paymentMethod isCod"),
        **because("we keep the history ourselves", "packageHistories originShipmentDate"),
        **because(
            "the promise to the buyer; ours is agreedDeliveryDate",
            "estimatedDeliveryStartDate estimatedDeliveryEndDate fastDelivery fastDeliveryType deliveryType timeSlotId",
        ),
        **because("how the carrier delivers", "deliveryAddressType deliveredByService sellerDeliveryMethod"),
        **because("another number of the same waybill", "cargoSenderNumber shipmentNumber"),
        **because("the carrier's billing", "cargoDeci"),
        **because("which of our warehouses ships is ours to say", "warehouseId"),
        **because(
            "what became of our invoice; its number is read", "invoiceLink invoiceStatus invoiceRejectedReasonKeys"
        ),
        **because("the invoice address is already the one to bill", "commercial 3pByTrendyol is4P"),
        **because("the export declaration is made elsewhere", "etgbNo etgbDate hsCode"),
        **because("packing advice", "giftBoxRequested containsDangerousProduct"),
        **because("Romania's deposit; where it is part of the total, the difference shows", "totalSgrFee"),
        **because(
            "removed on 6 April 2026",
            "scheduledDeliveryStoreId agreedDeliveryDateExtendible extendedAgreedDeliveryDate "
            "agreedDeliveryExtensionStartDate agreedDeliveryExtensionEndDate groupDeal",
        ),
    }
