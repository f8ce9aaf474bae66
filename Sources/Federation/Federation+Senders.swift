import CommandLog
import Leases
import Ledger
import Market
import Placement
import Replica
import Simulation
import SiteRuntime
import Units

// Whoever sends commands: tenants, sites, the platform. A command is sent under one id until somebody says
// what became of it.
extension Federation {
  func send(_ command: Command, by: String, role: Role, id: String? = nil) {
    let submission = Submission(
      id: id ?? CommandName.draw(&random), by: by, role: role, command: command)
    errands.append(Errand(submission: submission))
    queue.put(.send(errands.count - 1, 0), at: now)
  }

  /// One try, with some replica.
  func send(_ index: Int, _ tries: Int) {
    guard !errands[index].isOver, errands[index].tries == tries else { return }
    if let site = errands[index].site {
      // An agent's client gives up after a while; the agent then asks again by itself.
      guard sites[site.index].life == site.life else { return errands[index].isOver = true }
      if tries >= 4 { return end(index, with: .failure(SubmissionError.overloaded)) }
    }
    errands[index].tries += 1
    queue.put(.send(index, tries + 1), at: now + Self.patience)
    let parted = errands[index].site.map { sites[$0.index].partedUntil } ?? 0
    if now < parted || weather.strikes(.messageLost) { return }
    // Whoever does not lead says so; a sender tries one after the other.
    let replica = (Int(random.draw(0...9)) + tries) % replicas.count
    var delay = weather.draw(1...40)
    if weather.strikes(.messageLate) { delay += weather.draw(100...3_000) }
    queue.put(.deliver(replica, index), at: now + delay)
    if weather.strikes(.messageDoubled) {
      queue.put(.deliver((replica + 1) % replicas.count, index), at: now + delay + 7)
    }
  }

  /// A command arrives; a replica that does not lead hands it on to the one that it takes for the leader.
  func deliver(_ replica: Int, _ errand: Int) {
    guard let loop = replicas[replica].loop, now >= replicas[replica].pausedUntil else { return }
    if !loop.isLeading, let leader = loop.leader,
      let other = replicas.firstIndex(where: { $0.seat.name == leader.name }), other != replica
    {
      return queue.put(.deliver(other, errand), at: now + weather.draw(1...15))
    }
    guard now >= replicas[replica].partedUntil else { return }
    replicas[replica].inbox.append(
      ReplicaLoop.Waiting(submission: errands[errand].submission) { [mailbox] result in
        mailbox.put(errand, result)
      })
    turn(replica)
  }

  func readMail() {
    for (errand, result) in mailbox.take() {
      switch result {
      case .success(let receipt):
        if weather.strikes(.answerLost) { continue }
        queue.put(.receive(errand, receipt), at: now + weather.draw(1...40))
      case .failure(let error):
        switch error as? SubmissionError {
        case .differentContent(let position)?:
          auditor.blame("the id of an honest command was used at position \(position) already")
        case .unfit(let why)?:
          say("sender", "unfit: \(why)")
          errands[errand].isOver = true
        default:
          // It looks for somebody else soon, as a client does.
          let tries = errands[errand].tries
          queue.put(.send(errand, tries), at: now + 200 + weather.draw(0...200))
        }
      }
    }
  }

  /// What was answered stands in the log, once, with that result.
  func receive(_ errand: Int, _ receipt: Receipt) {
    let submission = errands[errand].submission
    guard Int(receipt.position) < record.count else {
      return auditor.blame("\(submission.id) was answered, nobody has position \(receipt.position)")
    }
    if let before = errands[errand].receipt {
      if before.position != receipt.position || before.refusal != receipt.refusal {
        auditor.blame("\(submission.id) was answered twice and differently")
      }
      return
    }
    let name = Array("\"id\":\"\(submission.id)\"".utf8)
    if !Self.contains(record[Int(receipt.position)].bytes, name) {
      auditor.blame("\(submission.id) was answered with a position of another command")
    }
    errands[errand].receipt = receipt
    end(errand, with: .success(receipt))
  }

