extension Wire {
  /// Part of a list, in a stated order, with the cursor of what comes after it.
  package struct Page<Item: WireValue>: WireValue {
    package var items: [Item]
    /// Opaque; absent on the last page.
    package var next: String?

    package init(items: [Item], next: String? = nil) {
      self.items = items
      self.next = next
    }

    package static var schema: Schema {
      .object(
        "\(Item.self)Page", "Part of a list.",
        [
          .required("items", .array(Item.schema, 0...500)),
          .optional("next", .text(.cursor), "Give it back as cursor; absent on the last page."),
        ])
    }
  }
}
