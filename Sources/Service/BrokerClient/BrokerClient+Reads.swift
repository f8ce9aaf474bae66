package import BrokerAPI

/// What only reads. `atLeast` asks for an answer that is at least that far.
extension BrokerClient {
  /// Who the caller is.
  package func whoami(atLeast minimum: Position? = nil) async throws -> Wire.Whoami {
    try await read(.whoami, atLeast: minimum)
  }

  /// The market's clock.
  package func clock() async throws -> Wire.Clock {
    try await read(.clock)
  }

  /// One site.
  package func showSite(
    _ site: String, atLeast minimum: Position? = nil
  ) async throws -> Wire.Site {
    try await read(.showSite, [site], atLeast: minimum)
  }

  /// Prices of the last round that ended, or of the last up to one.
  package func marketPrices(
    pool: String? = nil, round: Int64? = nil, atLeast minimum: Position? = nil
  ) async throws -> Wire.MarketPrices {
    try await read(
      .marketPrices, [], [("pool", pool), ("round", round.map { "\($0)" })], atLeast: minimum)
  }

  /// Depth after the last clearing.
  package func marketBook(
    pool: String? = nil, atLeast minimum: Position? = nil
  ) async throws -> Wire.MarketBook {
    try await read(.marketBook, [], [("pool", pool)], atLeast: minimum)
  }

  /// One round.
  package func showRound(_ n: Int64, atLeast minimum: Position? = nil) async throws -> Wire.Round {
    try await read(.showRound, [String(n)], atLeast: minimum)
  }

  /// One bid.
  package func showBid(_ bid: String, atLeast minimum: Position? = nil) async throws -> Wire.Bid {
    try await read(.showBid, [bid], atLeast: minimum)
  }

  /// Why it was filled or not.
  package func explainBid(
    _ bid: String, atLeast minimum: Position? = nil
  ) async throws -> Wire.Explanation {
    try await read(.explainBid, [bid], atLeast: minimum)
  }

  /// One lease.
  package func showLease(
    _ lease: String, atLeast minimum: Position? = nil
  ) async throws -> Wire.Lease {
    try await read(.showLease, [lease], atLeast: minimum)
  }

  /// What proves the trade that a lease came from.
  package func leaseReceipt(_ lease: String) async throws -> Wire.TradeReceipt {
    try await read(.leaseReceipt, [lease])
  }

  /// What the log says of a lease after a position, with what proves it; a page.
  package func leaseEvidence(
    _ lease: String, after: Position? = nil
  ) async throws -> Wire.LeaseEvidence {
    try await read(.leaseEvidence, [lease], after.map { [("after", $0.text)] } ?? [])
  }

  /// How the tenant gets in.
  package func leaseAccess(
    _ lease: String, atLeast minimum: Position? = nil
  ) async throws -> Wire.LeaseAccess {
    try await read(.leaseAccess, [lease], atLeast: minimum)
  }

  /// A tenant's budgets; the caller's own when left out.
  package func showBudgets(
    tenant: String? = nil, atLeast minimum: Position? = nil
  ) async throws -> Wire.Budgets {
    try await read(.showBudgets, [], [("tenant", tenant)], atLeast: minimum)
  }

  /// One dispute.
  package func showDispute(
    _ dispute: String, atLeast minimum: Position? = nil
  ) async throws -> Wire.Dispute {
    try await read(.showDispute, [dispute], atLeast: minimum)
  }

