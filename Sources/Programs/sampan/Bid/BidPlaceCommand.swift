import ArgumentParser
import BrokerAPI
import BrokerClient

/// Places a bid after a summary and a question.
struct BidPlaceCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "place",
    abstract: "Place a bid; its money is held until it is filled or ends.",
    discussion: """
      You pay the clearing price, never more than --max-price. Elastic bids (--gpus A..B) have a \
      firm base A and extras up to B.

      Examples:
        sampan bid place --nodes 2 --chip h800-80g --for 3w --near hk \\
          --start 2026-12-01..2026-12-10 --max-rtt 10ms --max-price 19.00
        sampan bid place --gpus 4..16 --chip h800-80g --for 8h \\
          --max-price market+10% --or "chip=ascend-910b,gpus=8..32"
        sampan bid place -f night.yaml --yes -o name
      """)
  static let failing = "The bid was not placed."

  @OptionGroup(title: "Shape") var shape: ShapeOptions
  @Option(
    name: .long,
    help: ArgumentHelp("The award that pays a share; it bids at its sites alone.", valueName: "id"))
  var award: String?
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let shape = try shape.shape()
    if shape.alternatives.contains(where: { $0.price == nil }) {
      throw Failure.usage(
        "no highest price is given",
        next: "Add --max-price, as in --max-price 18.40 or --max-price market+10%.")
    }
    let session = try session()
    let account = try await session.spendingAccount()
    let facts = try await session.facts(for: shape, currency: account.currency)
    var bid = try shape.resolved(facts).bid()
    bid.award = award
    bid.ifDisplaced = shape.ifDisplaced
    let windowHours =
      bid.kind == .elastic ? try await session.client.showRules().windowHours : 0
    let command = try PlannedCommand(
      .placeBid, bid,
      summary: bid.summary + Self.money(bid, account, windowHours) + (try await grant(session)),
      question: "Place this bid?")
    guard case .accepted(let accepted) = try await session.carryOut(command, change) else { return }
    if session.format == .table || session.format == .wide, let id = accepted.id {
      await Self.tellRound(id, accepted.position, session)
      session.terminal.say("Next: sampan bid show \(id) --watch")
    }
  }

  /// The most that it can cost, what is held, and of what.
  static func money(
    _ bid: Wire.PlaceBid, _ account: Wire.Account, _ windowHours: Int
  ) -> [String] {
    guard let costs = bid.costs(windowHours: windowHours) else { return [] }
    var lines = [
      "At most \(Display.money(costs.most)), of which held now:",
      "  your account \(account.account)  \(Display.money(costs.held))  "
        + "(\(Display.money(account.free)) free)",
    ]
    if costs.held.minor > account.free.minor {
      lines.append("  That is more than is free: the broker will refuse it.")
    }
    lines.append("You pay the clearing price, never more than your limit.")
    return lines
  }

  /// What the award has left for it.
  private func grant(_ session: Session) async throws -> [String] {
    guard let award else { return [] }
    let row = try await session.client.showAward(award)
    let free = WireMoney(row.left.currency, minor: max(0, row.left.minor - row.locked.minor))
    return [
      "  award \(row.award)  pays up to \(Display.percent(row.permille)) of the ask  "
        + "(\(Display.money(free)) free)",
      "Your limit is your own money, beside what the award pays.",
    ]
  }

  /// Which round looks at it first; the bid is placed whether or not that can be read.
  private static func tellRound(_ id: String, _ position: Position, _ session: Session) async {
    guard let bid = try? await session.client.showBid(id, atLeast: position),
      let round = bid.round
    else { return }
    session.terminal.say("Enters round \(round).")
  }
}
