package import AdapterKit
import Foundation
import Subprocess
import Synchronization

/// Any program as an adapter: one call, one run of the program, JSON in, JSON out (PROTOCOL.md).
/// What the program answers is checked before anybody believes it.
package struct ExecSite: Adapter {
  private let configuration: ExecConfiguration
  private let now: @Sendable () -> Int64
  /// What the program said at the last removal.
  private let wipes = Wipes()

  private final class Wipes: Sendable {
    let last = Mutex<[String: Bool]>([:])
  }

  /// `now` is the market's clock; the program is told the time and needs no clock of its own.
  package init(_ configuration: ExecConfiguration, now: @escaping @Sendable () -> Int64) {
    self.configuration = configuration
    self.now = now
  }

  package func check() async throws(AdapterError) -> [Finding] {
    if let fault = programFault { return [fault] }
    let answer: CheckAnswer = try await call(ExecRequest(verb: "check", now: now()))
    return [Finding(.ok, "exec: \(configuration.program) answers")] + answer.findings
  }

  package func capacity() async throws(AdapterError) -> [PoolCapacity] {
    let answer: CapacityAnswer = try await call(ExecRequest(verb: "capacity", now: now()))
    for pool in answer.pools { if let fault = pool.fault { throw wrong("capacity", fault) } }
    return answer.pools
  }

  package func allocations() async throws(AdapterError) -> [Allocation] {
    let answer: AllocationsAnswer = try await call(ExecRequest(verb: "allocations", now: now()))
    for allocation in answer.allocations { try confirm(allocation, in: "allocations") }
    return answer.allocations.filter { $0.state != .absent }
  }

  package func apply(_ order: AllocationOrder) async throws(AdapterError) -> Allocation {
    if let fault = order.fault { throw .final("order \(order.lease): \(fault)") }
    var request = ExecRequest(verb: "apply", now: now())
    request.order = order
    let answer: ApplyAnswer = try await call(request)
    try confirm(answer.allocation, in: "apply")
    guard answer.allocation.lease == order.lease else {
      throw wrong("apply", "asked for \(order.lease), answered \(answer.allocation.lease)")
    }
    return answer.allocation
  }

  package func remove(_ lease: String) async throws(AdapterError) {
    guard Identifier.isValid(lease) else { throw .final("\"\(lease)\" is not a lease") }
    var request = ExecRequest(verb: "remove", now: now())
    request.lease = lease
    let output = try await run(request)
    let answer = try? JSONDecoder().decode(RemoveAnswer.self, from: output)
    wipes.last.withLock { $0 = answer?.wiped.map { [lease: $0] } ?? [:] }
  }

  package func wiped(_ lease: String) async -> Bool? { wipes.last.withLock { $0[lease] } }

  package func usage(_ interval: Interval) async throws(AdapterError) -> [Usage] {
    let time = now()
    let asked = Interval(from: interval.from, to: min(interval.to, time))
    guard asked.length > 0 else { return [] }
    var request = ExecRequest(verb: "usage", now: time)
    request.interval = asked
    let answer: UsageAnswer = try await call(request)
    for usage in answer.usage {
      guard Identifier.isValid(usage.lease), usage.delivered >= 0, usage.used >= 0,
        usage.from >= asked.from, usage.to <= asked.to, usage.from <= usage.to
      else { throw wrong("usage", "\(usage.lease): negative, or outside what was asked") }
    }
    return answer.usage
  }

  /// Nil when the program can be started.
  private var programFault: Finding? {
    let path = configuration.program
    guard path.hasPrefix("/") else {
      return Finding(.fail, "exec: \"\(path)\" is not an absolute path", remedy: "write it in full")
    }
    guard FileManager.default.isExecutableFile(atPath: path) else {
      return Finding(.fail, "exec: \(path) cannot be started", remedy: "chmod +x, or correct it")
    }
    let mode = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    guard let mode, mode & 0o002 == 0 else {
      return Finding(.fail, "exec: anybody may write \(path)", remedy: "chmod o-w \(path)")
    }
    return nil
  }

  private func confirm(
    _ allocation: Allocation, in verb: String
  ) throws(AdapterError) {
    guard Identifier.isValid(allocation.lease), Identifier.isValid(allocation.pool),
      (0...1_000_000).contains(allocation.gpus)
    else { throw wrong(verb, "lease \(allocation.lease), \(allocation.gpus) GPUs cannot be") }
  }

  private func wrong(_ verb: String, _ what: String) -> AdapterError {
    .again("\(configuration.program) \(verb): wrong answer: \(what); see adapters/Exec/PROTOCOL.md")
  }

  private func call<Answer: Decodable>(
    _ request: ExecRequest
  ) async throws(AdapterError) -> Answer {
    let output = try await run(request)
    do {
      return try JSONDecoder().decode(Answer.self, from: output)
    } catch {
      throw wrong(request.verb, "\(error)")
    }
  }

  /// Runs the program once. Exit 0 is an answer, 1 is final, everything else may be tried again.
  private func run(_ request: ExecRequest) async throws(AdapterError) -> Data {
    let name = "\(configuration.program) \(request.verb)"
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let input = try? encoder.encode(request) else {
      throw .final("\(name): the request cannot be written as JSON")
    }
    let run = ProgramRun(
      program: configuration.program, arguments: [request.verb],
      environment: ProgramRun.environment().merging(configuration.environment) { $1 }
        .merging(request.environment) { $1 }, input: input,
      timeLimit: .seconds(configuration.timeLimitSeconds), outputLimit: configuration.outputLimit)
    switch await run.result() {
    case .exited(0, let output, _): return output
    case .exited(1, _, let words): throw .final("\(name): \(words.last)")
    case .exited(75, _, let words): throw .again("\(name): \(words.last)")
    case .exited(let code, _, let words): throw .again("\(name): exit \(code): \(words.last)")
    case .signalled(let signal): throw .again("\(name): ended by signal \(signal)")
    case .overTime:
      throw .again("\(name): no answer within \(configuration.timeLimitSeconds) s; it was ended")
    case .overOutput:
      throw .again("\(name): its answer is over \(configuration.outputLimit) bytes; it was ended")
    case .notStarted(let reason): throw .again("\(name): cannot be started: \(reason)")
    }
  }
}
