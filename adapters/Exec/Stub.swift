enum ExecStub {}
