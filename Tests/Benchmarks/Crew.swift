import CommandLog
import Foundation
import Ledger
import LedgerStore
import Logging
import Peers
import Replica
import ServiceLifecycle
import Transport
import Units

/// Three replicas in this process, each with a file of its own, a log by its own connections and a
/// listener for the others.
struct Crew {
  let all: [Replica]
  private let doors: ServiceGroup

  /// - Parameter path: a closed ledger file whose entries are in the log; each gets a copy.
  init(_ path: String, _ etcd: EtcdMembers, at time: Int64) throws {
    var logger = Logger(label: "bench")
    logger.logLevel = .error
    var (replicas, servers) = ([Replica](), [any Service]())
    for number in 1...3 {
      let copy = "\(path)-\(number)"
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      let port = try Self.freePort()
      let forwarder = PeerForwarder(PeerClient(trust: etcd.trust))
      let replica = Replica(
        store: try LedgerStore(path: copy), clock: MarketClock(start: time),
        seat: ReplicaSeat(
          principal: "leader", name: "replica-\(number)", url: "https://127.0.0.1:\(port)",
          log: etcd.log(),
          forward: { try await forwarder.forward($1, to: $0) }), logger: logger)
      let desk = ReplicaDesk(
        identity: ReplicaIdentity(
          name: "replica-\(number)", place: nil, release: "0", certificate: nil),
        replica: replica, store: replica.store)
      servers.append(
        PeerServer(
          desk: desk, host: "127.0.0.1", port: port, trust: etcd.trust, logger: logger,
          submit: { try await replica.submitAsLeader($0) }))
      replicas.append(replica)
    }
    all = replicas
    doors = ServiceGroup(services: servers, logger: logger)
  }

  /// Until one leads and all answer.
  func begin() async throws {
    Task { [doors] in try await doors.run() }
    for replica in all { replica.begin() }
    while leader == nil || !all.allSatisfy(\.status.serving) {
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  var leader: Replica? { all.first { $0.status.standing == .leading } }

  /// Until everything is in the files of all.
  func settle() async throws {
    while Set(all.map(\.status.position)).count > 1
      || all.contains(where: { $0.status.written < $0.status.position })
    {
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Hashes of the states, once all have come to the same position.
  func hashes() async throws -> [String] {
    while true {
      var found: [(position: Int64, digest: String)] = []
      for replica in all {
        found.append(
          try await replica.read {
            ($0.position, SHA256Hasher.hex(FieldCodec.encode($0)))
          })
      }
      if Set(found.map(\.position)).count == 1 { return found.map(\.digest) }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  func end() async throws {
    await doors.triggerGracefulShutdown()
    for replica in all { replica.stop() }
    while all.contains(where: \.status.serving) { try await Task.sleep(for: .milliseconds(5)) }
  }

  private static func freePort() throws -> Int {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw Fault("no socket") }
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, size) == 0 ? getsockname(socket, $0, &size) : -1
      }
    }
    guard status == 0 else { throw Fault("no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
