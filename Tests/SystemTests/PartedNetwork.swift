import BrokerFixture
import Foundation

/// Three networks on this machine, one for each replica with its member of etcd, joined by a bridge, and cut
/// apart by a packet filter. Needs root; gone with the test.
final class PartedNetwork: Sendable {
  static let isPossible: Bool = {
    guard getuid() == 0 else { return false }
    let name = "spt\(getpid() % 10_000)"
    defer { _ = try? run("ip", ["netns", "del", name]) }
    return (try? run("ip", ["netns", "add", name])) != nil
      && (try? run("ip", ["netns", "exec", name, "nft", "list", "tables"])) != nil
  }()
  static let missing =
    "needs root, `ip netns` and nft (Debian's nftables; deploy/setup cluster installs it)"

  private let name: String
  private let net: Int
  let seats: [BrokerCluster.Seat]

  init() throws {
    net = Int.random(in: 1...254)
    name = "sp\(Int.random(in: 1_000...9_999))"
    seats = (0..<3).map { [name, net] in
      BrokerCluster.Seat(host: "10.231.\(net).\($0 + 2)", space: "\(name)n\($0)")
    }
    try Self.run("ip", ["link", "add", name, "type", "bridge"])
    try Self.run("ip", ["addr", "add", "10.231.\(net).1/24", "dev", name])
    try Self.run("ip", ["link", "set", name, "up"])
    for (number, seat) in seats.enumerated() { try join(number, seat) }
  }

  private func join(_ number: Int, _ seat: BrokerCluster.Seat) throws {
    let (space, line) = (space(number), "\(name)v\(number)")
    try Self.run("ip", ["netns", "add", space])
    try Self.run(
      "ip", ["link", "add", line, "type", "veth", "peer", "name", "eth0", "netns", space])
    try Self.run("ip", ["link", "set", line, "master", name, "up"])
    try Self.run("ip", ["-n", space, "addr", "add", "\(seat.host)/24", "dev", "eth0"])
    for link in ["lo", "eth0"] { try Self.run("ip", ["-n", space, "link", "set", link, "up"]) }
    // The interface for users listens on loopback alone.
    try inside(number, ["sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1"])
    try inside(
      number,
      [
        "nft",
        """
        add table ip door
        add chain ip door in { type nat hook prerouting priority -100; }
        add rule ip door in tcp dport \(BrokerCluster.door) dnat to 127.0.0.1:7440
        add table ip cut
        add chain ip cut in { type filter hook input priority 0; }
        """,
      ])
  }

  deinit {
    for number in seats.indices { _ = try? Self.run("ip", ["netns", "del", space(number)]) }
    _ = try? Self.run("ip", ["link", "del", name])
  }

  private func space(_ number: Int) -> String { "\(name)n\(number)" }

  private func inside(_ number: Int, _ words: [String]) throws {
    try Self.run("ip", ["netns", "exec", space(number)] + words)
  }

  // MARK: Cutting

  /// Nothing that one sends reaches another any more.
  func cut(from one: Int, to other: Int) throws {
    try inside(
      other, ["nft", "add", "rule", "ip", "cut", "in", "ip", "saddr", seats[one].host, "drop"])
  }

  /// Nothing passes between one and the others.
  func isolate(_ one: Int) throws {
    for other in seats.indices where other != one {
      try cut(from: one, to: other)
      try cut(from: other, to: one)
    }
  }

  func heal() throws {
    for number in seats.indices {
      try inside(number, ["nft", "flush", "chain", "ip", "cut", "in"])
    }
  }

  @discardableResult
  private static func run(_ program: String, _ words: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + words
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["PATH": "/usr/sbin:/sbin:/usr/bin:/bin"]) { $1 }
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BrokerProcess.Trouble("\(program) \(words.joined(separator: " ")): \(text)")
    }
    return text
  }
}
