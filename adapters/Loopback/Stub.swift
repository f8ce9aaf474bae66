enum LoopbackStub {}
