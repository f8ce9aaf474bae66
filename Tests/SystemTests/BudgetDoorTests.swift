import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// Budgets of a tenant and its projects, by the command line and a real broker.
@Suite(.serialized) struct BudgetDoorTests {
  /// A command of the command line by the owner of a token.
  private func sampan(
    _ broker: BrokerProcess, _ words: [String], token: String
  ) throws -> (status: Int32, output: String) {
    let run = try broker.run(
      "sampan", words + ["--broker", broker.address, "--token-file", token])
    return (run.status, run.output)
  }

  /// The token of a new member, as a file.
  private func member(_ broker: BrokerProcess, _ party: String, _ role: Wire.Role) async throws
    -> String
  {
    let position = try await broker.approved(
      try await broker.maker.addMember(party, Wire.AddMember(roles: [role])))
    let file = "\(role.rawValue).token"
    try broker.write(file, try await broker.maker.makeToken("p-\(position)").token)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: broker.folder.path + "/" + file)
    return file
  }

  @Test("a manager sets what a project may use; a bid past it is refused, and the budget says why")
  func life() async throws {
    // No month ends under it.
    let broker = try BrokerProcess(start: "2026-12-02T08:00:00+08:00")
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let manager = try await member(broker, "hku-nlp", .manager)
    let trader = try await member(broker, "hku-nlp", .trader)
    let added = try sampan(
      broker, ["party", "project", "hku-nlp", "llama", "--yes", "-o", "json"],
      token: "data/p-0-1.token")
    #expect(added.status == 0, "\(added.output)")
    let waiting = try #require(try await broker.maker.listApprovals().all().first)
    #expect(waiting.summary == "add project llama of hku-nlp")
    _ = try await broker.checker.approve(waiting.position)

    let set = [
      "budget", "set", "--project", "llama", "--money", "HKD 400.00", "--gpu-hours", "20",
      "--carry", "50%", "--grace", "12.5%", "--yes",
    ]
    let byTrader = try sampan(broker, set, token: trader)
    #expect(byTrader.status != 0)
    #expect(byTrader.output.contains("manager"), "\(byTrader.output)")
    let done = try sampan(broker, set, token: manager)
    #expect(done.status == 0, "\(done.output)")

    // 8 GPUs for an hour at HKD 20.00 and at 40.00: HKD 160.00 and 320.00 of 450.00.
    var bid = try await market.block(limit: WireMoney(.hkd, minor: 2_000))
    bid.project = "llama"
    let hku = market.trader("hku-nlp")
    _ = try await hku.placeBid(bid)
    var dear = bid
    dear.alternatives[0].limit = WireMoney(.hkd, minor: 4_000)
    await refused("budget_money_spent", 132, 409) { _ = try await hku.placeBid(dear) }
    _ = try await hku.placeBid(bid)
    await refused("budget_hours_spent", 131, 409) { _ = try await hku.placeBid(bid) }
    bid.project = "mistral"
    await refused("unknown_project", 130, 404) { _ = try await hku.placeBid(bid) }
    bid.project = nil
    _ = try await hku.placeBid(bid)
    try shown(broker, trader)
    try await others(broker, market)
  }

  /// What the command line shows of the budget.
  private func shown(_ broker: BrokerProcess, _ trader: String) throws {
    let shown = try sampan(broker, ["budget", "show", "-o", "csv"], token: trader)
    #expect(shown.status == 0, "\(shown.output)")
    let project = try #require(
      shown.output.split(whereSeparator: \.isNewline).first { $0.hasPrefix("llama,") })
    #expect(project.contains("HKD 400.00"), "\(shown.output)")
    let over = try sampan(
      broker,
      [
        "bid", "place", "--gpus", "8", "--chip", "h800-80g", "--for", "1h", "--max-price", "20",
        "--project", "llama", "--yes",
      ], token: trader)
    #expect(over.status == 1)
    #expect(over.output.contains("budget of GPU-hours"), "\(over.output)")
    #expect(over.output.contains("It may need 8.0 GPU-hours in 2"), "\(over.output)")
    #expect(over.output.contains("the budget of project llama has less left"), "\(over.output)")
    #expect(over.output.contains("sampan budget show"), "\(over.output)")
  }

  /// Who sees it, and who does not.
  private func others(_ broker: BrokerProcess, _ market: SampleMarket) async throws {
    let hku = market.trader("hku-nlp")
    let rows = try await hku.showBudgets().months
    #expect(Set(rows.map(\.project)) == [nil, "llama"])
    let now = try await broker.maker.clock().market.text.prefix(7).replacing("-", with: "")
    let llama = try #require(rows.first { $0.project == "llama" && "\($0.month)" == now })
    #expect(llama.money.limit?.minor == 40_000 && llama.gpuTime.limit?.milliseconds == 72_000_000)
    #expect(llama.carryPermille == 500 && llama.gracePermille == 125)
    let lab = market.trader("sz-lab")
    await refused("not_found", nil, 404) { _ = try await lab.showBudgets(tenant: "hku-nlp") }
    #expect(try await lab.showBudgets().months.allSatisfy { $0.money.limit == nil })
    #expect(try await broker.maker.showBudgets(tenant: "hku-nlp").months == rows)
  }

  private func refused(
    _ code: String, _ number: Int?, _ status: Int, _ body: () async throws -> Void
  ) async {
    await #expect {
      try await body()
    } throws: { error in
      guard case .refused(let problem)? = error as? BrokerClientError else { return false }
      return problem.code == code && problem.number == number && problem.status == status
    }
  }
}
