import CommandLog
import Foundation
import Settings

/// The settings of one replica (config/sampand.yaml).
struct BrokerSettings {
  var name: String
  var data: String
  var published: String
  var publishEvery: Duration
  var publishKeep: Int
  var listen: ListenAddress
  var requestBody: Int
  var requestsPerMinute: Int
  var openStreams: Int
  var scale: Int
  var start: String?
  var level: String
  var place: String?
  var adminSocket: String
  /// Nil: nobody else has a part in this ledger.
  var peers: PeerSettings?
  /// Nil: this is the only replica, its log lies beside its ledger.
  var etcd: EtcdOptions?
  /// Nil: it publishes no checkpoints.
  var signer: SignerSettings?
  /// Nil: it is no witness.
  var witness: WitnessSettings?
  /// Nil: this broker has a say of its own.
  var follow: FollowSettings?
  /// The file as it would be with every key.
  var shown: String

  /// Reads them all, or throws all faults at once.
  init(file: String) throws {
    let reader = SettingsReader(file: file)
    name = reader.string("name", default: "single", doc: "how this replica is called in logs")
    place = reader.optionalString("place", doc: "where it stands, for people")
    data = reader.path(
      "dataDirectory", doc: "0700; holds the ledger, the directory and digests of tokens")
    adminSocket =
      reader.optionalPath(
        "adminSocket",
        doc: "for sampan broker, without sign-in; admin.sock in dataDirectory when left out")
      ?? data + "/admin.sock"
    let publish = reader.section("published", doc: "read-only copies that stock sqlite3 opens")
    published = publish.optionalPath("directory", doc: "where copies go; none without it") ?? ""
    publishEvery = publish.duration(
      "every", default: "15m", in: .seconds(1)...(.seconds(86_400)), doc: "how often")
    publishKeep = publish.int("keep", default: 96, in: 1...10_000, doc: "how many are kept")
    let http = reader.section("http")
    listen = http.listen(
      "listen", default: "127.0.0.1:7440", doc: "loopback only; port 0: a free one")
    let limits = reader.section("limits", doc: "what a stranger may send")
    requestBody = limits.size(
      "requestBody", default: "64KiB", in: 1_024...1_048_576, doc: "the longest body")
    requestsPerMinute = limits.int(
      "requestsPerMinute", default: 600, in: 1...10_000_000, doc: "of one principal")
    openStreams = limits.int(
      "openStreams", default: 200, in: 1...10_000, doc: "long polls and event streams at once")
    let clock = reader.section("clock", doc: "for a demo; real markets leave it out")
    scale = clock.int(
      "scale", default: 1, in: 1...100_000, doc: "market seconds a second of the wall")
    start = clock.optionalString(
      "start", doc: "market time of an empty ledger, ISO 8601; now when left out")
    peers = PeerSettings(reader)
    etcd = LogSettings.etcd(reader)
    follow = FollowSettings(reader)
    signer = SignerSettings(reader)
    witness = WitnessSettings(
      section: reader.section(
        "witness", needed: false, doc: "cosigns checkpoints, of this log only as it is here"))
    let logging = reader.section("logging")
    level = logging.string(
      "level", default: "info", oneOf: ["debug", "info", "warning", "error"], doc: "least level")
    try reader.finish()
    if let fault = follow?.fault { throw Failure(description: "\(file): \(fault)") }
    if follow != nil, etcd != nil || peers != nil {
      throw Failure(description: "\(file): a follower has no peers and no log.engine etcd")
    }
    shown = reader.show()
  }

  var ledger: String { data + "/ledger.sqlite" }
  /// What follows from the entries: hashes of the tree, and what was signed of it.
  var tree: String { data + "/tree" }
  var directory: String { data + "/directory.sqlite" }
  var reads: String { data + "/reads.sqlite" }
  var tokens: String { data + "/tokens.sqlite" }
}
