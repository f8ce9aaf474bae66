import Transparency

/// The recursive definitions of RFC 6962, 2.1, word for word and slow: what the fast code must equal.
final class Reference {
  let leaves: [Digest]
  private let hasher = SHA256Hasher()
  private var known: [Range<Int>: Digest] = [:]

  init(leaves: [Digest]) { self.leaves = leaves }

  /// Leaves that are the decimal numbers from 0.
  static func numbers(_ count: Int) -> [Digest] {
    (0..<count).map { SHA256Hasher().leaf(Array(String($0).utf8)) }
  }

  func root(_ range: Range<Int>) -> Digest {
    if let root = known[range] { return root }
    let root: Digest
    switch range.count {
    case 0: root = hasher.empty
    case 1: root = leaves[range.lowerBound]
    default:
      let middle = split(range)
      root = hasher.node(
        self.root(range.lowerBound..<middle), self.root(middle..<range.upperBound))
    }
    known[range] = root
    return root
  }

  /// PATH(m, D[n])
  func path(_ index: Int, _ range: Range<Int>) -> [Digest] {
    guard range.count > 1 else { return [] }
    let middle = split(range)
    let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
    return index < middle
      ? path(index, left) + [root(right)] : path(index, right) + [root(left)]
  }

  /// PROOF(m, D[n]), 0 < m <= n
  func proof(_ old: Int, _ size: Int) -> [Digest] { subproof(old, 0..<size, true) }

  private func subproof(_ end: Int, _ range: Range<Int>, _ isWhole: Bool) -> [Digest] {
    if end == range.upperBound { return isWhole ? [] : [root(range)] }
    let middle = split(range)
    let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
    return end <= middle
      ? subproof(end, left, isWhole) + [root(right)] : subproof(end, right, false) + [root(left)]
  }

  private func split(_ range: Range<Int>) -> Int {
    var half = 1
    while half * 2 < range.count { half *= 2 }
    return range.lowerBound + half
  }
}
