import Units

extension LedgerState {
  /// Applies the next entry and says what it caused. A command that is refused causes exactly one
  /// event, `refused`, and changes nothing but the position, the time and the known ids.
  ///
  /// Never traps and never runs long, whatever the entry says; throws only for a log that cannot be
  /// followed (`LedgerFault`).
  package mutating func apply(_ entry: Entry) throws(LedgerFault) -> [Event] {
    guard entry.position == position else {
      throw .wrongPosition(expected: position, found: entry.position)
    }
    guard entry.time >= time else { throw .timeFell(last: time, found: entry.time) }
    guard version <= Self.newestVersion else { throw .unknownVersion(version) }
    if position == 0 {
      guard case .genesis(let genesis) = entry.command else { throw .noGenesis }
      let events = try begin(genesis, entry)
      finish(entry)
      return events
    }
    if let next = unknownRules(in: entry, beyond: Self.newestVersion) {
      throw .unknownVersion(next)
    }
    finish(entry)
    guard recent.insert(entry.id, at: entry.time) else {
      return [refused(.duplicateCommand, entry.command.kind)]
    }
    do throws(Refusal) {
      let events = try perform(entry)
      follow(events)
      return events
    } catch {
      return [refused(error, entry.command.kind)]
    }
  }

  /// The version that an entry proposes or begins and a later release knows: what becomes of it only
  /// that one can say, so one that knows no more than `newest` must not go on.
  package func unknownRules(in entry: Entry, beyond newest: Int64) -> Int64? {
    guard let next = version(askedBy: entry.command), next > newest else { return nil }
    var trial = self
    trial.finish(entry)
    do throws(Refusal) {
      _ = try trial.perform(entry)
    } catch {
      return error == .unknownVersion ? next : nil
    }
    return newest < Self.newestVersion ? next : nil
  }

  /// The next version, if a command proposes or approves it.
  package func version(askedBy command: Command) -> Int64? {
    let asked: Command? =
      if case .approve(let number) = command { proposals[number.number]?.command } else { command }
    guard case .activate(let next)? = asked, next.number == version + 1 else { return nil }
    return next.number
  }

  private mutating func finish(_ entry: Entry) {
    position = entry.position + 1
    time = entry.time
  }

  func refused(_ code: Refusal, _ kind: Command.Kind, leg: Int? = nil) -> Event {
    var refused = CommandRefused()
    refused.leg = leg
    refused.code = code
    refused.command = kind
    return .refused(refused)
  }

  private mutating func perform(_ entry: Entry) throws(Refusal) -> [Event] {
    let kind = entry.command.kind
    guard let principal = principals[entry.by] else { throw .unknownPrincipal }
    guard principal.roles.contains(entry.role) else { throw .roleNotHeld }
    guard kind != .genesis else { throw .sealedGenesis }
    guard kind.roles.contains(entry.role) else { throw .roleNotAllowed }
    if entry.role == .leader, kind != .lead, entry.epoch != epoch { throw .wrongEpoch }
    if kind.needsTwoPersons { return try propose(entry) }
    return try execute(entry, principal)
  }

  /// Performs a command whose sender may send it. Every function below checks all, then changes.
  mutating func execute(_ entry: Entry, _ principal: Principal) throws(Refusal) -> [Event] {
    guard version >= entry.command.sinceVersion else { throw .unknownVersion }
    if marketFreeze != nil, entry.command.kind.needsOpenMarket { throw .marketFrozen }
    switch entry.command {
    case .genesis: throw .sealedGenesis
    case .addParty(let party): return try add(party)
    case .addPrincipal(let new): return try add(new, entry)
    case .addSite(let site): return try add(site, entry)
    case .addChip(let chip): return try add(chip)
    case .certify(let certificate): return try certify(certificate)
    case .setLatencies(let report): return try set(report, principal, entry)
    case .setRate(let rate): return try set(rate)
    case .setRules(let rules): return set(rules)
    case .deposit(let transfer): return try deposit(transfer, entry)
    case .payout(let transfer): return try payout(transfer, entry)
    case .setCreditLimit(let limit): return try set(limit)
    case .closeAccount(let closure): return try close(closure)
    case .transfer(let terms): return transfer(terms, principal, entry)
    case .expireTransfers(let name): return try expireTransfers(name.account)
    case .publishOffer(let offer): return try publish(offer, principal, entry)
    case .withdrawOffer(let withdrawal): return try withdraw(withdrawal, principal, entry)
    case .reclaimCapacity(let terms): return try reclaim(terms, principal, entry)
    case .declareLoss(let terms): return try declareLoss(terms)
    case .placeBid(let terms): return try place(terms, principal, entry)
    case .cancelBid(let bid): return try cancel(bid.number, principal)
    case .closeRound(let round): return try close(round.number)
    case .outcomePart(let terms): return try take(terms)
    case .commitOutcome(let commit): return try commitOutcome(commit)
    case .voidRound(let round): return try void(round.number)
    case .reportLease(let report): return try advance(report, principal)
    case .endLease(let name): return try end(name.lease, principal)
    case .recordReadings(let report): return try record(report, principal)
    case .settle(let terms): return try settle(terms)
    case .addProject(let project): return try add(project)
    case .setBudget(let budget): return try set(budget, principal)
    case .openDispute(let terms): return try open(terms, principal, entry)
    case .addEvidence(let terms): return try add(terms, principal)
    case .decideDispute(let terms): return try decide(terms, entry)
    case .correctCharge(let terms): return try correct(terms, entry)
    case .moveLease(let name): return try moveLease(name.lease, entry)
    case .approve(let proposal): return try approve(proposal.number, entry)
    case .decline(let proposal): return try decline(proposal.number, entry)
    case .seal(let terms): return try seal(terms)
    case .lead(let next): return try lead(next.number)
    case .activate(let next): return try activate(next.number)
    case .freezeMarket: return try freezeMarket(entry)
    case .thawMarket(let freeze): return try thawMarket(freeze.number)
    case .setOversight(let oversight): return try set(oversight)
    case .abandonLease(let name): return try abandon(name.lease, principal, entry)
    case .scheme(let command): return try perform(command, principal, entry)
    }
  }

