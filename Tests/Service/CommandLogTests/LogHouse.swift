import CommandLog
import Foundation
import LedgerStore

/// An engine with an empty log, as the rules of the contract use it.
protocol LogHouse: Sendable {
  /// Two replicas on one log; the same object where an engine has only one.
  var one: any CommandLog { get }
  var other: any CommandLog { get }
  /// The same log, as a replica sees it after a restart.
  func reopened() async throws -> any CommandLog
}

/// The local engine in a folder that goes with it.
final class LocalHouse: LogHouse {
  let folder: URL
  let one: any CommandLog
  var other: any CommandLog { one }

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("log-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    one = try LocalCommandLog(path: folder.appendingPathComponent("log").path)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func reopened() async throws -> any CommandLog {
    if let open = one as? LocalCommandLog { try open.close() }
    return try LocalCommandLog(path: folder.appendingPathComponent("log").path)
  }
}

extension CommandLog {
  /// Leads, for a rule about something else.
  func lead(_ name: String = "one") async throws -> Term {
    guard let term = try await campaign(Candidate(name: name, url: "https://\(name).example"))
    else {
      throw Surprise("somebody else leads")
    }
    return term
  }

  /// Everything from a position on, over as many calls as it takes.
  func everything(from position: Int64 = 0) async throws -> [LogBatch] {
    var all: [LogBatch] = []
    while true {
      let next = all.last?.next ?? position
      let more = try await batches(from: next)
      if more.isEmpty { return all }
      all += more
    }
  }
}

struct Surprise: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension LogBatch {
  /// Entries that differ by position and by a word of their own, each of about so many bytes.
  static func sample(at first: Int64, _ count: Int, word: String = "", bytes: Int = 20) -> LogBatch
  {
    let filling = String(repeating: "x", count: bytes)
    return LogBatch(
      first: first,
      entries: (0..<count).map {
        Array(#"{"at":\#(first + Int64($0)),"fill":"\#(filling)","word":"\#(word)"}"#.utf8)
      })
  }
}
