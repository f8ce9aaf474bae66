import CommandLog
import Foundation
import Seeded
import Testing

/// Bits that change in the data of one member of etcd while it does not run.
@Suite(.serialized, .enabled(if: EtcdCluster.isInstalled, EtcdCluster.missing))
struct EtcdRotTests {
  /// Words of a member that does not start on such data.
  private static let words = ["panic", "corrupt", "fatal", "invalid", "mismatch", "unexpected"]

  /// Where a bit is to change: anywhere, or in what the log has there.
  private static func place(_ bytes: [UInt8], _ source: inout Source, isAnywhere: Bool) -> Int {
    var place = Int(source.number(0...Int64(bytes.count - 1)))
    guard !isAnywhere else { return place }
    // Batches of the sample have long runs of printable text; free pages have them too.
    for _ in 0..<bytes.count {
      if bytes[place...].prefix(24).allSatisfy({ (0x20..<0x7F).contains($0) }) { return place }
      place = (place + 1) % bytes.count
    }
    return place
  }

  @Test(
    "A bit that changed in a stopped member's data is found, and nobody takes it for what was written"
  )
  func flips() async throws {
    let cluster = try EtcdCluster()
    let log = EtcdLog(cluster.options())
    let term = try await log.lead()
    var position: Int64 = 0
    func append() async throws {
      #expect(try await log.append(.sample(at: position, 10, bytes: 600), term: term) == .done)
      position += 10
    }
    for _ in 0..<30 { try await append() }
    let member = 2
    let path = "\(cluster.folder)/\(member)/data/member/snap/db"
    let count = cases(4)
    var source = Source(31)
    var (found, read) = (0, 0)
    for number in 0..<count {
      try cluster.run("kill", "\(member)")
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      let place = Self.place(bytes, &source, isAnywhere: number % 2 == 1)
      let mask = UInt8(1) << UInt8(source.number(0...7))
      bytes[place] ^= mask
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let before = try String(contentsOfFile: "\(cluster.folder)/\(member)/log", encoding: .utf8)
      if (try? cluster.run("start", "\(member)")) == nil {
        found += 1
        let all = try String(contentsOfFile: "\(cluster.folder)/\(member)/log", encoding: .utf8)
        let said = all.dropFirst(before.count)
        #expect(
          Self.words.contains { said.contains($0) },
          "bit \(mask) of byte \(place): \(said.suffix(500))")
        // The others go on without it; RUNBOOK "A member of the log" puts a new one in its place.
        try await append()
        try cluster.run("replace", "\(member)")
      }
      try await append()
      // Whoever asks it first has everything all the same; asked alone it answers that, or that it is damaged.
      let first = EtcdLog(
        cluster.options(
          [cluster.endpoints[member - 1]]
            + cluster.endpoints.filter { $0 != cluster.endpoints[member - 1] }))
      let whole = try await log.everything()
      #expect(try await first.everything() == whole, "bit \(mask) of byte \(place)")
      let alone = EtcdLog(cluster.options([cluster.endpoints[member - 1]]))
      do {
        #expect(try await alone.everything() == whole, "bit \(mask) of byte \(place), silently")
      } catch LogFailure.damaged {
        read += 1
        let condition = await first.condition()
        #expect(condition.members[0].isRotten && condition.members[0].problem?.isEmpty == false)
        try cluster.run("replace", "\(member)")
        #expect(
          await first.condition { !$0.members[0].isRotten && $0.members[0].problem == nil }
            .hasMajority)
      }
    }
    #expect(try await log.everything().last?.next == position && found + read > 0)
    figure(
      "T31",
      "bits flipped in a stopped member's data: \(found) kept it from starting, \(read) found when read, "
        + "the rest changed nothing", count)
  }

  @Test(
    "A bit that changed in what one member has of the leader ends no term and lets nobody else in")
  func leader() async throws {
    let cluster = try EtcdCluster()
    let log = EtcdLog(cluster.options())
    let name = "the-replica-that-leads-this-log"
    let mine = try await log.campaign(Candidate(name: name, url: "https://\(name).example.hk"))
    let term = try #require(mine)
    var position: Int64 = 0
    for bit in 0..<cases(3) {
      #expect(try await log.append(.sample(at: position, 10, bytes: 600), term: term) == .done)
      position += 10
      let member = 2
      let path = "\(cluster.folder)/\(member)/data/member/snap/db"
      // A member writes its file some time after it has answered.
      for _ in 0..<200 {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        if data.range(of: Data(name.utf8)) != nil { break }
        try await Task.sleep(for: .milliseconds(50))
      }
      try cluster.run("kill", "\(member)")
      var data = try Data(contentsOf: URL(fileURLWithPath: path))
      var (start, hits) = (data.startIndex, 0)
      while let range = data[start...].range(of: Data(name.utf8)) {
        // In the name, in the address behind it, and in what parts them.
        data[range.lowerBound + [0, name.utf8.count, name.utf8.count + 9][bit % 3]] ^=
          1 << UInt8(bit % 8)
        (start, hits) = (range.upperBound, hits + 1)
      }
      #expect(hits > 0, "the key is not in the file")
      try data.write(to: URL(fileURLWithPath: path))
      try cluster.run("start", "\(member)")
      let alone = EtcdLog(cluster.options([cluster.endpoints[member - 1]]))
      do {
        let head = try await alone.head()
        #expect(head.next == position && head.leader?.term == term.revision)
      } catch LogFailure.damaged {}
      #expect(try await alone.campaign(Candidate(name: "another", url: "u")) == nil)
      #expect(try await alone.append(.sample(at: position, 10, bytes: 600), term: term) == .done)
      position += 10
      #expect(try await log.head().leader?.name == name)
      try cluster.run("replace", "\(member)")
    }
    #expect(try await log.everything().last?.next == position)
  }
}
