/// What the people of a lease need to get in, as the broker passes it on to them.
struct AccessFacts: Sendable {
  private let configuration: SlurmConfiguration

  init(_ configuration: SlurmConfiguration) { self.configuration = configuration }

  /// Facts that are the same for everybody of the lease; `{user}` is left for each to fill.
  func facts(
    lease: String, account: String, partition: String, reservation: String?, users: [String]
  ) -> [String: String] {
    func filled(_ text: String) -> String {
      text.replacing("{lease}", with: lease).replacing("{account}", with: account)
    }
    let inside = reservation.map { " --reservation=\($0)" } ?? ""
    var facts = [
      "submit": "sbatch --account=\(account) --partition=\(partition)\(inside) job.sh"
    ]
    if let login = configuration.access.login {
      facts["login"] =
        users.count == 1
        ? "ssh \(users[0])@\(filled(login))"
        : "ssh \(filled(login))" + (users.isEmpty ? "" : " as \(users.joined(separator: " or "))")
    }
    if let scratch = configuration.access.scratch {
      let size = configuration.access.scratchSize.map { " \($0)" } ?? ""
      let hours = configuration.access.scratchKeptSeconds / 3_600
      facts["storage"] =
        filled(scratch) + size + (hours > 0 ? ", kept \(hours) h after the end" : "")
    }
    let signal = configuration.jobSignal
    let notice =
      signal.beforeSeconds < 120
      ? "\(signal.beforeSeconds) s" : "\(signal.beforeSeconds / 60) min"
    facts["end"] = "SIG\(signal.name) \(notice) before"
    return facts
  }
}
