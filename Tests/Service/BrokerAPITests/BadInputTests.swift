import BrokerAPI
import Foundation
import Testing

/// What a broker does with a request before it asks the ledger, by the route table alone.
private struct Door {
  /// Nil when the request may pass.
  static func problem(of row: BadInputRow) -> Problem? {
    do throws(Problem) {
      try check(row)
      return nil
    } catch {
      return error
    }
  }

  private static func check(_ row: BadInputRow) throws(Problem) {
    let parts = row.path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let given = parts[0].split(separator: "/").map {
      String($0).removingPercentEncoding ?? "\u{FFFD}"
    }
    let query = (parts.count > 1 ? parts[1].split(separator: "&") : []).map { pair in
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = sides.count > 1 ? String(sides[1]) : ""
      return (name: String(sides[0]), value: value.removingPercentEncoding ?? "\u{FFFD}")
    }
    for route in Route.all where route.method.rawValue == row.method {
      let template = route.path.split(separator: "/").map(String.init)
      guard template.count == given.count,
        zip(template, given).allSatisfy({ $0.hasPrefix("{") || $0 == $1 })
      else { continue }
      let path = zip(template, given).filter { $0.0.hasPrefix("{") }.map {
        (name: String($0.0.dropFirst().dropLast()), value: $0.1)
      }
      _ = try route.arguments(path: path, query: query)
      if route.needsKey { _ = try CommandID(headerValues: row.keys) }
      if let body = route.body { _ = try body.read(row.body ?? []) }
      return
    }
    Issue.record("\(row.name): no route for \(row.method) \(row.path)")
  }
}

struct BadInputTests {
  static let formRows = BadInputRows.all.filter { $0.finder == .form }

  @Test(
    "a request that is wrong in its form is refused, with the code and place of its fault",
    arguments: formRows)
  func refused(_ row: BadInputRow) throws {
    let problem = try #require(Door.problem(of: row), "it passed")
    #expect(problem.code == row.code, "\(problem.detail)")
    #expect(problem.status == row.status)
    if let pointer = row.pointer { #expect(problem.pointer == pointer, "\(problem.detail)") }
  }

  @Test(
    "what a refusal says is one line of visible ASCII, and says what to do", arguments: formRows)
  func message(_ row: BadInputRow) throws {
    let problem = try #require(Door.problem(of: row))
    for text in [problem.title, problem.detail, problem.next ?? ""] {
      #expect(!text.isEmpty)
      #expect(text.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) }, "\(text)")
      #expect(text.utf8.count < 500)
    }
    let fault = StrictFault(problem)
    #expect(try Problem(json: problem.json()) == problem)
    #expect(Problem.schema.faults(of: try StrictJSON.parse(problem.json())) == [], "\(fault)")
  }

  private struct StrictFault: CustomStringConvertible {
    let description: String
    init(_ problem: Problem) { description = String(decoding: problem.json(), as: UTF8.self) }
  }

  @Test("the requests that the rows spoil are themselves right")
  func unspoilt() throws {
    _ = try Wire.PlaceBid.read(Array(BadInputRows.goodBid.utf8))
    _ = try Wire.PlaceBid.read(Array(BadInputRows.elasticBid.utf8))
    _ = try Wire.RecordDeposit.read(Array(BadInputRows.goodDeposit.utf8))
    _ = try Wire.AddParty.read(Array(BadInputRows.goodParty.utf8))
    _ = try Wire.ReportReadings.read(Array(BadInputRows.goodReadings.utf8))
    _ = try Wire.PublishOffer.read(Array(BadInputRows.goodOffer.utf8))
    _ = try Wire.SetRate.read(Array(BadInputRows.goodRate.utf8))
    for row in BadInputRows.facts { #expect(Door.problem(of: row) == nil, "\(row.name)") }
    for key in [BadInputRows.goodKey, "\"\(BadInputRows.goodKey)\""] {
      #expect(try CommandID(headerValues: [key]).text == BadInputRows.goodKey)
    }
  }

  @Test("no two rows have one name")
  func namesAreDistinct() {
    let names = BadInputRows.all.map(\.name)
    let twice = Dictionary(grouping: names, by: { $0 }).filter { $0.value.count > 1 }.keys
    #expect(twice.isEmpty)
  }

  @Test("every code that the strict parser and the schemas have is met by a row")
  func codesAreMet() {
    let met = Set(Self.formRows.map(\.code))
    let all = StrictJSON.Reason.allCases.map(\.rawValue) + Fault.Kind.allCases.map(\.rawValue)
    #expect(all.filter { !met.contains($0) } == [])
  }

  @Test("all faults of a body are reported at once")
  func allFaults() throws {
    let body = BadInputRows.goodBid.replacing(#""gpus":16"#, with: #""gpus":0,"memroy":1"#)
      .replacing("HKD 19.00", with: "hkd 19").replacing(#""kind":"block""#, with: #""kin":"block""#)
    let problem = try #require(throws: Problem.self) {
      try Wire.PlaceBid.read(Array(body.utf8))
    }
    let faults = try #require(problem.faults)
    #expect(
      faults.map(\.pointer) == [
        "/kin", "/alternatives/0/gpus", "/alternatives/0/memroy", "/alternatives/0/limit", "/kind",
      ])
    #expect(faults[0].detail.contains("did you mean \"kind\""))
  }
}
