import Foundation
import LedgerStore
import Units

/// A backup on its way onto the disk: takes pieces, checks them against the line before them, and is
/// there under its name only when everything is right.
package final class BackupFile {
  package let path: String
  private let part: String
  private var file: FileHandle?
  private var head: [UInt8] = []
  private var header: BackupHeader?
  private var received: Int64 = 0

  /// - Throws: `BackupFault.exists`: nothing is written over.
  package init(path: String) throws {
    let files = FileManager.default
    for taken in [path, path + ".sha256"] where files.fileExists(atPath: taken) {
      throw BackupFault.exists(path: taken)
    }
    self.path = path
    part = path + ".part"
    try? files.removeItem(atPath: part)
    guard
      files.createFile(atPath: part, contents: nil, attributes: [.posixPermissions: 0o600]),
      let file = FileHandle(forWritingAtPath: part)
    else { throw BackupFault.cannotWrite(path: path) }
    self.file = file
  }

  deinit { if file != nil { try? FileManager.default.removeItem(atPath: part) } }

  package func take(_ piece: [UInt8]) throws {
    guard header == nil else { return try write(piece) }
    head += piece
    guard let end = head.firstIndex(of: 0x0A) else {
      guard head.count <= BackupHeader.longest else { throw BackupFault.notABackup }
      return
    }
    guard let read = try? FieldCodec.decode(BackupHeader.self, from: Array(head[..<end])) else {
      throw BackupFault.notABackup
    }
    header = read
    try write(Array(head[(end + 1)...]))
    head = []
  }

  private func write(_ bytes: [UInt8]) throws {
    received += Int64(bytes.count)
    guard let header, received <= header.size else { throw BackupFault.notABackup }
    do {
      try file?.write(contentsOf: Data(bytes))
    } catch {
      throw BackupFault.cannotWrite(path: path)
    }
  }

  /// Puts the file in its place, durably, with its digest beside it.
  package func finish() throws -> BackupHeader {
    guard let header else { throw BackupFault.notABackup }
    guard received == header.size else {
      throw BackupFault.cutOff(received: received, expected: header.size)
    }
    guard try LedgerCopy.digest(of: part) == header.digest else {
      throw BackupFault.otherBytes(path: path)
    }
    do {
      try file?.synchronize()
      try file?.close()
    } catch {
      throw BackupFault.cannotWrite(path: path)
    }
    guard rename(part, path) == 0 else { throw BackupFault.cannotWrite(path: path) }
    file = nil
    let name = (path as NSString).lastPathComponent
    try Data("\(header.digest)  \(name)\n".utf8).write(
      to: URL(fileURLWithPath: path + ".sha256"), options: .atomic)
    return header
  }
}
