import AdapterKit
import ArgumentParser
import Foundation
import SiteRuntime
import Slurm

/// `sampan-agent check --submit-test`: one job inside one lease, for real. Whatever forbids it is
/// said before the cluster is asked anything.
struct SubmitTrial {
  private let site: SlurmSite
  private let pool: String
  private let user: String

  init(_ check: Check, _ agent: AgentSettings, _ clock: SharedClock) throws {
    guard let site = try agent.slurmSite(clock) else {
      throw Failure(
        description: "--submit-test is for adapter: slurm; others are tried by sampan-agent conform"
      )
    }
    guard agent.mode != .observe || check.writeAnyway else {
      throw Failure(
        description: "mode: observe says that nothing is written here, and --submit-test writes: it"
          + " makes one lease and removes it. To try it all the same: --write-anyway")
    }
    guard !Spool.isHeld(directory: agent.spool) else {
      throw Failure(
        description: "the agent of \(agent.site) is running and would take the test's lease away;"
          + " stop it first")
    }
    let pools = agent.terms.pools.map(\.pool)
    guard let pool = check.pool ?? pools.first, pools.contains(pool) else {
      throw Failure(
        description: "there is no pool \(check.pool ?? ""); there are: "
          + pools.joined(separator: ", "))
    }
    let own = NSUserName()
    let user = check.user ?? own
    guard user == own || geteuid() == 0 else {
      throw Failure(description: "only root can submit a job of \(user); you are \(own)")
    }
    guard user != "root" else {
      throw Failure(
        description:
          "root is no tenant: name a user of the cluster, --user NAME, who may use leases")
    }
    let question =
      "Make a lease of the smallest size in \(pool), run one job of \(user) inside it and take both"
      + " away?"
    if !check.yes {
      guard isatty(STDIN_FILENO) == 1 else {
        throw Failure(description: "\(question) Nobody is here to be asked: say so with --yes")
      }
      print(question + " [y/N] ", terminator: "")
      guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else {
        print("Nothing was changed.")
        throw ExitCode(1)
      }
    }
    self.site = site
    self.pool = pool
    self.user = user
  }

  func run() async -> [Finding] { await site.submitTest(pool: pool, user: user) }
}
