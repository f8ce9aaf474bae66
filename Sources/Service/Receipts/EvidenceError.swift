/// Why a pack of evidence does not hold.
package enum EvidenceError: Error, Equatable, CustomStringConvertible {
  case tooLong
  case title
  /// Counts from 1.
  case record(Int)
  case receipt(Int, ReceiptError)
  case foreign(Int, String)
  case order(Int)
  case missing(String)

  package var description: String {
    switch self {
    case .tooLong: "the file has more than \(LeaseEvidence.byteLimit >> 20) MiB"
    case .title: "the file does not begin with \"\(LeaseEvidence.title)\" and a lease"
    case .record(let number): "record \(number) is cut off, or its length is no number"
    case .receipt(let number, let error): "record \(number): \(error)"
    case .foreign(let number, let what): "record \(number) is \(what)"
    case .order(let number): "record \(number) stands before the one before it, or twice"
    case .missing(let what): "there is no record of \(what)"
    }
  }
}
