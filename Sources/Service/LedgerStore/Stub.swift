enum LedgerStoreStub {}
