import Foundation
import Testing

@testable import Slurm

@Suite("What slurmctld says of an account")
struct StandingGateTests {
  private static let text = """
    Current Association Manager state

    Association Records

    ClusterName=test Account=sampan-hku.h800 UserName= Partition= Priority=0 ID=6
        SharesRaw/Norm/Level/Factor=1/0.33/3/0.00
        ParentAccount=root(1) Lft=2 DefAssoc=No
        GrpSubmitJobs=N(3) GrpWall=N(0.00)
        GrpTRES=cpu=13(8),mem=N(0),gres/gpu=16(8),gres/gpu:a100=N(0),gres/gpu:h800=2(0)
        MaxJobs= MaxJobsAccrue= MaxSubmitJobs= MaxWallPJ=
    ClusterName=test Account=sampan-hku.h800 UserName=tenant1(995) Partition=lent Priority=0 ID=7
        GrpSubmitJobs=N(0) GrpWall=N(0.00)
        GrpTRES=cpu=N(0),mem=N(0),gres/gpu=N(0)
        MaxJobs= MaxJobsAccrue= MaxSubmitJobs= MaxWallPJ=
    ClusterName=test Account=sampan-hku.h800 UserName=tenant2(994) Partition=lent Priority=0 ID=8
        GrpTRES=cpu=N(0),mem=N(0),gres/gpu=N(0)
        MaxJobs= MaxJobsAccrue= MaxSubmitJobs=0(0) MaxWallPJ=

    QOS Records

    QOS=sampan-hku.h800(3)
        GrpJobs=N(0) GrpJobsAccrue=N(0) GrpSubmitJobs=0(0) GrpWall=N(0.00)
        GrpTRES=cpu=0(0),mem=N(0),gres/gpu=0(0),gres/gpu:a100=N(0)
        Account Limits
          sampan-hku.h800
            MaxJobsPA=N(0) MaxSubmitJobsPA=N(0)
    """

  private func read(_ text: String, isQOS: Bool = false) -> StandingGate? {
    StandingGate(reading: Data(text.utf8), account: "sampan-hku.h800", isQOS: isQOS)
  }

  private func quota(_ limit: Int64?, _ admits: Bool) -> StandingQuota {
    StandingQuota(
      name: "sampan-hku.h800", tenant: "hku", pool: "h800", record: nil, limit: limit,
      admits: admits, users: ["tenant1": true, "tenant2": false])
  }

  @Test("limits and people are those that slurmdbd was told, and a change of any one is seen")
  func reads() {
    #expect(read(Self.text) == StandingGate(quota(16, true)))
    #expect(read(Self.text, isQOS: true) == StandingGate(quota(0, false)))
    for (old, new) in [
      ("gres/gpu=16", "gres/gpu=8"), ("gres/gpu=16", "gres/gpu=N"),
      ("GrpSubmitJobs=N(3)", "GrpSubmitJobs=0(3)"), ("MaxSubmitJobs=0(0)", "MaxSubmitJobs="),
      ("tenant2", "tenant3"),
    ] {
      let text = Self.text.replacingOccurrences(of: old, with: new)
      #expect(read(text) != StandingGate(quota(16, true)), "\(old) is now \(new)")
    }
  }

  @Test("an account or QOS that slurmctld does not show is not there")
  func absent() {
    let noQOS = Self.text.components(separatedBy: "QOS Records")[0]
    #expect(read(noQOS) != nil && read(noQOS, isQOS: true) == nil)
    let others = Self.text.replacingOccurrences(
      of: "Account=sampan-hku", with: "Account=sampan-cuhk")
    #expect(read(others) == nil && read(others, isQOS: true) == nil && read("") == nil)
  }
}
