/// A map that is iterated in ascending order of its keys, the same on every machine. The core
/// iterates no other map: the order of `Dictionary` changes with every start of a process.
///
/// Look-up is O(1), iteration O(n), insertion and removal O(n) in the worst case by one move of the
/// sorted keys; keys mostly arrive in ascending order, which costs O(1).
package struct OrderedMap<Key: Hashable & Comparable & Sendable, Value: Sendable>: Sendable {
  @usableFromInline var sorted: [Key] = []
  @usableFromInline var storage: [Key: Value] = [:]

  @inlinable package init() {}

  @inlinable package var count: Int { sorted.count }
  @inlinable package var isEmpty: Bool { sorted.isEmpty }
  /// Ascending.
  @inlinable package var keys: [Key] { sorted }

  /// In order of the keys.
  @inlinable package var values: [Value] {
    sorted.map { key in
      guard let value = storage[key] else { preconditionFailure("a key without a value") }
      return value
    }
  }

  @inlinable package subscript(key: Key) -> Value? {
    get { storage[key] }
    _modify {
      let before = storage.count
      yield &storage[key]
      if storage.count > before { insert(key) } else if storage.count < before { remove(key) }
    }
  }

  @inlinable package subscript(key: Key, default blank: @autoclosure () -> Value) -> Value {
    get { storage[key] ?? blank() }
    _modify {
      if storage[key] == nil {
        storage[key] = blank()
        insert(key)
      }
      // swift-format-ignore: NeverForceUnwrap
      yield &storage[key]!
    }
  }

  /// Whether the key is there.
  @inlinable package func contains(_ key: Key) -> Bool { storage[key] != nil }

  @usableFromInline mutating func insert(_ key: Key) {
    if let last = sorted.last, last < key { return sorted.append(key) }
    sorted.insert(key, at: position(of: key))
  }

  @usableFromInline mutating func remove(_ key: Key) {
    sorted.remove(at: position(of: key))
  }

  /// The index of the first key that is not below this one.
  @usableFromInline func position(of key: Key) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The last key that is below this one.
  package func key(before key: Key) -> Key? {
    let place = position(of: key)
    return place > 0 ? sorted[place - 1] : nil
  }

  /// The keys that are not below this one, ascending.
  package func keys(from key: Key) -> ArraySlice<Key> { sorted[position(of: key)...] }
}
