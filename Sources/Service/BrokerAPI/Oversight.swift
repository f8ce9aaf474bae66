extension Wire {
  /// How the market is watched over; set as a whole, under four eyes.
  package struct Oversight: RequestBody {
    /// Of each group enough must have cosigned before an entry counts as witnessed.
    package var groups: [CosignerGroup]
    /// What differs from the standard terms of surveillance.
    package var terms: [SurveillanceTerm]

    package init(groups: [CosignerGroup], terms: [SurveillanceTerm]) {
      self.groups = groups
      self.terms = terms
    }

    package static let schema = Schema.object(
      "Oversight", "How the market is watched over; set as a whole, under four eyes.",
      [
        .required(
          "groups", .array(CosignerGroup.schema, 0...16),
          "Of each group enough must have cosigned; without one each replica's policy file says it."
        ),
        .required(
          "terms", .array(SurveillanceTerm.schema, 0...64),
          "What differs from the standard terms of surveillance."),
      ])

    package func contradictions() -> [Fault] {
      var found: [Fault] = []
      for (index, group) in groups.enumerated() {
        let distinct = Set(group.witnesses).count
        if distinct < group.witnesses.count {
          found.append(
            Fault(.contradiction, at: "/groups/\(index)/witnesses", "list each witness once"))
        } else if group.least > distinct {
          found.append(
            Fault(
              .contradiction, at: "/groups/\(index)/least",
              "\(group.least) of \(distinct) can never be met; ask for fewer"))
        }
      }
      for (index, term) in terms.enumerated()
      where terms[..<index].contains(where: { $0.term == term.term }) {
        found.append(
          Fault(.contradiction, at: "/terms/\(index)/term", "it stands above already; leave one"))
      }
      return found
    }
  }

  /// What is in force, and since which entry.
  package struct OversightInForce: WireValue {
    package var groups: [CosignerGroup]
    package var terms: [SurveillanceTerm]
    /// Absent until it was set.
    package var position: Position?

    package init(
      groups: [CosignerGroup], terms: [SurveillanceTerm], position: Position? = nil
    ) {
      self.groups = groups
      self.terms = terms
      self.position = position
    }

    package static let schema = Schema.object(
      "OversightInForce", "How the market is watched over, and since which entry.",
      [
        .required("groups", .array(CosignerGroup.schema, 0...16)),
        .required("terms", .array(SurveillanceTerm.schema, 0...64)),
        .optional("position", .text(.position), "Of the entry that set it."),
      ])
  }

  /// Witnesses of which at least some must have cosigned.
  package struct CosignerGroup: WireValue {
    package var least: Int
    package var witnesses: [String]

    package init(least: Int, witnesses: [String]) {
      self.least = least
      self.witnesses = witnesses
    }

    package static let schema = Schema.object(
      "CosignerGroup", "Witnesses of which at least some must have cosigned.",
      [
        .required("least", .integer(1...64)),
        .required(
          "witnesses", .array(.text(.id), 1...64), "By their names in the policy files."),
      ])
  }

  /// One of the terms of surveillance.
  package struct SurveillanceTerm: WireValue {
    package var term: String
    package var value: Int

    package init(term: String, value: Int) {
      self.term = term
      self.value = value
    }

    package static let schema = Schema.object(
      "SurveillanceTerm", "One of the terms of surveillance.",
      [
        .required("term", .text(.id), "As sampan alert terms has them."),
        .required("value", .integer(0...1_000_000_000)),
      ])
  }
}
