import Access
import BrokerAPI
import Dispatch
import LedgerStore
import Logging
import Replica
import Witnessing

/// What answers requests: one handler for each operation of the API, over the replica and its file.
final class Broker: Sendable {
  let replica: Replica
  let store: LedgerStore
  let access: AccessDoor
  let directory: Directory
  /// Nil: this replica publishes no checkpoints.
  let publication: Publication?
  let reads: ReadBook
  let desk: MarketDesk
  let options: BrokerServerOptions
  let logger: Logger
  let feed = PositionFeed()
  let secrets = SecretMemory()
  let counters = RequestCounters()
  let streams: StreamSlots
  let quotes: RateLimit
  /// One verification at a time.
  let verifying = StreamSlots(limit: 1)
  let document: [UInt8]

  init(
    replica: Replica, store: LedgerStore, access: AccessDoor, directory: Directory,
    reads: ReadBook, publication: Publication?, options: BrokerServerOptions, logger: Logger
  ) {
    self.publication = publication
    self.replica = replica
    self.store = store
    self.access = access
    self.directory = directory
    self.reads = reads
    self.options = options
    self.logger = logger
    desk = MarketDesk(replica: replica)
    streams = StreamSlots(limit: options.openStreams)
    quotes = RateLimit(perMinute: options.quotesPerMinute)
    document = OpenAPI.document(version: options.version)
  }

  /// The last position that every query sees.
  var position: Int64 { max(0, replica.status.position - 1) }

  /// Market time, never before the ledger's.
  var now: Int64 { max(replica.clock.market, replica.status.time) }

