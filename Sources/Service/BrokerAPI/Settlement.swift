extension Wire {
  /// Whether money came from the bank or went there.
  package enum BankDirection: String, WireWord { case received, sent }

  /// One deposit or payout, as it should stand in the bank's statement.
  package struct BankLine: WireValue {
    package var at: WireTime
    package var account: String
    package var direction: BankDirection
    package var amount: WireMoney
    package var reference: String
    package var month: Int?
    package var proposal: Position
    package var position: Position

    package init(
      at: WireTime, account: String, direction: BankDirection, amount: WireMoney,
      reference: String, month: Int? = nil, proposal: Position, position: Position
    ) {
      self.at = at
      self.account = account
      self.direction = direction
      self.amount = amount
      self.reference = reference
      self.month = month
      self.proposal = proposal
      self.position = position
    }

    package static let schema = Schema.object(
      "BankLine", "One deposit or payout, as it should stand in the bank's statement.",
      [
        .required("at", .text(.time)),
        .required("account", .text(.id)),
        .required("direction", BankDirection.schema),
        .required("amount", .text(.money(.any))),
        .required("reference", .text(.hexadecimal(64)), "SHA-256 of the bank's reference."),
        .optional("month", .integer(Settlement.months), Settlement.aboutMonth),
        .required("proposal", .text(.position), "Where it was proposed."),
        .required("position", .text(.position), "Where it was approved."),
      ])
  }

  /// Who owes whom for one account and month.
  package struct Settlement: WireValue {
    package static let months: ClosedRange<Int64> = 197_001...220_012
    package static let aboutMonth = "The month that it settles, at +08:00: 202611."

    package var account: String
    package var party: String
    package var month: Int
    package var opening: WireMoney
    package var earned: WireMoney
    package var spent: WireMoney
    package var received: WireMoney
    package var sent: WireMoney
    package var closing: WireMoney
    package var due: WireMoney
    package var confirmed: WireMoney
    package var open: WireMoney

    package init(
      account: String, party: String, month: Int, opening: WireMoney, earned: WireMoney,
      spent: WireMoney, received: WireMoney, sent: WireMoney, closing: WireMoney, due: WireMoney,
      confirmed: WireMoney, open: WireMoney
    ) {
      self.account = account
      self.party = party
      self.month = month
      self.opening = opening
      self.earned = earned
      self.spent = spent
      self.received = received
      self.sent = sent
      self.closing = closing
      self.due = due
      self.confirmed = confirmed
      self.open = open
    }

    package static let schema = Schema.object(
      "Settlement", "Who owes whom for one account and month.",
      [
        .required("account", .text(.id)),
        .required("party", .text(.id)),
        .required("month", .integer(months), "202611: November 2026 at +08:00."),
        .required("opening", .text(.money(.any)), "Balance before the month."),
        .required("earned", .text(.money(.any)), "What came in from within the market."),
        .required("spent", .text(.money(.any)), "What went out within the market."),
        .required("received", .text(.money(.any)), "From the bank, in the month."),
        .required("sent", .text(.money(.any)), "To the bank, in the month."),
        .required("closing", .text(.money(.any)), "Balance after the month."),
        .required(
          "due", .text(.money(.any)),
          "Above 0 the platform owes the party, below 0 the party owes the platform."),
        .required(
          "confirmed", .text(.money(.any)), "What the bank has moved for this month, likewise."),
        .required(
          "open", .text(.money(.any)), "What is left to move, at most what is there by now."),
      ])
  }
}
