import Foundation

/// A value somewhere in Slurm's JSON. Whatever is missing, null or of another type than asked for
/// reads as absent, so that a small difference between versions of Slurm does not break a reading.
/// Newer versions wrap numbers as `{"set":true,"infinite":false,"number":5}`; that is read too.
struct JSONField {
  private let value: Any?

  private init(_ value: Any?) { self.value = value }

  /// Nil when it is no JSON. Job names may hold bytes that are no UTF-8: they are replaced first.
  init?(reading data: Data) {
    let text = Data(String(decoding: data, as: UTF8.self).utf8)
    guard let value = try? JSONSerialization.jsonObject(with: text, options: [.fragmentsAllowed])
    else { return nil }
    self.value = value
  }

  subscript(_ key: String) -> JSONField { JSONField((value as? [String: Any])?[key]) }

  /// The elements; a single value that is no list counts as one.
  var list: [JSONField] {
    switch value {
    case let many as [Any]: many.map { JSONField($0) }
    case nil, is NSNull: []
    default: [self]
    }
  }

  var isList: Bool { value is [Any] }

  /// Never nil: a missing text is empty.
  var text: String {
    switch value {
    case let text as String: text
    case let number as NSNumber: "\(number)"
    default: ""
    }
  }

  /// Nil for an empty text too.
  var textIfAny: String? { text.isEmpty ? nil : text }

  /// Texts of a list, empty ones left out; a text with commas is a list too.
  var texts: [String] {
    if let text = value as? String { return text.split(separator: ",").map { String($0) } }
    return list.map(\.text).filter { !$0.isEmpty }
  }

  /// Nil where Slurm says "no limit": null, unset, or the largest number of 32 or 64 bits.
  var number: Int64? {
    if let wrapped = value as? [String: Any] {
      guard wrapped["set"] as? Bool != false, wrapped["infinite"] as? Bool != true else {
        return nil
      }
      return JSONField(wrapped["number"]).number
    }
    guard let number = value as? NSNumber else {
      return (value as? String).flatMap { Int64($0) }
    }
    let double = number.doubleValue
    guard double.isFinite, abs(double) < 9e18 else { return nil }
    let whole = number.int64Value
    return whole == 0xFFFF_FFFF || whole == 0xFFFF_FFFE ? nil : whole
  }
}
