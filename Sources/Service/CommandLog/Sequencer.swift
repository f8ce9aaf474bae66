package import Ledger
package import Units

/// A command on its way into the log.
package struct Submission: Sendable {
  /// 32 lower-case hexadecimal digits, chosen by the sender.
  package var id: String
  package var by: String
  package var role: Role
  package var command: Command

  package init(id: String, by: String, role: Role, command: Command) {
    self.id = id
    self.by = by
    self.role = role
    self.command = command
  }
}

/// What the leader gives a submission on its way into the log: position, stamp, epoch. It holds
/// nothing durable of its own; `CommandLog` keeps what was ordered.
package struct Sequencer: Sendable {
  /// Entries of one batch, at most.
  package static let batchEntries = LogBatch.mostEntries

  package private(set) var epoch: Int64
  private var time: Int64

  /// - Parameters:
  ///   - epoch: of the last leader in the log.
  ///   - time: of the last entry.
  package init(epoch: Int64, time: Int64) {
    self.epoch = epoch
    self.time = time
  }

  package mutating func begin(epoch: Int64) { self.epoch = epoch }

  /// The stamp of the next batch: the clock, but never before the last stamp.
  package mutating func stamp(_ clock: Int64) -> Int64 {
    time = min(max(clock, time), Bound.time.upperBound)
    return time
  }

  /// The entry of a submission at this position.
  /// - Returns: the canonical bytes, and the entry as it reads from them: what every replica sees.
  /// - Throws: when the command is outside the ranges of its fields, or too long.
  package func entry(
    _ submission: Submission, position: Int64, time: Int64
  ) throws(CodecError) -> (entry: Entry, bytes: [UInt8]) {
    let entry = Entry(
      position: position, time: time, epoch: epoch, id: submission.id, by: submission.by,
      role: submission.role, command: submission.command)
    let bytes = FieldCodec.encode(entry)
    return (try Entry.decode(bytes), bytes)
  }
}
