extension Wire {
  /// Put a new member of the log in the place of one that is lost.
  package struct ReplaceMember: WireValue {
    /// As the log's engine calls it.
    package var member: String
    /// Where the others will reach the new one.
    package var url: String

    package init(member: String, url: String) {
      self.member = member
      self.url = url
    }

    package static let schema = Schema.object(
      "ReplaceMember", "Put a new member of the log in the place of one that is lost.",
      [
        .required("member", .text(.words(1...64)), "Its name."),
        .required("url", .text(.words(1...200)), "Where the others will reach the new one."),
      ])
  }

  /// What the new member is started with.
  package struct MemberSeat: WireValue {
    package var member: String
    package var url: String
    /// All members, as etcd's `--initial-cluster` has them.
    package var cluster: String

    package init(member: String, url: String, cluster: String) {
      self.member = member
      self.url = url
      self.cluster = cluster
    }

    package static let schema = Schema.object(
      "MemberSeat", "What a new member of the log is started with.",
      [
        .required("member", .text(.words(1...64))),
        .required("url", .text(.words(1...200))),
        .required("cluster", .text(.words(1...2_000)), "For --initial-cluster."),
      ])
  }
}
