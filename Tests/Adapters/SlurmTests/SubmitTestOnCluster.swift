import AdapterKit
import Foundation
import Slurm
import Testing

extension OnARealCluster {
  @Suite("A job tried before anything is sold", .serialized) struct SubmitTest {
    @Test(
      "one job runs inside one lease, and nothing of either is left",
      arguments: [SlurmConfiguration.LeaseForm.reservation, .account, .qos])
    func sound(_ form: SlurmConfiguration.LeaseForm) async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site(cluster.configuration(form))
      let findings = await site.submitTest(pool: "h800", user: "tenant1")
      #expect(findings.allSatisfy { $0.level == .ok }, "\(findings)")
      let words = findings.map(\.text).joined(separator: "\n")
      for step in ["is made", "while the gate is closed", "ran inside", "nothing of it is left"] {
        #expect(words.contains(step), "\(step): \(words)")
      }
      #expect(try await site.remains() == [])
      #expect(try await site.usage(cluster.order("x").span) == [])
    }

    @Test("a user who may not submit is a finding that says so, and nothing is left")
    func stranger() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site()
      let findings = await site.submitTest(pool: "h800", user: "sampan-agent")
      let fault = try #require(findings.first { $0.level == .fail })
      #expect(fault.text.contains("sampan-agent") && fault.remedy != nil, "\(fault)")
      #expect(findings.last?.level == .ok, "\(findings)")
      #expect(try await site.remains() == [])
    }
  }
}

extension AllocationOrder {
  fileprivate var span: Interval { Interval(from: start, to: start + 1_000) }
}
