/// What Slurm counts, as it writes it: `cpu=64,mem=500G,gres/gpu=8,gres/gpu:h800=8`.
package struct TRES: Sendable, Hashable {
  /// By Slurm's name, `gres/gpu:h800`; sizes in bytes are left out.
  package var counts: [String: Int64]

  package init(_ counts: [String: Int64] = [:]) { self.counts = counts }

  /// Reads Slurm's text; what is no whole number is left out.
  package init(reading text: String) {
    counts = [:]
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, let count = Int64(pair[1]) else { continue }
      counts[String(pair[0])] = count
    }
  }

  /// All GPUs: the untyped count where Slurm keeps one, else the sum of the types.
  package var gpus: Int64 {
    if let all = counts["gres/gpu"] { return all }
    return gpusByType.total
  }

  /// GPUs by Slurm's own name of their type.
  package var gpusByType: [String: Int64] {
    var types: [String: Int64] = [:]
    for (name, count) in counts where name.hasPrefix("gres/gpu:") {
      types[String(name.dropFirst("gres/gpu:".count))] = count
    }
    return types
  }

  /// GPUs by type out of the other way to write them: `gpu:h800:8(S:0-1),gpu:a100:2(IDX:0-1)`, also
  /// `gres:gpu:2`. A count without a type is of the type "".
  static func gpus(ofGRES text: String) -> [String: Int64] {
    var types: [String: Int64] = [:]
    for part in withoutBrackets(text).split(separator: ",") {
      var words = part.split(separator: ":")
      if words.first == "gres" { words.removeFirst() }
      guard words.first == "gpu" else { continue }
      let count = words.count == 1 ? 1 : Int64(words[words.count - 1])
      let type = words.count == 3 || count == nil ? String(words[1]) : ""
      types[type, default: 0] = types[type, default: 0].addingClamped(max(0, count ?? 1))
    }
    return types
  }

  private static func withoutBrackets(_ text: String) -> String {
    var depth = 0
    return String(
      text.filter { character in
        if character == "(" { depth += 1 }
        defer { if character == ")" { depth -= 1 } }
        return depth == 0
      })
  }
}

extension Dictionary where Value == Int64 {
  /// All values together.
  var total: Int64 { values.reduce(0) { $0.addingClamped($1) } }
}

extension Int64 {
  /// The sum, or the largest number: Slurm's counts are never near it.
  func addingClamped(_ other: Int64) -> Int64 {
    let (sum, over) = addingReportingOverflow(other)
    return over ? (other > 0 ? .max : .min) : sum
  }
}
