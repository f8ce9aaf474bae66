import BrokerAPI
import Foundation
import LedgerStore
import Units

/// What a folder of records is made of.
package enum RecordKind: String, Sendable, CaseIterable, Codable {
  case orders
  case trades
  case entries = "ledger"
}

/// What is asked for. Two runs that ask the same of the same file write the same bytes.
package struct RecordRequest: Sendable {
  package var kind: RecordKind
  package var form: RecordForm
  package var profile: RecordProfile = .whole
  /// Entries that were stamped from then on, ms; nil: from the first.
  package var from: Int64?
  /// Entries that were stamped before then, ms; nil: to the last.
  package var until: Int64?
  /// The operator's legal entity identifier, for UTIs.
  package var lei: String?
  /// Codes of the events, by their names, instead of the names.
  package var codes: [String: String] = [:]

  package init(kind: RecordKind, form: RecordForm) {
    self.kind = kind
    self.form = form
  }
}

/// How large an export will be, from a sample of it.
package struct RecordEstimate: Sendable, Equatable {
  /// Entries of the log that it covers, exact.
  package var entries: Int64
  package var rows: Int64
  package var bytes: Int64
  package var seconds: Int64
}

/// Writes records into a folder, a file for so many entries. A file has its name only when it is whole;
/// a run that was ended goes on behind the last one; the manifest has its name only when all are there.
package struct RecordExport {
  /// Entries of the log that one file covers.
  package static let entriesPerFile: Int64 = 100_000
  private static let samples: Int64 = 16
  private static let sampled: Int64 = 256
  /// Bytes that go to the disk at once.
  private static let written = 1 << 20

  private let archive: LedgerArchive
  private let request: RecordRequest
  private let range: Range<Int64>
  private let columns: [RecordColumn]
  private let uti: TradeIdentifier
  private let perFile: Int64

  /// Reads a ledger file or a published copy, and gives the export of one moment to `body`.
  /// - Throws: `RecordFault` for a file or a request that cannot be.
  package static func read<T>(
    path: String, _ request: RecordRequest, perFile: Int64 = entriesPerFile,
    _ body: (RecordExport) throws -> T
  ) throws -> T {
    do {
      return try LedgerArchive.read(path: path) {
        try body(RecordExport($0, request, perFile: perFile))
      }
    } catch let error as LedgerStoreError {
      throw RecordFault(description: error.description)
    }
  }

  private init(_ archive: LedgerArchive, _ request: RecordRequest, perFile: Int64) throws {
    self.archive = archive
    self.request = request
    self.perFile = perFile
    columns = try request.profile.columns(of: request.kind)
    let known = request.profile.codes
    if let unknown = request.codes.keys.sorted().first(where: { known[$0] == nil }) {
      throw RecordFault(
        description: "there is no event \"\(unknown)\": "
          + known.keys.sorted().joined(separator: ", "))
    }
    uti = try TradeIdentifier(lei: request.lei, genesis: archive.genesis)
    if let from = request.from, let until = request.until, from >= until {
      throw RecordFault(description: "the export ends before it begins; see --from and --until")
    }
    let first = try request.from.map { try archive.position(notBefore: $0) } ?? 0
    let end = try request.until.map { try archive.position(notBefore: $0) } ?? archive.entries
    range = first..<end
  }

  /// From some places of the range, which are written and thrown away.
  package func estimate() throws -> RecordEstimate {
    let count = Int64(range.count)
    var (entries, rows, bytes): (Int64, Int64, Int64) = (0, 0, 0)
    let began = ContinuousClock.now
    let step = max(1, count / Self.samples)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Int(step)) {
      let piece = start..<min(start + min(step, Self.sampled), range.upperBound)
      entries += Int64(piece.count)
      try rowLines(piece) { line, _ in
        rows += 1
        bytes += Int64(line.utf8.count)
      }
    }
    let took = (ContinuousClock.now - began) / .microseconds(1)
    let scale = Double(count) / Double(max(1, entries))
    return RecordEstimate(
      entries: count, rows: Int64(Double(rows) * scale), bytes: Int64(Double(bytes) * scale),
      seconds: Int64(took * scale / 1e6))
  }

  /// Writes the whole export, or what is missing of it.
  /// - Parameter progress: told how many entries of how many are in files; what it throws ends the run.
  /// - Throws: `RecordFault` when the folder holds something else.
  package func write(
    to folder: String, progress: (Int64, Int64) throws -> Void
  ) throws -> RecordManifest {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    var manifest = try RecordManifest.goOn(with: start(), in: folder)
    var next = manifest.files.last.map(\.end) ?? range.lowerBound
    while next < range.upperBound {
      try progress(next - range.lowerBound, Int64(range.count))
      let piece = next..<min(next + perFile, range.upperBound)
      manifest.files.append(try file(piece, &manifest.sums, folder))
      try manifest.save(in: folder, isWhole: false)
      next = piece.upperBound
    }
    try progress(Int64(range.count), Int64(range.count))
    try manifest.save(in: folder, isWhole: true)
    return manifest
  }

  private func start() -> RecordManifest {
    RecordManifest(
      kind: request.kind, format: request.form.rawValue, profile: request.profile.rawValue,
      ledger: RecordManifest.Source(
        genesis: archive.genesis, root: archive.root, size: archive.entries),
      from: request.from.map { WireTime(clamping: $0).text },
      until: request.until.map { WireTime(clamping: $0).text }, first: range.lowerBound,
      end: range.upperBound, maker: uti.maker, codes: codes,
      columns: columns.map {
        RecordManifest.Column(name: $0.name, kind: $0.kind.rawValue, meaning: $0.meaning)
      })
  }

  private var codes: [String: String] {
    request.profile.codes.merging(request.codes) { _, asked in asked }
  }

  private func file(
    _ piece: Range<Int64>, _ sums: inout [String: String], _ folder: String
  ) throws -> RecordManifest.File {
    let digits = String(piece.lowerBound)
    let name =
      "\(request.kind.rawValue)-" + String(repeating: "0", count: 13 - min(13, digits.count))
      + "\(digits).\(request.form.rawValue)"
    let part = "\(folder)/\(name).part"
    guard
      FileManager.default.createFile(
        atPath: part, contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = FileHandle(forWritingAtPath: part)
    else { throw RecordFault(description: "\(part) cannot be written") }
    var waiting = Data(request.form.head(columns).utf8)
    var (rows, bytes): (Int64, Int64) = (0, 0)
    var amounts: [String: Int128] = [:]
    func flush() throws {
      try handle.write(contentsOf: waiting)
      bytes += Int64(waiting.count)
      waiting.removeAll(keepingCapacity: true)
    }
    try rowLines(piece) { line, row in
      rows += 1
      if case .text(let currency) = row["currency"], case .money(let amount) = row["notional"] {
        amounts[currency, default: 0] += Int128(amount)
      }
      waiting.append(contentsOf: line.utf8)
      if waiting.count >= Self.written { try flush() }
    }
    try flush()
    try handle.synchronize()
    try handle.close()
    let digest = try SHA256Hasher.hex(file: part)
    guard rename(part, "\(folder)/\(name)") == 0 else {
      throw RecordFault(description: "\(folder)/\(name) cannot be written")
    }
    for (currency, amount) in amounts {
      let before = try RecordManifest.hundredths(sums[currency] ?? "0.00")
      sums[currency] = RecordValue.decimal(before + amount)
    }
    return RecordManifest.File(
      name: name, first: piece.lowerBound, end: piece.upperBound, rows: rows, bytes: bytes,
      sha256: digest)
  }

  /// Gives every row of a piece, as a line and by its columns.
  private func rowLines(
    _ piece: Range<Int64>, _ body: (String, RecordRow) throws -> Void
  ) throws {
    func give(_ row: RecordRow?) throws {
      guard var row else { return }
      if case .text(let event) = row["event"], let code = codes[event] {
        row["event"] = .text(code)
      }
      try body(
        request.form.line(columns, request.profile.values(row, columns)), row)
    }
    switch request.kind {
    case .orders:
      var records = OrderRecords(archive)
      try archive.events(named: OrderRecords.events, in: piece) {
        try give(try records.row($0, $1))
      }
    case .trades:
      var records = TradeRecords(archive, uti)
      try archive.events(named: TradeRecords.events, in: piece) {
        try give(try records.row($0, $1))
      }
    case .entries:
      try archive.entries(in: piece) { try give(EntryRecords.row($0)) }
    }
  }
}
