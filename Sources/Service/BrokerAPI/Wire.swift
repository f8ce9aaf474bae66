/// The nouns of the API as they travel: `Wire.Bid` is JSON, the market's `Bid` is the ledger's.
/// This module knows no rule of the market; it knows which bytes are a request, and what an answer
/// is.
package enum Wire {}

/// A value with one JSON form, which its schema describes. A test holds the two together.
package protocol WireValue: Codable, Sendable, Equatable {
  static var schema: Schema { get }
}

/// What a client may send. `contradictions` finds what no schema can say: members that are right by
/// themselves and wrong together. It is asked only of bodies that fit their schema.
package protocol RequestBody: WireValue {
  func contradictions() -> [Fault]
}

extension RequestBody {
  package func contradictions() -> [Fault] { [] }
}

extension WireValue {
  /// The value as JSON with sorted keys: equal values, equal bytes.
  package func json() -> [UInt8] { WireCoding.encode(self) }

  /// Reads an answer. Members that this version does not know are skipped, so that a client goes on
  /// working when the broker learns to say more.
  package init(json bytes: [UInt8]) throws {
    self = try WireCoding.decode(Self.self, bytes)
  }
}

extension RequestBody {
  /// Reads a request: strict JSON, then the schema, then contradictions. What is thrown names every
  /// fault that was found and is ready to be sent.
  package static func read(_ bytes: [UInt8]) throws(Problem) -> Self {
    let tree: JSONTree
    do {
      tree = try StrictJSON.parse(bytes)
    } catch {
      throw Problem(error)
    }
    let misfits = schema.faults(of: tree)
    guard misfits.isEmpty else { throw Problem(misfits) }
    let body: Self
    do {
      body = try Self(json: bytes)
    } catch {
      throw Problem([Fault(.format, at: "", "the body does not read as \(Self.self): \(error)")])
    }
    let contradictions = body.contradictions()
    guard contradictions.isEmpty else { throw Problem(contradictions) }
    return body
  }
}

/// One thing that is wrong with a request: where, of which kind, and what to do about it.
package struct Fault: Error, Sendable, Equatable, Codable {
  /// The closed list of kinds; the raw value is the problem's `code`.
  package enum Kind: String, Sendable, Codable, CaseIterable {
    case unknown = "member_unknown"
    case missing = "member_missing"
    case type = "member_type"
    case range = "member_range"
    case format = "member_format"
    case contradiction = "member_contradiction"
  }

  package var code: Kind
  /// RFC 6901, from the root of the body; for a query or path parameter, its name.
  package var pointer: String
  package var detail: String

  package init(_ code: Kind, at pointer: String, _ detail: String) {
    self.code = code
    self.pointer = pointer
    self.detail = detail
  }
}
