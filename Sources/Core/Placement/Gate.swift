/// What keeps us from looking twice: something that was worth so much when prices had fallen by so
/// much in all is worth at most that, and `weight` times what they have fallen since.
struct Gate: BitwiseCopyable {
  /// What it was worth when last looked at, less `weight` times the fall until then.
  private var seen: Int64
  /// GPUs times length.
  var weight: Int64
  /// The pool whose prices count, where that is one.
  var pool: Int32

  /// - Parameter seen: the most that it can be worth before any price has fallen.
  init(seen: Int64, weight: Int64, pool: Int32 = -1) {
    self.seen = seen
    self.weight = weight
    self.pool = pool
  }

  /// The most that it can be worth by now.
  @inline(__always)
  func bound(_ fallen: Int64) -> Int64 {
    let (rise, over) = weight.multipliedReportingOverflow(by: fallen)
    if over { return .max }
    let (bound, out) = seen.addingReportingOverflow(rise)
    return out ? .max : bound
  }

  @inline(__always)
  mutating func note(_ worth: Int64, _ fallen: Int64) {
    let (rise, over) = weight.multipliedReportingOverflow(by: fallen)
    let (noted, out) = worth.subtractingReportingOverflow(rise)
    seen = over || out ? .max : noted
  }
}
