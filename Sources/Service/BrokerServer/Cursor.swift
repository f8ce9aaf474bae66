import BrokerAPI
import Foundation

/// Where a page ended: the key of its last item, opaque to the client, good for its own list only.
enum Cursor {
  static func make(_ id: OperationID, _ parts: [String]) -> String {
    let text = ([id.rawValue] + parts).joined(separator: "\n")
    return Data(text.utf8).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// The parts that `make` was given; nil when the request has no cursor.
  static func read(_ call: Call, count: Int) throws -> [String]? {
    guard let given = call.arguments.cursor else { return nil }
    let padding = String(repeating: "=", count: (4 - given.utf8.count % 4) % 4)
    let plain = given.replacing("-", with: "+").replacing("_", with: "/") + padding
    let data = Data(base64Encoded: plain) ?? Data()
    let parts = String(decoding: data, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == count + 1, parts[0] == call.route.id.rawValue,
      make(call.route.id, Array(parts.dropFirst())) == given
    else { throw malformed }
    return Array(parts.dropFirst())
  }

  static func text(_ call: Call) throws -> String? { try read(call, count: 1)?[0] }

  static func number(_ call: Call) throws -> Int64? {
    try read(call, count: 1).map { try number($0[0]) }
  }

  static func number(_ text: String) throws -> Int64 {
    guard let value = Int64(text), String(value) == text, value >= 0 else { throw malformed }
    return value
  }

  private static let malformed = Problem(
    .cursorMalformed, "The cursor was not made for this list.")
}

extension Call {
  /// A page of rows that were asked for with one more than the limit.
  func page<Row, Item: WireValue>(
    _ rows: [Row], key: (Row) -> [String], item: (Row) throws -> Item
  ) rethrows -> Answer {
    let limit = arguments.limit
    let shown = rows.prefix(limit)
    let next = rows.count > limit ? shown.last.map { Cursor.make(route.id, key($0)) } : nil
    return .page(try shown.map(item), next: next)
  }

  /// How many rows to ask for.
  var rows: Int { arguments.limit + 1 }
}
