package import BrokerAPI

/// What changes something. The same key and content can be sent again without doing it twice.
extension BrokerClient {
  /// Proposes a party.
  package func addParty(
    _ body: Wire.AddParty, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.addParty, body, key: key)
  }

  /// Proposes a principal of a party.
  package func addMember(
    _ party: String, _ body: Wire.AddMember, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.addMember, path: [party], body, key: key)
  }

  /// Makes a token; the broker shows it this once.
  package func makeToken(_ principal: String, key: CommandID? = nil) async throws -> Wire.Token {
    try await post(.makeToken, path: [principal], Wire.Nothing(), key: key)
  }

  /// Puts a proposed command in force.
  package func approve(_ position: Position, key: CommandID? = nil) async throws -> Wire.Accepted {
    try await post(.approve, path: [position.text], Wire.Nothing(), key: key)
  }

  /// Ends a proposed command without effect.
  package func decline(_ position: Position, key: CommandID? = nil) async throws -> Wire.Accepted {
    try await post(.decline, path: [position.text], Wire.Nothing(), key: key)
  }

  /// Proposes a chip for the catalogue.
  package func addChip(_ body: Wire.Chip, key: CommandID? = nil) async throws -> Wire.Accepted {
    try await post(.addChip, body, key: key)
  }

  /// Proposes a site.
  package func registerSite(
    _ body: Wire.RegisterSite, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.registerSite, body, key: key)
  }

  /// Makes a secret with which the site's agent enrols.
  package func inviteSite(_ site: String, key: CommandID? = nil) async throws -> Wire.Invitation {
    try await post(.inviteSite, path: [site], Wire.Nothing(), key: key)
  }

  /// Turns an invitation into an identity; needs no token.
  package func enrol(_ body: Wire.Enrol, key: CommandID? = nil) async throws -> Wire.Enrolled {
    try await post(.enrol, body, key: key)
  }

  /// Proposes that a site may process a data class.
  package func certifySite(
    _ site: String, _ body: Wire.CertifySite, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.certifySite, path: [site], body, key: key)
  }

  /// Reports measured round-trip times.
  package func reportLatencies(
    _ site: String, _ body: Wire.ReportLatencies, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.reportLatencies, path: [site], body, key: key)
  }

  /// Replaces the site's schedule.
  package func publishOffer(
    _ site: String, _ body: Wire.PublishOffer, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.publishOffer, path: [site], body, key: key)
  }

  /// Ends the right to sell.
  package func withdrawOffer(
    _ site: String, _ body: Wire.WithdrawOffer, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.withdrawOffer, path: [site], body, key: key)
  }

  /// Takes capacity back; the ledger decides which leases that hits.
  package func reclaimCapacity(
    _ site: String, _ body: Wire.ReclaimCapacity, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.reclaimCapacity, path: [site], body, key: key)
  }

  /// Declares capacity lost without fault.
  package func declareLoss(
    _ site: String, _ body: Wire.ReclaimCapacity, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.declareLoss, path: [site], body, key: key)
  }

  /// Reports what became of a lease.
  package func reportLease(
    _ lease: String, _ body: Wire.ReportLease, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.reportLease, path: [lease], body, key: key)
  }

  /// Reports delivered and used GPU time.
  package func reportReadings(
    _ site: String, _ body: Wire.ReportReadings, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.reportReadings, path: [site], body, key: key)
  }

  /// Places a bid and holds its money.
  package func placeBid(
    _ body: Wire.PlaceBid, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.placeBid, body, key: key)
  }

  /// Takes a bid out of the book.
  package func cancelBid(_ bid: String, key: CommandID? = nil) async throws -> Wire.Accepted {
    try await post(.cancelBid, path: [bid], Wire.Nothing(), key: key)
  }

  /// Ends a lease before its time.
  package func endLease(_ lease: String, key: CommandID? = nil) async throws -> Wire.Accepted {
    try await post(.endLease, path: [lease], Wire.Nothing(), key: key)
  }

  /// Says that a site will not deliver what is left of a lease, for good.
  package func abandonLease(
    _ lease: String, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.abandonLease, path: [lease], Wire.Nothing(), key: key)
  }

  /// Proposes a project of a tenant.
  package func addProject(
    _ party: String, _ body: Wire.AddProject, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.addProject, path: [party], body, key: key)
  }

  /// Sets what the tenant or one of its projects may use each month.
  package func setBudget(
    _ body: Wire.SetBudget, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.setBudget, body, key: key)
  }

  /// Says that less was delivered on a market day.
  package func openDispute(
    _ lease: String, _ body: Wire.OpenDispute, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.openDispute, path: [lease], body, key: key)
  }

  /// Shows more for one side of a dispute.
  package func addEvidence(
    _ dispute: String, _ body: Wire.AddEvidence, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.addEvidence, path: [dispute], body, key: key)
  }

  /// Proposes how a dispute ends.
  package func decideDispute(
    _ dispute: String, _ body: Wire.DecideDispute, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.decideDispute, path: [dispute], body, key: key)
  }

  /// Proposes to give back what a charge was too high.
  package func correctCharge(
    _ lease: String, _ body: Wire.CorrectCharge, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.correctCharge, path: [lease], body, key: key)
  }

  /// Proposes a deposit.
  package func recordDeposit(
    _ account: String, _ body: Wire.RecordDeposit, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.recordDeposit, path: [account], body, key: key)
  }

  /// Proposes a payout.
  package func recordPayout(
    _ account: String, _ body: Wire.RecordPayout, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.recordPayout, path: [account], body, key: key)
  }

  /// Proposes a credit limit.
  package func setCreditLimit(
    _ account: String, _ body: Wire.SetCreditLimit, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.setCreditLimit, path: [account], body, key: key)
  }

  /// Keeps the seller's own number of an invoice, and its fapiao.
  package func annotateInvoice(
    month: String, seller: String, buyer: String, _ body: Wire.AnnotateInvoice,
    key: CommandID? = nil
  ) async throws -> Wire.AnnotateInvoice {
    try await post(.annotateInvoice, path: [month, seller, buyer], body, key: key)
  }

  /// Keeps how much of what a seller is paid is tax.
  package func setTax(
    _ party: String, _ body: Wire.SetTax, key: CommandID? = nil
  ) async throws -> Wire.TaxRules {
    try await post(.setTax, path: [party], body, key: key)
  }

  /// Proposes that an account takes part no more, or again.
  package func closeAccount(
    _ account: String, _ body: Wire.CloseAccount, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.closeAccount, path: [account], body, key: key)
  }

  /// Moves money between parties, all legs or none.
  package func sendTransfer(
    _ body: Wire.SendTransfer, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.sendTransfer, body, key: key)
  }

  /// Stops all selling at once.
  package func freezeMarket(key: CommandID? = nil) async throws -> Wire.Accepted {
    try await post(.freezeMarket, Wire.Nothing(), key: key)
  }

  /// Proposes that the market sells again.
  package func thawMarket(
    _ body: Wire.ThawMarket, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.thawMarket, body, key: key)
  }

  /// Proposes the next version of the rules of apply.
  package func activateVersion(
    _ body: Wire.ActivateVersion, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.activateVersion, body, key: key)
  }

  /// Proposes a rate.
  package func setRate(_ body: Wire.SetRate, key: CommandID? = nil) async throws -> Wire.Accepted {
    try await post(.setRate, body, key: key)
  }

  /// Proposes who must have cosigned and what surveillance measures by, as a whole.
  package func setOversight(
    _ body: Wire.Oversight, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.setOversight, body, key: key)
  }

  /// Proposes the rules as a whole.
  package func setRules(_ body: Wire.Rules, key: CommandID? = nil) async throws -> Wire.Accepted {
    try await post(.setRules, body, key: key)
  }
}
