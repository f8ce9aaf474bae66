/// Words that must be erasable: names, labels, how to get into a lease. A shelf beside the ledger, never
/// part of the log (decisions.md, 38).
package final class Directory: Sendable {
  package let shelf: Shelf

  package init(path: String, author: String = "") throws {
    shelf = try Shelf(path: path, author: author)
  }

  /// What words are about.
  package enum Kind: String, Sendable, CaseIterable {
    /// The legal name of a party; `name` is empty.
    case party
    /// The label that a tenant gave a bid; `name` is empty.
    case label
    /// How to get into a lease, by what it is called there.
    case access
    /// What a tenant or a reviewer wrote about an application or award, or where a fact comes from;
    /// `name` is empty.
    case scheme
    /// The tax rules of a seller: rates by their first month, and by `<month> registration` the
    /// seller's number at its tax office from that month on.
    case tax
    /// What a seller noted on an invoice: `number`, `fapiao`.
    case invoice
    /// What was shown in a dispute or as the reason of a correction, by its digest; `name` is empty.
    case evidence
  }

  /// Replaces all words of a kind about an object.
  package func set(_ kind: Kind, _ object: String, _ words: [String: String]) throws {
    try shelf.set(kind.rawValue, object, words)
  }

  package func words(_ kind: Kind, _ object: String) throws -> [String: String] {
    try shelf.words(kind.rawValue, object)
  }

  /// The only word of a kind about an object.
  package func word(_ kind: Kind, _ object: String) throws -> String? {
    try words(kind, object)[""]
  }
}
