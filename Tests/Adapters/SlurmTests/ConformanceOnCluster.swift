import AdapterKit
import Slurm
import Testing

extension OnARealCluster {
  @Suite(.serialized) struct ConformanceOnCluster {
    @Test(
      "every form of lease keeps every rule of an adapter",
      arguments: [
        SlurmConfiguration.LeaseForm.reservation, .account, .qos,
      ])
    func conforms(_ form: SlurmConfiguration.LeaseForm) async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site(cluster.configuration(form))
      let results = await Conformance.run(
        site,
        clock: ConformanceClock(
          now: LeaseCluster.clock.now,
          pass: { try? await Task.sleep(for: .milliseconds($0)) }), pool: "h800",
        users: ["tenant1"])
      #expect(results.filter { !$0.passed }.map { "\($0.name): \($0.detail)" } == [])
      #expect(results.count > 25)
      try await cluster.sweep()
    }
  }
}