  private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    guard bytes.count >= part.count else { return false }
    return (0...bytes.count - part.count).contains { start in
      bytes[start] == part[0] && bytes[start..<start + part.count].elementsEqual(part)
    }
  }

  private func end(_ errand: Int, with result: Result<Receipt, any Error>) {
    errands[errand].isOver = true
    guard let site = errands[errand].site else { return }
    answer(site.index, site.life, site.action, result)
  }

  // MARK: Tenants and the platform

  func tenantsAct() {
    if !weather.isOver || now % 3 == 0 { act() }
    queue.put(.tenants, at: now + random.draw(150...1_500))
  }

  private func act() {
    let tenant = tenants[Int(random.draw(0...Int64(tenants.count - 1)))]
    let market = Town.start + now * Self.scale
    if isAwaited, random.draw(0...1) == 0 {
      isAwaited = false
      return approve()
    }
    switch random.draw(0...99) {
    case 0..<55: send(.placeBid(bid(at: market)), by: tenant.trader, role: .trader)
    case 55..<62:
      guard let bid = bids.last else { return }
      send(.cancelBid(Numbered(bid)), by: tenant.trader, role: .trader)
    case 62..<66:
      guard let lease = anyLease() else { return }
      var name = LeaseName()
      name.lease = lease.id
      let owner = tenants.first { $0.party == lease.party }?.trader ?? tenant.trader
      send(.endLease(name), by: random.draw(0...3) > 0 ? owner : tenant.trader, role: .trader)
    case 66..<88:
      var sight = Mischief.Sight(market: market, position: log.next, lease: anyLease())
      if let loop = replicas.compactMap(\.loop).first {
        sight.dispute = loop.core.state.disputes.values.last?.number
        sight.round = loop.core.state.round.number
        sight.charged = loop.core.state.charged.values.last { lease in
          lease.days.contains { $0.delivered > 0 }
        }.map { ($0.lease, $0.party) }
      }
      let one = mischief.next(sight)
      send(one.command, by: one.by, role: one.role)
      // The second person decides soon, often.
      isAwaited = one.command.kind.needsTwoPersons
    case 88..<92: approve()
    case 92..<94: send(money(tenant), by: "maker", role: .platform)
    default: nonsense(tenant, market)
    }
  }

  private func bid(at market: Int64) -> BidTerms {
    var terms = BidTerms()
    terms.kind = [.block, .block, .elastic, .split][Int(random.draw(0...3))]
    terms.earliest = market + random.draw(0...4) * Span.quarter
    terms.latestEnd = terms.earliest + random.draw(3...20) * Span.quarter
    var alternative = BidTerms.Alternative()
    alternative.chip = "h800"
    alternative.gpus = random.draw(1...16)
    alternative.least =
      terms.kind == .elastic ? random.draw(0...alternative.gpus) : alternative.gpus
    alternative.limit = random.draw(800...2_500)
    alternative.quarters = random.draw(1...4)
    terms.alternatives = [alternative]
    // Some work on data that a site needs evidence for; some of those may move.
    if alternative.limit % 6 == 0 { terms.dataClass = Town.dataClass }
    if alternative.limit % 50 == 1 { terms.dataClass = "unheard-of" }
    if alternative.limit % 12 == 0 {
      terms.ifDisplaced = BidTerms.Displacement()
      terms.ifDisplaced?.move = .allowed
    }
    return terms
  }

  func anyLease() -> Lease? {
    guard let loop = replicas.compactMap(\.loop).first, !loop.core.state.leases.isEmpty else {
      return nil
    }
    let at = Int(random.draw(0...Int64(loop.core.state.leases.count - 1)))
    return loop.core.state.leases.values[at]
  }

  private func money(_ tenant: Town.Tenant) -> Command {
    var transfer = BankTransfer()
    transfer.account = "\(tenant.party):\(tenant.currency.suffix)"
    transfer.amount = random.draw(1...50_000)
    transfer.reference = CommandName.draw(&random) + CommandName.draw(&random)
    return random.draw(0...1) == 0 ? .deposit(transfer) : .payout(transfer)
  }

  /// Commands that nobody should send, and those of two persons.
  private func nonsense(_ tenant: Town.Tenant, _ market: Int64) {
    let proposal = Numbered(random.draw(0...Int64(record.count)))
    switch random.draw(0...11) {
    case 0...2: approve()
    case 3: send(.closeRound(proposal), by: "leader", role: .leader)
    case 4: send(.cancelBid(proposal), by: "nobody", role: .trader)
    case 5: send(.placeBid(bid(at: market)), by: sites[0].place.agent, role: .agent)
    case 6: send(.placeBid(bid(at: market)), by: "maker", role: .trader)
    case 7: send(.decline(proposal), by: "checker", role: .platform)
    case 8: send(.thawMarket(Numbered(1)), by: "maker", role: .platform)
    case 9: send(.voidRound(Numbered(1)), by: "leader", role: .leader)
    case 10:
      var terms = bid(at: market)
      terms.latestEnd = terms.earliest - Span.quarter
      send(.placeBid(terms), by: tenant.trader, role: .trader)
    default:
      var terms = bid(at: market)
      terms.alternatives[0].chip = "none"
      send(.placeBid(terms), by: tenant.trader, role: .trader)
    }
  }

  private func approve() {
    let state = replicas.compactMap(\.loop).first?.core.state
    let number = state?.proposals.keys.last ?? 0
    let by = random.draw(0...4) == 0 ? "maker" : "checker"
    send(.approve(Numbered(number)), by: by, role: .platform)
  }
}
