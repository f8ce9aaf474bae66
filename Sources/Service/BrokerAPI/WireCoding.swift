import Foundation

/// JSON of values that are made of strings, integers, booleans, lists and objects.
enum WireCoding {
  /// Sorted keys: equal values, equal bytes.
  static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return [UInt8](try encoder.encode(value))
    } catch {
      preconditionFailure("a wire value must have a JSON form: \(error)")
    }
  }

  static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
