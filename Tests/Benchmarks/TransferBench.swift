import Foundation
import Ledger
import LedgerStore
import Units

/// Transfers a second beside PostgreSQL with one stored function, in turns on the same disk; every
/// transfer durable before its answer.
struct TransferBench {
  static let batch = 1_000
  static let turns = 3
  /// `TRANSFERS` of the environment: how many a turn.
  static let transfers = number("TRANSFERS", 40_000)

  static func run(_ scratch: Scratch) async throws -> [Figure] {
    let folder = scratch.file("postgres")
    guard let postgres = try Postgres(folder) else {
      print(
        "PostgreSQL 15 is not there: transfers are not compared (apt-get install postgresql-15)")
      return []
    }
    defer { postgres.stop() }
    var (ours, theirs, oursInBatches, theirsInBatches) = (
      [Double](), [Double](), [Double](), [Double]()
    )
    var last: Clients?
    for turn in 1...turns {
      theirs.append(try postgres.rate("single", "\(transfers)", "\(Load.clients)"))
      let single = try await Self.single(scratch, UInt64(turn))
      ours.append(single.load.rate)
      last = single
      theirsInBatches.append(try postgres.rate("batch", "\(transfers)"))
      oursInBatches.append(try Self.batches(scratch, UInt64(turn + 10)))
    }
    let ratio = median(zip(ours, theirs).map { $0 / $1 })
    let writes = try scratch.writeTimes(count: 400)
    func rates(_ values: [Double]) -> String {
      values.map { text($0, 0) }.joined(separator: " ")
    }
    return [
      Figure(
        name: "transfers, of PostgreSQL", target: ">= 3", measured: text(ratio, 2),
        met: ratio >= 3,
        detail: "\(Load.clients) clients, ours \(rates(ours))/s with "
          + "\(text(last?.perCommit ?? 0, 1)) a commit of \(text(last?.commitTime ?? 0, 2)) ms, "
          + "PostgreSQL 15 \(rates(theirs))/s; fdatasync of 4 KiB p50 "
          + "\(text(quantile(writes, 0.5), 2)) ms"),
      Figure(
        name: "transfers in batches of 1,000", target: "published",
        measured: text(median(zip(oursInBatches, theirsInBatches).map { $0 / $1 }), 2), met: true,
        detail: "ours \(rates(oursInBatches))/s, PostgreSQL 15 \(rates(theirsInBatches))/s"),
    ]
  }

  /// 64 clients that each wait for their answer.
  private static func single(
    _ scratch: Scratch, _ seed: UInt64
  ) async throws -> Clients {
    let path = scratch.file("transfers.sqlite")
    defer { scratch.discard(path) }
    var purses = try Purses(path: path, seed: seed)
    let transfers = (0..<Self.transfers).map { _ in purses.transfer() }
    return try await Clients(sending: transfers, to: purses.store, at: purses.time)
  }

  /// One writer, 1,000 transfers a commit.
  private static func batches(_ scratch: Scratch, _ seed: UInt64) throws -> Double {
    let path = scratch.file("batches.sqlite")
    defer { scratch.discard(path) }
    var purses = try Purses(path: path, seed: seed)
    let count = max(1, Self.transfers / batch)
    var took = 0.0
    for _ in 0..<count {
      purses.time += Span.second
      let mix = (0..<batch).map { _ in purses.transfer() }
      took += try seconds {
        try purses.commit(mix)
        try purses.lead()
      }
    }
    try purses.store.close()
    return Double(count * batch) / took
  }
}

/// `deploy/bench/postgres`: a server of its own.
private struct Postgres {
  private static let script = "deploy/bench/postgres"
  private let folder: String

  /// Nil when the programs are not there.
  init?(_ folder: String) throws {
    self.folder = folder
    let (status, _) = try Self.run(["start", folder])
    guard status != 77 else { return nil }
    guard status == 0 else { throw Fault("\(Self.script) start ended with \(status)") }
  }

  /// Transfers a second.
  func rate(_ verb: String, _ arguments: String...) throws -> Double {
    let (status, output) = try Self.run([verb, folder] + arguments, reads: true)
    guard status == 0, let rate = Double(output.trimmingCharacters(in: .whitespacesAndNewlines))
    else { throw Fault("\(Self.script) \(verb): \(output)") }
    return rate
  }

  func stop() { _ = try? Self.run(["stop", folder]) }

  /// The server that `start` leaves behind would keep a pipe open, so only `rate` has one.
  private static func run(
    _ arguments: [String], reads: Bool = false
  ) throws -> (status: Int32, output: String) {
    let (process, pipe) = (Process(), reads ? Pipe() : nil)
    process.executableURL = URL(fileURLWithPath: script)
    process.arguments = arguments
    process.standardOutput = reads ? pipe : FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe?.fileHandleForReading.readDataToEndOfFile() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
