import Foundation
import Ledger
import LedgerStore
import Replica
import Testing

/// A round comes out of a ledger file as its entries make it.
struct RoundReaderTests {
  @Test("Every round that ended comes out of the file as the entries make it")
  func ended() throws {
    let file = try LedgerFile.written()
    var state = LedgerState()
    var export = RoundExport(round: 1)
    var count = 0
    for entry in Script.whole.entries {
      let events = try state.apply(entry)
      export.take(entry, events, state)
      guard export.progress != .open, export.progress != .closed else { continue }
      if export.progress == .ended {
        let read = try RoundReader.export(export.round, path: file.path)
        #expect(read == export.bytes)
        #expect(String(decoding: read, as: UTF8.self).contains("\"format\":\"sampan-round/1\""))
        count += 1
      }
      export = RoundExport(round: export.round + 1)
    }
    #expect(count >= 6)
  }

  @Test("A round that is not there is refused with the last one that is")
  func notThere() throws {
    let file = try LedgerFile.written()
    let last = Script.whole.end.round.number - 1
    for round in [0, last + 1, 1_000_000] {
      let error = try #require(throws: RoundReaderError.self) {
        try RoundReader.export(round, path: file.path)
      }
      #expect(error.description.contains("the last one that was closed is \(last)"))
    }
  }
}
