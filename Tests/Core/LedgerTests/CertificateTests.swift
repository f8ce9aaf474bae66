import Leases
import Ledger
import LedgerFixture
import Market
import Testing
import Units

/// A bid whose data no site may hold hears so when it is placed, from version 4 of the rules on.
@Suite("Evidence for data classes") struct CertificateTests {
  private static func certify(_ hall: inout Hall, _ site: String, until: Int64) throws {
    var certificate = Certificate()
    certificate.dataClass = "secret"
    certificate.site = site
    certificate.until = until
    _ = try Exchange.accepted(try hall.exchange.decree(.certify(certificate)))
  }

  private static func secret(_ hall: Hall, _ change: (inout BidTerms) -> Void = { _ in })
    -> BidTerms
  {
    var terms = hall.block()
    terms.dataClass = "secret"
    change(&terms)
    return terms
  }

  private static func refusal(_ hall: inout Hall, _ terms: BidTerms) throws -> Refusal? {
    Exchange.refusal(try hall.exchange.send(.placeBid(terms), by: hall.hku, as: .trader))
  }

  /// When a bid of `hall.block()` would end at the earliest: four hours from an hour after the start.
  private static let end = Hall.start + 5 * Span.hour

  @Test("Before version 4 such a bid waits; from then on it is refused, and what stood stands")
  func version() throws {
    var hall = try Hall()
    #expect(hall.exchange.state.version < 4)
    let standing = try hall.bid(Self.secret(hall), by: hall.hku)
    while hall.exchange.state.version < 4 {
      #expect(try Self.refusal(&hall, Self.secret(hall)) == nil)
      _ = try Exchange.accepted(
        try hall.exchange.decree(.activate(Numbered(hall.exchange.state.version + 1))))
    }
    #expect(try Self.refusal(&hall, Self.secret(hall)) == .notCertified)
    #expect(hall.exchange.state.book.bids[standing] != nil)
    #expect(try Self.refusal(&hall, hall.block()) == nil)
  }

  @Test("The evidence must reach to where the bid would end at the earliest, and no further")
  func reach() throws {
    var hall = try Hall.current()
    try Self.certify(&hall, "hk", until: Self.end - 1)
    #expect(try Self.refusal(&hall, Self.secret(hall)) == .notCertified)
    try Self.certify(&hall, "hk", until: Self.end)
    #expect(try Self.refusal(&hall, Self.secret(hall)) == nil)
    // The shortest alternative counts.
    try Self.certify(&hall, "hk", until: Self.end - Span.hour)
    let shorter = Self.secret(hall) { terms in
      terms.alternatives.append(terms.alternatives[0])
      terms.alternatives[1].quarters = 12
    }
    #expect(try Self.refusal(&hall, Self.secret(hall)) == .notCertified)
    #expect(try Self.refusal(&hall, shorter) == nil)
  }

  @Test("Only sites that the bid may go to count, by name and by jurisdiction")
  func places() throws {
    var hall = try Hall.current()
    try Self.certify(&hall, "sz", until: Self.end + Span.week)
    #expect(try Self.refusal(&hall, Self.secret(hall)) == nil)
    #expect(try Self.refusal(&hall, Self.secret(hall) { $0.whereabouts.sites = ["sz"] }) == nil)
    for change in [
      { $0.whereabouts.sites = ["hk"] }, { $0.whereabouts.notSites = ["sz"] },
      { $0.whereabouts.jurisdictions = [.hk] }, { $0.dataClass = "other" },
    ] as [(inout BidTerms) -> Void] {
      #expect(try Self.refusal(&hall, Self.secret(hall, change)) == .notCertified)
    }
  }

