import BrokerAPI
import BrokerClient

extension Session {
  /// The account that the caller's party spends from.
  func spendingAccount() async throws -> Wire.Account {
    let party = try await client.whoami().party
    let accounts = try await client.listAccounts().all().filter { $0.party == party }
    guard let account = accounts.first else {
      throw Failure(
        why: "\(party) has no account", code: "no_account",
        next: "Bids are for tenants: use a tenant's token, see `sampan whoami`.", exit: .refused)
    }
    return account
  }

  /// What a shape needs to know of the market, and no more.
  func facts(for shape: Shape, currency: Wire.CurrencyCode?) async throws -> MarketFacts {
    var facts = MarketFacts(now: try await client.clock().market, currency: currency ?? .hkd)
    facts.chips = try await client.listChips().all().map(\.chip)
    let usesNodes = shape.alternatives.contains { alternative in
      if case .nodes = alternative.size { true } else { false }
    }
    if usesNodes { facts.offers = try await client.listOffers().all() }
    guard shape.asksMarketPrice else { return facts }
    facts.prices = try await lastPrices()
    facts.sites = try await client.listSites().all()
    facts.rates = try await client.listRates().all()
    facts.feePermille = try await client.showRules().feePermille
    return facts
  }

  /// Nil before the first round has ended.
  private func lastPrices() async throws -> Wire.MarketPrices? {
    do {
      return try await client.marketPrices()
    } catch BrokerClientError.refused(let problem)
      where problem.code == ProblemCode.nothingYet.rawValue
    {
      return nil
    }
  }
}
