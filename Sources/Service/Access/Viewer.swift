package import Ledger

/// Who is asking. Every query of the ledger names one; what it may see follows from its party, site
/// and roles (security.md).
package struct Viewer: Sendable, Equatable {
  package var principal: String
  package var party: String
  /// Sorted.
  package var roles: [Role]
  /// The one site of an agent.
  package var site: String?

  package func has(_ role: Role) -> Bool { roles.contains(role) }

  /// The platform operator and regulators see all parties' orders and money.
  package var seesAll: Bool { has(.platform) || has(.regulator) }
}
