/// What must hold of slurmdbd's tree of accounts and users before we write to it. Slurm 22.05 keeps
/// it as pairs of numbers that enclose each other; two writers at once break it, and a deletion in a
/// broken tree takes strangers along.
package enum AssociationTree {
  /// The first things that are wrong, each in words; empty when nothing is. A Slurm without such
  /// numbers (23.11 and later) has only parents to be checked.
  package static func anomalies(_ all: [ClusterAssociation]) -> [String] {
    var found: [String] = []
    func report(_ what: String) { if found.count < 5 { found.append(what) } }
    let accounts = Dictionary(all.filter { $0.user == nil }.map { ($0.account, $0) }) {
      first, again in
      report("account \(first.account) stands twice (associations \(first.id) and \(again.id))")
      return first
    }
    if accounts["root"] == nil { report("there is no account root") }
    for one in all where one.user != nil && accounts[one.account] == nil {
      report("\(name(one)) is in account \(one.account), which is not there")
    }
    for account in accounts.values where account.account != "root" {
      guard let parent = account.parent, accounts[parent] != nil else {
        report("\(name(account)) has no parent that is there")
        continue
      }
    }
    let numbered = all.filter { $0.left != nil && $0.right != nil && $0.left != 0 }
    if numbered.isEmpty { return found }
    if numbered.count < all.count { report("some associations have no place in the tree") }
    return found + misplaced(numbered, accounts, most: 5 - found.count)
  }

  private static func misplaced(
    _ all: [ClusterAssociation], _ accounts: [String: ClusterAssociation], most: Int
  ) -> [String] {
    var found: [String] = []
    let sorted = all.sorted { ($0.left ?? 0, $0.id) < ($1.left ?? 0, $1.id) }
    var used: [Int64: ClusterAssociation] = [:]
    var above: [ClusterAssociation] = []
    for one in sorted where found.count < most {
      guard let left = one.left, let right = one.right else { continue }
      if left >= right { found.append("\(name(one)): lft \(left) is not below rgt \(right)") }
      for edge in [left, right] {
        if let other = used[edge] {
          found.append("\(name(one)) and \(name(other)) share the place \(edge)")
        }
        used[edge] = one
      }
      while let last = above.last, (last.right ?? 0) < left { above.removeLast() }
      if let last = above.last, (last.right ?? 0) < right {
        found.append("\(name(one)) reaches out of \(name(last))")
      }
      let parent = one.user == nil ? one.parent : one.account
      if one.account != "root" || one.user != nil,
        above.last?.user != nil
          || above.last?.account != parent
      {
        found.append(
          "\(name(one)) stands under \(above.last.map { name($0) } ?? "nothing"), not under"
            + " \(parent ?? "its parent")")
      }
      above.append(one)
    }
    return found
  }

  private static func name(_ one: ClusterAssociation) -> String {
    let partition = one.partition.map { " in \($0)" } ?? ""
    return one.user.map { "user \($0) of \(one.account)\(partition)" } ?? "account \(one.account)"
  }
}
