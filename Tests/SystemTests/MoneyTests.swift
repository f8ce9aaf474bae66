import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// Money between parties and at the bank, by the command line and a real broker.
@Suite(.serialized) struct MoneyTests {
  @Test("money goes between parties in one step or two, and months are settled with the bank")
  func settled() async throws {
    // No month ends under it.
    let broker = try BrokerProcess(start: "2026-12-02T08:00:00+08:00")
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let hku = market.trader("hku-nlp")
    let ten = WireMoney(.hkd, minor: 1_000)
    func leg(_ action: Wire.TransferAction, _ pending: String? = nil) -> Wire.SendTransfer {
      guard let pending else {
        return Wire.SendTransfer(legs: [
          Wire.TransferLeg(
            action: action, debit: "hku-nlp:hkd", credit: "cyberport:hkd", amount: ten,
            timeoutMs: action == .pend ? 3_600_000 : nil)
        ])
      }
      return Wire.SendTransfer(legs: [Wire.TransferLeg(action: action, pending: pending)])
    }
    _ = try await hku.sendTransfer(leg(.pay))
    let pending = try #require(try await hku.sendTransfer(leg(.pend)).id)
    #expect(try await hku.showAccount("hku-nlp:hkd").held == ten)
    #expect(try await hku.listTransfers(state: .pending).all().map(\.transfer) == [pending])
    _ = try await hku.sendTransfer(leg(.post, pending))
    // Twice: the reason, its leg, and the same again under the same key.
    let key = CommandID.random()
    for _ in 0..<2 {
      await #expect {
        _ = try await hku.sendTransfer(leg(.void, pending), key: key)
      } throws: { error in
        guard case .refused(let problem)? = error as? BrokerClientError else { return false }
        return problem.code == "pending_posted" && problem.number == 157
          && problem.pointer == "/legs/0" && problem.legs == ["pending_posted"]
      }
    }
    #expect(try await market.trader("sz-lab").listTransfers().all().isEmpty)
    try await settle(broker, market)
  }

  /// The centre has HKD 20.00: the command line says so, pays it out, and compares with the bank.
  private func settle(_ broker: BrokerProcess, _ market: SampleMarket) async throws {
    let month = try await broker.maker.clock().market.text.prefix(7)
    func rows() async throws -> [Wire.Settlement] {
      try await broker.maker.listSettlements(currency: .hkd).all()
    }
    let before = try #require(try await rows().first { $0.account == "cyberport:hkd" })
    #expect(before.due.minor == 2_000 && before.open.minor == 2_000 && before.earned.minor == 2_000)
    let tenant = try #require(try await rows().first { $0.account == "hku-nlp:hkd" })
    #expect(tenant.due.minor == 0 && tenant.spent.minor == 2_000)
    #expect(tenant.received.minor == 100_000_000)

    let maker = ["--broker", broker.address, "--token-file", "data/p-0-1.token"]
    func sampan(_ words: [String]) throws -> (status: Int32, output: String) {
      let run = try broker.run("sampan", words + maker)
      return (run.status, run.output)
    }
    let confirm = try sampan([
      "settlement", "confirm", "cyberport:hkd", "--month", "\(month)", "--reference", "FT-9",
      "--yes", "-o", "json",
    ])
    #expect(confirm.status == 0, "\(confirm.output)")
    let waiting = try #require(try await broker.maker.listApprovals().all().first)
    #expect(waiting.summary.contains("HKD 20.00 from cyberport:hkd, for \(month)"))
    _ = try await broker.checker.approve(waiting.position)
    let after = try #require(try await rows().first { $0.account == "cyberport:hkd" })
    #expect(after.confirmed.minor == 2_000 && after.open.minor == 0 && after.sent.minor == 2_000)
    let again = try sampan([
      "settlement", "confirm", "cyberport:hkd", "--month", "\(month)", "--reference", "FT-10",
      "--yes",
    ])
    #expect(again.status == 1, "nothing is open any more")

    try broker.write(
      "bank.csv", "date,reference,amount\n,opening hku-nlp,1000000.00\n,FT-9,-20.00\n")
    let reconcile = ["settlement", "reconcile", "--currency", "HKD", "--file", "bank.csv"]
    let good = try sampan(reconcile)
    #expect(good.status == 0, "\(good.output)")
    try broker.write(
      "bank.csv", "date,reference,amount\n,opening hku-nlp,1000000.00\n,FT-9,-21.00\n")
    let bad = try sampan(reconcile + ["-o", "csv"])
    #expect(bad.status == 6)
    #expect(bad.output.contains("differs,FT-9,HKD -21.00,HKD -20.00,cyberport:hkd"))
  }
}
