extension Wire {
  /// How far one witness of the log is.
  package struct WitnessReach: WireValue {
    package var name: String
    /// Entries of the largest tree that it cosigned.
    package var size: Position
    /// Why it did not cosign when it was asked last.
    package var trouble: String?

    package init(name: String, size: Position, trouble: String? = nil) {
      self.name = name
      self.size = size
      self.trouble = trouble
    }

    package static let schema = Schema.object(
      "WitnessReach", "How far one witness of the log is.",
      [
        .required("name", .text(.words(1...200))),
        .required("size", .text(.position), "Entries of the largest tree that it cosigned."),
        .optional("trouble", .text(.anything), "Why it did not cosign when it was asked last."),
      ])
  }

  /// How far checkpoints of the log and its witnesses are.
  package struct LogStanding: WireValue {
    package var origin: String
    /// Entries under the newest checkpoint, and under the newest one that enough cosigned.
    package var checkpointed: Position
    package var witnessed: Position
    package var witnesses: [WitnessReach]
    /// Since when the oldest checkpoint waits that not enough cosigned.
    package var waitingSince: WireTime?
    /// Why there is no newer checkpoint.
    package var trouble: String?
    /// Of each group enough must have cosigned; empty: as the replica's policy file says.
    package var quorum: [CosignerGroup]

    package init(
      origin: String, checkpointed: Position, witnessed: Position, witnesses: [WitnessReach],
      waitingSince: WireTime? = nil, trouble: String? = nil, quorum: [CosignerGroup] = []
    ) {
      self.quorum = quorum
      self.origin = origin
      self.checkpointed = checkpointed
      self.witnessed = witnessed
      self.witnesses = witnesses
      self.waitingSince = waitingSince
      self.trouble = trouble
    }

    package static let schema = Schema.object(
      "LogStanding", "How far checkpoints of the log and its witnesses are.",
      [
        .required("origin", .text(.words(1...200)), "Name of the log and of its key."),
        .required("checkpointed", .text(.position), "Entries under the newest checkpoint."),
        .required(
          "witnessed", .text(.position), "Entries under the newest one that enough cosigned."),
        .required("witnesses", .array(WitnessReach.schema, 0...1_000)),
        .optional(
          "waitingSince", .text(.time), "Of the oldest checkpoint that not enough cosigned."),
        .optional("trouble", .text(.anything), "Why there is no newer checkpoint."),
        .required(
          "quorum", .array(CosignerGroup.schema, 0...16),
          "Of each group enough must have cosigned; none: as the replica's policy file says."),
      ])
  }

  /// Two files that prove a trade, without the broker.
  package struct TradeReceipt: WireValue {
    package var lease: String
    /// The event and its way to its seal.
    package var receipt: String
    /// The seal's way to a checkpoint that enough witnesses cosigned.
    package var proof: String

    package init(lease: String, receipt: String, proof: String) {
      self.lease = lease
      self.receipt = receipt
      self.proof = proof
    }

    package static let schema = Schema.object(
      "TradeReceipt", "Two files that prove a trade, without the broker.",
      [
        .required("lease", .text(.id)),
        .required("receipt", .text(.anything), "The event and its way to its seal."),
        .required(
          "proof", .text(.anything), "The seal's way to a witnessed checkpoint (C2SP tlog-proof)."),
      ])
  }

  /// A page of what the log says of a lease, each record with what proves it.
  package struct LeaseEvidence: WireValue {
    package var lease: String
    package var records: [TradeReceipt]
    /// After which position the next page begins; absent after the last.
    package var next: Position?

    package init(lease: String, records: [TradeReceipt], next: Position? = nil) {
      self.lease = lease
      self.records = records
      self.next = next
    }

    package static let schema = Schema.object(
      "LeaseEvidence", "What the log says of a lease, each record with what proves it.",
      [
        .required("lease", .text(.id)),
        .required("records", .array(TradeReceipt.schema, 0...10_000), "In the order of the log."),
        .optional(
          "next", .text(.position), "After which position the next page begins; absent at the end."),
      ])
  }

  /// sequenced: it has its place in the log, and this replica has not come to it yet; applied: it is in the
  /// ledger; checkpointed: a signed tree has it; witnessed: enough witnesses cosigned such a tree.
  package enum ProofState: String, WireWord { case sequenced, applied, checkpointed, witnessed }

  /// How well one entry is vouched for.
  package struct EntryStanding: WireValue {
    package var position: Position
    package var state: ProofState
    /// Witnesses that cosigned a tree with it, and how many there are.
    package var witnesses: Int64
    package var of: Int64

    package init(position: Position, state: ProofState, witnesses: Int64, of: Int64) {
      self.position = position
      self.state = state
      self.witnesses = witnesses
      self.of = of
    }

    package static let schema = Schema.object(
      "EntryStanding", "How well one entry is vouched for.",
      [
        .required("position", .text(.position)),
        .required("state", ProofState.schema),
        .required("witnesses", .integer(0...1_000), "Witnesses that cosigned a tree with it."),
        .required("of", .integer(0...1_000), "Witnesses there are."),
      ])
  }
}
