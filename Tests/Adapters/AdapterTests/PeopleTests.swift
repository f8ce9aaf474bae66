import AdapterKit
import Foundation
import Testing

@testable import SiteRuntime

@Suite struct PeopleTests {
  let midnight = Rehearsal.midnight
  let hour = Rehearsal.hour
  let minute: Int64 = 60_000

  @Test("an order carries the users of all members whom the centre knows, and nobody else")
  func known() {
    var show = Rehearsal(unknown: .wait)
    show.people = ["p-1": "lee", "p-2": "chan", "p-9": "stranger"]
    show.broker.leases = [Rehearsal.lease("a", hours: 1..<3, members: ["p-1", "p-2", "p-3"])]
    show.tell()
    show.advance(to: midnight + 2 * hour)
    #expect(show.log == ["prepared a 8 chan lee", "open a 8 chan lee"])
    show.people?["p-3"] = "wong"
    show.advance(to: midnight + 2 * hour + minute)
    #expect(show.log.last == "open a 8 chan lee wong", "one who was unknown is asked for again")
    show.broker.leases[0].members = ["p-1", "p-4"]
    show.people?["p-4"] = "ho"
    show.tell()
    #expect(show.log.last == "open a 8 ho lee", "a member who came or went counts at once")
    show.people?["p-1"] = nil
    show.advance(to: midnight + 2 * hour + 12 * minute)
    #expect(show.log.last == "open a 8 ho", "and so does one whom the centre let go")
  }

  @Test("a lease that nobody can use is prepared, keeps its gate closed and says so, then opens")
  func wait() {
    var show = Rehearsal(unknown: .wait)
    show.broker.leases = [Rehearsal.lease("a", hours: 1..<3, members: ["p-1"])]
    show.tell()
    show.advance(to: midnight + hour + 20 * minute)
    #expect(show.log == ["prepared a 8"])
    #expect(show.broker.states("a") == [.prepared])
    let words = show.broker.reports.last?.access["waiting"] ?? ""
    #expect(words.contains("nobody of hku (p-1)") && words.contains("gate stays closed"))
    #expect(show.notes.contains { $0.hasPrefix("lease a: the site knows nobody of hku") })
    show.people?["p-1"] = "lee"
    show.advance(to: midnight + hour + 21 * minute)
    #expect(show.log == ["prepared a 8", "open a 8 lee"])
    #expect(show.broker.states("a") == [.prepared, .open])
    #expect(show.broker.reports.last?.access == ["login": "here"])
    show.people = [:]
    show.advance(to: midnight + 2 * hour)
    #expect(show.log.last == "prepared a 8", "the gate closes when the last one is let go")
  }

  @Test("where unknown people are refused the lease fails, and opens when somebody is known")
  func refuse() {
    var show = Rehearsal(unknown: .refuse)
    show.broker.leases = [Rehearsal.lease("a", hours: 1..<3, members: ["p-1"])]
    show.tell()
    show.advance(to: midnight + hour + 5 * minute)
    #expect(show.log == [])
    #expect(show.broker.states("a") == [.failed])
    show.people?["p-1"] = "lee"
    show.advance(to: midnight + hour + 6 * minute)
    #expect(show.log == ["open a 8 lee"])
    #expect(show.broker.states("a") == [.failed, .open])
  }

  @Test("a mapping that does not answer takes nobody's right away, after a restart neither")
  func silent() {
    var show = Rehearsal(unknown: .wait)
    show.people = ["p-1": "lee"]
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<9, members: ["p-1", "p-2"])]
    show.tell()
    #expect(show.log == ["open a 8 lee"])
    show.people = nil
    show.advance(to: midnight + 2 * hour)
    show.restart()
    show.advance(to: midnight + 4 * hour)
    #expect(show.log.allSatisfy { $0 == "open a 8 lee" })
    #expect(
      show.log.count == 2, "once more in the second life: the cluster does not tell its users")
    #expect(show.notes.contains { $0.contains("does not say who p-1 is here: no answer") })
  }

  @Test("without a mapping orders carry nobody and no gate waits")
  func none() {
    var show = Rehearsal()
    show.people = nil
    show.broker.leases = [Rehearsal.lease("a", hours: 1..<3, members: ["p-1"])]
    show.tell()
    show.advance(to: midnight + 2 * hour)
    #expect(show.log == ["prepared a 8", "open a 8"])
  }

  @Test("a file of members and users is read at every question")
  func file() async throws {
    let folder = try Scratch()
    let path = folder.path + "/people"
    let map = PeopleFile(path)
    guard case .again(let reason) = await map.user(of: "p-1") else {
      Issue.record("a file that is not there answers")
      return
    }
    #expect(reason.contains(path))
    try "# p-2 ghost\np-1\tlee\n\np-10 chan\nnonsense\n".write(
      toFile: path, atomically: true, encoding: .utf8)
    #expect(await map.user(of: "p-1") == .user("lee"))
    #expect(await map.user(of: "p-10") == .user("chan"))
    #expect(await map.user(of: "p-2") == .unknown)
    try "p-2 ghost\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(await map.user(of: "p-1") == .unknown)
    #expect(await map.user(of: "p-2") == .user("ghost"))
  }

  @Test("a spool of an agent that knew no people is read")
  func oldSpool() throws {
    let text = """
      {"generation":7,"metered":{},"outbox":[],"reported":{},"scale":1,"site":"s","version":1,
       "wanted":{"asOf":5,"position":4,"leases":[{"lease":"a","pool":"p","chip":"c","tenant":"t",
       "start":1,"end":9,"exclusive":false,"steps":[]}]}}
      """
    let memory = try JSONDecoder().decode(SiteMemory.self, from: Data(text.utf8))
    #expect(memory.wanted?.leases.first?.members == [] && memory.users == [:])
    #expect(memory.generation == 7)
  }

  @Test("names that could be an option or a list are no users")
  func users() {
    for name in ["lee", "Lee_2", "s1@hku.hk", "_svc", "9to5", "a+b"] {
      #expect(Identifier.isUser(name), "\(name)")
    }
    for name in [
      "", "-u", "a,b", "a b", "a=b", "a;b", "../x", "李", String(repeating: "a", count: 65),
    ] {
      #expect(!Identifier.isUser(name), "\(name)")
    }
  }
}
