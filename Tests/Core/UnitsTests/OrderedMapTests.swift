import Seeded
import Testing
import Units

@Suite struct OrderedMapTests {
  @Test(
    "after any changes it has what a dictionary has, in the order of its keys", arguments: 1...20)
  func likeADictionary(seed: UInt64) {
    var source = Source(seed)
    var map = OrderedMap<Int64, Int64>()
    var plain: [Int64: Int64] = [:]
    for step in 0..<2_000 {
      let key = source.number(0...(seed % 2 == 0 ? 30 : 3_000))
      switch source.next() % 6 {
      case 0, 1, 2:
        map[key] = Int64(step)
        plain[key] = Int64(step)
      case 3:
        map[key] = nil
        plain[key] = nil
      case 4:
        map[key, default: 7] += 1
        plain[key, default: 7] += 1
      default:
        map[key]? += 5
        plain[key]? += 5
      }
      #expect(map.count == plain.count && map[key] == plain[key])
      guard step % 50 == 0 else { continue }
      let sorted = plain.keys.sorted()
      #expect(map.keys == sorted)
      #expect(map.values == sorted.map { plain[$0] })
      #expect(Array(map.keys(from: key)) == sorted.filter { $0 >= key })
      #expect(map.contains(key) == (plain[key] != nil) && map.isEmpty == plain.isEmpty)
    }
  }

  @Test("the order does not depend on the order of insertion")
  func anyInsertion() {
    var source = Source(5)
    let keys = (0..<500).map { _ in source.number(0...1_000_000) }
    var up = OrderedMap<Int64, Bool>()
    var down = OrderedMap<Int64, Bool>()
    for key in keys { up[key] = true }
    for key in keys.reversed() { down[key] = true }
    #expect(up.keys == down.keys && up.keys == Array(Set(keys)).sorted())
  }

  @Test("a copy does not change with the original")
  func copies() {
    var map = OrderedMap<String, Int>()
    map["a"] = 1
    let copy = map
    map["b"] = 2
    map["a"] = nil
    #expect(copy.keys == ["a"] && map.keys == ["b"])
  }
}
