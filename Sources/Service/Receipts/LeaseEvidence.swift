import Ledger
package import LedgerStore
package import Transparency

/// The pack that an auditor of a tenant asks for: what the log says of one lease, each record with what proves
/// it, in one file. Shows nobody else's records.
package struct LeaseEvidence: Sendable {
  /// The first line of a file.
  static let title = "sampan evidence v1"
  /// No file is longer, and none has more records.
  package static let byteLimit = 64 << 20
  static let most = 100_000
  package let lease: String
  /// In the order of the log.
  package var records: [TradeReceipt]

  package init(lease: String, records: [TradeReceipt]) {
    self.lease = lease
    self.records = records
  }

  /// Makes a page of the pack; nil when there is no such lease. Records that too few witnesses have cosigned are
  /// not there yet.
  /// - Parameter page: so many records, about.
  /// - Returns: the records, and after which position the next page goes on; nil after the last.
  package static func make(
    lease: String, after: Int64, store: LedgerStore, witnessed: (note: [UInt8], size: UInt64)?,
    stored: StoredHash, page: Int = 100
  ) throws -> (records: [TradeReceipt], next: Int64?)? {
    let events = try store.evidence(ofLease: lease, after: after, limit: page)
    guard !events.isEmpty || after >= 0 else { return nil }
    var records: [TradeReceipt] = []
    var seal: WitnessedSeal?
    for event in events {
      if seal?.range.contains(event.position) != true {
        seal = try WitnessedSeal(
          covering: event.position, store: store, witnessed: witnessed, stored: stored)
      }
      // What comes after this is younger still.
      guard let seal else { return (records, nil) }
      records.append(try seal.receipt(of: event))
    }
    return (records, events.count < page ? nil : events.last?.position)
  }

  /// The file.
  package var bytes: [UInt8] {
    var bytes = Array("\(Self.title)\n\(lease)\n".utf8)
    for record in records {
      bytes += Array("\(record.receipt.count) \(record.proof.count)\n".utf8)
      bytes += record.receipt + record.proof
    }
    return bytes
  }

  /// Reads a file; nothing is verified. There is one spelling.
  package init(parsing bytes: [UInt8]) throws(EvidenceError) {
    guard bytes.count <= Self.byteLimit else { throw .tooLong }
    var rest = bytes[...]
    func line() -> ArraySlice<UInt8>? {
      guard let end = rest.prefix(200).firstIndex(of: 0x0A) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return rest[..<end]
    }
    guard let title = line(), title.elementsEqual(Self.title.utf8), let name = line() else {
      throw .title
    }
    lease = String(decoding: name, as: UTF8.self)
    records = []
    while !rest.isEmpty {
      let words = line()?.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard let words, words.count == 2, records.count < Self.most,
        let receipt = Self.count(words[0]), let proof = Self.count(words[1]),
        receipt + proof <= rest.count
      else { throw .record(records.count + 1) }
      let middle = rest.startIndex + receipt
      records.append(
        TradeReceipt(
          receipt: Array(rest[..<middle]), proof: Array(rest[middle..<middle + proof])))
      rest = rest[(middle + proof)...]
    }
  }

  private static func count(_ digits: ArraySlice<UInt8>) -> Int? {
    guard let count = Int(String(decoding: digits, as: UTF8.self)), count <= byteLimit,
      "\(count)".utf8.elementsEqual(digits), count >= 0
    else { return nil }
    return count
  }
}
