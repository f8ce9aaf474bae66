import ArgumentParser
import BrokerAPI
import BrokerClient

/// One lease.
struct LeaseShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One lease with what was delivered, used and charged.",
    discussion: """
      With --watch it stays until the site has closed the lease.

      Example:
        sampan lease show lease-77-0
      """)
  static let failing = "The lease cannot be shown."

  @Argument(help: "The lease's id.")
  var lease: String
  @Flag(name: .shortAndLong, help: "Stay, and print what changes.")
  var watch = false
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let lease = self.lease
    if watch {
      try await session.watch(
        LeaseListCommand.sheet,
        until: { $0.allSatisfy { $0.state == .closed || $0.state == .failed } },
        { [try await session.client.showLease(lease)] })
      return
    }
    try session.show(try await session.client.showLease(lease), LeaseListCommand.sheet, Self.lines)
  }

  static func lines(_ lease: Wire.Lease) -> [String] {
    var lines = [
      head(lease),
      "Shape       \(lease.shapeText) in pool \(Display.plain(lease.pool))"
        + (lease.exclusive ? ", whole nodes" : "") + "   of bid \(lease.bid)",
    ]
    if lease.steps.count > 1 {
      for step in lease.steps {
        lines.append(
          "            \(step.gpus) GPUs  \(Display.instant(step.from)) to "
            + Display.instant(step.to))
      }
    }
    if let ended = lease.endedAt { lines.append("Ended       \(Display.instant(ended))") }
    lines.append(
      "Price       \(Display.money(lease.price)) per GPU-hour, "
        + "\(Display.money(lease.total)) when all is delivered")
    lines.append(soFar(lease))
    if let proof = lease.proof { lines.append("Proof       \(Display.proof(proof))") }
    return lines
  }

  static func head(_ lease: Wire.Lease) -> String {
    let label = lease.label.map { " (\(Display.plain($0)))" } ?? ""
    return "\(lease.lease)\(label)  \(lease.site)  \(Display.instant(lease.start)) to "
      + "\(Display.instant(lease.end))  \(lease.state.rawValue)"
  }

  static func soFar(_ lease: Wire.Lease) -> String {
    "So far      delivered \(Display.gpuHours(lease.delivered)) GPU-h   "
      + "used \(Display.gpuHours(lease.used)) GPU-h   charged \(Display.money(lease.charged))"
  }
}
