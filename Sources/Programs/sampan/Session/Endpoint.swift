import BrokerAPI

/// Which broker is asked, and with whose token.
struct Endpoint: Equatable, Sendable {
  let broker: String
  let tokenFile: String?
  /// The context that it came from, when one did.
  let context: String?

  /// Flags, then variables, then the context. A context named by a flag is stronger than variables.
  static func resolve(
    _ flags: ConnectionOptions, _ around: Surroundings, _ file: ContextFile
  ) throws -> Endpoint {
    let wanted = flags.context ?? around.variable("SAMPAN_CONTEXT") ?? file.current
    var context: ContextFile.Context?
    if let wanted {
      context = file.contexts[wanted]
      guard context != nil || (flags.context == nil && flags.broker != nil) else {
        let near = Spelling.nearest(to: wanted, among: file.contexts.keys.sorted())
        throw Failure.usage(
          "there is no context \(wanted)" + (near.map { "; did you mean \($0)?" } ?? ""),
          code: "no_context", next: "See `sampan context list`, or make it: `sampan context add`.")
      }
    }
    let named = flags.context == nil ? nil : context
    let broker =
      flags.broker ?? named?.broker ?? around.variable("SAMPAN_BROKER") ?? context?.broker
    guard let broker else {
      throw Failure.usage(
        "no broker is named", code: "no_broker",
        next: "Give --broker URL, or once: sampan context add NAME --broker URL --token-file FILE")
    }
    let token =
      flags.tokenFile ?? named?.tokenFile ?? around.variable("SAMPAN_TOKEN_FILE")
      ?? context?.tokenFile
    try check(broker)
    return Endpoint(
      broker: broker, tokenFile: token.map(around.absolute), context: context == nil ? nil : wanted)
  }

  /// A token goes in clear to this machine only.
  static func check(_ broker: String) throws {
    if broker.hasPrefix("https://"), broker.count > 8 { return }
    guard broker.hasPrefix("http://") else {
      throw Failure.usage(
        "\(broker) is no address of a broker", code: "broker_url",
        next: "Write it as http://127.0.0.1:7440 or https://broker.example.org.")
    }
    let authority = broker.dropFirst(7).prefix { $0 != "/" }
    let host =
      authority.hasPrefix("[")
      ? String(authority.prefix { $0 != "]" }) + "]" : String(authority.prefix { $0 != ":" })
    guard host == "localhost" || host == "[::1]" || isLoopback(host) else {
      throw Failure.usage(
        "\(broker) would carry the token in clear over the network", code: "broker_url",
        next: "Use https, or a tunnel that ends on this machine.")
    }
  }

  private static func isLoopback(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
