enum BrokerAPIStub {}
