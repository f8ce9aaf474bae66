extension Wire {
  /// What a leg of a transfer does: pay moves at once, pend sets aside for a time, post moves what is
  /// pending, void frees it.
  package enum TransferAction: String, WireWord { case pay, pend, post, void }

  /// Where a transfer stands.
  package enum TransferState: String, WireWord { case pending, posted, voided, expired }

  /// One leg of a transfer.
  package struct TransferLeg: WireValue {
    package var action: TransferAction
    package var debit: String?
    package var credit: String?
    package var amount: WireMoney?
    package var pending: String?
    package var timeoutMs: Int?

    package init(
      action: TransferAction, debit: String? = nil, credit: String? = nil,
      amount: WireMoney? = nil, pending: String? = nil, timeoutMs: Int? = nil
    ) {
      self.action = action
      self.debit = debit
      self.credit = credit
      self.amount = amount
      self.pending = pending
      self.timeoutMs = timeoutMs
    }

    package static let schema = Schema.object(
      "TransferLeg", "One leg of a transfer.",
      [
        .required("action", TransferAction.schema),
        .optional("debit", .text(.id), "pay, pend: an account of the sender's party."),
        .optional("credit", .text(.id), "pay, pend: an account of a party, in the same currency."),
        .optional(
          "amount", .text(.money(.amount)),
          "pay, pend: how much; post: how much of what is pending, all when left out."),
        .optional("pending", .text(.id), "post, void: the id of the transfer that set aside."),
        .optional(
          "timeoutMs", .integer(1...31_622_400_000),
          "pend: when it is not posted in this time, it is free again."),
      ])
  }

  /// Legs that succeed or fail together.
  package struct SendTransfer: RequestBody {
    package var legs: [TransferLeg]

    package init(legs: [TransferLeg]) {
      self.legs = legs
    }

    package static let schema = Schema.object(
      "SendTransfer", "Legs that succeed or fail together.",
      [
        .required("legs", .array(TransferLeg.schema, 1...64))
      ])
  }

  /// Money that one party sent another, or set aside for it.
  package struct Transfer: WireValue {
    package var transfer: String
    package var debit: String
    package var credit: String
    package var amount: WireMoney
    package var posted: WireMoney
    package var state: TransferState
    package var at: WireTime
    package var expiresAt: WireTime?
    package var position: Position

    package init(
      transfer: String, debit: String, credit: String, amount: WireMoney, posted: WireMoney,
      state: TransferState, at: WireTime, expiresAt: WireTime? = nil, position: Position
    ) {
      self.transfer = transfer
      self.debit = debit
      self.credit = credit
      self.amount = amount
      self.posted = posted
      self.state = state
      self.at = at
      self.expiresAt = expiresAt
      self.position = position
    }

    package static let schema = Schema.object(
      "Transfer", "Money that one party sent another, or set aside for it.",
      [
        .required("transfer", .text(.id)),
        .required("debit", .text(.id)),
        .required("credit", .text(.id)),
        .required("amount", .text(.money(.any))),
        .required("posted", .text(.money(.any)), "How much of it has moved."),
        .required("state", TransferState.schema),
        .required("at", .text(.time)),
        .optional("expiresAt", .text(.time)),
        .required("position", .text(.position)),
      ])
  }
}
