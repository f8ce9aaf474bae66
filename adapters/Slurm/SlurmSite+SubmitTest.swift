package import AdapterKit
import Foundation
import Subprocess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// One lease of the smallest size and one job inside it, all of it taken away again: what reading
// cannot prove, that the write command works and that Slurm holds the gate.
extension SlurmSite {
  /// The test's lease, and its tenant where the form of lease has accounts of tenants.
  package static let submitTestName = "submit-test"
  /// The lease ends by itself after so long, in seconds, whatever becomes of who tries it.
  private static let submitTestLasts: Int64 = 300
  /// The job has so long to end, in seconds.
  private static let submitTestPatience: Int64 = 90

  /// Tries it in one pool as a user of this machine: this process' own, or any when it is root's.
  /// Never throws; what failed is a finding, also what could not be taken away.
  package func submitTest(pool name: String, user: String) async -> [Finding] {
    var findings: [Finding] = []
    do throws(AdapterError) {
      try await trySubmitting(name, user) { findings.append($0) }
    } catch {
      findings.append(
        Finding(
          .fail, "submit test: \(error.reason)",
          remedy: "the write command's LOG and slurmctld's log say more; then try again"))
    }
    do throws(AdapterError) {
      try await takeAwaySubmitTest()
      findings.append(Finding(.ok, "submit test: nothing of it is left"))
    } catch {
      findings.append(
        Finding(
          .fail, "submit test: it is not wholly taken away: \(error.reason)",
          remedy: "try again, or run sampan-agent leave"))
    }
    return findings
  }

  private func trySubmitting(
    _ name: String, _ user: String, _ report: (Finding) -> Void
  ) async throws(AdapterError) {
    let nodes = try await read { reader async throws(SlurmError) in try await reader.nodes() }
    guard let pool = pools(in: nodes).first(where: { $0.pool.name == name }), pool.unit > 0 else {
      throw .final("pool \(name) has no nodes with GPUs; see pools: in agent.yaml")
    }
    if let standing = try await allocations().first(where: { $0.lease == Self.submitTestName }) {
      throw .again("a lease \(standing.lease) stands already; it goes now")
    }
    let now = clock.wallSeconds
    var order = AllocationOrder(
      lease: Self.submitTestName, tenant: Self.submitTestName, pool: name, chip: pool.pool.chip,
      state: .prepared, gpus: configuration.leaseAs == .reservation ? pool.unit : 1,
      start: clock.market(atSecond: now), end: clock.market(atSecond: now + Self.submitTestLasts),
      due: clock.market(atSecond: now), users: [user])
    let prepared = try await apply(order)
    report(Finding(.ok, "submit test: a lease of \(prepared.gpus) GPUs of \(name) is made"))
    if case .success(let job) = await submit(as: user, order) {
      throw .again("its gate is closed, but Slurm took job \(job) of \(user) into it")
    }
    report(Finding(.ok, "submit test: Slurm refuses a job of \(user) while the gate is closed"))
    order.state = .open
    let open = try await apply(order)
    guard open.state == .open else {
      throw .again("its gate did not open: \(open.note ?? "Slurm does not say why")")
    }
    let job: Int64
    switch await submit(as: user, order) {
    case .success(let id): job = id
    case .failure(let error): throw .again("its gate is open, but \(error.reason)")
    }
    let end = try await state(of: job)
    guard end == "COMPLETED" else {
      throw .again("job \(job) of \(user) came to \(end), not to COMPLETED")
    }
    report(Finding(.ok, "submit test: job \(job) of \(user) ran inside the lease"))
  }

  /// How a job ended; what it waits for when it did not.
  private func state(of job: Int64) async throws(AdapterError) -> String {
    var last = "nothing that the controller knows"
    let deadline = ContinuousClock.now + .seconds(Self.submitTestPatience)
    while ContinuousClock.now < deadline {
      let queue = try await read { reader async throws(SlurmError) in try await reader.queue() }
      guard let found = queue.first(where: { $0.id == job }) else { return last }
      last = found.state + (found.isPending ? " (\(found.reason))" : "")
      if !found.isPending, !found.isOnNodes { return last }
      try? await Task.sleep(for: .milliseconds(250))
    }
    return last
  }

  private func submit(
    as user: String, _ order: AllocationOrder
  ) async -> Result<Int64, AdapterError> {
    guard let pool = configuration.pools.first(where: { $0.name == order.pool }) else {
      return .failure(.final("this site has no pool \(order.pool)"))
    }
    let isReservation = configuration.leaseAs == .reservation
    let account =
      isReservation
      ? configuration.account : quotaForm.name(tenant: order.tenant, pool: order.pool)
    let words =
      [
        "--parsable", "--output=/dev/null", "--chdir=/tmp", "--time=2", "--gres=gpu:1",
        "--job-name=\(Self.submitTestName)", "--account=\(account)",
        "--partition=\(pool.partition)", "--wrap=true",
      ] + (isReservation ? ["--reservation=\(reservationForm.name(of: order.lease))"] : [])
    guard let sbatch = SlurmCommands.find("sbatch", in: configuration.commandFolder) else {
      return .failure(.final("sbatch is not installed"))
    }
    // Another user's job only root can submit; it is no job of root's.
    let own = getpwuid(geteuid()).flatMap { String(cString: $0.pointee.pw_name) } == user
    let program = own ? sbatch : "/usr/bin/setpriv"
    let who = own ? [] : ["--reuid=\(user)", "--regid=\(user)", "--init-groups", "--", sbatch]
    let run = ProgramRun(
      program: program, arguments: who + words,
      environment: SlurmCommands(configuration).environment,
      timeLimit: .seconds(configuration.timeLimitSeconds), outputLimit: 1 << 16)
    switch await run.result() {
    case .exited(0, let output, _):
      let text = String(decoding: output, as: UTF8.self).prefix { $0.isNumber }
      return Int64(text).map { .success($0) } ?? .failure(.again("sbatch said no job's number"))
    case .exited(_, _, let words):
      return .failure(.again("Slurm refused a job of \(user): \(words.last)"))
    default: return .failure(.again("sbatch as \(user) did not end or did not start"))
    }
  }

  private func takeAwaySubmitTest() async throws(AdapterError) {
    try await remove(Self.submitTestName)
    records[Self.submitTestName] = nil
    book.delete(Self.submitTestName)
    guard configuration.leaseAs != .reservation else { return }
    try await lock.hold(waiting: Self.lockPatience) { () async throws(AdapterError) in
      let made = try await self.quotas().filter { $0.tenant == Self.submitTestName }
      if made.isEmpty { return }
      try await self.trustTree()
      for quota in made {
        try await self.drop(quota)
        if self.configuration.leaseAs == .qos {
          try await self.make(ClusterChange(["drop", "qos", quota.name]))
        }
      }
    }
  }
}
