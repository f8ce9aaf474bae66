extension Route {
  /// Every route, in the order of the document. The broker serves these and no others.
  package static let all: [Route] =
    process + people + sites + agents + market + tenants + budgets + disputes + scheme + books

  /// The route of an operation.
  package static func route(of id: OperationID) -> Route {
    guard let route = byID[id] else { preconditionFailure("operation \(id) has no route") }
    return route
  }

  private static let byID = Dictionary(
    all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })

  // MARK: How a line is written

  static func get(
    _ id: OperationID, _ path: String, _ summary: String, _ who: Who, _ answer: Answer,
    _ query: [Parameter] = []
  ) -> Route {
    Route(
      id: id, method: .get, path: path, summary: summary, who: who,
      query: query + [.minimumPosition, .fresh], body: nil, answer: answer)
  }

  /// A list, in pages.
  static func list<Item: WireValue>(
    _ id: OperationID, _ path: String, _ summary: String, _ who: Who, of item: Item.Type,
    _ query: [Parameter] = []
  ) -> Route {
    get(
      id, path, summary, who, .json(Wire.Page<Item>.schema, status: 200), query + [.limit, .cursor])
  }

  /// A command; the answer says where it stands in the ledger.
  static func command(
    _ id: OperationID, _ path: String, _ summary: String, _ who: Who,
    _ body: any RequestBody.Type = Wire.Nothing.self, answer: Schema = Wire.Accepted.schema,
    secondPerson: Bool = false
  ) -> Route {
    Route(
      id: id, method: .post, path: path, summary: summary, who: who, body: body,
      answer: .json(answer, status: 201), needsSecondPerson: secondPerson)
  }

  private static func plain(_ id: OperationID, _ path: String, _ summary: String) -> Route {
    Route(
      id: id, method: .get, path: path, summary: summary, who: .anybody, body: nil, answer: .text)
  }

  static func json(_ type: any WireValue.Type) -> Answer { .json(type.schema, status: 200) }

  static let platform = Who.roles([.platform])
  /// Who decides as the second person; of the fund's own, reviewers.
  private static let deciders = Who.roles([.platform, .reviewer])
  private static let overseers = Who.roles([.platform, .regulator])

  private static let billing = [
    Parameter("month", .text(.id), "The month, as 2026-11, cut at +08:00; needed."),
    Parameter("seller", .text(.id), "Only what this party bills."),
    Parameter("buyer", .text(.id), "Only what this party is billed."),
  ]

  // MARK: The table

  private static let process: [Route] = [
    plain(.health, "/healthz", "200 while the process lives."),
    plain(.ready, "/readyz", "200 when it can answer and take commands."),
    plain(.metrics, "/metrics", "Counters in the Prometheus text format."),
    Route(
      id: .openapi, method: .get, path: "/v1/openapi.json", summary: "This document.",
      who: .anybody, body: nil, answer: .document),
    Route(
      id: .clock, method: .get, path: "/v1/clock", summary: "The market's clock.", who: .anybody,
      body: nil, answer: json(Wire.Clock.self)),
  ]

  private static let people: [Route] = [
    get(.whoami, "/v1/whoami", "Who the caller is.", .signedIn, json(Wire.Whoami.self)),
    list(.listParties, "/v1/parties", "Parties with their members.", platform, of: Wire.Party.self),
    command(
      .addParty, "/v1/parties", "Adds a party.", platform, Wire.AddParty.self, secondPerson: true),
    command(
      .addMember, "/v1/parties/{party}/members", "Adds a principal to a party.", platform,
      Wire.AddMember.self, secondPerson: true),
    command(
      .addProject, "/v1/parties/{party}/projects", "Adds a project of a tenant.", platform,
      Wire.AddProject.self, secondPerson: true),
    command(
      .makeToken, "/v1/members/{principal}/tokens", "Makes a token for a principal.", platform,
      answer: Wire.Token.schema),
    list(
      .listApprovals, "/v1/approvals", "Commands that wait for a second principal.", deciders,
      of: Wire.Approval.self),
    command(.approve, "/v1/approvals/{position}", "Puts a proposed command in force.", deciders),
    command(
      .decline, "/v1/approvals/{position}/decline", "Ends a proposed command without effect.",
      deciders),
  ]

  private static let sites: [Route] = [
    list(.listChips, "/v1/chips", "The catalogue of chips.", .signedIn, of: Wire.Chip.self),
    command(
      .addChip, "/v1/chips", "Adds a chip to the catalogue.", platform, Wire.Chip.self,
      secondPerson: true),
    list(.listSites, "/v1/sites", "Sites.", .signedIn, of: Wire.Site.self),
    get(.showSite, "/v1/sites/{site}", "One site.", .signedIn, json(Wire.Site.self)),
    command(
      .registerSite, "/v1/sites", "Registers a site of a centre.", platform, Wire.RegisterSite.self,
      secondPerson: true),
    command(
      .inviteSite, "/v1/sites/{site}/invitation",
      "Makes a secret with which the site's agent enrols, once, within seven days.", platform,
      answer: Wire.Invitation.schema),
    command(
      .enrol, "/v1/enrolments", "Turns an invitation into an agent's identity.", .anybody,
      Wire.Enrol.self, answer: Wire.Enrolled.schema),
    command(
      .certifySite, "/v1/sites/{site}/certificates", "Lets a site process a data class.", platform,
      Wire.CertifySite.self, secondPerson: true),
    command(
      .reportLatencies, "/v1/sites/{site}/latencies", "Reports measured round-trip times.",
      .roles([.agent, .platform]), Wire.ReportLatencies.self),
    list(
      .listOffers, "/v1/offers", "Offers in force.", .signedIn, of: Wire.Offer.self,
      [Parameter("site", .text(.id), "Only the offer of this site.")]),
    command(
      .publishOffer, "/v1/sites/{site}/offer", "Replaces the site's schedule.",
      .roles([.agent, .centre]), Wire.PublishOffer.self),
    command(
      .withdrawOffer, "/v1/sites/{site}/offer/withdraw", "Ends the right to sell.",
      .roles([.agent, .centre]), Wire.WithdrawOffer.self),
    command(
      .reclaimCapacity, "/v1/sites/{site}/reclaims",
      "Takes capacity back; the ledger decides which leases that hits.",
      .roles([.agent, .centre]), Wire.ReclaimCapacity.self),
    command(
      .declareLoss, "/v1/sites/{site}/losses", "Declares capacity lost without fault.", platform,
      Wire.ReclaimCapacity.self, secondPerson: true),
  ]

  private static let agents: [Route] = [
    get(
      .wanted, "/v1/sites/{site}/wanted", "All leases that the site is to hold.", .roles([.agent]),
      json(Wire.Wanted.self),
      [
        Parameter("after", .text(.position), "Wait until the set has changed after this position."),
        Parameter("wait", .integer(0...25), "Seconds to wait at most; 0 when left out."),
      ]),
    command(
      .reportLease, "/v1/leases/{lease}/reports", "Reports what became of a lease at the site.",
      .roles([.agent]), Wire.ReportLease.self),
    command(
      .reportReadings, "/v1/sites/{site}/readings", "Reports delivered and used GPU time.",
      .roles([.agent]), Wire.ReportReadings.self),
  ]

  private static let market: [Route] = [
    get(
      .marketPrices, "/v1/market/prices", "Prices of a round that ended.", .signedIn,
      json(Wire.MarketPrices.self),
      [
        Parameter("pool", .text(.id), "Only this pool, as site:pool."),
        Parameter(
          "round", .integer(0...1_000_000_000_000),
          "The last round up to this one; the last of all when left out."),
      ]),
    get(
      .marketBook, "/v1/market/book", "Depth after the last clearing, without identities.",
      .signedIn, json(Wire.MarketBook.self),
      [Parameter("pool", .text(.id), "Only this pool, as site:pool.")]),
    get(
      .marketStatus, "/v1/market/status", "Whether the market sells, and by which rules.",
      .signedIn, json(Wire.MarketStatus.self)),
    command(.freezeMarket, "/v1/market/freeze", "Stops all selling at once.", platform),
    command(
      .thawMarket, "/v1/market/thaw", "Lets the market sell again.", platform,
      Wire.ThawMarket.self, secondPerson: true),
    command(
      .activateVersion, "/v1/ledger/version", "Takes up the next version of the rules of apply.",
      platform, Wire.ActivateVersion.self, secondPerson: true),
    list(.listRounds, "/v1/rounds", "Rounds, latest first.", .signedIn, of: Wire.Round.self),
    get(.showRound, "/v1/rounds/{n}", "One round.", .signedIn, json(Wire.Round.self)),
    Route(
      id: .marketEvents, method: .get, path: "/v1/events/market",
      summary: "What happens to the market, as it happens.", who: .signedIn, body: nil,
      answer: .events(Wire.MarketEvent.schema)),
  ]

  private static let tenants: [Route] = [
    Route(
      id: .requestQuote, method: .post, path: "/v1/quotes",
      summary: "What a shape would cost, where and when; changes nothing.",
      who: .roles([.trader]), body: Wire.RequestQuote.self,
      answer: json(Wire.Quotes.self)),
    command(
      .placeBid, "/v1/bids", "Places a bid and holds its money.", .roles([.trader]),
      Wire.PlaceBid.self),
    list(
      .listBids, "/v1/bids", "The party's bids, latest first.", .signedIn, of: Wire.Bid.self,
      [
        Parameter("state", Wire.BidState.schema, "Only bids in this state."),
        Parameter("round", .integer(0...1_000_000_000_000), "Only bids that this round filled."),
      ]),
    get(.showBid, "/v1/bids/{bid}", "One bid.", .signedIn, json(Wire.Bid.self)),
    get(
      .explainBid, "/v1/bids/{bid}/explanation", "Why it was filled or not.", .signedIn,
      json(Wire.Explanation.self)),
    command(.cancelBid, "/v1/bids/{bid}/cancel", "Takes a bid out of the book.", .roles([.trader])),
    list(
      .listLeases, "/v1/leases", "The party's leases, latest first.", .signedIn,
      of: Wire.Lease.self,
      [Parameter("state", Wire.LeaseState.schema, "Only leases in this state.")]),
    get(.showLease, "/v1/leases/{lease}", "One lease.", .signedIn, json(Wire.Lease.self)),
    get(
      .leaseReceipt, "/v1/leases/{lease}/receipt",
      "Two files that prove the trade of a lease to anyone; 503 until enough witnesses cosigned it.",
      .signedIn, json(Wire.TradeReceipt.self)),
    get(
      .leaseEvidence, "/v1/leases/{lease}/evidence",
      "What the log says of a lease, as far as enough witnesses cosigned it, with what proves it.",
      .signedIn, json(Wire.LeaseEvidence.self),
      [Parameter("after", .text(.position), "Only what stands after this position.")]),
    get(
      .leaseAccess, "/v1/leases/{lease}/access", "How the tenant gets in.", .signedIn,
      json(Wire.LeaseAccess.self)),
    command(
      .endLease, "/v1/leases/{lease}/end", "Ends a lease before its time.", .roles([.trader])),
    command(
      .abandonLease, "/v1/leases/{lease}/abandon",
      "Says for good that its site will not deliver what is left of a lease: a breach.",
      .roles([.agent, .centre])),
  ]

  private static let budgets: [Route] = [
    get(
      .showBudgets, "/v1/budgets", "The tenant's budgets and how far they are.", .signedIn,
      json(Wire.Budgets.self),
      [Parameter("tenant", .text(.id), "The party's own when left out.")]),
    command(
      .setBudget, "/v1/budgets", "Sets what the tenant or one of its projects may use each month.",
      .roles([.manager]), Wire.SetBudget.self),
  ]

  private static let disputes: [Route] = [
    list(
      .listDisputes, "/v1/disputes", "The party's disputes, latest first.", .signedIn,
      of: Wire.Dispute.self,
      [Parameter("state", Wire.DisputeState.schema, "Only disputes in this state.")]),
    get(.showDispute, "/v1/disputes/{dispute}", "One dispute.", .signedIn, json(Wire.Dispute.self)),
    command(
      .openDispute, "/v1/leases/{lease}/disputes",
      "Says that less was delivered on a market day; a day that is not charged yet waits.",
      .roles([.trader]), Wire.OpenDispute.self),
    command(
      .addEvidence, "/v1/disputes/{dispute}/evidence", "Shows more for one side of a dispute.",
      .roles([.centre, .trader]), Wire.AddEvidence.self),
    command(
      .decideDispute, "/v1/disputes/{dispute}/decision", "Decides a dispute.", platform,
      Wire.DecideDispute.self, secondPerson: true),
    command(
      .correctCharge, "/v1/leases/{lease}/corrections",
      "Gives back what a charge was too high, without a dispute.", platform,
      Wire.CorrectCharge.self, secondPerson: true),
  ]

  private static let books: [Route] = [
    list(.listAccounts, "/v1/accounts", "Accounts.", .signedIn, of: Wire.Account.self),
    get(
      .showAccount, "/v1/accounts/{account}", "One account.", .signedIn, json(Wire.Account.self)),
    list(
      .accountStatement, "/v1/accounts/{account}/statement", "Transfers, latest first.", .signedIn,
      of: Wire.StatementLine.self),
    command(
      .recordDeposit, "/v1/accounts/{account}/deposits", "Records money that reached the bank.",
      platform, Wire.RecordDeposit.self, secondPerson: true),
    command(
      .recordPayout, "/v1/accounts/{account}/payouts", "Records money that left for the bank.",
      platform, Wire.RecordPayout.self, secondPerson: true),
    command(
      .setCreditLimit, "/v1/accounts/{account}/credit-limit", "Sets how far below zero it may go.",
      platform, Wire.SetCreditLimit.self, secondPerson: true),
    list(
      .listBilledLines, "/v1/billing", "Lines of invoices of a month, in the order of the log.",
      .signedIn, of: Wire.BilledLine.self, billing),
    list(
      .listInvoices, "/v1/invoices", "What sellers bill buyers for a month.", .signedIn,
      of: Wire.Invoice.self, billing),
    command(
      .annotateInvoice, "/v1/invoices/{month}/{seller}/{buyer}/annotation",
      "Keeps the seller's own number of an invoice, and its fapiao.", .roles([.centre, .platform]),
      Wire.AnnotateInvoice.self, answer: Wire.AnnotateInvoice.schema),
    command(
      .setTax, "/v1/parties/{party}/tax", "Keeps how much of what a seller is paid is tax.",
      platform, Wire.SetTax.self, answer: Wire.TaxRules.schema),
    get(
      .platformReport, "/v1/reports/platform", "What the platform did in one or more months.",
      overseers, json(Wire.PlatformReport.self),
      [
        Parameter("month", .text(.id), "The first month, as 2026-11."),
        Parameter("through", .text(.id), "The last month; the first when left out."),
      ]),
    command(
      .closeAccount, "/v1/accounts/{account}/closure", "Closes an account, or opens it again.",
      platform, Wire.CloseAccount.self, secondPerson: true),
    command(
      .sendTransfer, "/v1/transfers", "Moves money between parties, all legs or none.",
      .roles([.centre, .trader]), Wire.SendTransfer.self),
    list(
      .listTransfers, "/v1/transfers", "Transfers from and to the party, latest first.", .signedIn,
      of: Wire.Transfer.self,
      [Parameter("state", Wire.TransferState.schema, "Only transfers in this state.")]),
    list(
      .listBankLines, "/v1/bank/lines", "Deposits and payouts, latest first.", overseers,
      of: Wire.BankLine.self,
      [Parameter("currency", Wire.CurrencyCode.schema, "Only lines in this currency.")]),
    list(
      .listSettlements, "/v1/settlements", "Who owes whom for a month, by account.", .signedIn,
      of: Wire.Settlement.self,
      [
        Parameter("month", .integer(Wire.Settlement.months), "202611; this month when left out."),
        Parameter("currency", Wire.CurrencyCode.schema, "Only accounts in this currency."),
      ]),
    list(.listRates, "/v1/rates", "Rates in force.", .signedIn, of: Wire.ExchangeRate.self),
    command(
      .setRate, "/v1/rates", "Sets a rate.", platform, Wire.SetRate.self, secondPerson: true),
    get(.showRules, "/v1/rules", "The rules in force.", .signedIn, json(Wire.Rules.self)),
    command(
      .setRules, "/v1/rules", "Sets the rules as a whole.", platform, Wire.Rules.self,
      secondPerson: true),
    get(
      .showOversight, "/v1/oversight", "Who must have cosigned, and what surveillance measures by.",
      .signedIn, json(Wire.OversightInForce.self)),
    command(
      .setOversight, "/v1/oversight",
      "Sets who must have cosigned and what surveillance measures by, as a whole.", platform,
      Wire.Oversight.self, secondPerson: true),
    Route(
      id: .logCheckpoint, method: .get, path: "/v1/tlog/checkpoint",
      summary: "The newest checkpoint, with the cosignatures that it has by now.", who: .anybody,
      answer: .note),
    Route(
      id: .logWitnessed, method: .get, path: "/v1/tlog/witnessed",
      summary: "The newest checkpoint that enough witnesses cosigned.", who: .anybody,
      answer: .note),
    Route(
      id: .logTile, method: .get, path: "/v1/tlog/tile/{tile}",
      summary: "Up to 256 hashes of the tree: <level>/<number>, or <number>.p/<width>.",
      who: .anybody, answer: .octets),
    Route(
      id: .logEntryTile, method: .get, path: "/v1/tlog/tile/entries/{tile}",
      summary: "Up to 256 entries, each after its length: <number>, or <number>.p/<width>.",
      who: overseers, answer: .octets),
    get(
      .logStanding, "/v1/tlog/standing", "How far checkpoints and witnesses are.", .anybody,
      json(Wire.LogStanding.self)),
    get(
      .logEntryStanding, "/v1/tlog/standing/{position}",
      "Whether an entry is under a checkpoint, and how many witnesses cosigned it.", .signedIn,
      json(Wire.EntryStanding.self)),
    list(
      .listReads, "/v1/reads", "What platform and regulators read at this replica, latest first.",
      overseers, of: Wire.ReadRecord.self),
    get(
      .showReadHead, "/v1/reads/head", "How many reads are recorded, and the root over them.",
      overseers, json(Wire.ReadHead.self)),
    get(
      .ledgerHead, "/v1/ledger/head", "How far the ledger is.", overseers,
      json(Wire.LedgerHead.self)),
    list(
      .ledgerEntries, "/v1/ledger/entries", "Entries as they stand, ascending.", overseers,
      of: Wire.LedgerEntry.self,
      [Parameter("from", .text(.position), "The first position; 0 when left out.")]),
    Route(
      id: .ledgerLog, method: .get, path: "/v1/log",
      summary: "Entries byte for byte, one a line, some MiB at most; waits for the first of them.",
      who: overseers,
      query: [
        Parameter("from", .text(.position), "The first position; 0 when left out."),
        Parameter(
          "wait", .integer(0...25), "Seconds to wait for an entry; an empty answer after them."),
      ], body: nil, answer: .entries),
    get(
      .ledgerVerify, "/v1/ledger/verify",
      "Applies the whole log again and compares what comes out.", overseers,
      json(Wire.LedgerReport.self)),
    Route(
      id: .ledgerEvents, method: .get, path: "/v1/events/ledger",
      summary: "Entries as they are applied.", who: overseers,
      query: [Parameter("from", .text(.position), "The first position; now when left out.")],
      body: nil, answer: .events(Wire.LedgerEntry.schema)),
  ]
}
