import CommandLog
import Seeded
import Testing

extension LogRule {
  static let reading = [
    LogRule("An empty log has nothing, from any position on") { (house) async throws in
      #expect(try await house.one.head() == LogHead(next: 0, floor: 0, leader: nil))
      #expect(try await house.one.batches(from: 0) == [])
      #expect(try await house.one.batches(from: 7) == [])
    },
    LogRule("From every position the rest of the log, in order and without a gap") {
      (house) async throws in
      let term = try await house.one.lead()
      var source = Source(6)
      var all: [LogBatch] = []
      for _ in 0..<30 {
        let count = Int(source.number(1...9))
        let batch = LogBatch.sample(at: all.last?.next ?? 0, count, word: "\(source.next())")
        #expect(try await house.one.append(batch, term: term) == .done)
        all.append(batch)
      }
      let entries = all.flatMap(\.entries)
      #expect(try await house.other.everything() == all)
      for position in entries.indices {
        let rest = try await house.other.everything(from: Int64(position))
        #expect(rest.first?.first == Int64(position))
        #expect(rest.flatMap(\.entries) == Array(entries[position...]))
      }
      let head = try await house.other.head()
      #expect(head.next == Int64(entries.count) && head.floor == 0)
      for beyond in [head.next, head.next + 1, head.next + 1_000] {
        #expect(try await house.other.batches(from: beyond) == [])
      }
    },
    LogRule("A log of many MiB comes in several calls") { (house) async throws in
      let term = try await house.one.lead()
      var all: [LogBatch] = []
      for _ in 0..<14 {
        all.append(.sample(at: all.last?.next ?? 0, 15, bytes: 69_000))
        #expect(try await house.one.append(all[all.count - 1], term: term) == .done)
      }
      #expect(try await house.other.batches(from: 0).count < all.count)
      #expect(try await house.other.everything() == all)
    },
    LogRule("What was appended is there after a restart, and no term is") { (house) async throws in
      let term = try await house.one.lead()
      let batch = LogBatch.sample(at: 0, 5)
      #expect(try await house.one.append(batch, term: term) == .done)
      await house.one.resign(term)
      let again = try await house.reopened()
      #expect(try await again.everything() == [batch])
      #expect(try await again.head() == LogHead(next: 5, floor: 0, leader: nil))
      #expect(try await again.append(.sample(at: 5, 1), term: term) == .deposed)
      let next = try await again.lead()
      #expect(next.revision > term.revision)
    },
    LogRule("Who waits is woken by an append, and after a second anyway") { (house) async throws in
      let term = try await house.one.lead()
      var shortest = Duration.seconds(60)
      var position: Int64 = 0
      // Of several waits, since a machine may be busy during one.
      while position < 5 || shortest >= .milliseconds(900), position < 100 {
        let place = position
        async let waiting = ContinuousClock().measure {
          await house.other.wait(after: place)
        }
        try await Task.sleep(for: .milliseconds(50))
        #expect(try await house.one.append(.sample(at: position, 1), term: term) == .done)
        shortest = min(shortest, await waiting)
        position += 1
      }
      #expect(shortest < .milliseconds(900))
      await house.other.wait(after: position)
    },
  ]

  static let truncating = [
    LogRule("What was truncated is gone, and a reader behind it is told where the log begins") {
      house in
      let term = try await house.one.lead()
      let all = (0..<5).map { LogBatch.sample(at: Int64($0) * 4, 4) }
      for batch in all { #expect(try await house.one.append(batch, term: term) == .done) }
      #expect(try await house.one.truncate(before: 0, term: term))
      #expect(try await house.one.truncate(before: 3, term: term))
      #expect(try await house.other.everything() == all)
      // Ten lies within the third batch, which stays.
      #expect(try await house.one.truncate(before: 10, term: term))
      #expect(try await house.other.head().floor == 8)
      #expect(try await house.other.everything(from: 8) == Array(all[2...]))
      for position in [Int64(0), 4, 7] {
        await #expect(throws: LogFailure.behind(floor: 8)) {
          try await house.other.batches(from: position)
        }
      }
      #expect(try await house.one.truncate(before: 5, term: term))
      #expect(try await house.other.head().floor == 8)
      #expect(try await house.one.truncate(before: 1_000, term: term))
      #expect(try await house.other.head().floor == 20)
      #expect(try await house.other.head().next == 20)
      #expect(try await house.other.batches(from: 20) == [])
      // What is gone cannot be appended again, not even the same bytes.
      #expect(try await house.one.append(all[4], term: term) == .taken)
      #expect(try await house.one.append(.sample(at: 20, 2), term: term) == .done)
      #expect(try await house.other.everything(from: 20) == [.sample(at: 20, 2)])
    },
    LogRule("An empty log can begin where a ledger has come to, and another one cannot") {
      (house) async throws in
      let term = try await house.one.lead()
      #expect(try await house.one.begin(at: 70, term: term))
      #expect(try await house.one.begin(at: 70, term: term))
      #expect(try await house.other.head().next == 70)
      #expect(try await house.other.head().floor == 70)
      await #expect(throws: LogFailure.behind(floor: 70)) {
        try await house.other.batches(from: 69)
      }
      for position in [Int64(-1), 0, 71] {
        await #expect(throws: LogFailure.self) {
          try await house.one.begin(at: position, term: term)
        }
      }
      #expect(try await house.one.append(.sample(at: 70, 2), term: term) == .done)
      await #expect(throws: LogFailure.self) { try await house.one.begin(at: 70, term: term) }
      #expect(try await house.other.everything(from: 70) == [.sample(at: 70, 2)])
    },
  ]
}
