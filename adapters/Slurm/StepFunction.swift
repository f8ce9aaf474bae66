/// How many GPUs over time: a value from each step to the next, nothing outside `[start, end)`.
/// Times are seconds since 1970 UTC; values are never negative.
struct StepFunction: Sendable, Equatable {
  struct Step: Sendable, Equatable {
    var from: Int64
    var value: Int64
  }

  /// Ascending, the first at `start`; neighbours differ.
  private(set) var steps: [Step]
  let end: Int64

  init(_ value: Int64, from start: Int64, to end: Int64) {
    steps = [Step(from: start, value: max(0, value))]
    self.end = max(start, end)
  }

  var start: Int64 { steps[0].from }
  var largest: Int64 { steps.map(\.value).max() ?? 0 }

  /// Many at once, over the same time.
  static func sum(_ functions: [StepFunction], from start: Int64, to end: Int64) -> StepFunction {
    var changes: [(time: Int64, by: Int64)] = []
    for function in functions {
      var before: Int64 = 0
      for step in function.steps where step.from < end {
        changes.append((max(step.from, start), step.value - before))
        before = step.value
      }
    }
    changes.sort { $0.time < $1.time }
    var result = StepFunction(0, from: start, to: end)
    var value: Int64 = 0
    for (time, by) in changes {
      value += by
      result.append(Step(from: time, value: value))
    }
    result.steps = result.merged
    return result
  }

  /// A step at the time of the last replaces it.
  private mutating func append(_ step: Step) {
    if steps[steps.count - 1].from == step.from {
      steps[steps.count - 1] = step
    } else {
      steps.append(step)
    }
  }

  private var merged: [Step] {
    var result: [Step] = []
    for step in steps where result.last?.value != step.value { result.append(step) }
    return result
  }

  /// The value in force at a time inside.
  func value(at time: Int64) -> Int64 {
    guard time >= start, time < end else { return 0 }
    return steps[index(at: time)].value
  }

  /// The last step that begins at the time or before.
  private func index(at time: Int64) -> Int {
    var low = 0
    var high = steps.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if steps[middle].from <= time { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Takes so much away in `[from, to)`; what is not there cannot be taken.
  mutating func subtract(_ amount: Int64, from: Int64, to: Int64) {
    let from = max(from, start)
    let to = min(to, end)
    guard from < to, amount > 0 else { return }
    let first = index(at: from)
    let last = index(at: to - 1)
    var inside = steps[first...last].map {
      Step(from: max($0.from, from), value: max(0, $0.value - amount))
    }
    if steps[first].from < from { inside.insert(steps[first], at: 0) }
    let next = last + 1 < steps.count ? steps[last + 1].from : end
    if next > to { inside.append(Step(from: to, value: steps[last].value)) }
    // Neighbours that have become equal are one.
    let low = max(0, first - 1)
    let high = min(steps.count - 1, last + 1)
    let span = steps[low..<first] + inside + (high > last ? steps[high...high] : [])
    var joined: [Step] = []
    for step in span where joined.last?.value != step.value { joined.append(step) }
    steps.replaceSubrange(low...high, with: joined)
  }

  /// The first time, not before `earliest`, from which on so much is there for so long; a length
  /// that goes beyond the end counts up to it. Nil when there is none.
  func firstFit(_ amount: Int64, length: Int64, notBefore earliest: Int64) -> Int64? {
    var begin: Int64?
    let first = max(earliest, start)
    guard first < end else { return nil }
    for position in index(at: first)..<steps.count {
      guard steps[position].value >= amount else {
        begin = nil
        continue
      }
      let from = begin ?? max(steps[position].from, first)
      begin = from
      let next = position + 1 < steps.count ? steps[position + 1].from : end
      if next >= min(from.addingClamped(length), end) { return from }
    }
    return nil
  }

  /// What lies inside `[from, to)`, cut at the steps.
  func pieces(from: Int64, to: Int64) -> [(value: Int64, from: Int64, to: Int64)] {
    steps.indices.compactMap { position in
      let next = position + 1 < steps.count ? steps[position + 1].from : end
      let (first, last) = (max(from, steps[position].from), min(to, next))
      return first < last ? (steps[position].value, first, last) : nil
    }
  }
}
