import Units

/// The frame of a canonical event: `{"event":...,"i":...,"n":...,"what":{...}}`.
struct EventHead {
  let name: String
  let index: Int64
  let position: Int64
  private let what: [UInt8]

  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    func take(_ text: String) -> Bool {
      guard rest.starts(with: text.utf8) else { return false }
      rest = rest.dropFirst(text.utf8.count)
      return true
    }
    func number() -> Int64? {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(digits.count)
      return Int64(String(decoding: digits, as: UTF8.self))
    }
    guard take("{\"event\":\"") else { return nil }
    name = String(decoding: rest.prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    guard take(name), take("\",\"i\":"), let index = number(), take(",\"n\":"),
      let position = number(), take(",\"what\":"), rest.last == UInt8(ascii: "}")
    else { return nil }
    self.index = index
    self.position = position
    what = Array(rest.dropLast())
  }

  func record<R: Record>(_ type: R.Type) throws(CodecError) -> R {
    try FieldCodec.decode(type, from: what)
  }
}
