enum AdapterKitStub {}
