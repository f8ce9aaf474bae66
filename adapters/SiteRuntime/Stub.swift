enum SiteRuntimeStub {}
