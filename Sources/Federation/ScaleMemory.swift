import Foundation

/// The most memory that the process has taken, apart for the time between clearings and during them.
struct ScaleMemory {
  private var resting = 0
  private var clearing = 0

  mutating func clearingBegins() {
    resting = max(resting, Self.peak())
    Self.forget()
  }

  mutating func clearingEnds() {
    clearing = max(clearing, Self.peak())
    Self.forget()
  }

  /// Both in bytes since they were taken the last time.
  mutating func taken() -> (resting: Int, clearing: Int) {
    resting = max(resting, Self.peak())
    defer { (resting, clearing) = (0, 0) }
    return (resting, clearing)
  }

  /// Resident at most since the last `forget`, bytes; proc(5), `VmHWM`.
  private static func peak() -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first
    else { return 0 }
    return (Int(kibibytes) ?? 0) * 1_024
  }

  /// proc(5), `clear_refs`: 5 sets the peak to what is resident now.
  private static func forget() {
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
  }
}
