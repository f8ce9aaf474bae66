import Foundation
import Seeded
import Testing
import Units

/// One field of each kind that the codec knows.
private struct Sample: Record, Equatable {
  enum Tint: String, CaseIterable {
    case blue
    case deepRed = "deep-red"
  }

  struct Inner: Record, Equatable {
    var a: Int64 = 0
    var b: String?

    init() {}

    mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("a", &a, Int64.min...Int64.max)
      try codec.text("b", optional: &b, .id)
    }
  }

  var count: Int64?
  var digest = String(repeating: "0f", count: 32)
  var flag = false
  var inner: Inner?
  var list: [Inner] = []
  var names: [String] = []
  var numbers: [Int64] = []
  var small: Int64 = 0
  var tint: Tint = .blue
  var tintToo: Tint?
  var word = "x"

  init() {}

  mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("count", optional: &count, Int64.min...Int64.max)
    try codec.text("digest", &digest, .hex64)
    try codec.flag("flag", &flag)
    try codec.record("inner", optional: &inner)
    try codec.list("list", &list, 0...4)
    try codec.list("names", &names, 0...3, .id)
    try codec.list("numbers", &numbers, 0...5, -10...10)
    try codec.int("small", &small, 0...100)
    try codec.choice("tint", &tint)
    try codec.choice("tintToo", optional: &tintToo)
    try codec.text("word", &word, .id)
  }

  /// Any value that may be written.
  static func drawn(_ source: inout Source) -> Sample {
    var sample = Sample()
    let edges = [Int64.min, Int64.min + 1, -1, 0, 1, 9, 10, Int64.max - 1, Int64.max]
    if source.next() % 2 == 0 { sample.count = source.pick(edges) }
    sample.flag = source.next() % 2 == 0
    if source.next() % 2 == 0 { sample.inner = inner(&source, edges) }
    for _ in 0..<source.number(0...4) { sample.list.append(inner(&source, edges)) }
    for _ in 0..<source.number(0...3) { sample.names.append(source.pick(["a", "0:z", "a.b_c-d"])) }
    for _ in 0..<source.number(0...5) { sample.numbers.append(source.number(-10...10)) }
    sample.small = source.number(0...100)
    sample.tint = source.pick(Tint.allCases)
    if source.next() % 2 == 0 { sample.tintToo = source.pick(Tint.allCases) }
    sample.word = String(repeating: "w", count: Int(source.number(1...64)))
    return sample
  }

  private static func inner(_ source: inout Source, _ edges: [Int64]) -> Inner {
    var inner = Inner()
    inner.a = source.next() % 2 == 0 ? source.pick(edges) : Int64(bitPattern: source.next())
    if source.next() % 2 == 0 { inner.b = source.pick(["b", "shenzhen", "9"]) }
    return inner
  }
}

private func refuses(_ text: String) -> Bool {
  (try? FieldCodec.decode(Sample.self, from: Array(text.utf8))) == nil
}

@Suite struct FieldCodecTests {
  private static let zero = String(repeating: "0f", count: 32)
  private static let plain =
    #"{"digest":"\#(zero)","list":[],"names":["a","b"],"numbers":[1,-2],"small":7,"#
    + #""tint":"blue","word":"x"}"#

  @Test("what is written is what Python's json.dumps with sorted keys and no spaces writes")
  func python() throws {
    var source = Source(1)
    let lines = (0..<2_000).map { _ in
      String(decoding: FieldCodec.encode(Sample.drawn(&source)), as: UTF8.self)
    }
    guard let echoed = try Seeded.python(lines) else { return }
    #expect(echoed == lines)
  }

  @Test("a value comes back from its bytes, and its bytes from the value")
  func roundTrip() throws {
    var source = Source(2)
    for _ in 0..<5_000 {
      let sample = Sample.drawn(&source)
      let bytes = FieldCodec.encode(sample)
      let back = try FieldCodec.decode(Sample.self, from: bytes)
      #expect(back == sample)
      #expect(FieldCodec.encode(back) == bytes)
    }
  }

  @Test("the plain sample is read, so that the refusals below are for what they change")
  func plainIsRead() throws {
    let sample = try FieldCodec.decode(Sample.self, from: Array(Self.plain.utf8))
    #expect(sample.numbers == [1, -2] && sample.small == 7 && sample.inner == nil)
  }

