import CommandLog
import Ledger
import LedgerStore

// What is answered to whoever sent a command.
extension ReplicaCore {
  /// The receipt of an id that is there already: the same, unless the content is another.
  static func again(
    _ submission: Submission, _ known: AppliedEntry
  ) -> Result<Receipt, any Error> {
    let entry = known.entry
    guard entry.by == submission.by, entry.role == submission.role,
      entry.command == submission.command
    else { return .failure(SubmissionError.differentContent(position: entry.position)) }
    return .success(receipt(known, replayed: true))
  }

  static func receipt(_ applied: AppliedEntry, replayed: Bool) -> Receipt {
    Receipt(
      position: applied.entry.position, time: applied.entry.time, kind: applied.entry.command.kind,
      refusal: applied.refusal, legs: applied.legs, replayed: replayed)
  }
}
