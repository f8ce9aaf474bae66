package import Foundation
import LedgerStore

/// What an export is made of and from: whoever has it finds out whether a file is missing or changed.
package struct RecordManifest: Codable, Sendable, Equatable {
  /// The ledger at the moment of the export.
  package struct Source: Codable, Sendable, Equatable {
    /// SHA-256 of the leaf of its first entry.
    package var genesis: String
    /// Of the tree over all of its entries (RFC 6962).
    package var root: String
    package var size: Int64
  }

  package struct Column: Codable, Sendable, Equatable {
    package var name: String
    package var kind: String
    package var meaning: String
  }

  package struct File: Codable, Sendable, Equatable {
    package var name: String
    /// Positions `first ..< end` of the log.
    package var first: Int64
    package var end: Int64
    package var rows: Int64
    package var bytes: Int64
    package var sha256: String
  }

  package var version = 1
  package var kind: RecordKind
  package var format: String
  package var profile: String
  package var ledger: Source
  /// What was asked for, as times; nil: from the first, to the last.
  package var from: String?
  package var until: String?
  /// Positions `first ..< end` of the log.
  package var first: Int64
  package var end: Int64
  /// Of unique transaction identifiers.
  package var maker: String
  package var codes: [String: String]
  package var columns: [Column]
  package var files: [File] = []
  /// Of the column `notional`, by currency.
  package var sums: [String: String] = [:]

  package var rows: Int64 { files.reduce(0) { $0 + $1.rows } }
  package var bytes: Int64 { files.reduce(0) { $0 + $1.bytes } }

  package static let name = "manifest.json"
  private static let partName = "manifest.json.part"

  init(
    kind: RecordKind, format: String, profile: String, ledger: Source, from: String?,
    until: String?, first: Int64, end: Int64, maker: String, codes: [String: String],
    columns: [Column]
  ) {
    self.kind = kind
    self.format = format
    self.profile = profile
    self.ledger = ledger
    self.from = from
    self.until = until
    self.first = first
    self.end = end
    self.maker = maker
    self.codes = codes
    self.columns = columns
  }

  /// The manifest of a folder: `fresh` for an empty one; as far as it came for one that holds a part of
  /// the same export, whose files are read again.
  static func goOn(with fresh: RecordManifest, in folder: String) throws -> RecordManifest {
    for name in [Self.name, partName] {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
      guard let found = try? JSONDecoder().decode(RecordManifest.self, from: data) else {
        throw RecordFault(description: "\(folder)/\(name) is no manifest of an export")
      }
      var asked = found
      asked.files = []
      asked.sums = [:]
      // A ledger grows while it is exported: what was covered is what it had then.
      var same = fresh
      if found.ledger.genesis == fresh.ledger.genesis, found.ledger.size <= fresh.ledger.size,
        found.end <= fresh.end
      {
        same.ledger = found.ledger
        same.end = found.end
      }
      guard asked == same else {
        throw RecordFault(
          description: "\(folder) holds another export: of other records, or in another form; name "
            + "another folder")
      }
      for file in found.files {
        let path = "\(folder)/\(file.name)"
        guard let digest = try? SHA256Hasher.hex(file: path), digest == file.sha256 else {
          throw RecordFault(
            description: "\(path) is not what the manifest says; remove the folder and begin again")
        }
      }
      return found
    }
    let left = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard left.allSatisfy({ $0.hasSuffix(".part") }) else {
      throw RecordFault(description: "\(folder) is not empty; name another folder")
    }
    return fresh
  }

  /// Canonical: keys in order, so that the same export has the same bytes.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  func save(in folder: String, isWhole: Bool) throws {
    let part = "\(folder)/\(Self.partName)"
    try json().write(to: URL(fileURLWithPath: part), options: .atomic)
    guard isWhole else { return }
    guard rename(part, "\(folder)/\(Self.name)") == 0 else {
      throw RecordFault(description: "\(folder)/\(Self.name) cannot be written")
    }
  }

  /// A decimal with two places, in hundredths.
  static func hundredths(_ text: String) throws -> Int128 {
    guard let number = Int128(text.filter { $0 != "." }) else {
      throw RecordFault(description: "\"\(text)\" is no sum")
    }
    return number
  }
}
