import BrokerAPI
import Foundation
import Testing

struct StrictJSONTests {
  @Test("what is right is read as it stands")
  func right() throws {
    let text =
      #" { "a" : [ 1 , -2, 9223372036854775807, -9223372036854775808, 0 ], "#
      + #""b":"\u00e9\ud83d\udea4\n/\/", "c":{}, "d":[] , "e":true,"f":false } "#
    let expected: JSONTree = .object([
      .init("a", .array([1, -2, .max, .min, 0].map(JSONTree.integer))),
      .init("b", .string("é🚤\n//")), .init("c", .object([])), .init("d", .array([])),
      .init("e", .boolean(true)), .init("f", .boolean(false)),
    ])
    #expect(try StrictJSON.parse(Array(text.utf8)) == expected)
  }

  @Test("limits are exact: 32 levels and 10,000 elements pass")
  func limits() throws {
    let deep = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
    _ = try StrictJSON.parse(Array(deep.utf8))
    let long = "[\(Array(repeating: "1", count: 10_000).joined(separator: ","))]"
    _ = try StrictJSON.parse(Array(long.utf8))
    #expect(throws: StrictJSON.Failure.self) {
      try StrictJSON.parse(Array("[1,2,3]".utf8), limits: .init(elements: 2))
    }
  }

  @Test("a failure says where, in bytes, and names the doubled member")
  func offsets() throws {
    let failure = try #require(throws: StrictJSON.Failure.self) {
      try StrictJSON.parse(Array(#"{"é":1,"amount":"1","amount":"9"}"#.utf8))
    }
    #expect(failure.reason == .duplicate)
    #expect(failure.offset == 21)
    #expect(failure.sentence.contains("\"amount\""))
  }

  @Test("composed and decomposed names are two names, as bytes are compared")
  func namesAreBytes() throws {
    let tree = try StrictJSON.parse(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
    guard case .object(let members) = tree else { return #expect(Bool(false)) }
    #expect(members.count == 2)
  }

  @Test("mutated bodies never trap; what passes is JSON to others too, and reads back equal")
  func mutations() throws {
    var generator = SplitMix(state: 0x5A4D_0001)
    let seeds = [BadInputRows.goodBid, BadInputRows.goodOffer, BadInputRows.goodReadings].map {
      Array($0.utf8)
    }
    var passed = 0
    for _ in 0..<20_000 {
      var bytes = seeds[Int(generator.next() % 3)]
      for _ in 0...Int(generator.next() % 3) {
        let at = Int(generator.next() % UInt64(bytes.count))
        switch generator.next() % 4 {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(bytes[Int(generator.next() % UInt64(bytes.count))], at: at)
        default: bytes[at] = Array(#"{}[]",:\-0e9."#.utf8)[Int(generator.next() % 13)]
        }
      }
      guard let tree = try? StrictJSON.parse(bytes) else { continue }
      passed += 1
      #expect(throws: Never.self) {
        try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      }
      let again = try StrictJSON.parse(tree.bytes)
      #expect(again.bytes == tree.bytes)
      // Whatever the verdict, reading it as a request must end in a verdict.
      _ = try? Wire.PlaceBid.read(bytes)
      _ = try? Wire.PublishOffer.read(bytes)
    }
    #expect(passed > 1_000)
  }
}

/// A small generator with a seed, so that a run can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
