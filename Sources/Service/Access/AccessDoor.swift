import Crypto
import Foundation
import Ledger
package import LedgerStore
import Synchronization

/// Why somebody is not let in or a secret is not made.
package enum AccessError: Error, CustomStringConvertible, Sendable {
  case unknownPrincipal(String)
  case unknownSite(String)
  /// The invitation is not known, was used, or is too old.
  case badInvitation

  package var description: String {
    switch self {
    case .unknownPrincipal(let id): "no principal is named \(id); sampan party list shows them"
    case .unknownSite(let id): "no site is named \(id); sampan site list shows them"
    case .badInvitation:
      "the invitation is not known, was used, or is older than seven days; ask for a new one"
    }
  }
}

/// The one door: turns a secret into a viewer. Secrets are kept as SHA-256 digests on a shelf that only
/// its owner reads; the ledger says what the principal may do.
package final class AccessDoor: Sendable {
  /// How long an invitation may be used; ms.
  package static let invitationLife: Int64 = 7 * 86_400_000

  /// Digests, for the other replicas too: the objects of these kinds.
  package let shelf: Shelf
  private let store: LedgerStore
  /// Principals by the digests of their tokens: asked at each request.
  private let holders: Mutex<[String: String]>
  /// One invitation at a time.
  private let using = Mutex(())

  /// What digests are of.
  package enum Kind: String, Sendable, CaseIterable {
    /// A token: whose it is.
    case token
    /// An invitation: for which site, until when. Used, it has no words any more.
    case invitation
    /// An invitation that a replica was given leave to use: which. Each replica keeps its own.
    case claim

    /// What other replicas are brought.
    package static let shared: Set<String> = [token.rawValue, invitation.rawValue]
  }

  /// - Parameters:
  ///   - path: of the file of digests; made when it does not exist, refused when others can read it.
  ///   - author: the name of this replica.
  package init(path: String, store: LedgerStore, author: String = "") throws {
    self.store = store
    let isNew = !FileManager.default.fileExists(atPath: path)
    shelf = try Shelf(path: path, author: author)
    if isNew { try Self.takeOver(besides: path, shelf) }
    holders = Mutex(
      try shelf.all(Kind.token.rawValue).compactMapValues { $0[Word.principal] })
  }

  private enum Word {
    static let principal = "principal"
    static let site = "site"
    static let expires = "expires"
    static let replica = "replica"
  }

  /// Takes over the digests of an earlier release, which kept them in `tokens.json`.
  private static func takeOver(besides path: String, _ shelf: Shelf) throws {
    struct Secrets: Decodable {
      struct Invitation: Decodable {
        var site: String
        var expires: Int64
      }
      var tokens: [String: String]
      var invitations: [String: Invitation]
    }
    let old = (path as NSString).deletingLastPathComponent + "/tokens.json"
    guard let data = FileManager.default.contents(atPath: old) else { return }
    guard let known = try? JSONDecoder().decode(Secrets.self, from: data) else {
      throw ShelfError.damaged(path: old, what: "it is not a file of digests")
    }
    for (digest, principal) in known.tokens {
      try shelf.set(Kind.token.rawValue, digest, [Word.principal: principal])
    }
    for (digest, invitation) in known.invitations {
      try shelf.set(
        Kind.invitation.rawValue, digest,
        [Word.site: invitation.site, Word.expires: String(invitation.expires)])
    }
    try FileManager.default.removeItem(atPath: old)
  }

  /// Who holds this token; nil when nobody does.
  package func viewer(bearer token: String) throws -> Viewer? {
    guard token.utf8.count <= 512 else { return nil }
    let digest = Self.digest(token)
    guard let principal = holders.withLock({ $0[digest] }) else { return nil }
    return try viewer(principal: principal)
  }

  /// What the ledger says of a principal.
  package func viewer(principal: String) throws -> Viewer? {
    guard let row = try store.principal(principal) else { return nil }
    return Viewer(
      principal: row.id, party: row.party, roles: row.roles, site: row.site)
  }

  /// Makes a token for a principal of the ledger. It is returned once and kept only as a digest.
  package func makeToken(principal: String) throws -> String {
    guard try store.principal(principal) != nil else {
      throw AccessError.unknownPrincipal(principal)
    }
    let token = Self.secret("sampan")
    try keep(token, of: principal)
    return token
  }

  private func keep(_ token: String, of principal: String) throws {
    let digest = Self.digest(token)
    try shelf.set(Kind.token.rawValue, digest, [Word.principal: principal])
    holders.withLock { $0[digest] = principal }
  }

  /// Makes the one-time secret with which the agent of a site enrols.
  package func invite(site: String, now: Int64) throws -> String {
    guard try store.agent(of: site) != nil else { throw AccessError.unknownSite(site) }
    let secret = Self.secret("invite")
    try shelf.set(
      Kind.invitation.rawValue, Self.digest(secret),
      [Word.site: site, Word.expires: String(now + Self.invitationLife)])
    return secret
  }

  /// Turns an invitation into a token for the site's agent; works once.
  package func enrol(
    invitation: String, now: Int64
  ) throws -> (site: String, principal: String, token: String) {
    try using.withLock { _ in
      guard let site = try site(of: invitation, now: now),
        let agent = try store.agent(of: site)
      else { throw AccessError.badInvitation }
      let token = Self.secret("sampan")
      try shelf.set(Kind.invitation.rawValue, Self.digest(invitation), [:])
      try keep(token, of: agent)
      return (site, agent, token)
    }
  }

  /// For which site an invitation is good; nil when it is not.
  private func site(of invitation: String, now: Int64) throws -> String? {
    let words = try shelf.words(Kind.invitation.rawValue, Self.digest(invitation))
    guard let site = words[Word.site], let end = words[Word.expires].flatMap({ Int64($0) }),
      end > now
    else { return nil }
    return site
  }

  // MARK: Several replicas

  /// The digest under which the replicas agree who may use an invitation; nil when it is good for
  /// nothing.
  package func claimable(_ invitation: String, now: Int64) throws -> String? {
    try site(of: invitation, now: now) == nil ? nil : Self.digest(invitation)
  }

  /// Gives a replica leave to use an invitation: the first that asks, and that one again. Whoever has the
  /// leave of most replicas is the only one.
  /// - Parameter digest: of the invitation, which need not have come here yet.
  package func claim(_ digest: String, by replica: String) throws -> Bool {
    try using.withLock { _ in
      if let holder = try shelf.words(Kind.claim.rawValue, digest)[Word.replica] {
        return holder == replica
      }
      let words = try shelf.words(Kind.invitation.rawValue, digest)
      let wasUsed = try words.isEmpty && shelf.knows(Kind.invitation.rawValue, digest)
      guard !wasUsed else { return false }
      try shelf.set(Kind.claim.rawValue, digest, [Word.replica: replica])
      return true
    }
  }

  /// To be told what other replicas brought to the shelf.
  package func noticed(_ items: [ShelfItem]) {
    holders.withLock { holders in
      for item in items where item.kind == Kind.token.rawValue {
        holders[item.object] = item.words[Word.principal]
      }
    }
  }

  private static func digest(_ secret: String) -> String {
    SHA256Hasher.hex(Array(secret.utf8))
  }

  /// 256 random bits, with a prefix that tells what it is for.
  private static func secret(_ prefix: String) -> String {
    let key = SymmetricKey(size: .bits256)
    return prefix + "_" + key.withUnsafeBytes { SHA256Hasher.hex(Array($0)) }
  }
}
