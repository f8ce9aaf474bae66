import Placement

/// The search on one instance as the benchmark drives it: in steps, so that somebody with a clock can
/// stop it. The one place that knows which search the engine has.
struct BenchSearch {
  private let instance: Instance
  private var total: Int64 = 0
  private var done: Int64 = 0
  private var last = Clearing()

  /// Nil when the instance is out of the engine's bounds.
  init?(_ instance: Instance, index: Int64) {
    self.instance = instance
    last = Engine.clear(instance, iterations: 1)
    guard last.duals.count == instance.pools.count else { return nil }
  }

  /// Searches so many iterations further.
  mutating func step(_ iterations: Int64) {
    // Without a search that goes on where it was, each time it has doubled it begins anew.
    total += iterations
    guard total >= 2 * done else { return }
    last = Engine.clear(instance, iterations: total)
    done = total
  }

  var welfare: Int64 { last.welfare }
  var bound: Int64 { last.bound }
  func clearing() -> Clearing { done == total ? last : Engine.clear(instance, iterations: total) }
}
