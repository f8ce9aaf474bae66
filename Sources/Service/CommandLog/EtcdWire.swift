import Foundation

/// What of etcd's JSON gateway the log uses (`/v3`, etcd 3.4 and later). Keys and values are base64,
/// 64-bit numbers are strings, and fields that are zero are left out of answers. A field that etcd does
/// not know it ignores without a word, so every field here has a test against a real etcd.
enum Etcd {
  /// A key's place among others, in words of the gateway.
  enum Target: String, Encodable { case create = "CREATE", value = "VALUE" }

  struct Compare: Encodable, Sendable {
    var key: Data
    var target: Target
    var result = "EQUAL"
    var createRevision: Text?
    var value: Data?

    enum CodingKeys: String, CodingKey {
      case key, target, result, value
      case createRevision = "create_revision"
    }

    /// The key was made by this revision; 0: there is none.
    static func made(_ key: String, by revision: Int64) -> Compare {
      Compare(key: Data(key.utf8), target: .create, createRevision: Text(revision))
    }

    static func holds(_ key: String, _ value: String) -> Compare {
      Compare(key: Data(key.utf8), target: .value, value: Data(value.utf8))
    }
  }

  struct Range: Encodable, Sendable {
    var key: Data
    var rangeEnd: Data?
    var limit: Text?
    var sortOrder: String?
    var sortTarget: String?
    var keysOnly: Bool?

    enum CodingKeys: String, CodingKey {
      case key, limit
      case rangeEnd = "range_end"
      case sortOrder = "sort_order"
      case sortTarget = "sort_target"
      case keysOnly = "keys_only"
    }

    static func one(_ key: String) -> Range { Range(key: Data(key.utf8)) }

    /// From a key to before another, ascending.
    static func from(_ key: String, to end: String, limit: Int, keysOnly: Bool? = nil) -> Range {
      Range(
        key: Data(key.utf8), rangeEnd: Data(end.utf8), limit: Text(Int64(limit)),
        sortOrder: "ASCEND", sortTarget: "KEY", keysOnly: keysOnly)
    }

    /// The last key before another.
    static func last(from key: String, before end: String, keysOnly: Bool? = nil) -> Range {
      Range(
        key: Data(key.utf8), rangeEnd: Data(end.utf8), limit: Text(1), sortOrder: "DESCEND",
        sortTarget: "KEY", keysOnly: keysOnly)
    }
  }

  struct Put: Encodable, Sendable {
    var key: Data
    var value: Data
    var lease: Text?
  }

  struct DeleteRange: Encodable, Sendable {
    var key: Data
    var rangeEnd: Data?

    enum CodingKeys: String, CodingKey {
      case key
      case rangeEnd = "range_end"
    }
  }

  /// One operation of a transaction.
  enum Operation: Encodable, Sendable {
    case range(Range)
    case put(Put)
    case delete(DeleteRange)

    enum CodingKeys: String, CodingKey {
      case range = "request_range"
      case put = "request_put"
      case delete = "request_delete_range"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      switch self {
      case .range(let range): try container.encode(range, forKey: .range)
      case .put(let put): try container.encode(put, forKey: .put)
      case .delete(let delete): try container.encode(delete, forKey: .delete)
      }
    }

    static func put(_ key: String, _ value: [UInt8], lease: Int64? = nil) -> Operation {
      .put(Put(key: Data(key.utf8), value: Data(value), lease: lease.map { Text($0) }))
    }
  }

  /// All comparisons hold: what is in `success` is done, all or none; otherwise what is in `failure`. One
  /// that only reads sees everything that was answered before it was asked.
  struct Transaction: Encodable, Sendable {
    var compare: [Compare] = []
    var success: [Operation]
    var failure: [Operation] = []
  }

  struct LeaseGrant: Encodable, Sendable {
    var seconds: Text
    enum CodingKeys: String, CodingKey { case seconds = "TTL" }
  }

  /// Of `lease/keepalive` and `lease/revoke`.
  struct LeaseID: Encodable, Sendable {
    var id: Text
    enum CodingKeys: String, CodingKey { case id = "ID" }
  }

  struct Watch: Encodable, Sendable {
    struct Create: Encodable, Sendable { var key: Data }
    var create: Create
    enum CodingKeys: String, CodingKey { case create = "create_request" }
  }

  struct Compaction: Encodable, Sendable {
    var revision: Text
    var physical = true
  }

  struct AlarmRequest: Encodable, Sendable {
    var action: String
    var memberID: ID?
    var alarm: String?
  }

  struct Nothing: Encodable, Sendable {}

  /// A member's id: 64 bits without a sign, as a string.
  struct ID: Codable, Sendable, Equatable {
    var value: UInt64

    init(_ value: UInt64) { self.value = value }

    init(from decoder: any Decoder) throws {
      self.init(UInt64(bitPattern: try Text(from: decoder).value))
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(String(value))
    }
  }

  /// A 64-bit number, which the gateway writes as a string.
  struct Text: Codable, Sendable, Equatable {
    var value: Int64

    init(_ value: Int64) { self.value = value }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      let text = try container.decode(String.self)
      // Ids have 64 bits without a sign.
      guard let value = Int64(text) ?? UInt64(text).map(Int64.init(bitPattern:)) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "no number: \(text)")
      }
      self.value = value
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(String(value))
    }
  }
}
