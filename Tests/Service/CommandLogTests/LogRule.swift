import CommandLog
import Testing

/// One rule of the contract of `CommandLog`: a sentence, and what makes it true on any engine.
struct LogRule: Sendable, CustomTestStringConvertible {
  let sentence: String
  let holds: @Sendable (any LogHouse) async throws -> Void

  init(_ sentence: String, holds: @escaping @Sendable (any LogHouse) async throws -> Void) {
    self.sentence = sentence
    self.holds = holds
  }

  var testDescription: String { sentence }

  static let all = leading + appending + reading + truncating
}

extension LogRule {
  static let leading = [
    LogRule("One leads at a time; after it another, in a later term") { (house) async throws in
      #expect(try await house.one.head().leader == nil)
      let first = try await house.one.lead("one")
      let card = LeaderCard(name: "one", url: "https://one.example", term: first.revision)
      #expect(try await house.other.head().leader == card)
      #expect(try await house.other.campaign(Candidate(name: "other", url: "u")) == nil)
      #expect(try await house.one.campaign(Candidate(name: "one", url: "u")) == nil)
      #expect(try await house.one.keepAlive(first))
      await house.one.resign(first)
      #expect(try await house.one.head().leader == nil)
      #expect(try await !house.one.keepAlive(first))
      let second = try await house.other.lead("other")
      #expect(second.revision > first.revision)
      // A late word of the first term changes nothing in the second.
      await house.one.resign(first)
      #expect(try await house.other.keepAlive(second))
      #expect(try await house.one.head().leader?.name == "other")
      // Who was started again knows no more of its term than what the log says.
      let last = try #require(try await house.one.head().leader)
      await house.other.resign(Term(revision: last.term, lease: 0))
      #expect(try await house.one.head().leader == nil)
      #expect(try await !house.other.keepAlive(second))
    },
    LogRule("Who does not lead appends nothing, and whoever led before never again") {
      (house) async throws in
      let strangers = [Term(revision: 0, lease: 0), Term(revision: 1 << 40, lease: 0)]
      for term in strangers {
        #expect(try await house.one.append(.sample(at: 0, 1), term: term) == .deposed)
      }
      let old = try await house.one.lead("one")
      #expect(try await house.one.append(.sample(at: 0, 3), term: old) == .done)
      await house.one.resign(old)
      let late = LogBatch.sample(at: 3, 2, word: "late")
      #expect(try await house.one.append(late, term: old) == .deposed)
      let new = try await house.other.lead("other")
      #expect(try await house.one.append(late, term: old) == .deposed)
      #expect(try await house.other.append(.sample(at: 3, 4, word: "new"), term: new) == .done)
      for batch in [late, .sample(at: 7, 1)] {
        #expect(try await house.one.append(batch, term: old) == .deposed)
      }
      #expect(try await !house.one.truncate(before: 3, term: old))
      #expect(try await !house.one.begin(at: 9, term: old))
      await house.other.resign(new)
      #expect(try await house.one.append(.sample(at: 7, 1), term: old) == .deposed)
      #expect(
        try await house.one.everything() == [.sample(at: 0, 3), .sample(at: 3, 4, word: "new")])
    },
    LogRule("An engine that is well says so") { (house) async throws in
      let condition = await house.one.condition { condition in
        condition.hasMajority && condition.members.allSatisfy { $0.problem == nil }
      }
      #expect(condition.hasMajority && condition.alarms.isEmpty)
      for member in condition.members {
        #expect(member.problem == nil && member.dataBytes > 0 && !member.version.isEmpty)
      }
    },
  ]

  static let appending = [
    LogRule("The same bytes again are done again, and lie there once") { (house) async throws in
      let term = try await house.one.lead()
      let first = LogBatch.sample(at: 0, 2)
      let second = LogBatch.sample(at: 2, 1)
      for _ in 0..<3 { #expect(try await house.one.append(first, term: term) == .done) }
      #expect(try await house.one.append(second, term: term) == .done)
      #expect(try await house.one.append(first, term: term) == .done)
      await house.one.resign(term)
      // A lost answer may be asked for after the term.
      #expect(try await house.one.append(second, term: term) == .done)
      let later = try await house.other.lead()
      #expect(try await house.one.append(first, term: term) == .done)
      #expect(try await house.other.append(second, term: later) == .done)
      #expect(try await house.one.everything() == [first, second])
    },
    LogRule("Where a batch lies no other one goes, and no gap is left") { (house) async throws in
      let term = try await house.one.lead()
      let batch = LogBatch.sample(at: 0, 4)
      #expect(try await house.one.append(batch, term: term) == .done)
      for other in [
        LogBatch.sample(at: 0, 4, word: "other"), .sample(at: 0, 3), .sample(at: 0, 5),
        .sample(at: 2, 1), .sample(at: 3, 2),
      ] {
        #expect(try await house.one.append(other, term: term) == .taken)
      }
      await #expect(throws: LogFailure.self) {
        try await house.one.append(.sample(at: 5, 1), term: term)
      }
      #expect(try await house.one.everything() == [batch])
      #expect(try await house.one.head().next == 4)
    },
    LogRule("Of batches at one place that come at once, one is done") { (house) async throws in
      let term = try await house.one.lead()
      for round in Int64(0)..<8 {
        let outcomes = try await withThrowingTaskGroup(of: (Int, AppendOutcome).self) { group in
          for number in 0..<6 {
            group.addTask {
              let log = number.isMultiple(of: 2) ? house.one : house.other
              // Three different batches, each sent twice.
              let batch = LogBatch.sample(at: round, 1, word: "\(number / 2)")
              return (number / 2, try await log.append(batch, term: term))
            }
          }
          return try await group.reduce(into: [:]) { $0[$1.0, default: []].append($1.1) }
        }
        let done = outcomes.filter { $0.value == [.done, .done] }.map(\.key)
        #expect(done.count == 1 && outcomes.values.count { $0 == [.taken, .taken] } == 2)
        let last = try #require(try await house.one.batches(from: round).last)
        #expect(last == .sample(at: round, 1, word: "\(done.first ?? -1)"))
      }
      #expect(try await house.one.head().next == 8)
    },
    LogRule("A batch has 512 entries and 1 MiB at most, and no more goes in") {
      (house) async throws in
      let term = try await house.one.lead()
      let line = [UInt8](repeating: 0x78, count: (1 << 19) - 1)
      let faulty: [LogBatch] = [
        .sample(at: 0, 513), LogBatch(first: 0, entries: []), LogBatch(first: 0, entries: [[]]),
        LogBatch(first: 0, entries: [Array("a\nb".utf8)]), .sample(at: -1, 1),
        .sample(at: .max - 1, 1), LogBatch(first: 0, entries: [line, line + [0x78, 0x78]]),
      ]
      for batch in faulty {
        await #expect(throws: LogFailure.self) { try await house.one.append(batch, term: term) }
      }
      #expect(try await house.one.head().next == 0)
      let many = LogBatch.sample(at: 0, 512)
      let large = LogBatch(first: 512, entries: [line, line + [0x78]])
      #expect(large.bytes.count == LogBatch.mostBytes)
      #expect(try await house.one.append(many, term: term) == .done)
      #expect(try await house.one.append(large, term: term) == .done)
      #expect(try await house.other.everything() == [many, large])
    },
  ]
}
