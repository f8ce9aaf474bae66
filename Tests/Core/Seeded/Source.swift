import Foundation

/// Numbers from a seed, the same on every machine.
package struct Source {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  package mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  package mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
    let size = UInt64(bitPattern: range.upperBound &- range.lowerBound) &+ 1
    guard size > 0 else { return Int64(bitPattern: next()) }
    return Int64(bitPattern: UInt64(bitPattern: range.lowerBound) &+ next() % size)
  }

  package mutating func pick<T>(_ items: [T]) -> T { items[Int(next() % UInt64(items.count))] }
}

/// How many cases a property runs through: `SAMPAN_COUNT`, or the number given.
package func cases(_ usual: Int) -> Int {
  ProcessInfo.processInfo.environment["SAMPAN_COUNT"].flatMap { Int($0) } ?? usual
}

/// How many seeds a property runs through: `SAMPAN_SEEDS`, or the number given.
package func seeds(_ usual: Int) -> Int {
  ProcessInfo.processInfo.environment["SAMPAN_SEEDS"].flatMap { Int($0) } ?? usual
}

/// Says what a property has seen, for the table of `make figures`. To be called after all was checked:
/// a test that fails has no line, and its row says so.
package func figure(_ number: String, _ what: String, _ count: Int) {
  print("FIGURE|\(number)|\(what)|\(count)|0")
}

/// What stock Python makes of lines of JSON: each read and written again in the canonical form.
/// Nil where there is no Python.
package func python(_ lines: [String]) throws -> [String]? {
  let program = """
    import json, sys
    for line in sys.stdin:
        print(json.dumps(json.loads(line), sort_keys=True, separators=(',', ':')))
    """
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["python3", "-c", program]
  let input = FileManager.default.temporaryDirectory
    .appendingPathComponent("codec-\(UUID().uuidString).jsonl")
  try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: input)
  defer { try? FileManager.default.removeItem(at: input) }
  process.standardInput = try FileHandle(forReadingFrom: input)
  let output = Pipe()
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return nil }
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { return nil }
  return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
}
