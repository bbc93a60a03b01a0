"""Look-ups in Trendyol's words: brands, categories, attributes, values, addresses, labels."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AliasChoices, Field

from entrepot.kit.wire import Ref, Wire

from .types import Flag, SomeRef, Text, because


class NamedId(Wire):
    """An id with its name."""

    id: Ref
    name: Text = ""


class Brand(Wire):
    """A brand; ``luxe`` marks the luxury shop."""

    id: Ref
    name: str
    IGNORED: ClassVar[dict[str, str]] = because("the luxury shop is a channel of its own", "luxe LUXE")


class Category(Wire):
    """One category of the tree, with the names above it and whether it has children, both added while flattening."""

    id: Ref
    name: str
    parentId: SomeRef = None
    path: str = ""
    isLeaf: bool = True


class Attribute(Wire):
    """An attribute of one category."""

    categoryId: Ref
    attribute: NamedId
    required: bool
    allowCustom: bool
    varianter: Flag = False
    slicer: Flag = False
    allowMultipleAttributeValues: Flag = False
    IGNORED: ClassVar[dict[str, str]] = because("V1 only; values have a page of their own", "attributeValues")


class Value(Wire):
    """An allowed value. The answer does not repeat what was asked: both ids are added from the question."""

    attributeValueId: Ref
    attributeValue: str = Field(validation_alias=AliasChoices("attributeValue", "attributeValueName"))
    categoryId: Text = ""
    attributeId: Text = ""


class Address(Wire):
    """An address of the seller; flags have an older and a newer name."""

    id: Ref
    addressType: Text = ""
    country: Text = ""
    city: Text = ""
    district: Text = ""
    postCode: Text = ""
    address: Text = ""
    stateCountyProvince: Text = ""
    buildingNumber: Text = ""
    ship: Flag = Field(False, validation_alias=AliasChoices("isShipmentAddress", "shipmentAddress"))
    bill: Flag = Field(False, validation_alias=AliasChoices("isInvoiceAddress", "invoiceAddress"))
    back: Flag = Field(False, validation_alias=AliasChoices("isReturningAddress", "returningAddress"))
    is_default: Flag = Field(False, validation_alias=AliasChoices("isDefault", "default"))
    IGNORED: ClassVar[dict[str, str]] = {
        **because("numbers and spellings of the same place", "cityCode districtId fullAddress shortAddress"),
        **because("older name of a flag that is read", "shipmentAddress invoiceAddress returningAddress default"),
    }


class Label(Wire):
    """One box's label."""

    label: str
    format: str


class Labels(Wire):
    """The labels of one waybill."""

    data: list[Label]
