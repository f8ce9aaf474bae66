enum BrokerClientStub {}
