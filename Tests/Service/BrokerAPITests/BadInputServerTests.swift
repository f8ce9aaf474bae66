import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing
import Transport

/// The whole catalogue against a running broker.
@Suite struct BadInputServerTests {
  @Test(
    "every bad request is refused by a running broker, with its status and code, and leaves no entry"
  )
  func catalogue() async throws {
    let broker = try BrokerProcess(
      start: "2030-02-27T08:00:00+08:00",
      market: BrokerProcess.market.replacingOccurrences(of: "h800-80g", with: "h800, h800-80g"))
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let before = try await written(broker)
    for row in BadInputRows.all where row.finder == .form {
      let answer = try await send(row, market)
      check(row, answer)
    }
    #expect(try await written(broker) == before, "a request that is wrong in form is not logged")
    for row in BadInputRows.all where row.finder == .ledger {
      let answer = try await send(row, market)
      check(row, answer)
      #expect(answer.header("Sampan-Position") != nil, "\(row.name): a refusal is on record")
    }
    // It still works.
    #expect(try await broker.maker.whoami().party == "platform")
  }

  private func check(_ row: BadInputRow, _ answer: HTTPResponse) {
    // A header this long never reaches a route: the HTTP parser refuses it and hangs up.
    if row.keys.contains(where: { $0.utf8.count > 8_000 }) {
      #expect(answer.status == 400 || answer.status == 431, "\(row.name)")
      return
    }
    let body = try? Problem(json: answer.body)
    if let status = row.status {
      #expect(
        answer.status == status, "\(row.name): \(String(decoding: answer.body, as: UTF8.self))")
    } else {
      #expect((400...499).contains(answer.status), "\(row.name)")
    }
    #expect(
      answer.header("Content-Type")?.hasPrefix("application/problem+json") == true,
      "\(row.name): \(answer.status) \(answer.headers)")
    guard let body else {
      Issue.record("\(row.name): no problem: \(String(decoding: answer.body, as: UTF8.self))")
      return
    }
    #expect(body.code == row.code, "\(row.name): \(body.detail)")
    if let pointer = row.pointer { #expect(body.pointer == pointer, "\(row.name)") }
    #expect(!body.detail.isEmpty && body.next?.isEmpty == false, "\(row.name) says what to do")
  }

  private func send(_ row: BadInputRow, _ market: SampleMarket) async throws -> HTTPResponse {
    var headers = [("Authorization", "Bearer \(token(row, market))")]
    if row.method == "POST" {
      headers += row.keys.map { ("Idempotency-Key", $0 == BadInputRows.goodKey ? fresh() : $0) }
      headers.append(("Content-Type", "application/json"))
    }
    return try await market.broker.transport.send(
      HTTPRequest(
        method: row.method, url: market.broker.address + row.path, headers: headers,
        body: row.method == "POST" ? row.body ?? [] : nil))
  }

  private func fresh() -> String { CommandID.random().text }

  /// Of somebody who may send it.
  private func token(_ row: BadInputRow, _ market: SampleMarket) -> String {
    let path = row.path.split(separator: "?")[0].split(separator: "/")
    let route = Route.all.first { route in
      let template = route.path.split(separator: "/")
      return route.method.rawValue == row.method && template.count == path.count
        && zip(template, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
    let maker = market.broker.text("data/p-0-1.token")
    guard case .roles(let roles)? = route?.who else { return maker }
    if roles.contains(.platform) { return maker }
    if roles.contains(.agent) { return market.agents["cyberport-h"] ?? "" }
    return market.traders["hku-nlp"] ?? ""
  }

  /// How many entries were sent by somebody other than the broker itself.
  private func written(_ broker: BrokerProcess) async throws -> Int {
    try await broker.maker.ledgerEntries().all().filter {
      !$0.entry.hasPrefix(#"{"by":"p-0-0""#)
    }.count
  }
}
