import Placement

/// The search on one instance as the benchmark drives it: in steps, so that somebody with a clock can
/// stop it. The one place that knows which search the engine has.
struct BenchSearch {
  private let instance: Instance
  private var total: Int64 = 0
  private var last = Clearing()

  /// Nil when the instance is out of the engine's bounds.
  init?(_ instance: Instance, index: Int64) {
    self.instance = instance
    last = Engine.clear(instance, iterations: 1)
    guard last.duals.count == instance.pools.count else { return nil }
  }

  /// Searches so many iterations further.
  mutating func step(_ iterations: Int64) {
    // Without a search that can be stopped each step is one of its own, of at least twice the last.
    total = max(total + iterations, total == 0 ? 1 : 2 * total)
    let next = Engine.clear(instance, iterations: total)
    if next.welfare >= last.welfare { last = next }
  }

  var welfare: Int64 { last.welfare }
  var bound: Int64 { last.bound }
  func clearing() -> Clearing { last }
}
