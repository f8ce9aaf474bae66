/// Guesses which word was meant.
enum Spelling {
  /// The candidate with the fewest slips, when there are few for its length; the first of equals.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    var best: (word: String, slips: Int)?
    for candidate in candidates {
      let slips = slips(Array(word.lowercased()), Array(candidate.lowercased()))
      let most = max(1, min(word.count, candidate.count) / 3)
      if slips <= most, slips < best?.slips ?? .max { best = (candidate, slips) }
    }
    return best?.word
  }

  /// Letters added, left out, changed, or two neighbours swapped (optimal string alignment).
  static func slips(_ left: [Character], _ right: [Character]) -> Int {
    // A settings key is short; longer text is not worth a guess.
    guard left.count <= 64, right.count <= 64 else { return .max }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        var least = min(last[column + 1], current[column]) + 1
        least = min(least, last[column] + (left[row] == right[column] ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          least = min(least, beforeLast[column - 1] + 1)
        }
        current.append(least)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
