/// What the replicas have for one seal, counted: who is right is what more than half of all have.
package enum SealVerdict: Sendable, Equatable {
  /// Most have what this replica has.
  case right
  /// Most have one and the same other thing.
  case wrong
  /// Too few have said.
  case open

  /// - Parameters:
  ///   - own: what this replica has.
  ///   - others: what each of the others has; nil: it has not said.
  package init(own: SealView, others: [SealView?]) {
    let all = others.count + 1
    let agreeing = 1 + others.count { $0 == own }
    if agreeing * 2 > all {
      self = .right
      return
    }
    let against = others.compactMap { $0 }.filter { $0 != own }
    self = against.contains { one in against.count { $0 == one } * 2 > all } ? .wrong : .open
  }
}