  /// Keeps what quotes know of past rounds up to date, until the broker stops.
  func rememberRounds() async {
    var last: Int64 = -1
    while !feed.isStopped, !Task.isCancelled {
      let status = replica.status
      if status.serving, status.round != last {
        last = status.round
        desk.catchUp()
      }
      await feed.wait(after: status.position, atMost: .seconds(5))
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Runs what takes long on a thread of its own. What blocks shortly goes to `store.aside`: a thread
  /// that serves requests must never wait for the file, or all of them may end up waiting.
  func apart<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
  }

  /// One line an operation; does not compile when one is forgotten.
  func answer(_ call: Call) async throws -> Answer {
    switch call.route.id {
    case .health: .text("ok\n")
    case .ready: ready()
    case .metrics: .text(metrics(), type: "text/plain; version=0.0.4; charset=utf-8")
    case .openapi: .json(document)
    case .whoami: try await whoami(call)
    case .clock: .json(clock.json())
    case .listParties: try await listParties(call)
    case .addParty: try await addParty(call)
    case .addMember: try await addMember(call)
    case .makeToken: try await makeToken(call)
    case .listApprovals: try await listApprovals(call)
    case .approve: try await decide(call, .approve)
    case .decline: try await decide(call, .decline)
    case .listChips: try await listChips(call)
    case .addChip: try await addChip(call)
    case .listSites: try await listSites(call)
    case .showSite: try await showSite(call)
    case .registerSite: try await registerSite(call)
    case .inviteSite: try await inviteSite(call)
    case .enrol: try await enrol(call)
    case .certifySite: try await certifySite(call)
    case .reportLatencies: try await reportLatencies(call)
    case .listOffers: try await listOffers(call)
    case .publishOffer: try await publishOffer(call)
    case .withdrawOffer: try await withdrawOffer(call)
    case .reclaimCapacity: try await reclaimCapacity(call)
    case .declareLoss: try await declareLoss(call)
    case .wanted: try await wanted(call)
    case .reportLease: try await reportLease(call)
    case .reportReadings: try await reportReadings(call)
    case .requestQuote: try await requestQuote(call)
    case .placeBid: try await placeBid(call)
    case .listBids: try await listBids(call)
    case .showBid: try await showBid(call)
    case .explainBid: try await explainBid(call)
    case .cancelBid: try await cancelBid(call)
    case .marketPrices: try await marketPrices(call)
    case .marketBook: try await marketBook(call)
    case .marketStatus: marketStatus()
    case .freezeMarket: try await freezeMarket(call)
    case .thawMarket: try await thawMarket(call)
    case .activateVersion: try await activateVersion(call)
    case .listRounds: try await listRounds(call)
    case .showRound: try await showRound(call)
    case .listLeases: try await listLeases(call)
    case .showLease: try await showLease(call)
    case .leaseAccess: try await leaseAccess(call)
    case .endLease: try await endLease(call)
    case .abandonLease: try await abandonLease(call)
    case .showBudgets: try await showBudgets(call)
    case .setBudget: try await setBudget(call)
    case .addProject: try await addProject(call)
    case .listDisputes: try await listDisputes(call)
    case .showDispute: try await showDispute(call)
    case .openDispute: try await openDispute(call)
    case .addEvidence: try await addEvidence(call)
    case .decideDispute: try await decideDispute(call)
    case .correctCharge: try await correctCharge(call)
    case .listAccounts: try await listAccounts(call)
    case .showAccount: try await showAccount(call)
    case .accountStatement: try await accountStatement(call)
    case .recordDeposit: try await recordDeposit(call)
    case .recordPayout: try await recordPayout(call)
    case .setCreditLimit: try await setCreditLimit(call)
    case .listBilledLines: try await listBilledLines(call)
    case .listInvoices: try await listInvoices(call)
    case .annotateInvoice: try await annotateInvoice(call)
    case .setTax: try await setTax(call)
    case .platformReport: try await platformReport(call)
    case .schemeReport: try await schemeReport(call)
    case .closeAccount: try await closeAccount(call)
    case .sendTransfer: try await sendTransfer(call)
    case .listTransfers: try await listTransfers(call)
    case .listBankLines: try await listBankLines(call)
    case .listSettlements: try await listSettlements(call)
    case .listRates: try await listRates(call)
    case .setRate: try await setRate(call)
    case .showRules: try await showRules(call)
    case .setRules: try await setRules(call)
    case .showOversight: try await showOversight()
    case .setOversight: try await setOversight(call)
    case .listListPrices: try await listListPrices(call)
    case .setListPrices: try await setListPrices(call)
    case .listRelations: try await listRelations(call)
    case .stateRelation: try await stateRelation(call)
    case .registerContract: try await registerContract(call)
    case .listCalls: try await listCalls(call)
    case .openCall: try await openCall(call)
    case .closeCall: try await closeCall(call)
    case .applyForAward: try await applyForAward(call)
    case .listApplications: try await listApplications(call)
    case .showApplication: try await showApplication(call)
    case .scoreApplication: try await scoreApplication(call)
    case .decideApplication: try await decideApplication(call)
    case .listAwards: try await listAwards(call)
    case .showAward: try await showAward(call)
    case .listAwardShares: try await listAwardShares(call)
    case .reportProgress: try await reportProgress(call)
    case .releaseAward: try await releaseAward(call)
    case .clawBackAward: try await clawBackAward(call)
    case .logCheckpoint: try logCheckpoint()
    case .logWitnessed: try logWitnessed()
    case .logTile: try await logTile(call, "")
    case .logEntryTile: try await logTile(call, "entries/")
    case .logStanding: try logStanding()
    case .logEntryStanding: try logEntryStanding(call)
    case .leaseReceipt: try await leaseReceipt(call)
    case .leaseEvidence: try await leaseEvidence(call)
    case .ledgerHead: try await ledgerHead(call)
    case .ledgerEntries: try await ledgerEntries(call)
    case .ledgerLog: try await ledgerLog(call)
    case .ledgerVerify: try await ledgerVerify(call)
    case .marketEvents: try marketEvents(call)
    case .ledgerEvents: try ledgerEvents(call)
    case .listReads: try await listReads(call)
    case .showReadHead: showReadHead()
    }
  }
}
