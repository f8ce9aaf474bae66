enum TransparencyStub {}