  // MARK: Two persons

  private mutating func propose(_ entry: Entry) throws(Refusal) -> [Event] {
    var proposal = Proposal()
    proposal.by = entry.by
    proposal.command = entry.command
    proposal.order = entry.id
    proposal.position = entry.position
    proposal.proposedAt = entry.time
    // What could never be approved is refused now, on a copy that is thrown away.
    var trial = self
    guard let principal = principals[entry.by] else { throw .unknownPrincipal }
    _ = try trial.execute(entry, principal)
    for key in proposals.keys {
      guard let old = proposals[key], old.proposedAt + Proposal.life < time else { break }
      proposals[key] = nil
    }
    proposals[entry.position] = proposal
    return [changed(proposal, .proposed, entry.by)]
  }

  private mutating func approve(_ number: Int64, _ entry: Entry) throws(Refusal) -> [Event] {
    let proposal = try open(number)
    guard proposal.by != entry.by else { throw .approverIsProposer }
    guard let proposer = principals[proposal.by] else { throw .unknownPrincipal }
    let role = try secondRole(proposal, proposer, entry)
    // The object is named by the entry that proposed it.
    let original = Entry(
      position: proposal.position, time: entry.time, epoch: entry.epoch, id: proposal.order,
      by: proposal.by, role: role, command: proposal.command)
    let events = try execute(original, proposer)
    proposals[number] = nil
    return [changed(proposal, .approved, entry.by)] + events
  }

  private mutating func decline(_ number: Int64, _ entry: Entry) throws(Refusal) -> [Event] {
    let proposal = try open(number)
    guard let proposer = principals[proposal.by] else { throw .unknownPrincipal }
    _ = try secondRole(proposal, proposer, entry)
    proposals[number] = nil
    return [changed(proposal, .declined, entry.by)]
  }

  /// Who decides on a proposal has the role of the one who made it, and for a fund belongs to it and
  /// has no interest of its own.
  private func secondRole(
    _ proposal: Proposal, _ proposer: Principal, _ entry: Entry
  ) throws(Refusal) -> Role {
    guard proposal.command.kind.roles.contains(entry.role) else { throw .roleNotAllowed }
    guard entry.role == .reviewer, let second = principals[entry.by] else { return entry.role }
    guard second.party == proposer.party else { throw .notYours }
    if case .scheme(let command) = proposal.command { try checkInterest(in: command, second) }
    return entry.role
  }

  private func open(_ number: Int64) throws(Refusal) -> Proposal {
    guard let proposal = proposals[number] else { throw .unknownProposal }
    guard proposal.proposedAt + Proposal.life >= time else { throw .proposalExpired }
    return proposal
  }

  private func changed(_ proposal: Proposal, _ state: ProposalChanged.State, _ by: String) -> Event
  {
    var change = ProposalChanged()
    change.by = by
    change.command = proposal.command.kind
    change.expiresAt = proposal.proposedAt + Proposal.life
    change.proposal = proposal.position
    change.state = state
    return .proposalChanged(change)
  }

  // MARK: The log itself

  private mutating func seal(_ terms: SealTerms) throws(Refusal) -> [Event] {
    guard terms.from == unsealed, terms.to >= terms.from, terms.to < position - 1 else {
      throw .sealNotContiguous
    }
    unsealed = terms.to + 1
    return [.sealed(terms)]
  }

  private mutating func lead(_ next: Int64) throws(Refusal) -> [Event] {
    guard next > epoch else { throw .wrongEpoch }
    epoch = next
    round.parts = []
    return [.led(Numbered(next))]
  }

  private mutating func activate(_ next: Int64) throws(Refusal) -> [Event] {
    guard next == version + 1, next <= Self.newestVersion else { throw .unknownVersion }
    version = next
    return [.activated(Numbered(next))]
  }
}
