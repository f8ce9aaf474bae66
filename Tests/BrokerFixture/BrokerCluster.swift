import BrokerAPI
package import BrokerClient
package import Foundation

/// Three replicas of one broker on three members of etcd: real processes with certificates made for them,
/// on loopback or each pair in a network of its own. All end with this process.
package final class BrokerCluster: Sendable {
  /// Where the replica and the member of one number run.
  package struct Seat: Sendable {
    package var host: String
    /// The network namespace; nil: that of this process.
    package var space: String?

    package init(host: String, space: String?) {
      self.host = host
      self.space = space
    }

    package static let loopback = Seat(host: "127.0.0.1", space: nil)
  }

  package static let isPossible = ["etcd", "etcdctl", "openssl"].allSatisfy { program in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }
  package static let missing = "etcd is not installed; deploy/setup cluster installs it"

  /// Of etcd.
  package let folder: String
  package let replicas: [BrokerProcess]
  package let market: SampleMarket

  /// Brings all of it up, with a market that has sites, tenants and money.
  /// - Parameters:
  ///   - scale: market seconds a second of the wall.
  ///   - release: the folder of another release's `sampand`, which all begin with.
  package init(
    scale: Int = 1, market settings: String? = nil,
    seats: [Seat] = [.loopback, .loopback, .loopback], release: URL? = nil
  ) async throws {
    let memory = "/dev/shm"
    let place = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    let folder = "\(place)/sampan-cluster-\(UUID().uuidString.prefix(8))"
    var environment = ["OWNER": "\(ProcessInfo.processInfo.processIdentifier)"]
    if seats.contains(where: { $0.space != nil }) {
      environment["HOSTS"] = seats.map(\.host).joined(separator: " ")
      environment["SPACES"] = seats.compactMap(\.space).joined(separator: " ")
    }
    _ = try Self.script(["up", folder], environment)
    let urls = try Self.peerURLs(seats)
    func replica(_ number: Int, joining first: BrokerProcess? = nil) throws -> BrokerProcess {
      let seat = seats[number]
      return try BrokerProcess(
        scale: scale, market: settings,
        more: Self.settings(number, urls, in: folder, hasLaws: release == nil),
        name: "r-\(number)", listen: seat.space == nil ? "127.0.0.1:0" : "127.0.0.1:7440",
        joining: first,
        place: seat.space.map {
          BrokerProcess.Place(
            words: ["ip", "netns", "exec", $0], door: "http://\(seat.host):\(Self.door)")
        }, release: release)
    }
    do {
      let first = try replica(0)
      // Releases that brought each other no tokens were given them before they started.
      let early = release == nil ? nil : try await SampleMarket(first)
      let others = try (1..<seats.count).map { try replica($0, joining: first) }
      let market = if let early { early } else { try await SampleMarket(first) }
      for other in others {
        _ = try await SampleMarket.until("who is signed in to be so everywhere") {
          try? await other.client(market.traders["sz-lab"]).whoami()
        }
      }
      (self.folder, self.market, replicas) = (folder, market, [first] + others)
    } catch {
      _ = try? Self.script(["down", folder], ["SIGNAL": "KILL"])
      throw error
    }
  }

  deinit {
    for replica in replicas { replica.remove() }
    _ = try? Self.script(["down", folder], ["SIGNAL": "KILL"])
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Where the interface for users is reached in a network of its own.
  package static let door = 7441

  private static func settings(
    _ number: Int, _ urls: [String], in folder: String, hasLaws: Bool
  ) throws -> String {
    let endpoints = try String(contentsOfFile: folder + "/endpoints", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    // Its own member first.
    let ordered = endpoints[number...] + endpoints[..<number]
    let files = folder + "/certificates"
    let others = urls.indices.filter { $0 != number }.map {
      "    - {name: r-\($0), url: \"\(urls[$0])\"\(hasLaws ? ", jurisdiction: \(law($0))" : "")}\n"
    }
    let own = hasLaws ? "  jurisdiction: \(law(number))\n" : ""
    return """
      peers:
        listen: "\(urls[number].dropFirst("https://".count))"
        url: \(urls[number])
        trust: \(files)/ca.pem
        certificate: \(files)/member.pem
        key: \(files)/member.key
      \(own)  others:
      \(others.joined())log:
        engine: etcd
        etcd:
          endpoints: [\(ordered.joined(separator: ", "))]
          trust: \(files)/ca.pem
          certificate: \(files)/client.pem
          key: \(files)/client.key

      """
  }

  /// The first two stand under one law, the third under another.
  private static func law(_ number: Int) -> String { number < 2 ? "hk" : "cn" }

  /// Ports that nobody has now, below those that the system gives out.
  private static func peerURLs(_ seats: [Seat]) throws -> [String] {
    try seats.map { seat in
      guard seat.space == nil else { return "https://\(seat.host):7443" }
      return "https://\(seat.host):\(try freePort())"
    }
  }

  private static func freePort() throws -> Int {
    for _ in 0..<100 {
      let port = Int.random(in: 12_000..<19_000)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
      let isFree = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      if isFree { return port }
    }
    throw BrokerProcess.Trouble("no free port on loopback")
  }

  // MARK: etcd

  /// `kill 2`, `leader`: as deploy/cluster/etcd has it; members count from 1.
  @discardableResult
  package func etcd(_ words: String...) throws -> String { try Self.script(words + [folder], [:]) }

  /// Sends a signal to a member.
  package func signal(member number: Int, _ signal: Int32) throws {
    let text = try String(contentsOfFile: "\(folder)/\(number)/pid", encoding: .utf8)
    guard let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw BrokerProcess.Trouble("member \(number) has no process")
    }
    kill(process, signal)
  }

  private static func script(_ words: [String], _ settings: [String: String]) throws -> String {
    let process = Process()
    process.executableURL = BrokerProcess.root.appendingPathComponent("deploy/cluster/etcd")
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(settings) { $1 }
    let output = FileManager.default.temporaryDirectory
      .appendingPathComponent("sampan-test-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    // A file and no pipe: what it starts holds on to a pipe.
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOf: output, encoding: .utf8)
    guard process.terminationStatus == 0 else {
      throw BrokerProcess.Trouble("etcd \(words.joined(separator: " ")): \(text)")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  // MARK: Replicas

  /// What a replica counts; nil when it does not answer at once.
  package func counts(_ number: Int) async -> [String: Int64]? {
    var client = replicas[number].client(nil)
    client.timeout = .seconds(1)
    guard let text = try? await client.metrics() else { return nil }
    var counts: [String: Int64] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ")
      if words.count == 2 { counts[String(words[0])] = Int64(words[1]) }
    }
    return counts
  }

  /// The replica that leads, by its own word, if any says so.
  package func leader() async -> Int? {
    for number in replicas.indices {
      if let counts = await counts(number), counts["sampan_leading"] == 1 { return number }
    }
    return nil
  }

  package func untilLed() async throws -> Int {
    try await SampleMarket.until("a leader") { await leader() }
  }

  /// As the platform operator, at one replica.
  package func maker(_ number: Int) -> BrokerClient {
    var client = replicas[number].maker
    client.timeout = .seconds(20)
    return client
  }
}
