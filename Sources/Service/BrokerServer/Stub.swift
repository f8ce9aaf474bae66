enum BrokerServerStub {}
