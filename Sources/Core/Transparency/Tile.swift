/// One file of the tiled log that a regulator reads in bulk (C2SP tlog-tiles): up to 256 hashes of
/// one level, or the bundle of up to 256 entries.
package struct Tile: Hashable, Sendable {
  /// What a tile holds.
  package enum Content: Hashable, Sendable {
    /// Tile level L, 0...63, holds the hashes of tree level 8L.
    case hashes(level: Int)
    case entries
  }

  package static let capacity = 256

  package let content: Content
  /// Counts the tiles of one level from the left.
  package let index: UInt64
  /// 256, or less for the partial tile at the right edge.
  package let width: Int

  /// Nil when level or width is out of range.
  package init?(_ content: Content, index: UInt64, width: Int = Tile.capacity) {
    if case .hashes(let level) = content, !(0...63).contains(level) { return nil }
    guard (1...Self.capacity).contains(width) else { return nil }
    self.content = content
    self.index = index
    self.width = width
  }

  /// The path below the log's prefix: `tile/0/x001/x234/067` or, partial, `tile/entries/000.p/7`.
  package var path: String {
    var groups = [Self.threeDigits(index % 1000)]
    var rest = index / 1000
    while rest > 0 {
      groups.append("x" + Self.threeDigits(rest % 1000))
      rest /= 1000
    }
    let folder =
      switch content {
      case .hashes(let level): String(level)
      case .entries: "entries"
      }
    let partial = width < Self.capacity ? ".p/\(width)" : ""
    return "tile/\(folder)/" + groups.reversed().joined(separator: "/") + partial
  }

  /// The tile that `path` names; nil for every other spelling.
  package init?(path: String) {
    var parts = path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)[...]
    guard let root = parts.popFirst(), root.elementsEqual("tile".utf8),
      let folder = parts.popFirst(), var last = parts.popLast()
    else { return nil }
    var width = UInt64(Self.capacity)
    if let index = parts.last, index.suffix(2).elementsEqual(".p".utf8) {
      guard let partial = UInt64(canonical: last), partial < width else { return nil }
      width = partial
      last = index.dropLast(2)
      parts.removeLast()
    }
    var content = Content.entries
    if !folder.elementsEqual("entries".utf8) {
      guard let level = UInt64(canonical: folder), level <= 63 else { return nil }
      content = .hashes(level: Int(level))
    }
    var digits: [UInt8] = []
    for part in parts {
      guard part.count == 4, part.first == 0x78 else { return nil }
      digits += part.dropFirst()
    }
    guard last.count == 3 else { return nil }
    digits += last
    // The first group is padded with zeros, and is "000" alone or not at all.
    let padding = digits.prefix(2).prefix { $0 == 0x30 }.count
    guard let index = UInt64(canonical: digits.dropFirst(padding)) else { return nil }
    self.init(content, index: index, width: Int(width))
  }

  /// Where the hash at a level and index of the tree is found once the tree has `size` leaves: it is
  /// the root over `range` of the tile's hashes. Nil when that hash is not final yet.
  package static func holding(
    level: Int, index: UInt64, size: UInt64
  ) -> (tile: Tile, range: Range<Int>)? {
    guard (0...63).contains(level), index < size >> UInt64(level) else { return nil }
    let inside = level % 8
    let first = index << UInt64(inside)
    let number = first / UInt64(capacity)
    let available = (size >> UInt64(level - inside)) - number * UInt64(capacity)
    let width = Int(min(available, UInt64(capacity)))
    guard let tile = Tile(.hashes(level: level / 8), index: number, width: width) else {
      return nil
    }
    let start = Int(first % UInt64(capacity))
    return (tile, start..<(start + 1 << inside))
  }

  /// The hash tiles to write when the published tree grows, level by level from the left; those of
  /// level 0 name the entry bundles too. Their number is about (size - oldSize) / 255.
  package static func changed(from oldSize: UInt64, to size: UInt64) -> [Tile] {
    guard oldSize < size else { return [] }
    var tiles: [Tile] = []
    var (level, old, new) = (0, oldSize, size)
    while old != new {
      for index in old / UInt64(capacity)..<new / UInt64(capacity) {
        if let tile = Tile(.hashes(level: level), index: index) { tiles.append(tile) }
      }
      let partial = Int(new % UInt64(capacity))
      if let tile = Tile(
        .hashes(level: level), index: new / UInt64(capacity), width: partial)
      {
        tiles.append(tile)
      }
      level += 1
      old >>= 8
      new >>= 8
    }
    return tiles
  }

  /// The bytes of an entry bundle: before each entry its length, 16 bits, the high byte first. Nil
  /// when an entry is longer than 65,535 bytes or there are more than 256.
  package static func bundle(_ entries: [[UInt8]]) -> [UInt8]? {
    guard entries.count <= capacity else { return nil }
    var bytes: [UInt8] = []
    for entry in entries {
      guard let length = UInt16(exactly: entry.count) else { return nil }
      bytes.append(UInt8(length >> 8))
      bytes.append(UInt8(length & 0xFF))
      bytes += entry
    }
    return bytes
  }

  /// The entries of a bundle; nil unless the bytes are exactly so many entries.
  package static func entries(in bundle: [UInt8], count: Int) -> [[UInt8]]? {
    var entries: [[UInt8]] = []
    var rest = bundle[...]
    while !rest.isEmpty, entries.count < count {
      guard rest.count >= 2 else { return nil }
      let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
      rest = rest.dropFirst(2)
      guard rest.count >= length else { return nil }
      entries.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return rest.isEmpty && entries.count == count ? entries : nil
  }

  private static func threeDigits(_ value: UInt64) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
  }
}
