/// The plain-text accounting program that a journal is for.
package enum JournalForm: String, Sendable, CaseIterable {
  /// hledger 1.25 and later; `hledger check -s` holds.
  case hledger
  /// Beancount 2 and 3; `bean-check` holds.
  case beancount

  /// The account of the books that an account of the ledger is, seen by the platform: money at the bank
  /// is an asset, what parties have is owed to them, fees are earned, the rest is the market's own.
  /// Two accounts never have the same name.
  package func name(_ account: BookAccount) -> String {
    let (currency, owner) = (account.currency, account.owner)
    let own: (kind: String, name: String) =
      switch owner {
      case "bank": ("assets", "bank")
      case "fees": ("income", "fees")
      case "clearing": ("liabilities", "clearing")
      default: ("equity", "market:\(owner)")
      }
    switch self {
    case .hledger:
      let revenues = own.kind == "income" ? "revenues" : own.kind
      return account.isParty
        ? "liabilities:parties:\(owner):\(currency)" : "\(revenues):\(own.name):\(currency)"
    case .beancount:
      if account.isParty { return "Liabilities:Parties:\(Self.component(owner)):\(currency)" }
      let parts = own.name.split(separator: ":").map { Self.component(String($0)) }
      return "\(own.kind.prefix(1).uppercased())\(own.kind.dropFirst()):"
        + parts.joined(separator: ":") + ":\(currency)"
    }
  }

  /// An id as a part of an account's name: it begins with a capital and has neither dots nor bars.
  /// Capitals stand in no id, so no two ids become the same.
  private static func component(_ id: String) -> String {
    "N-" + id.replacing(".", with: "D").replacing("_", with: "U").replacing(":", with: "C")
  }
}

/// An account of the ledger as journals name it.
package struct BookAccount: Sendable {
  /// `<owner>:<currency>`.
  package let id: String
  package let owner: String
  /// `HKD`.
  package let currency: String
  /// Somebody's, and not the market's own.
  package let isParty: Bool

  package init(id: String, currency: String, isParty: Bool) {
    self.id = id
    self.currency = currency
    self.isParty = isParty
    owner = String(id.prefix { $0 != ":" })
  }
}
