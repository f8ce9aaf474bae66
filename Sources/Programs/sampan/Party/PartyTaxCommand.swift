import ArgumentParser
import BrokerAPI
import BrokerClient

/// How much of what a seller is paid is tax.
struct PartyTaxCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "tax",
    abstract: "Say how much of what a seller is paid is tax, from a month on.",
    discussion: """
      For the platform. Prices have the tax in them; the rule only says how documents split them, and \
      moves no money. It stands beside the ledger, with the seller's number at its tax office. A month \
      that is over keeps the rule that it had: its documents come out the same for ever.

      Example:
        sampan party tax qianhai --permille 60 --from 2026-11 --registration 91440300MA5F000000
      """)
  static let failing = "The tax rule was not kept."

  @Argument(help: "The seller: a centre, or the platform for its fees.")
  var party: String
  @Option(name: .long, help: ArgumentHelp("Tax on the net price; 60 is 6 %.", valueName: "n"))
  var permille: Int
  @Option(name: .long, help: ArgumentHelp("The first month.", valueName: "2026-11"))
  var from: String
  @Option(name: .long, help: "The seller's number at its tax office.")
  var registration: String?
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard (0...1_000).contains(permille) else {
      throw ValidationError("--permille is 0 to 1000, not \(permille)")
    }
    do { _ = try BillingMonth(parsing: from) } catch { throw ValidationError("--from: \(error)") }
  }

  func perform() async throws {
    let session = try session()
    let rules = try await session.client.setTax(
      party, Wire.SetTax(from: from, permille: permille, registration: registration))
    try session.show(rules, Self.sheet) { rules in
      rules.rules.map {
        "\(rules.party): \($0.permille) permille from \($0.from)"
          + ($0.registration.map { ", registration \($0)" } ?? "")
      }
    }
  }

  private static let sheet = Sheet<Wire.TaxRules>(
    columns: [
      Column("PARTY") { .text($0.party) },
      Column("RULES") {
        .text($0.rules.map { "\($0.from): \($0.permille)" }.joined(separator: "; "))
      },
      Column("REGISTRATION") { Cell($0.rules.last?.registration) },
    ], name: { $0.party })
}
