/// A closed list of words; the schema and the type cannot differ.
package protocol WireWord: RawRepresentable<String>, CaseIterable, Codable, Sendable, Hashable {}

extension WireWord {
  package static var schema: Schema { .text(.choice(allCases.map(\.rawValue))) }
}

extension Wire {
  /// What a principal may do for its party.
  package enum Role: String, WireWord {
    /// Reports for one site.
    case agent
    /// Publishes offers of the party's sites.
    case centre
    /// The broker itself.
    case leader
    /// Sets the budgets of a tenant.
    case manager
    /// Runs the market: names, roles, rules, money in and out.
    case platform
    /// Reads everything, changes nothing.
    case regulator
    /// Sits in the committee of a fund.
    case reviewer
    /// Bids for a tenant.
    case trader

    /// The roles that a principal may be given.
    package static var givenSchema: Schema {
      .text(.choice(allCases.filter { $0 != .leader }.map(\.rawValue)))
    }
  }

  /// What a party is in the market.
  package enum PartyKind: String, WireWord {
    case tenant, centre, fund, regulator, platform

    /// The kinds of parties that join; the platform is there from the first entry.
    package static var givenSchema: Schema {
      .text(.choice(allCases.filter { $0 != .platform }.map(\.rawValue)))
    }
  }

  /// The law that a site stands under: mainland China, Hong Kong, Macau.
  package enum Jurisdiction: String, WireWord { case cn, hk, mo }

  /// Why a lease lost its place.
  package enum LossCause: String, WireWord { case reclaimed, breach, loss, evidence }

  /// Whether the rest of a lease that lost its place may go to another site.
  package enum Moving: String, WireWord { case allowed, never }

  /// The currencies of accounts.
  package enum CurrencyCode: String, WireWord {
    case cny = "CNY"
    case hkd = "HKD"
    case mop = "MOP"
  }

  /// The currencies that have a rate; rates are in HKD.
  package enum ForeignCurrencyCode: String, WireWord {
    case cny = "CNY"
    case mop = "MOP"
  }

  /// accepted: in force; proposed: in force once another principal approves it.
  package enum AcceptedState: String, WireWord { case accepted, proposed }

  /// block: all or nothing; elastic: a firm base and extras; split: any pools together.
  package enum BidKind: String, WireWord { case block, elastic, split }

  /// standing: in the book of the next round.
  package enum BidState: String, WireWord { case standing, filled, cancelled, expired }

  /// ended: with an accepted outcome; void: without one.
  package enum RoundState: String, WireWord { case open, closed, ended, void }

  /// How near the end of the evidence for a data class is; ended: no new bid that needs it is taken.
  package enum EvidenceState: String, WireWord {
    case valid
    case endsIn90Days = "ends_in_90_days"
    case endsIn30Days = "ends_in_30_days"
    case endsIn7Days = "ends_in_7_days"
    case ended
  }

  /// ordered: sold, not yet prepared by the site; closed: the site has taken everything back.
  package enum LeaseState: String, WireWord { case ordered, prepared, open, closed, failed }

  /// What an agent can say of a lease.
  package enum ReportedState: String, WireWord { case prepared, open, closed, failed }

  /// closed: it takes no more applications.
  package enum CallState: String, WireWord { case open, closed }

  /// waiting: for scores or the decision.
  package enum ApplicationState: String, WireWord { case waiting, granted, declined }

  /// ended: clawed back, or its money returned.
  package enum AwardState: String, WireWord { case active, ended }

  /// share: subsidised bids compete by what tenant and fund pay together; spare: they get what all
  /// others leave, at the ask.
  package enum SubsidyRule: String, WireWord { case share, spare }

  /// closed: a round is being cleared, bids go into the next; frozen: nothing is sold.
  package enum MarketState: String, WireWord { case open, closed, frozen }

  /// What the stream of the market tells.
  package enum MarketEventKind: String, WireWord {
    case offerPublished, offerWithdrawn, roundClosed, roundEnded, roundVoid, rateSet, rulesSet
    case marketFrozen, marketThawed
  }
}
