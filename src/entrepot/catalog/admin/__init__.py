"""Pages of the catalogue."""

from .mappings import ComponentPage as ComponentPage
from .mappings import FieldOwnerPage as FieldOwnerPage
from .mappings import MappingPage as MappingPage
from .products import ProductPage as ProductPage
from .variants import VariantPage as VariantPage