  @Test(
    "With time the evidence ends: the same bid is taken, then refused, then taken when it is renewed"
  )
  func expiry() throws {
    var hall = try Hall.current()
    let ends = Hall.start + 10 * Span.hour
    try Self.certify(&hall, "hk", until: ends)
    let terms = Self.secret(hall) { $0.earliest = Hall.start }
    #expect(try Self.refusal(&hall, terms) == nil)
    hall.exchange.time = ends - 4 * Span.hour
    #expect(try Self.refusal(&hall, terms) == nil)
    hall.exchange.time = ends - 4 * Span.hour + 1
    #expect(try Self.refusal(&hall, terms) == .notCertified)
    try Self.certify(&hall, "hk", until: ends + Span.day)
    #expect(try Self.refusal(&hall, terms) == nil)
  }

  private static func secretLease(_ hall: inout Hall, from: Int64) throws -> Lease {
    try hall.leased(secret(hall) { $0.earliest = from }, by: hall.hku)
  }

  private static func losses(_ events: [Event]) -> [String] {
    events.compactMap {
      guard case .leaseChanged(let change) = $0, let cause = change.cause else { return nil }
      return "\(change.lease) \(((change.endedAt ?? 0) - Hall.start) / Span.quarter) \(cause)"
    }
  }

  private static func cut(_ hall: inout Hall, until: Int64) throws -> [Event] {
    var certificate = Certificate()
    certificate.dataClass = "secret"
    certificate.site = "hk"
    certificate.until = until
    return try Exchange.accepted(try hall.exchange.decree(.certify(certificate)))
  }

