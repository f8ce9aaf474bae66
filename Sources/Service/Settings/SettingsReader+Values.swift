import Foundation
import Yams

/// An address to listen on.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
  /// A name or an IP address, without brackets.
  package let host: String
  /// 0 lets the system choose.
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// `host:port`, `[v6]:port`; nil for anything else.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    var host = text[..<colon]
    if host.hasPrefix("[") && host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, (1...5).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = Int(digits), port <= 65_535
    else { return nil }
    self.init(host: String(host), port: port)
  }

  package var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// 127.0.0.0/8, ::1 or localhost: reached from this machine alone.
  package var isLoopback: Bool {
    if host == "::1" || host == "localhost" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

extension SettingsReader {
  /// Text. Without a default the key must be there. `oneOf` lists the only values allowed.
  package func string(
    _ key: String, default preset: String? = nil, oneOf choices: [String] = [], doc: String
  ) -> String {
    let hint = choices.isEmpty ? doc : "\(doc) (\(choices.joined(separator: " | ")))"
    return value(key, preset, shown: preset.map(Self.quoted), doc: hint, placeholder: "") {
      found in
      guard choices.isEmpty || choices.contains(found.text) else {
        let near = Spelling.nearest(to: found.text, among: choices)
        let advice = near.map { "; did you mean \($0)?" } ?? ""
        return .fault(
          .badValue,
          "is \(Self.quoted(found.text)), not one of \(choices.joined(separator: ", "))\(advice)")
      }
      return .value(found.text)
    }
  }

  /// Text that may be absent.
  package func optionalString(_ key: String, doc: String) -> String? {
    value(key, .some(nil), shown: nil, doc: doc, placeholder: nil) { .value($0.text) }
  }

  /// A whole number in the range.
  package func int(
    _ key: String, default preset: Int? = nil, in range: ClosedRange<Int> = 0...Int.max,
    doc: String
  ) -> Int {
    value(
      key, preset, shown: preset.map(String.init), doc: doc, placeholder: range.lowerBound,
      allows: [.int]
    ) { found in
      guard found.isPlain(.int), let number = Self.decimal(found.text) else {
        return .fault(.wrongType, "is \(found.inWords), not a whole number such as 8")
      }
      guard range.contains(number) else {
        return .fault(.outOfRange, "is \(number), outside \(Self.words(range) { "\($0)" })")
      }
      return .value(number)
    }
  }

  /// `true` or `false`, and no other word.
  package func bool(_ key: String, default preset: Bool? = nil, doc: String) -> Bool {
    value(
      key, preset, shown: preset.map { "\($0)" }, doc: doc, placeholder: false, allows: [.bool]
    ) { found in
      switch (found.isPlain(.bool), found.text) {
      case (true, "true"): .value(true)
      case (true, "false"): .value(false)
      default: .fault(.wrongType, "is \(found.inWords); write true or false")
      }
    }
  }

  /// A time span such as `30m`, in the range. Units: ms, s, m, h, d, w.
  package func duration(
    _ key: String, default preset: String? = nil, in range: ClosedRange<Duration>? = nil,
    doc: String
  ) -> Duration {
    let standard = preset.flatMap(SettingsUnits.duration)
    precondition((preset == nil) == (standard == nil), "\(join(key)): bad default")
    return value(
      key, standard, shown: preset, doc: doc, placeholder: range?.lowerBound ?? .zero,
      allows: [.int]
    ) { found in
      guard let time = SettingsUnits.duration(found.text) else {
        return .fault(
          .badDuration,
          "is \(found.inWords), not a time span: a number and ms, s, m, h, d or w, such as 30m")
      }
      guard range?.contains(time) ?? true else {
        return .fault(
          .outOfRange,
          "is \(found.text), outside \(range.map { Self.words($0, SettingsUnits.text) } ?? "")")
      }
      return .value(time)
    }
  }

  /// A number of bytes such as `64KiB`. Units: B; KiB, MiB, GiB, TiB; kB, KB, MB, GB, TB.
  package func size(
    _ key: String, default preset: String? = nil, in range: ClosedRange<Int> = 0...Int.max,
    doc: String
  ) -> Int {
    let standard = preset.flatMap(SettingsUnits.size)
    precondition((preset == nil) == (standard == nil), "\(join(key)): bad default")
    return value(
      key, standard, shown: preset, doc: doc, placeholder: range.lowerBound, allows: [.int]
    ) { found in
      guard let bytes = SettingsUnits.size(found.text) else {
        return .fault(
          .badSize, "is \(found.inWords), not a size: a number and a unit, such as 64KiB or 20MB")
      }
      guard range.contains(bytes) else {
        return .fault(
          .outOfRange, "is \(found.text), outside \(Self.words(range) { "\($0)B" })")
      }
      return .value(bytes)
    }
  }

  /// A list of texts, `[a, b]` or one a line; in the environment `a,b`.
  package func list(
    _ key: String, default preset: [String]? = [], oneOf choices: [String] = [], doc: String
  ) -> [String] {
    let shown = preset.map { "[\($0.map(Self.quoted).joined(separator: ", "))]" }
    guard variableValue(key) == nil, let member = members.first(where: { $0.key == key }) else {
      return value(key, preset, shown: shown, doc: doc, placeholder: []) { found in
        let parts = found.text.split(separator: ",").map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        return checked(parts, choices).map { .fault(.badValue, $0) } ?? .value(parts)
      }
    }
    notes.declare(key, in: path)
    guard let nodes = member.node.sequence else {
      notes.show(depth: depth, key: key, preset: shown, doc: doc, inForce: nil)
      notes.add(
        .wrongType, line: member.line, path: join(key),
        "must be a list such as [a, b], not \(member.node.kindInWords)")
      return preset ?? []
    }
    let texts = nodes.enumerated().compactMap { index, node in
      scalarText(
        Member(key: "\(key)[\(index)]", line: node.mark?.line ?? member.line, node: node))
    }
    if let fault = checked(texts, choices) {
      notes.add(.badValue, line: member.line, path: join(key), fault)
    }
    let inForce = "[\(texts.map(Self.quoted).joined(separator: ", "))]"
    notes.show(
      depth: depth, key: key, preset: shown, doc: doc,
      inForce: texts == preset ? nil : "\(inForce), line \(member.line ?? 0)")
    return texts
  }

  private func checked(_ texts: [String], _ choices: [String]) -> String? {
    guard !choices.isEmpty, let stranger = texts.first(where: { !choices.contains($0) }) else {
      return nil
    }
    return "holds \(Self.quoted(stranger)), not one of \(choices.joined(separator: ", "))"
  }

  /// A path, made absolute: in the file relative to the file's folder, in the environment relative
  /// to the working directory. Whether it exists is not looked at.
  package func path(_ key: String, default preset: String? = nil, doc: String) -> String {
    value(
      key, preset.map { notes.absolute($0, fromVariable: false) },
      shown: preset.map(Self.quoted), doc: doc, placeholder: ""
    ) { pathFound($0) }
  }

  /// A path that may be absent.
  package func optionalPath(_ key: String, doc: String) -> String? {
    value(key, .some(nil), shown: nil, doc: doc, placeholder: nil) { found in
      switch pathFound(found) {
      case .value(let path): .value(path)
      case .fault(let kind, let message): .fault(kind, message)
      }
    }
  }

  private func pathFound(_ found: Found) -> Reading<String> {
    guard !found.text.isEmpty, !found.text.utf8.contains(0) else {
      return .fault(.badValue, "is empty; write a path")
    }
    return .value(notes.absolute(found.text, fromVariable: found.variable != nil))
  }

  /// The path of a file that holds a secret: a regular file, ours or root's, that nobody else may
  /// read or write. Nil when it is not `required` and not named.
  package func secretFile(_ key: String, required: Bool = false, doc: String) -> String? {
    value(
      key, required ? nil : .some(nil), shown: nil, doc: "\(doc); a file of mode 0600",
      placeholder: nil
    ) { found in
      switch pathFound(found) {
      case .fault(let kind, let message): .fault(kind, message)
      case .value(let path):
        SecretFile.fault(path).map { .fault(.insecureFile, $0) } ?? .value(path)
      }
    }
  }

  /// An address to listen on, this machine's own unless `anywhere`.
  package func listen(
    _ key: String, default preset: String? = nil, anywhere: Bool = false, doc: String
  ) -> ListenAddress {
    value(
      key, preset.flatMap { ListenAddress($0) }, shown: preset, doc: doc,
      placeholder: ListenAddress(host: "127.0.0.1", port: 0)
    ) { found in
      guard let address = ListenAddress(found.text) else {
        return .fault(
          .badValue,
          "is \(Self.quoted(found.text)), not an address and port such as 127.0.0.1:7440")
      }
      guard anywhere || address.isLoopback else {
        return .fault(
          .notLoopback,
          "is \(found.text), which other machines reach; without TLS only 127.0.0.1, [::1] or "
            + "localhost are allowed")
      }
      return .value(address)
    }
  }

  private static func words<Value>(
    _ range: ClosedRange<Value>, _ text: (Value) -> String
  ) -> String {
    if let top = range.upperBound as? Int, top == .max {
      return "what is allowed: \(text(range.lowerBound)) or more"
    }
    return "what is allowed: \(text(range.lowerBound)) to \(text(range.upperBound))"
  }

  /// Decimal digits with an optional minus, no leading zero: YAML 1.1 would read `010` as eight.
  private static func decimal(_ text: String) -> Int? {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard digits == "0" || digits.first != "0", digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 })
    else { return nil }
    return Int(text)
  }
}
