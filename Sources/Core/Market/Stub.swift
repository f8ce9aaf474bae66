enum MarketStub {}
