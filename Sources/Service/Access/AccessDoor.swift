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
  case fileTooOpen(path: String)
  case badFile(path: String, what: String)

  package var description: String {
    switch self {
    case .unknownPrincipal(let id): "no principal is named \(id); sampan party list shows them"
    case .unknownSite(let id): "no site is named \(id); sampan site list shows them"
    case .badInvitation:
      "the invitation is not known, was used, or is older than seven days; ask for a new one"
    case .fileTooOpen(let path):
      "\(path) can be read by others; run: chmod 600 \(path)"
    case .badFile(let path, let what): "\(path): \(what)"
    }
  }
}

/// The one door: turns a secret into a viewer. Secrets are kept as SHA-256 digests in a file that only
/// its owner reads; the ledger says what the principal may do.
package final class AccessDoor: Sendable {
  /// How long an invitation may be used; ms.
  package static let invitationLife: Int64 = 7 * 86_400_000

  private let path: String
  private let store: LedgerStore
  private let secrets: Mutex<Secrets>

  private struct Secrets: Codable {
    var tokens: [String: String] = [:]
    var invitations: [String: Invitation] = [:]
  }

  private struct Invitation: Codable {
    var site: String
    var expires: Int64
  }

  /// - Parameter path: of the file of digests; made when it does not exist, refused when others can
  ///   read it.
  package init(path: String, store: LedgerStore) throws {
    self.path = path
    self.store = store
    guard FileManager.default.fileExists(atPath: path) else {
      secrets = Mutex(Secrets())
      try Self.write(Secrets(), path)
      return
    }
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    guard let mode, mode & 0o077 == 0 else { throw AccessError.fileTooOpen(path: path) }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      secrets = Mutex(try JSONDecoder().decode(Secrets.self, from: data))
    } catch {
      throw AccessError.badFile(path: path, what: "it is not a file of digests (\(error))")
    }
  }

  /// Who holds this token; nil when nobody does.
  package func viewer(bearer token: String) throws -> Viewer? {
    guard token.utf8.count <= 512 else { return nil }
    let digest = Self.digest(token)
    guard let principal = secrets.withLock({ $0.tokens[digest] }) else { return nil }
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
    try change { $0.tokens[Self.digest(token)] = principal }
    return token
  }

  /// Makes the one-time secret with which the agent of a site enrols.
  package func invite(site: String, now: Int64) throws -> String {
    guard try store.agent(of: site) != nil else { throw AccessError.unknownSite(site) }
    let secret = Self.secret("invite")
    try change {
      $0.invitations[Self.digest(secret)] = Invitation(
        site: site, expires: now + Self.invitationLife)
    }
    return secret
  }

  /// Turns an invitation into a token for the site's agent; works once.
  package func enrol(
    invitation: String, now: Int64
  ) throws -> (site: String, principal: String, token: String) {
    let digest = Self.digest(invitation)
    let token = Self.secret("sampan")
    var site = ""
    var agent = ""
    try change { secrets in
      guard let known = secrets.invitations.removeValue(forKey: digest), known.expires > now,
        let principal = try store.agent(of: known.site)
      else { throw AccessError.badInvitation }
      site = known.site
      agent = principal
      secrets.tokens[Self.digest(token)] = principal
    }
    return (site, agent, token)
  }

  private func change(_ body: (inout Secrets) throws -> Void) throws {
    try secrets.withLock { secrets in
      var next = secrets
      try body(&next)
      try Self.write(next, path)
      secrets = next
    }
  }

  private static func write(_ secrets: Secrets, _ path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let part = path + ".part"
    try? FileManager.default.removeItem(atPath: part)
    guard
      FileManager.default.createFile(
        atPath: part, contents: try encoder.encode(secrets),
        attributes: [.posixPermissions: 0o600])
    else { throw AccessError.badFile(path: path, what: "it cannot be written") }
    // A token is shown once: it must not be lost with the power.
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: part))
    try file.synchronize()
    try file.close()
    guard rename(part, path) == 0 else {
      throw AccessError.badFile(path: path, what: "it cannot be replaced")
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
