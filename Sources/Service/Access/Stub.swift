enum AccessStub {}
