import BrokerAPI

/// What is asked for, as it stands in the first line of a request: path and query, decoded from their
/// percent form.
struct Target {
  var segments: [String]
  var query: [(name: String, value: String)]

  /// Nil for anything but a path of this server.
  init?(_ text: String) {
    guard text.hasPrefix("/"), text.utf8.count <= 8_192 else { return nil }
    let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    segments = halves[0].split(separator: "/", omittingEmptySubsequences: false).map(Self.decoded)
    // The number of a tile has slashes of its own (C2SP tlog-tiles).
    if segments.starts(with: ["", "v1", "tlog", "tile"]) {
      let own = segments.dropFirst(4).first == "entries" ? 5 : 4
      if segments.count > own {
        segments = segments.prefix(own) + [segments.dropFirst(own).joined(separator: "/")]
      }
    }
    query = []
    guard halves.count > 1, !halves[1].isEmpty else { return }
    for pair in halves[1].split(separator: "&", omittingEmptySubsequences: false) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query.append((Self.decoded(parts[0]), parts.count > 1 ? Self.decoded(parts[1]) : ""))
    }
  }

  /// What is no percent triple stays as it is and fits no form later.
  private static func decoded(_ text: Substring) -> String {
    guard text.utf8.contains(0x25) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == 0x25, let high = digit(rest.first), let low = digit(rest.dropFirst().first)
      else {
        bytes.append(byte)
        continue
      }
      bytes.append(high << 4 | low)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8?) -> UInt8? {
    switch byte {
    case .some(let byte) where (0x30...0x39).contains(byte): byte - 0x30
    case .some(let byte) where (0x41...0x46).contains(byte): byte - 0x37
    case .some(let byte) where (0x61...0x66).contains(byte): byte - 0x57
    default: nil
    }
  }
}

/// Finds the route of a request.
enum RouteTable {
  /// What came of looking.
  enum Match {
    case route(Route, path: [(name: String, value: String)])
    /// The path is there, the method is not.
    case otherMethods([String])
    case nothing
  }

  private static let patterns = Route.all.map { (route: $0, parts: parts($0.path)) }

  static func match(_ method: String, _ target: Target) -> Match {
    var methods: [String] = []
    for (route, parts) in patterns {
      guard let values = fit(target.segments, parts) else { continue }
      if route.method.rawValue == method { return .route(route, path: values) }
      methods.append(route.method.rawValue)
    }
    return methods.isEmpty ? .nothing : .otherMethods(methods)
  }

  /// Whether one request could fit both paths.
  static func collide(_ one: String, _ other: String) -> Bool {
    let (left, right) = (parts(one), parts(other))
    return left.count == right.count
      && zip(left, right).allSatisfy { $0 == $1 || $0.hasPrefix("{") || $1.hasPrefix("{") }
  }

  private static func parts(_ path: String) -> [String] {
    path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
  }

  private static func fit(
    _ segments: [String], _ parts: [String]
  ) -> [(name: String, value: String)]? {
    guard segments.count == parts.count else { return nil }
    var values: [(name: String, value: String)] = []
    for (segment, part) in zip(segments, parts) {
      if part.hasPrefix("{"), !segment.isEmpty {
        values.append((String(part.dropFirst().dropLast()), segment))
      } else if segment != part {
        return nil
      }
    }
    return values
  }
}
