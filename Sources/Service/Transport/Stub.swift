enum TransportStub {}
