package import Units

/// One account of the double-entry book, in one currency. Balance = credits posted less debits posted.
package struct Account: Sendable, Equatable, Record {
  /// Nothing moves any more, until it is opened again.
  package var closed = false
  /// How far below zero the balance, pending debits included, may go; minor units.
  package var creditLimit: Int64 = 0
  package var creditsPending: Int64 = 0
  package var creditsPosted: Int64 = 0
  package var currency: Currency = .hkd
  package var debitsPending: Int64 = 0
  package var debitsPosted: Int64 = 0
  /// `<party>:<currency>`, for example `hku-nlp:hkd`.
  package var id = ""
  /// Empty for the accounts of the market itself: `bank`, `clearing`, `fees`, `fx`.
  package var party = ""
  /// Accounts of the market itself have no limit: that of `fx` binds what a round converts, never what
  /// is owed already.
  package var unlimited = false

  package init() {}

  package init(party: String, currency: Currency) {
    id = Self.id(party, currency)
    self.party = party
    self.currency = currency
  }

  /// A further account of a party, under a name of its own.
  package init(party: String, currency: Currency, id: String) {
    self.init(party: party, currency: currency)
    self.id = id
  }

  /// An account of the market itself.
  package init(system: SystemAccount, currency: Currency) {
    id = Self.id(system.rawValue, currency)
    self.currency = currency
    unlimited = true
    if system == .fx { creditLimit = Self.exposureLimit }
  }

  /// How far short of a currency the market may be until people say otherwise: a hundred million units.
  package static let exposureLimit: Int64 = 10_000_000_000

  /// The id of an owner's account in a currency.
  package static func id(_ owner: String, _ currency: Currency) -> String {
    "\(owner):\(currency.suffix)"
  }

  package var balance: Int64 { creditsPosted - debitsPosted }

  /// What may still be debited; minor units. Not for accounts without limit.
  package var available: Int64 { balance - debitsPending + creditLimit }

  /// What of it is money and not credit; below zero when credit is in use.
  package var own: Int64 { balance - debitsPending }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.flag("closed", &closed)
    try codec.int("creditLimit", &creditLimit, 0...Int64.max)
    try codec.int("creditsPending", &creditsPending, 0...Int64.max)
    try codec.int("creditsPosted", &creditsPosted, 0...Int64.max)
    try codec.choice("currency", &currency)
    try codec.int("debitsPending", &debitsPending, 0...Int64.max)
    try codec.int("debitsPosted", &debitsPosted, 0...Int64.max)
    try codec.text("id", &id, .id)
    if codec.isReading || !party.isEmpty {
      var owner: String? = party
      try codec.text("party", optional: &owner, .id)
      party = owner ?? ""
    }
    try codec.flag("unlimited", &unlimited)
  }
}

/// The accounts of the market itself, one of each in every currency.
package enum SystemAccount: String, Sendable, CaseIterable {
  /// The door for deposits and payouts; its balance is what is at the bank, negated.
  case bank
  /// Where holds of open bids point to.
  case clearing
  /// Fees of the platform.
  case fees
  /// Conversion between currencies. How far rounds may let it be short of one is its credit limit, which
  /// what is pending counts against.
  case fx
}

/// Why money moves; stands in statements.
package enum Reason: String, Sendable {
  case deposit
  case payout
  /// Reserved for an open bid.
  case hold
  /// Reserved for a lease.
  case lease
  /// Paid for delivered capacity.
  case charge
  case fee
  /// Paid by a centre for firm capacity that it did not deliver.
  case damages
  /// Paid by a centre for the dearer place of a lease that it lost.
  case excess
  /// From a fund to an award.
  case grant
  /// A fund's share: reserved, and paid for delivered capacity.
  case subsidy
  /// Back to the fund, from an award or from its tenant.
  case clawback
  /// Sent by one party to another.
  case transfer
  /// Given back of a charge that was too high.
  case correction

  /// It moves what the debtor has, never its credit: a credit line pays for capacity and nothing else.
  package var needsOwnMoney: Bool { self == .payout || self == .transfer }
}

/// Money set aside: it ends once, posted, voided or expired.
package struct Pending: Sendable, Equatable, Record {
  package var amount: Int64 = 1
  package var credit = ""
  package var debit = ""
  /// From this time on it can no longer be posted and its money is free; ms. Nil: never.
  package var expires: Int64?
  package var id = ""
  package var reason: Reason = .hold
  package var subject = ""

  package init() {}

  /// Whether it is over at a time of the log.
  package func isOver(at time: Int64) -> Bool { expires.map { $0 <= time } ?? false }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("amount", &amount, Bound.amount)
    try codec.text("credit", &credit, .id)
    try codec.text("debit", &debit, .id)
    try codec.int("expires", optional: &expires, Bound.time)
    try codec.text("id", &id, .id)
    try codec.choice("reason", &reason)
    try codec.text("subject", &subject, .id)
  }
}

/// What happened to money: one line for each account that it touches.
package struct Movement: Sendable, Equatable, Record {
  /// What became of it.
  package enum Step: String, Sendable {
    /// Set aside.
    case pending
    /// Moved at once.
    case posted
    /// A pending was moved, in full or in part; what is left of it is free again.
    case settled
    /// A pending was given up.
    case voided
    /// A pending was not posted in its time.
    case expired
  }

  /// What moved. With `settled`: how much of the pending was posted.
  package var amount: Int64 = 0
  package var credit = ""
  package var debit = ""
  /// When a pending expires; ms (`pending`).
  package var expires: Int64?
  /// What the pending amounted to (`settled`, `voided`, `expired`).
  package var held: Int64?
  /// Id of the pending, if there is one.
  package var pending: String?
  package var reason: Reason = .hold
  package var step: Step = .posted
  /// The object that it is about: a bid, a lease, or a proposal.
  package var subject = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("amount", &amount, 0...Bound.amount.upperBound)
    try codec.text("credit", &credit, .id)
    try codec.text("debit", &debit, .id)
    try codec.int("expires", optional: &expires, Bound.time)
    try codec.int("held", optional: &held, Bound.amount)
    try codec.text("pending", optional: &pending, .id)
    try codec.choice("reason", &reason)
    try codec.choice("step", &step)
    try codec.text("subject", &subject, .id)
  }
}
