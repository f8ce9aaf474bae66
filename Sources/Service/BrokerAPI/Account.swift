extension Wire {
  /// An account: what it has, what is held, what may still be spent.
  package struct Account: WireValue {
    package var account: String
    package var party: String
    package var currency: CurrencyCode
    package var balance: WireMoney
    package var held: WireMoney
    package var free: WireMoney
    package var creditLimit: WireMoney
    package var closed: Bool

    package init(
      account: String, party: String, currency: CurrencyCode, balance: WireMoney, held: WireMoney,
      free: WireMoney, creditLimit: WireMoney, closed: Bool
    ) {
      self.account = account
      self.party = party
      self.currency = currency
      self.balance = balance
      self.held = held
      self.free = free
      self.creditLimit = creditLimit
      self.closed = closed
    }

    package static let schema = Schema.object(
      "Account", "An account: what it has, what is held, what may still be spent.",
      [
        .required("account", .text(.id)),
        .required("party", .text(.id)),
        .required("currency", CurrencyCode.schema),
        .required("balance", .text(.money(.any))),
        .required("held", .text(.money(.any))),
        .required("free", .text(.money(.any)), "Balance less held, credit limit included."),
        .required("creditLimit", .text(.money(.any))),
        .required("closed", .boolean, "It takes part no more."),
      ])
  }

  /// One transfer as the account sees it.
  package struct StatementLine: WireValue {
    package var at: WireTime
    package var position: Position
    package var kind: String
    package var counterparty: String
    package var debit: WireMoney?
    package var credit: WireMoney?
    package var balance: WireMoney
    package var lease: String?
    package var bid: String?
    package var transfer: String?
    package var corrects: Position?
    package var dispute: String?

    package init(
      at: WireTime, position: Position, kind: String, counterparty: String, debit: WireMoney? = nil,
      credit: WireMoney? = nil, balance: WireMoney, lease: String? = nil, bid: String? = nil,
      transfer: String? = nil, corrects: Position? = nil, dispute: String? = nil
    ) {
      self.at = at
      self.position = position
      self.kind = kind
      self.counterparty = counterparty
      self.debit = debit
      self.credit = credit
      self.balance = balance
      self.lease = lease
      self.bid = bid
      self.transfer = transfer
      self.corrects = corrects
      self.dispute = dispute
    }

    package static let schema = Schema.object(
      "StatementLine", "One transfer as the account sees it.",
      [
        .required("at", .text(.time)),
        .required("position", .text(.position)),
        .required("kind", .text(.id)),
        .required("counterparty", .text(.id)),
        .optional("debit", .text(.money(.any)), "What went out; a line has a debit or a credit."),
        .optional("credit", .text(.money(.any)), "What came in."),
        .required("balance", .text(.money(.any)), "After this line."),
        .optional("lease", .text(.id)),
        .optional("bid", .text(.id)),
        .optional("transfer", .text(.id), "The leg of a transfer between parties."),
        .optional("corrects", .text(.position), "Of a correction: the entry that charged."),
        .optional("dispute", .text(.id), "That the correction decided."),
      ])
  }

  /// Money that reached the bank.
  package struct RecordDeposit: RequestBody {
    package var amount: WireMoney
    package var reference: String
    package var month: Int?

    package init(amount: WireMoney, reference: String, month: Int? = nil) {
      self.amount = amount
      self.reference = reference
      self.month = month
    }

    package static let schema = Schema.object(
      "RecordDeposit", "Money that reached the bank.",
      [
        .required("amount", .text(.money(.amount))),
        .required(
          "reference", .text(.words(1...140)),
          "The bank's own; only its SHA-256 enters the ledger."),
        .optional("month", .integer(Settlement.months), Settlement.aboutMonth),
      ])
  }

  /// Money that left for the party's bank.
  package struct RecordPayout: RequestBody {
    package var amount: WireMoney
    package var reference: String
    package var month: Int?

    package init(amount: WireMoney, reference: String, month: Int? = nil) {
      self.amount = amount
      self.reference = reference
      self.month = month
    }

    package static let schema = Schema.object(
      "RecordPayout", "Money that left for the party's bank.",
      [
        .required("amount", .text(.money(.amount))),
        .required(
          "reference", .text(.words(1...140)),
          "The bank's own; only its SHA-256 enters the ledger."),
        .optional("month", .integer(Settlement.months), Settlement.aboutMonth),
      ])
  }

  /// An account that takes part no more, or again.
  package struct CloseAccount: RequestBody {
    package var closed: Bool

    package init(closed: Bool) {
      self.closed = closed
    }

    package static let schema = Schema.object(
      "CloseAccount", "An account that takes part no more, or again.",
      [
        .required("closed", .boolean)
      ])
  }

  /// How far below zero an account may go.
  package struct SetCreditLimit: RequestBody {
    package var amount: WireMoney

    package init(amount: WireMoney) {
      self.amount = amount
    }

    package static let schema = Schema.object(
      "SetCreditLimit", "How far below zero an account may go.",
      [
        .required("amount", .text(.money(.amountOrNothing)))
      ])
  }
}
