import ArgumentParser
import BrokerAPI
import BrokerClient

/// A centre will not deliver a lease.
struct LeaseAbandonCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "abandon",
    abstract: "Say for good that a site will not deliver a lease.",
    discussion: """
      For its centre. It is a breach: the lease is placed at another site if there is room, and the \
      centre pays what that costs more than before; what stays undelivered costs it damages, which \
      are due 48 hours after. In those hours two platform persons can declare that nobody is at fault: \
      sampan offer reclaim --lost. Where nothing was delivered yet, all of the lease is given up; \
      otherwise what is left after the next quarter hour. Its GPUs are not sold anew for that time.

      The site's agent says the same by itself for a trade that was declined, or that nobody approved \
      in time (approveAbove). To take capacity back without naming a lease: sampan offer reclaim.

      Example:
        sampan lease abandon lease-77-0
      """)
  static let failing = "The lease was not given up."

  @Argument(help: "The lease's id.")
  var lease: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let held = try await session.client.showLease(lease)
    let permille = try await session.client.showRules().damagesPermille
    try await session.carryOut(
      PlannedCommand(
        .abandonLease, path: [lease], Wire.Nothing(),
        summary: [
          "Give up \(lease): \(held.shapeText) at \(held.site), sold to \(held.tenant) until "
            + Display.instant(held.end),
          "  delivered so far \(Display.gpuHours(held.delivered)) GPU-h, sold for "
            + "\(Display.money(held.total)) in all",
          "  It cannot be taken back. What is not placed elsewhere costs its centre \(permille) "
            + "permille of its price in damages.",
        ], question: "Give this lease up?"), change)
  }
}
