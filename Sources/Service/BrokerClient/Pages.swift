package import BrokerAPI

/// A list of the broker's: by the page, or item by item with the pages fetched as they are needed.
package struct Pages<Item: WireValue>: AsyncSequence, Sendable {
  package typealias Element = Item

  let client: BrokerClient
  let operation: OperationID
  var path: [String] = []
  var query: [(String, String?)] = []
  var minimum: Position?

  /// One page; the next one by the cursor that it has.
  package func page(limit: Int? = nil, cursor: String? = nil) async throws -> Wire.Page<Item> {
    try await client.read(
      operation, path, query + [("limit", limit.map(String.init)), ("cursor", cursor)],
      atLeast: minimum)
  }

  /// The first items, all of them when no number is given.
  package func all(atMost count: Int = .max) async throws -> [Item] {
    var items: [Item] = []
    guard count > 0 else { return items }
    for try await item in self {
      items.append(item)
      if items.count == count { break }
    }
    return items
  }

  package func makeAsyncIterator() -> Iterator { Iterator(pages: self) }

  package struct Iterator: AsyncIteratorProtocol {
    private let pages: Pages
    private var ready: ArraySlice<Item> = []
    private var cursor: String?
    private var isLast = false

    init(pages: Pages) { self.pages = pages }

    package mutating func next() async throws -> Item? {
      while ready.isEmpty {
        guard !isLast else { return nil }
        let page = try await pages.page(limit: 500, cursor: cursor)
        guard page.next == nil || page.next != cursor else {
          throw BrokerClientError.badAnswer(cause: "a page names itself as the next")
        }
        ready = page.items[...]
        cursor = page.next
        isLast = page.next == nil
      }
      return ready.popFirst()
    }
  }
}
