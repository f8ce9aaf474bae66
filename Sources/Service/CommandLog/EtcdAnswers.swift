import Foundation

/// Answers of etcd's gateway, as far as the log reads them. Missing fields are zero.
extension Etcd {
  struct Header: Decodable, Sendable {
    var cluster: Text
    var member: Text
    var revision: Text?
    enum CodingKeys: String, CodingKey {
      case cluster = "cluster_id"
      case member = "member_id"
      case revision
    }
  }

  struct KeyValue: Decodable, Sendable {
    var key: Data
    var value: Data?
    var createRevision: Text
    var lease: Text?
    enum CodingKeys: String, CodingKey {
      case key, value, lease
      case createRevision = "create_revision"
    }

    var bytes: [UInt8] { value.map { Array($0) } ?? [] }
    var name: String { String(decoding: key, as: UTF8.self) }
  }

  struct RangeAnswer: Decodable, Sendable {
    var kvs: [KeyValue]?
  }

  struct OperationAnswer: Decodable, Sendable {
    var range: RangeAnswer?
    enum CodingKeys: String, CodingKey { case range = "response_range" }
  }

  struct TransactionAnswer: Decodable, Sendable {
    var header: Header
    var succeeded: Bool?
    var responses: [OperationAnswer]?

    /// What the operation at this place of the transaction found.
    func found(_ index: Int) throws(LogFailure) -> [KeyValue] {
      guard let responses, responses.indices.contains(index), let range = responses[index].range
      else { throw .damaged("etcd answered a transaction without its part \(index)") }
      return range.kvs ?? []
    }
  }

  struct LeaseAnswer: Decodable, Sendable {
    var id: Text
    enum CodingKeys: String, CodingKey { case id = "ID" }
  }

  /// A line of `lease/keepalive`.
  struct KeepAliveLine: Decodable, Sendable {
    struct Result: Decodable, Sendable {
      var seconds: Text?
      enum CodingKeys: String, CodingKey { case seconds = "TTL" }
    }
    var result: Result
  }

  struct StatusAnswer: Decodable, Sendable {
    var header: Header
    var version: String?
    var dbSize: Text?
    var dbSizeInUse: Text?
    var leader: Text?
    var errors: [String]?
    var isLearner: Bool?
  }

  struct MembersAnswer: Decodable, Sendable {
    struct Member: Decodable, Sendable {
      var id: Text
      var name: String?
      var clientURLs: [String]?
      var peerURLs: [String]?
      enum CodingKeys: String, CodingKey {
        case id = "ID"
        case name, clientURLs, peerURLs
      }
    }
    var members: [Member]?
  }

  struct AlarmAnswer: Decodable, Sendable {
    struct Alarm: Decodable, Sendable {
      var memberID: ID?
      var alarm: String?
    }
    var alarms: [Alarm]?
  }

  struct Ignored: Decodable, Sendable {}

  /// A refusal: the gRPC code and its sentence.
  struct Refusal: Decodable, Sendable, Equatable {
    var code: Int
    var message: String

    /// Codes of gRPC that the log tells apart.
    static let notFound = 5
    static let exhausted = 8
    static let outOfRange = 11

    /// The same request may well succeed soon, on this member or another.
    var isPassing: Bool {
      switch code {
      // Unavailable, deadline exceeded, cancelled, unknown; a leader is being elected.
      case 14, 4, 1, 2: true
      case Self.exhausted: !isFull
      default: false
      }
    }

    var isFull: Bool { message.contains("space exceeded") }

    var failure: LogFailure {
      if isFull { return .full(Self.recovery) }
      // Data loss: members differ.
      if code == 15 {
        return .damaged(
          """
          etcd says: \(message). Its members differ. Stop the members that `sampan broker status` names, \
          and replace them one at a time.
          """)
      }
      return .rejected("etcd says: \(message) (code \(code))")
    }

    private static let recovery = """
      etcd has no space left (alarm NOSPACE). Orders wait; nothing that was answered is lost. \
      1. On each member in turn raise --quota-backend-bytes (8 GiB at most) and restart it, or free space \
      with `etcdctl compact REVISION` and `etcdctl defrag`. 2. `etcdctl alarm disarm`. The rest happens \
      by itself.
      """
  }
}
