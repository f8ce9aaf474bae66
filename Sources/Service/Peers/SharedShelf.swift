import Foundation
package import LedgerStore

/// A shelf that replicas bring each other.
package struct SharedShelf: Sendable {
  /// Which of a replica's shelves.
  package enum Name: String, Sendable, Codable {
    /// Digests of tokens and invitations: for every replica.
    case secrets
    /// The directory: for replicas of the same jurisdiction.
    case words
  }

  package var name: Name
  package var shelf: Shelf
  /// What is brought and taken.
  package var kinds: Set<String>
  /// To be told what others brought.
  package var noticed: @Sendable ([ShelfItem]) -> Void

  package init(
    name: Name, shelf: Shelf, kinds: Set<String>,
    noticed: @escaping @Sendable ([ShelfItem]) -> Void = { _ in }
  ) {
    self.name = name
    self.shelf = shelf
    self.kinds = kinds
    self.noticed = noticed
  }

  /// Takes what another replica brought.
  /// - Throws: `PeerProblem` when that is nothing that a replica brings.
  func take(_ load: PeerLoad) throws -> PeerHeard {
    guard let end = load.head.end else {
      return PeerHeard(seq: try shelf.heard(of: load.head.instance))
    }
    guard load.items.allSatisfy({ kinds.contains($0.kind) && $0.isSound }) else {
      throw PeerProblem(.unfit, "an item is of no kind that is brought, or too long")
    }
    let taken = try shelf.take(load.items, of: load.head.instance, upTo: end)
    if !taken.isEmpty { noticed(taken) }
    return PeerHeard(seq: try shelf.heard(of: load.head.instance))
  }
}

/// What one replica brings another: a head, and items, one a line.
struct PeerLoad: Sendable {
  /// From which file of which shelf, and up to which of its changes that is all; without that it is a
  /// question what the other has heard.
  struct Head: PeerMessage {
    var shelf: SharedShelf.Name
    var instance: String
    var end: Int64?
  }

  var head: Head
  var items: [ShelfItem] = []

  /// Bytes of words in one load, about.
  static let enough = 512 * 1_024
  /// That and an item more, in JSON.
  static let maximumBytes = 8 << 20
  private static let mostItems = 10_000

  init(head: Head, items: [ShelfItem] = []) {
    self.head = head
    self.items = items
  }

  /// - Throws: what is wrong with it, as a problem.
  init(lines bytes: [UInt8]) throws(PeerProblem) {
    let lines = PeerBatch.lines(bytes)
    guard let first = lines.first, let head = Head(json: first), head.instance.utf8.count <= 64,
      (head.end ?? 0) >= 0, lines.count <= Self.mostItems
    else { throw PeerProblem(.unfit, "it says not what it is, or has too many lines") }
    self.head = head
    for line in lines.dropFirst() {
      guard let item = ShelfItem(json: line) else {
        throw PeerProblem(.unfit, "a line is no item")
      }
      items.append(item)
    }
  }

  func lines() -> [UInt8] { PeerBatch.joined([head.json()] + items.map { $0.json() }) }
}

extension ShelfItem: PeerMessage {}

/// Up to which change a replica has heard a shelf of another.
struct PeerHeard: PeerMessage {
  var seq: Int64
}

/// A replica asks leave to use an invitation.
struct PeerClaim: PeerMessage {
  var digest: String
  var replica: String

  var isSound: Bool {
    digest.utf8.count == 64 && (1...200).contains(replica.utf8.count)
  }
}

/// Whether it may.
struct PeerGrant: PeerMessage {
  var granted: Bool
}

/// Words about an object, for somebody who may see them where they are asked for.
struct PeerWords: PeerMessage {
  var words: [String: String]
}
