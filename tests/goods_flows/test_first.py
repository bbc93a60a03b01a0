def test_goods_go_live(live):
    assert live.stock_there("CAY-1") == 40
