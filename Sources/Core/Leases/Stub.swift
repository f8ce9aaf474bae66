enum LeasesStub {}
