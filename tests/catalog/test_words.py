"""Ours in a marketplace's words: by whose right, and what happens where nobody has said."""

from __future__ import annotations

import pytest

from entrepot.catalog.models import Mapping
from entrepot.catalog.queries import Resolver
from entrepot.catalog.services import keep_categories, learn_words, map_word, unmap_word, with_paths
from entrepot.channels.services import learn_taxa
from entrepot.core.errors import Invalid
from entrepot.events.models import Dirty
from entrepot.kit import records

from ..goods_rows import AT, goods, store, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vocabulary(db):
    words()


def resolved(seller, kind: str, ours: str):
    found = Resolver(seller_id=seller.id, connector="trendyol").resolve(kind, ours)
    return (found.ref, found.source) if found else None


def say(seller, kind: str, ours: str, ref: str, source: str = "own"):
    return map_word(seller_id=seller.id, connector="trendyol", kind=kind, ours=ours, theirs_ref=ref, source=source)


def test_a_persons_word_beats_a_live_listings_and_that_beats_an_equal_name(aydin):
    assert resolved(aydin, "brand", "TOROS") == ("70001", "suggestion")

    learn_words(seller_id=aydin.id, connector="trendyol", kind="brand", pairs=[("Toros", "70002")])
    assert resolved(aydin, "brand", "toros") == ("70002", "gtin")

    mapping = say(aydin, "brand", "Toros", "70001")
    assert resolved(aydin, "brand", "toros") == ("70001", "own")

    unmap_word(seller_id=aydin.id, mapping_id=mapping.id)
    assert resolved(aydin, "brand", "toros") == ("70001", "suggestion")


def test_what_a_person_said_no_listing_unlearns(aydin):
    say(aydin, "brand", "Toros", "70001")

    assert learn_words(seller_id=aydin.id, connector="trendyol", kind="brand", pairs=[("TOROS", "70002")]) == 0

    assert resolved(aydin, "brand", "Toros") == ("70001", "own")


def test_a_word_filed_in_two_places_teaches_nothing(aydin):
    pairs = [("Toros", "70001"), ("toros", "70002"), ("Pera Kahve", "70002"), ("", "70001")]

    assert learn_words(seller_id=aydin.id, connector="trendyol", kind="brand", pairs=pairs) == 1

    assert [(m.ours, m.theirs_ref, m.source) for m in Mapping.objects.system()] == [("Pera Kahve", "70002", "gtin")]


def test_learning_again_changes_nothing(aydin):
    pairs = [("Pera Kahve", "70002")]
    learn_words(seller_id=aydin.id, connector="trendyol", kind="brand", pairs=pairs)

    assert learn_words(seller_id=aydin.id, connector="trendyol", kind="brand", pairs=pairs) == 0


def test_another_sellers_word_is_not_mine(aydin, borealis):
    say(borealis, "brand", "Kehribar", "70001")

    assert resolved(aydin, "brand", "Kehribar") is None


def test_turkish_letters_and_case_do_not_part_words(aydin):
    say(aydin, "brand", "IŞIK İnci", "70001")

    assert resolved(aydin, "brand", "ışık inci") == ("70001", "own")
    assert resolved(aydin, "brand", "işik INCI") == ("70001", "own")


def test_a_category_is_known_by_its_path_before_its_last_name(aydin):
    say(aydin, "category", "Mutfak > Bardak", "801")
    say(aydin, "category", "Bardak", "561")

    assert resolved(aydin, "category", "mutfak>BARDAK") == ("801", "own")
    assert resolved(aydin, "category", "Hediye > Bardak") == ("561", "own")
    assert resolved(aydin, "category", "Bardak") == ("561", "own")


def test_a_persons_word_for_the_last_name_beats_one_learnt_for_the_path(aydin):
    learn_words(seller_id=aydin.id, connector="trendyol", kind="category", pairs=[("Mutfak > Bardak", "801")])
    assert resolved(aydin, "category", "Mutfak > Bardak") == ("801", "gtin")

    say(aydin, "category", "Bardak", "561")
    assert resolved(aydin, "category", "Mutfak > Bardak") == ("561", "own")


