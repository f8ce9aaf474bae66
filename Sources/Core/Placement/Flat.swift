/// A fixed number of elements in one piece of memory, without the reference counting and bounds
/// checks of `Array`, which cost the inner loops of the solver half of their time. A debug build
/// checks every index.
struct Flat<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(repeating element: Element, count: Int) {
    base = Self.memory(count)
    base.initialize(repeating: element, count: count)
    self.count = count
  }

  init(_ elements: [Element]) {
    let memory = Self.memory(elements.count)
    elements.withUnsafeBufferPointer { source in
      if let first = source.baseAddress { memory.initialize(from: first, count: source.count) }
    }
    base = memory
    count = elements.count
  }

  deinit { base.deallocate() }

  /// Begins with a line of the cache, so that no small element lies in two of them.
  private static func memory(_ count: Int) -> UnsafeMutablePointer<Element> {
    UnsafeMutableRawPointer.allocate(
      byteCount: max(1, count) * MemoryLayout<Element>.stride,
      alignment: max(64, MemoryLayout<Element>.alignment)
    ).bindMemory(to: Element.self, capacity: max(1, count))
  }

  @inline(__always)
  subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count)
      return base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count)
      base[index] = newValue
    }
  }

  /// The elements as an array.
  var array: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Takes over the elements of another of the same count.
  func copy(from other: borrowing Flat<Element>) {
    assert(other.count == count)
    base.update(from: other.base, count: count)
  }

  func fill(_ element: Element) { base.update(repeating: element, count: count) }
}

extension Flat: @unchecked Sendable where Element: Sendable {}
