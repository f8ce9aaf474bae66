/// Reads a policy file line by line. Names are compared byte for byte.
struct WitnessPolicyReader {
  private typealias Node = WitnessPolicy.Node

  private var logs: [WitnessPolicy.Log] = []
  private var witnesses: [WitnessPolicy.Member] = []
  private var groups: [WitnessPolicy.Group] = []
  private var members: [Node] = []
  private var quorum: Node??
  private var line = 0

  mutating func read(
    _ bytes: [UInt8], hasher: some TreeHasher
  ) throws(WitnessPolicyError) -> WitnessPolicy {
    guard bytes.count <= WitnessPolicy.byteLimit else { throw .tooLong }
    for text in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      line += 1
      guard text.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
        throw .characters(line: line)
      }
      let words = text.split { $0 == 0x20 || $0 == 0x09 }.map { Array($0) }
      guard let first = words.first, first[0] != UInt8(ascii: "#") else { continue }
      switch (String(decoding: first, as: UTF8.self), words.count) {
      case ("log", 2...3): try readLog(words, hasher: hasher)
      case ("witness", 3...4): try readWitness(words, hasher: hasher)
      case ("group", 4...): try readGroup(words)
      case ("quorum", 2): try readQuorum(words[1])
      default: throw .form(line: line)
      }
    }
    guard let quorum else { throw .noQuorum }
    return WitnessPolicy(logs: logs, witnesses: witnesses, groups: groups, quorum: quorum)
  }

  private mutating func readLog(
    _ words: [[UInt8]], hasher: some TreeHasher
  ) throws(WitnessPolicyError) {
    let key = try key(words[1], cosigns: false, hasher: hasher)
    guard !logs.contains(where: { $0.key.publicKey == key.publicKey }) else {
      throw .duplicateKey(line: line)
    }
    logs.append(.init(key: key, url: words.count > 2 ? Self.text(words[2]) : nil))
  }

  private mutating func readWitness(
    _ words: [[UInt8]], hasher: some TreeHasher
  ) throws(WitnessPolicyError) {
    let name = try newName(words[1])
    let key = try key(words[2], cosigns: true, hasher: hasher)
    guard !witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
      throw .duplicateKey(line: line)
    }
    witnesses.append(
      .init(name: Self.text(name), key: key, url: words.count > 3 ? Self.text(words[3]) : nil))
  }

  private mutating func readGroup(_ words: [[UInt8]]) throws(WitnessPolicyError) {
    let name = try newName(words[1])
    var own: [Node] = []
    for word in words.dropFirst(3) {
      guard let member = node(word) else {
        throw .unknownName(line: line, Self.text(word))
      }
      guard !members.contains(member) else { throw .memberTwice(line: line, Self.text(word)) }
      members.append(member)
      own.append(member)
    }
    let threshold: Int
    switch Self.text(words[2]) {
    case "all": threshold = own.count
    case "any": threshold = 1
    default:
      guard let number = UInt64(canonical: words[2]), (1...UInt64(own.count)).contains(number)
      else { throw .threshold(line: line) }
      threshold = Int(number)
    }
    groups.append(.init(name: name, threshold: threshold, members: own))
  }

  private mutating func readQuorum(_ word: [UInt8]) throws(WitnessPolicyError) {
    guard quorum == nil else { throw .secondQuorum(line: line) }
    if word.elementsEqual("none".utf8) {
      quorum = .some(nil)
      return
    }
    guard let node = node(word) else { throw .unknownName(line: line, Self.text(word)) }
    quorum = .some(node)
  }

  private func key(
    _ word: [UInt8], cosigns: Bool, hasher: some TreeHasher
  ) throws(WitnessPolicyError) -> VerifierKey {
    guard let key = VerifierKey(text: word, hasher: hasher), key.kind.cosigns == cosigns else {
      throw .key(line: line)
    }
    return key
  }

  private func newName(_ word: [UInt8]) throws(WitnessPolicyError) -> [UInt8] {
    guard !word.elementsEqual("none".utf8), node(word) == nil else {
      throw .name(line: line, Self.text(word))
    }
    // A name stands in answers and reports.
    guard String(validating: word, as: UTF8.self) != nil else { throw .characters(line: line) }
    return word
  }

  private func node(_ word: [UInt8]) -> Node? {
    if let place = witnesses.firstIndex(where: { $0.name.utf8.elementsEqual(word) }) {
      return .witness(place)
    }
    return groups.firstIndex { $0.name == word }.map { .group($0) }
  }

  private static func text(_ word: [UInt8]) -> String { String(decoding: word, as: UTF8.self) }
}
