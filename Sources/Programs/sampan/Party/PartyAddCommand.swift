import ArgumentParser
import BrokerAPI
import BrokerClient

/// Add a tenant, centre or regulator.
struct PartyAddCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a tenant, centre or regulator.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.

      Example:
        sampan party add hku-nlp --kind tenant --currency HKD --name \"A research group\"
      """)
  static let failing = "The party was not added."
  static let asks = false

  @Argument(help: "The party's id, for ever: a-z, 0-9, and . _ : - inside.")
  var party: String
  @Option(name: .long, help: "What it is in the market.")
  var kind: Wire.PartyKind
  @Option(name: .long, help: "The currency of its account.")
  var currency: Wire.CurrencyCode
  @Option(name: .long, help: "The legal name; kept out of the ledger. The id when left out.")
  var name: String?
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let body = Wire.AddParty(party: party, kind: kind, currency: currency, name: name ?? party)
    try await session().carryOut(
      PlannedCommand(
        .addParty, body,
        summary: ["Add the \(kind.rawValue) \(party) with an account in \(currency.rawValue)"]),
      change)
  }
}

extension Wire.PartyKind: ExpressibleByArgument {}
extension Wire.CurrencyCode: ExpressibleByArgument {}
