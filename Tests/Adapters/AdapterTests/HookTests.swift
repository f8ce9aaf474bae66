import AdapterKit
import Foundation
import Synchronization
import Testing

@testable import SiteRuntime

@Suite struct HookTests {
  private func program(_ name: String, _ body: String, in folder: Scratch) throws -> String {
    let path = folder.path + "/" + name
    try "#!/bin/sh\n\(body)\n".write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  private func hooked(
    _ model: ModelAdapter, _ folder: Scratch, beforeStart: [String] = [], afterEnd: [String]
  ) throws -> HookedAdapter {
    try HookedAdapter(
      model, beforeStart: beforeStart, afterEnd: afterEnd, folder: folder.path + "/hooks",
      now: { model.clock.now })
  }

  private func order(_ state: AllocationOrder.State, gpus: Int64 = 8) -> AllocationOrder {
    AllocationOrder(
      lease: "l-1", tenant: "hku", pool: "p", chip: "c", state: state, gpus: gpus, start: 0,
      end: 1_900_000_000_000, due: 0, users: ["chan", "lee"])
  }

  @Test("hooks run once before a lease opens and once after nothing of it is left")
  func order() async throws {
    let folder = try Scratch()
    let log = folder.path + "/log"
    let before = try program(
      "before", "echo before $SAMPAN_LEASE $SAMPAN_TENANT $SAMPAN_USERS >>\(log)", in: folder)
    let after = try program("after", "echo after $SAMPAN_LEASE >>\(log)", in: folder)
    let model = ModelAdapter(HandClock())
    let adapter = try hooked(model, folder, beforeStart: [before], afterEnd: [after])
    _ = try await adapter.apply(order(.prepared))
    #expect(!FileManager.default.fileExists(atPath: log))
    #expect(try await adapter.plan(order(.open)).first == before)
    _ = try await adapter.apply(order(.open))
    _ = try await adapter.apply(order(.open, gpus: 16))
    // A new life of the agent finds the gate open.
    let next = try hooked(model, folder, beforeStart: [before], afterEnd: [after])
    _ = try await next.apply(order(.open))
    try await next.remove("l-1")
    #expect(
      try String(contentsOfFile: log, encoding: .utf8)
        == "before l-1 hku chan lee\nafter l-1\n")
  }

  @Test("while a hook fails the gate stays closed, and a removed lease counts as there")
  func failing() async throws {
    let folder = try Scratch()
    let bad = try program("bad", "echo disk full >&2; exit 3", in: folder)
    let model = ModelAdapter(HandClock())
    let adapter = try hooked(model, folder, beforeStart: [bad], afterEnd: [bad])
    let refused = await #expect(throws: AdapterError.self) {
      try await adapter.apply(order(.open))
    }
    #expect(refused?.isTransient == true && refused?.reason.contains("disk full") == true)
    #expect(try model.allocations() == [])
    let removed = await #expect(throws: AdapterError.self) { try await adapter.remove("l-1") }
    #expect(removed?.isTransient == true)
    let missing = try hooked(model, folder, beforeStart: ["/nowhere/x"], afterEnd: [])
    #expect(
      try await missing.check().contains { $0.level == .fail && $0.text.contains("/nowhere") })
  }

  @Test("the hook for the end runs when the agent died between the removal and the hook")
  func diedBetween() async throws {
    let folder = try Scratch()
    let log = folder.path + "/log"
    let after = try program(
      "after", "[ -e \(folder.path)/well ] || exit 1; echo after $SAMPAN_LEASE >>\(log)", in: folder
    )
    let model = ModelAdapter(HandClock())
    let dying = try hooked(model, folder, afterEnd: [after])
    _ = try await dying.apply(order(.open))
    // Its hook fails, and it is never asked again.
    await #expect(throws: AdapterError.self) { try await dying.remove("l-1") }
    #expect(try model.allocations() == [])
    try "".write(toFile: folder.path + "/well", atomically: true, encoding: .utf8)
    let next = try hooked(model, folder, afterEnd: [after])
    let left = try await next.allocations()
    #expect(left.map(\.lease) == ["l-1"] && left.map(\.gpus) == [0] && left[0].pool == "p")
    try await next.remove("l-1")
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "after l-1\n")
    #expect(try await next.allocations() == [])
    #expect(try await hooked(model, folder, afterEnd: [after]).allocations() == [])
  }

  @Test("the hook for the end runs for a lease that ended while no agent lived, and not before")
  func endedAlone() async throws {
    let folder = try Scratch()
    let after = try program("after", "echo $SAMPAN_LEASE >>\(folder.path)/log", in: folder)
    let model = ModelAdapter(HandClock())
    _ = try await hooked(model, folder, afterEnd: [after]).apply(order(.prepared))
    model.state.withLock { $0.leases = [:] }
    let next = try hooked(model, folder, afterEnd: [after])
    #expect(try await next.allocations() == [], "lost, but not over: it is to be made again")
    model.clock.pass(1_900_000_000_000 - model.clock.now)
    #expect(try await next.allocations().map(\.lease) == ["l-1"])
  }

  @Test("a program maps members to users: nothing or exit 1 is nobody, another exit may pass")
  func people() async throws {
    let folder = try Scratch()
    let map = try program(
      "map",
      "read m; case $m in p-1) echo lee;; p-2) ;; p-3) exit 1;; *) echo down >&2; exit 4;; esac",
      in: folder)
    let people = PeopleCommand([map])
    // A program has twenty seconds, which a busy machine may need for something else.
    func user(of member: String) async -> PersonAnswer {
      var answer = await people.user(of: member)
      for _ in 0..<10 {
        guard case .again(let reason) = answer, reason.contains("within 20 s") else { break }
        answer = await people.user(of: member)
      }
      return answer
    }
    #expect(await user(of: "p-1") == .user("lee"))
    #expect(await user(of: "p-2") == .unknown)
    #expect(await user(of: "p-3") == .unknown)
    guard case .again(let reason) = await user(of: "p-4") else {
      Issue.record("a failing program answers")
      return
    }
    #expect(reason.contains("down"))
  }
}