  @Test(
    "Evidence that is cut short ends what runs on it, at its new end or the next quarter hour, and only that"
  )
  func drain() throws {
    for version in [4, 5] as [Int64] {
      var hall = try version == 5 ? Hall.current() : Hall()
      while hall.exchange.state.version < version {
        _ = try Exchange.accepted(
          try hall.exchange.decree(.activate(Numbered(hall.exchange.state.version + 1))))
      }
      try Self.certify(&hall, "hk", until: Hall.start + Span.week)
      try Self.certify(&hall, "sz", until: Hall.start + Span.week)
      let other = try hall.leased(hall.block(4).at("hk"), by: hall.thu)
      let lease = try Self.secretLease(&hall, from: Hall.start + 2 * Span.hour)
      #expect(lease.site == "hk" && lease.end == Hall.start + 6 * Span.hour)
      // An end after the lease's own touches nothing.
      #expect(Self.losses(try Self.cut(&hall, until: lease.end)) == [])
      var notice = hall
      let later = Self.losses(try Self.cut(&notice, until: Hall.start + 5 * Span.hour + 1))
      #expect(later == (version == 5 ? ["\(lease.id) 20 evidence"] : []))
      hall.exchange.time = Hall.start + 3 * Span.hour + 1
      let now = Self.losses(try Self.cut(&hall, until: Hall.start))
      guard version == 5 else {
        #expect(now == [])
        continue
      }
      #expect(now == ["\(lease.id) 13 evidence"])
      // What stands is cut no second time; what has notice may be cut again, to an earlier end.
      #expect(Self.losses(try Self.cut(&hall, until: Hall.start)) == [])
      hall = notice
      #expect(
        Self.losses(try Self.cut(&hall, until: Hall.start + 4 * Span.hour))
          == ["\(lease.id) 16 evidence"])
      #expect(hall.exchange.leases(of: other.bid).first?.endedAt == nil)
    }
  }

  @Test("The rest of a drained lease goes to a site with evidence, at no higher price")
  func elsewhere() throws {
    // Without its tenant's word a lease that works on a class of data moves nowhere.
    for (isCertified, moving) in [(true, .allowed), (true, nil), (false, .allowed)]
      as [(Bool, BidTerms.Moving?)]
    {
      var hall = try Hall.current()
      try Self.certify(&hall, "hk", until: Hall.start + Span.week)
      if isCertified { try Self.certify(&hall, "sz", until: Hall.start + Span.week) }
      var terms = Self.secret(hall) { $0.earliest = Hall.start + 2 * Span.hour }
      terms.ifDisplaced = BidTerms.Displacement()
      terms.ifDisplaced?.move = moving
      let lease = try hall.leased(terms, by: hall.hku)
      try hall.offer(
        .flat("sz", gpus: 16, ask: 900, until: Hall.start + 400 * Span.day, generation: 2),
        by: hall.sz)
      hall.exchange.time = Hall.start + 3 * Span.hour
      _ = try Self.cut(&hall, until: Hall.start + 4 * Span.hour)
      let move = hall.exchange.state.position
      try hall.exchange.moveLeases()
      let rest = try #require(hall.exchange.state.book.bids[move])
      #expect(rest.moved?.cause == .evidence && rest.terms.dataClass == "secret")
      #expect(rest.terms.earliest == Hall.start + 4 * Span.hour)
      try hall.exchange.round()
      let new = hall.exchange.leases(of: move)
      #expect(new.map(\.site) == (isCertified && moving != nil ? ["sz"] : []))
      #expect(new.allSatisfy { $0.runs[0].price <= lease.runs[0].price })
      try ReclaimTests.audit(hall)
    }
  }

  @Test("While a round is closed evidence is not cut short, and may be lengthened")
  func closed() throws {
    var hall = try Hall.current()
    try Self.certify(&hall, "hk", until: Hall.start + Span.week)
    try hall.exchange.close()
    var certificate = Certificate()
    certificate.dataClass = "secret"
    certificate.site = "hk"
    for (until, refusal) in [
      (Hall.start + Span.week - 1, Refusal.roundStillClosed), (Hall.start + 2 * Span.week, nil),
    ] as [(Int64, Refusal?)] {
      certificate.until = until
      #expect(Exchange.refusal(try hall.exchange.decree(.certify(certificate))) == refusal)
    }
  }

  @Test("A filing stands in the log from version 4 on, with its number and day")
  func filing() throws {
    var hall = try Hall()
    var certificate = Certificate()
    certificate.dataClass = "secret"
    certificate.site = "hk"
    certificate.until = Self.end
    certificate.filing = Certificate.Filing()
    certificate.filing?.number = "scc-2026-017"
    certificate.filing?.filed = Hall.start - Span.day
    while hall.exchange.state.version < 4 {
      let early = try hall.exchange.decree(.certify(certificate))
      #expect(Exchange.refusal(early) == .unknownVersion)
      _ = try Exchange.accepted(
        try hall.exchange.decree(.activate(Numbered(hall.exchange.state.version + 1))))
    }
    let events = try Exchange.accepted(try hall.exchange.decree(.certify(certificate)))
    #expect(events.contains(.certified(certificate)))
    let bytes = FieldCodec.encode(certificate)
    #expect(try FieldCodec.decode(Certificate.self, from: bytes) == certificate)
    #expect(
      String(decoding: bytes, as: UTF8.self).contains(
        #""filing":{"filed":\#(Hall.start - Span.day),"number":"scc-2026-017"}"#))
  }
}

extension Way {
  static let evidence: [Way] = [
    Way(
      code: .notCertified,
      go: { hall in
        var terms = hall.block()
        terms.dataClass = "secret"
        return try hall.exchange.send(.placeBid(terms), by: hall.hku, as: .trader)
      }, hall: { try Hall.current() })
  ]
}

@Suite("The end of evidence") struct StandingTests {
  @Test("It is warned of from 90, 30 and 7 days before, to the millisecond, and ends when it ends")
  func standing() {
    var certificate = Certificate()
    certificate.until = 1_000 * Span.day
    let steps: [(left: Int64, before: Certificate.Standing, from: Certificate.Standing)] = [
      (90 * Span.day, .valid, .endsIn90Days), (30 * Span.day, .endsIn90Days, .endsIn30Days),
      (7 * Span.day, .endsIn30Days, .endsIn7Days), (0, .endsIn7Days, .ended),
    ]
    for step in steps {
      let time = certificate.until - step.left
      #expect(certificate.standing(at: time - 1) == step.before)
      #expect(certificate.standing(at: time) == step.from)
    }
    #expect(certificate.standing(at: .max / 2) == .ended)
  }
}
