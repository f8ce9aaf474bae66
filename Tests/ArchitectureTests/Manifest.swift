/// The targets as `Package.swift` lists them. Read from its text, since a test that starts SwiftPM
/// would wait for the lock of the build that runs it.
struct Manifest {
  struct Target: Equatable {
    var name: String
    var path: String
    /// Targets and products that it may import.
    var needs: [String] = []
    /// Files of its folder that are no sources: excluded or resources.
    var others: [String] = []

    /// The module that a file imports; a hyphen cannot stand in a name.
    var module: String { String(name.map { $0 == "-" ? "_" : $0 }) }
  }

  var targets: [Target] = []
  /// What a dependency is declared by: `"1.2.3"` behind the address, or `from`, `branch` and the like.
  var looseVersions: [Int] = []

  init(_ file: SourceFile) {
    let products = Self.products(file)
    for index in file.tokens.indices where file.isFollowed(index, by: "(") {
      let word = file.tokens[index].text
      let isHelper = ["room", "program", "tests"].contains(word) && file.previous(index) != "func"
      let isPlain =
        ["target", "executableTarget", "testTarget", "systemLibrary"].contains(word)
        && file.previous(index) == "."
      guard isHelper || isPlain, let call = Call(file, open: index + 1),
        let target = Self.target(word, call, file, products)
      else { continue }
      targets.append(target)
    }
    looseVersions = file.tokens.indices.filter {
      file.tokens[$0].isWord(["from", "branch", "revision", "upToNextMajor", "upToNextMinor"])
        && file.isFollowed($0, by: ":")
    }.map { file.tokens[$0].line }
  }

  private static func target(
    _ word: String, _ call: Call, _ file: SourceFile, _ products: [String: String]
  ) -> Target? {
    guard let name = call.text("name", or: 0, file) else { return nil }
    let folder: String? =
      switch word {
      case "program": "Sources/Programs"
      case "room", "tests": call.text(nil, or: 1, file)
      default: nil
      }
    guard let path = folder.map({ "\($0)/\(name)" }) ?? call.text("path", or: nil, file) else {
      return nil
    }
    let place = word == "program" ? 1 : ["room", "tests"].contains(word) ? 2 : nil
    var target = Target(name: name, path: path)
    target.needs = needs(call.tokens("dependencies", or: place, file), products)
    target.others = ["exclude", "resources"].flatMap { label in
      call.tokens(label, or: nil, file).filter { $0.kind == .text }.map(\.text)
    }
    return target
  }

  /// Of `"Units"`, a constant and `product("NIO", "swift-nio")` the module: inside parentheses the
  /// first text.
  private static func needs(_ tokens: [Token], _ products: [String: String]) -> [String] {
    var needs: [String] = []
    var textsInside: Int?
    for token in tokens {
      if token.isMark("(") { textsInside = 0 }
      if token.isMark(")") { textsInside = nil }
      if token.kind == .text {
        if textsInside ?? 0 == 0 { needs.append(token.text) }
        textsInside = textsInside.map { $0 + 1 }
      } else if textsInside == nil, let module = products[token.text] {
        needs.append(module)
      }
    }
    return needs
  }

  /// `let crypto = product("Crypto", "swift-crypto")`: the module behind each constant.
  private static func products(_ file: SourceFile) -> [String: String] {
    var products: [String: String] = [:]
    for index in file.tokens.indices.dropLast(6)
    where file.tokens[index].text == "let" && file.isFollowed(index + 1, by: "=", "product", "(") {
      products[file.tokens[index + 1].text] = file.tokens[index + 5].text
    }
    return products
  }

  /// The arguments of a call: where each begins and ends.
  private struct Call {
    var arguments: [(label: String?, range: Range<Int>)] = []

    init?(_ file: SourceFile, open: Int) {
      guard let close = file.closing(open) else { return nil }
      var begin = open + 1
      var depth = 0
      for index in (open + 1)...close {
        let token = file.tokens[index]
        if token.kind == .mark, "([{".contains(token.text) { depth += 1 }
        if (token.isMark(",") && depth == 0) || index == close {
          add(begin..<index, file)
          begin = index + 1
        }
        if token.kind == .mark, ")]}".contains(token.text) { depth -= 1 }
      }
    }

    private mutating func add(_ range: Range<Int>, _ file: SourceFile) {
      guard let first = range.first else { return }
      let isLabelled = file.tokens[first].kind == .word && file.isFollowed(first, by: ":")
      arguments.append(
        (
          isLabelled ? file.tokens[first].text : nil,
          isLabelled ? first + 2..<range.upperBound : range
        ))
    }

    func tokens(_ label: String?, or place: Int?, _ file: SourceFile) -> [Token] {
      let found =
        arguments.first { $0.label != nil && $0.label == label }
        ?? place.flatMap {
          $0 < arguments.count && arguments[$0].label == nil ? arguments[$0] : nil
        }
      return found.map { Array(file.tokens[$0.range]) } ?? []
    }

    func text(_ label: String?, or place: Int?, _ file: SourceFile) -> String? {
      let found = tokens(label, or: place, file)
      return found.count == 1 && found[0].kind == .text ? found[0].text : nil
    }
  }
}