  /// The party's disputes, latest first.
  package func listDisputes(
    state: Wire.DisputeState? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.Dispute> {
    Pages(
      client: self, operation: .listDisputes, query: [("state", state?.rawValue)],
      minimum: minimum)
  }

  /// One account.
  package func showAccount(
    _ account: String, atLeast minimum: Position? = nil
  ) async throws -> Wire.Account {
    try await read(.showAccount, [account], atLeast: minimum)
  }

  /// The rules in force.
  package func showRules(atLeast minimum: Position? = nil) async throws -> Wire.Rules {
    try await read(.showRules, atLeast: minimum)
  }

  /// Who must have cosigned, and what surveillance measures by.
  package func showOversight() async throws -> Wire.OversightInForce {
    try await read(.showOversight)
  }

  /// Whether the market sells, and by which rules.
  package func marketStatus(atLeast minimum: Position? = nil) async throws -> Wire.MarketStatus {
    try await read(.marketStatus, atLeast: minimum)
  }

  /// How far the ledger is.
  package func ledgerHead(atLeast minimum: Position? = nil) async throws -> Wire.LedgerHead {
    try await read(.ledgerHead, atLeast: minimum)
  }

  /// Parties with their members.
  package func listParties(atLeast minimum: Position? = nil) -> Pages<Wire.Party> {
    Pages(client: self, operation: .listParties, minimum: minimum)
  }

  /// Commands that wait for a second principal.
  package func listApprovals(atLeast minimum: Position? = nil) -> Pages<Wire.Approval> {
    Pages(client: self, operation: .listApprovals, minimum: minimum)
  }

  /// The catalogue of chips.
  package func listChips(atLeast minimum: Position? = nil) -> Pages<Wire.Chip> {
    Pages(client: self, operation: .listChips, minimum: minimum)
  }

  /// Sites.
  package func listSites(atLeast minimum: Position? = nil) -> Pages<Wire.Site> {
    Pages(client: self, operation: .listSites, minimum: minimum)
  }

  /// Offers in force.
  package func listOffers(
    site: String? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.Offer> {
    Pages(client: self, operation: .listOffers, query: [("site", site)], minimum: minimum)
  }

  /// Rounds, latest first.
  package func listRounds(atLeast minimum: Position? = nil) -> Pages<Wire.Round> {
    Pages(client: self, operation: .listRounds, minimum: minimum)
  }

  /// The party's bids, latest first.
  package func listBids(
    state: Wire.BidState? = nil, round: Int64? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.Bid> {
    Pages(
      client: self, operation: .listBids,
      query: [("state", state?.rawValue), ("round", round.map(String.init))], minimum: minimum)
  }

  /// The party's leases, latest first.
  package func listLeases(
    state: Wire.LeaseState? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.Lease> {
    Pages(
      client: self, operation: .listLeases, query: [("state", state?.rawValue)], minimum: minimum)
  }

  /// Accounts.
  package func listAccounts(atLeast minimum: Position? = nil) -> Pages<Wire.Account> {
    Pages(client: self, operation: .listAccounts, minimum: minimum)
  }

  /// Transfers, latest first.
  package func accountStatement(
    _ account: String, atLeast minimum: Position? = nil
  ) -> Pages<Wire.StatementLine> {
    Pages(client: self, operation: .accountStatement, path: [account], minimum: minimum)
  }

  /// Lines of invoices of a month, in the order of the log.
  package func billedLines(
    month: String, seller: String? = nil, buyer: String? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.BilledLine> {
    Pages(
      client: self, operation: .listBilledLines,
      query: [("month", month), ("seller", seller), ("buyer", buyer)], minimum: minimum)
  }

  /// What sellers bill buyers for a month.
  package func invoices(
    month: String, seller: String? = nil, buyer: String? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.Invoice> {
    Pages(
      client: self, operation: .listInvoices,
      query: [("month", month), ("seller", seller), ("buyer", buyer)], minimum: minimum)
  }

  /// What the platform did in one or more months.
  package func platformReport(
    month: String, through: String? = nil, atLeast minimum: Position? = nil
  ) async throws -> Wire.PlatformReport {
    try await read(
      .platformReport, [], [("month", month), ("through", through)], atLeast: minimum)
  }

  /// What funds did in a year.
  package func schemeReport(
    year: Int, fund: String? = nil, atLeast minimum: Position? = nil
  ) async throws -> Wire.SchemeReport {
    try await read(
      .schemeReport, [], [("year", String(year)), ("fund", fund)], atLeast: minimum)
  }

  /// Transfers from and to the party, latest first.
  package func listTransfers(
    state: Wire.TransferState? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.Transfer> {
    Pages(
      client: self, operation: .listTransfers, query: [("state", state?.rawValue)],
      minimum: minimum)
  }

  /// Deposits and payouts, latest first.
  package func listBankLines(
    currency: Wire.CurrencyCode? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.BankLine> {
    Pages(
      client: self, operation: .listBankLines, query: [("currency", currency?.rawValue)],
      minimum: minimum)
  }

  /// Who owes whom for a month, by account.
  package func listSettlements(
    month: Int? = nil, currency: Wire.CurrencyCode? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.Settlement> {
    Pages(
      client: self, operation: .listSettlements,
      query: [("month", month.map(String.init)), ("currency", currency?.rawValue)],
      minimum: minimum)
  }

  /// Rates in force.
  package func listRates(atLeast minimum: Position? = nil) -> Pages<Wire.ExchangeRate> {
    Pages(client: self, operation: .listRates, minimum: minimum)
  }

  /// Entries as they stand, ascending.
  package func ledgerEntries(
    from: Position? = nil, atLeast minimum: Position? = nil
  ) -> Pages<Wire.LedgerEntry> {
    Pages(client: self, operation: .ledgerEntries, query: [("from", from?.text)], minimum: minimum)
  }

  /// What platform and regulators read at that replica, latest first.
  package func listReads(atLeast minimum: Position? = nil) -> Pages<Wire.ReadRecord> {
    Pages(client: self, operation: .listReads, minimum: minimum)
  }

  /// How many reads that replica has recorded, and the root over them.
  package func showReadHead() async throws -> Wire.ReadHead { try await read(.showReadHead) }

  /// Entries from a position on, byte for byte; as many as one answer takes. Empty when none came in
  /// the time.
  /// - Parameter wait: seconds, at most 25.
  package func ledgerLog(from position: Position, wait: Int = 0) async throws -> [[UInt8]] {
    try await lines(
      .ledgerLog, [("from", position.text), ("wait", String(wait))], waiting: .seconds(wait))
  }

  /// How far checkpoints of the log and its witnesses are.
  package func logStanding() async throws -> Wire.LogStanding { try await read(.logStanding) }

  /// How well an entry is vouched for.
  package func entryStanding(_ position: Position) async throws -> Wire.EntryStanding {
    try await read(.logEntryStanding, [position.text])
  }

  /// Lets the broker apply its whole log again; takes as long as that takes, up to ten minutes.
  package func verifyLedger() async throws -> Wire.LedgerReport {
    try await read(.ledgerVerify, waiting: .seconds(600))
  }

  /// Whether the process lives.
  package func health() async throws -> String { try await text(.health) }

  /// Whether it can answer and take commands.
  package func ready() async throws -> String { try await text(.ready) }

  /// Counters in the Prometheus text format.
  package func metrics() async throws -> String { try await text(.metrics) }

  /// The API document of that broker.
  package func openapi() async throws -> String { try await text(.openapi) }

  /// All leases that the site is to hold; waits up to `seconds` for a set that changed after a
  /// position.
  package func wanted(
    _ site: String, after: Position? = nil, waiting seconds: Int = 0
  ) async throws -> Wire.Wanted {
    try await read(
      .wanted, [site], [("after", after?.text), ("wait", seconds == 0 ? nil : String(seconds))],
      waiting: .seconds(seconds))
  }

  /// What a shape would cost, where and when.
  package func requestQuote(_ body: Wire.RequestQuote) async throws -> Wire.Quotes {
    try await post(.requestQuote, body, key: nil)
  }

  /// What happens to the market, as it happens.
  package func marketEvents() -> BrokerEvents<Wire.MarketEvent> {
    BrokerEvents(client: self, operation: .marketEvents)
  }

  /// Entries as they are applied, from a position on; from now when it is left out.
  package func ledgerEvents(from: Position? = nil) -> BrokerEvents<Wire.LedgerEntry> {
    BrokerEvents(client: self, operation: .ledgerEvents, query: [("from", from?.text)])
  }
}
