import Foundation
import GRDB

/// A file opened past all that the ledger guards: no foreign keys, no checks, no triggers.
struct Workbench {
  let queue: DatabaseQueue

  init(path: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(5)
    queue = try DatabaseQueue(path: path, configuration: configuration)
  }

  func close() throws { try queue.close() }

  func run(_ sql: String) throws {
    try queue.write { db in try db.execute(sql: sql) }
  }

  /// Runs without triggers and checks; the triggers are there again afterwards.
  func tamper(_ body: (Database) throws -> Void) throws {
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
      let triggers = try Row.fetchAll(
        db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
      for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
      try body(db)
      for trigger in triggers { try db.execute(sql: trigger["sql"]) }
    }
  }

  /// The tables of the ledger with their columns.
  func columns() throws -> [(table: String, column: String)] {
    try queue.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
          WHERE t.type = 'table' AND t.name NOT LIKE 'grdb%' ORDER BY t.name, c.cid
          """
      ).map { ($0[0], $0[1]) }
    }
  }
}

/// Runs a program and gives back what it wrote; nil when it is not there.
/// - Parameter folders: where it is looked for first.
func output(
  of program: String, _ arguments: [String], in folders: [String] = []
) throws -> (status: Int32, text: String)? {
  let candidates = (folders + ["/usr/bin/", "/bin/", "/usr/local/bin/"]).map { $0 + program }
  guard let path = candidates.first(where: FileManager.default.isExecutableFile) else { return nil }
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: path)
  process.arguments = arguments
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}