def test_two_categories_of_one_name_are_a_suggestion_only_with_the_same_path(aydin):
    assert resolved(aydin, "category", "Kupa") is None
    assert resolved(aydin, "category", "Hediye > Kupa") is None
    assert resolved(aydin, "category", "ev > mutfak > kupa") == ("801", "suggestion")


def test_a_mapping_to_a_word_that_has_gone_does_not_count(aydin):
    say(aydin, "brand", "Kehribar", "70002")
    left = [records.Brand(brand_ref="70001", name="Toros")]
    learn_taxa(connector="trendyol", kind="brand", scope="", words=left, is_complete=True, at=AT)

    assert resolved(aydin, "brand", "Kehribar") is None


def test_an_empty_reading_of_the_vocabulary_empties_nothing(aydin):
    learn_taxa(connector="trendyol", kind="brand", scope="", words=[], is_complete=True, at=AT)

    assert resolved(aydin, "brand", "Toros") == ("70001", "suggestion")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "colour"}, "kind"),
        ({"ours": "  "}, "ours"),
        ({"theirs_ref": "1"}, "theirs_ref"),
        ({"theirs_ref": ""}, "theirs"),
        ({"theirs_text": "Toros"}, "theirs"),
    ],
)
def test_a_mapping_that_says_nothing_is_refused_by_name(aydin, changes, field):
    facts = {"kind": "brand", "ours": "Toros", "theirs_ref": "70001"} | changes

    with pytest.raises(Invalid) as refused:
        map_word(seller_id=aydin.id, connector="trendyol", **facts)

    assert refused.value.field == field


def test_a_new_word_has_the_sellers_goods_looked_at_again(aydin, borealis):
    mine, _ = goods(aydin, 1), goods(borealis, 1)
    Dirty.objects.all().delete()

    say(aydin, "brand", "Kehribar", "70001")

    assert list(Dirty.objects.values_list("kind", "subject_id")) == [("content", mine[0].id)]


TREE = [
    records.Category(category_ref="1", name="Gıda"),
    records.Category(category_ref="2", name="Çay", parent_ref="1"),
    records.Category(category_ref="3", name="Yeşil", parent_ref="2"),
]


def of_category(ref: str, name: str) -> records.Product:
    named = records.Category(category_ref=ref, name=name)
    return records.Product(product_ref="9", kind="simple", title="Çay", categories=(named,))


def test_a_stores_category_gets_its_path_from_the_root(aydin):
    shop = store(aydin)
    products, is_unknown = with_paths(channel_id=shop.id, products=[of_category("3", "Yeşil")])
    assert (products[0].categories[0].path, is_unknown) == ("", True)

    keep_categories(seller_id=aydin.id, channel_id=shop.id, categories=TREE, at=AT)

    products, is_unknown = with_paths(channel_id=shop.id, products=[of_category("3", "Yeşil")])
    assert (products[0].categories[0].path, is_unknown) == ("Gıda > Çay > Yeşil", False)


def test_a_category_that_is_named_anew_is_asked_for_again(aydin):
    shop = store(aydin)
    keep_categories(seller_id=aydin.id, channel_id=shop.id, categories=TREE, at=AT)

    products, is_unknown = with_paths(channel_id=shop.id, products=[of_category("3", "Matcha")])

    assert (products[0].categories[0].path, is_unknown) == ("", True)


def test_the_same_tree_is_kept_once_and_a_ring_ends(aydin):
    shop = store(aydin)
    assert keep_categories(seller_id=aydin.id, channel_id=shop.id, categories=TREE, at=AT) == 3
    assert keep_categories(seller_id=aydin.id, channel_id=shop.id, categories=TREE, at=AT) == 0

    ring = [records.Category(category_ref=a, name=a, parent_ref=b) for a, b in (("x", "y"), ("y", "x"))]
    assert keep_categories(seller_id=aydin.id, channel_id=shop.id, categories=ring, at=AT) == 2
