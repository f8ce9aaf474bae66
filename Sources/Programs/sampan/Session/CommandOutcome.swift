import BrokerAPI
import BrokerClient

/// What the broker answered to a command.
enum CommandOutcome {
  case accepted(Wire.Accepted)
  case token(Wire.Token)
  case invitation(Wire.Invitation)

  /// What `-o json` prints; never a secret.
  func tree(secretFile: String?) throws -> JSONTree {
    switch self {
    case .accepted(let accepted): return try accepted.tree()
    case .token(let token):
      return .object([
        JSONTree.Member("principal", .string(token.principal)),
        JSONTree.Member("file", .string(secretFile ?? "")),
      ])
    case .invitation(let invitation):
      return .object([
        JSONTree.Member("site", .string(invitation.site)),
        JSONTree.Member("expiresAt", .string(invitation.expiresAt.text)),
        JSONTree.Member("file", .string(secretFile ?? "")),
      ])
    }
  }

  /// The object that it made, else the position.
  var name: String {
    switch self {
    case .accepted(let accepted): accepted.id ?? accepted.position.text
    case .token(let token): token.principal
    case .invitation(let invitation): invitation.site
    }
  }

  var secret: String? {
    switch self {
    case .accepted: nil
    case .token(let token): token.token
    case .invitation(let invitation): invitation.invitation
    }
  }

  func lines(secretFile: String?) -> [String] {
    switch self {
    case .accepted(let accepted):
      let name = accepted.id.map { "\($0)  " } ?? ""
      guard accepted.state == .proposed else {
        return ["\(name)accepted at position \(accepted.position)"]
      }
      return [
        "\(name)proposed at position \(accepted.position); in force once another person approves:",
        "  sampan approval approve \(accepted.position)",
      ]
    case .token(let token):
      return ["The token of \(token.principal) is in \(secretFile ?? "no file"), mode 0600."]
    case .invitation(let invitation):
      return [
        "The invitation of \(invitation.site) is in \(secretFile ?? "no file"), mode 0600, "
          + "until \(Display.instant(invitation.expiresAt)).",
        "Next, at the site: sampan-agent join, with that file",
      ]
    }
  }
}
