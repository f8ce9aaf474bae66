enum CommandLogStub {}