  @Test(
    "every other spelling of a value is refused",
    arguments: [
      (#""small":7"#, #""small": 7"#, "a space"),
      (#""small":7"#, #""small":07"#, "a leading zero"),
      (#""small":7"#, #""small":-0"#, "minus zero"),
      (#""small":7"#, #""small":+7"#, "a plus"),
      (#""small":7"#, #""small":7.0"#, "a fraction"),
      (#""small":7"#, #""small":7e0"#, "an exponent"),
      (#""small":7"#, #""small":"7""#, "a string for a number"),
      (#""small":7"#, #""small":null"#, "null"),
      (#""small":7"#, #""small":101"#, "out of its range"),
      (#""small":7"#, #""small":-1"#, "below its range"),
      (#""small":7"#, #""small":9223372036854775808"#, "beyond 64 bits"),
      (#""small":7"#, #""small":18446744073709551616"#, "beyond unsigned 64 bits"),
      (#""small":7"#, #""small":99999999999999999999999999"#, "far beyond"),
      (#""small":7"#, #""small":-"#, "a sign alone"),
      (#""small":7"#, #""small":"#, "nothing"),
      (#""small":7"#, #""small":7,"small":7"#, "a doubled field"),
      (#""small":7,"#, #""small":7,"unknown":1,"#, "an unknown field"),
      (#""small":7,"#, "", "a missing field"),
      (#""small":7,"tint":"blue""#, #""tint":"blue","small":7"#, "another order"),
      (#""small":7"#, #""sm\u0061ll":7"#, "an escape in a key"),
      (#""word":"x""#, #""word":"\u0078""#, "an escape"),
      (#""word":"x""#, #""word":"X""#, "a capital in an id"),
      (#""word":"x""#, #""word":"x y""#, "a space in an id"),
      (#""word":"x""#, #""word":"é""#, "a letter that is not ASCII"),
      (#""word":"x""#, #""word":"""#, "an empty id"),
      (#""word":"x""#, #""word":"-x""#, "an id that begins with a mark"),
      (#""word":"x""#, #""word":x"#, "no quotes"),
      (#""tint":"blue""#, #""tint":"green""#, "an unknown choice"),
      (#""names":["a","b"]"#, #""names":["a","b",]"#, "a comma at the end of a list"),
      (#""names":["a","b"]"#, #""names":[,"a"]"#, "a comma at its beginning"),
      (#""names":["a","b"]"#, #""names":["a""b"]"#, "no comma"),
      (#""names":["a","b"]"#, #""names":["a","b","c","d"]"#, "too many elements"),
      (#""names":["a","b"]"#, #""names":["a","b""#, "a list that does not end"),
      (#""list":[]"#, #""inner":null,"list":[]"#, "null for an absent field"),
      (#""list":[]"#, #""flag":false,"list":[]"#, "false for an absent flag"),
      (#""list":[]"#, #""list":[{"a":1},{"b":"x"}]"#, "a missing field in a list"),
      (#"0f0f","list""#, #"0F0f","list""#, "a capital in a digest"),
      (#"0f0f","list""#, #"0f","list""#, "a short digest"),
      (#""word":"x"}"#, #""word":"x"} "#, "a space at the end"),
      (#""word":"x"}"#, #""word":"x"}{}"#, "bytes after the end"),
      (#""word":"x"}"#, #""word":"x",}"#, "a comma at the end"),
      (#""word":"x"}"#, #""word":"x""#, "no end"),
      (#"{"digest""#, #" {"digest""#, "a space at the beginning"),
      (#"{"digest""#, "\u{FEFF}{\"digest\"", "a byte order mark"),
      (#"{"digest""#, #"{,"digest""#, "a comma at the beginning"),
    ])
  func otherSpellings(_ part: String, _ other: String, _ what: String) throws {
    let at = try #require(Self.plain.range(of: part))
    var text = Self.plain
    text.replaceSubrange(at, with: other)
    #expect(refuses(text), "\(what) was read")
  }

  @Test("every truncation is refused")
  func truncations() {
    for length in 0..<Self.plain.utf8.count {
      #expect(refuses(String(Self.plain.prefix(length))))
    }
  }

  @Test("no byte can be changed and leave another spelling of the same value")
  func oneByte() throws {
    let bytes = Array(Self.plain.utf8)
    var read = 0
    for at in bytes.indices {
      for byte in UInt8.min...UInt8.max where byte != bytes[at] {
        var changed = bytes
        changed[at] = byte
        guard let value = try? FieldCodec.decode(Sample.self, from: changed) else { continue }
        read += 1
        #expect(FieldCodec.encode(value) == changed)
      }
    }
    #expect(read > 100)
  }

  @Test("the ends of 64 bits are read and written")
  func extremes() throws {
    for value in [Int64.min, Int64.max] {
      var sample = Sample()
      sample.count = value
      let bytes = FieldCodec.encode(sample)
      #expect(String(decoding: bytes, as: UTF8.self).contains("\"count\":\(value),"))
      #expect(try FieldCodec.decode(Sample.self, from: bytes).count == value)
    }
  }

  @Test("a refusal says at which byte it stopped and what was expected there")
  func saysWhere() {
    let text = Self.plain.replacing(#""small":7"#, with: #""small":700"#)
    do {
      _ = try FieldCodec.decode(Sample.self, from: Array(text.utf8))
      Issue.record("700 was read")
    } catch {
      let start = text.utf8.count - #"700,"tint":"blue","word":"x"}"#.utf8.count
      #expect(error.offset == start)
      #expect(error.expected == "an integer from 0 to 100")
    }
  }

  @Test("hexadecimal text stands for its bytes and for no others")
  func hexadecimal() {
    let all = (0...255).map { UInt8($0) }
    #expect(bytes(hex: hex(all)) == all)
    for text in ["0", "0g", "AB", " 0", "0x"] { #expect(bytes(hex: text) == nil) }
  }
}
