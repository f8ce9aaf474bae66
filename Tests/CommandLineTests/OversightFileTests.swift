import BrokerAPI
import Testing

@testable import sampan

/// `sampan oversight set -f`.
@Suite struct OversightFileTests {
  @Test("a file of groups and terms, and one without anything")
  func parsed() throws {
    let text = """
      quorum:
        - {least: 1, witnesses: [reg-hk]}
        - {least: 2, witnesses: [centre-a, centre-b, reg-hk]}
      surveillance:
        - {term: wash-hours, value: 48}
      """
    let body = try OversightSetCommand.parse(text, name: "o.yaml")
    #expect(
      body
        == Wire.Oversight(
          groups: [
            Wire.CosignerGroup(least: 1, witnesses: ["reg-hk"]),
            Wire.CosignerGroup(least: 2, witnesses: ["centre-a", "centre-b", "reg-hk"]),
          ], terms: [Wire.SurveillanceTerm(term: "wash-hours", value: 48)]))
    #expect(body.contradictions().isEmpty)
    #expect(
      try OversightSetCommand.parse("", name: "o.yaml") == Wire.Oversight(groups: [], terms: []))
  }

  @Test(
    "what is no term, out of its range, or no key of the file is named with its place",
    arguments: [
      ("surveillance: [{term: wash-days, value: 1}]", "surveillance[0].term"),
      ("surveillance: [{term: wash-hours, value: 1000}]", "surveillance[0].value"),
      ("quorum: [{least: one, witnesses: [a]}]", "quorum[0].least"),
      ("quorum: [{least: 1}]", "quorum[0].witnesses"), ("limits: 4", "limits"),
    ])
  func refused(text: String, place: String) {
    #expect {
      try OversightSetCommand.parse(text, name: "o.yaml")
    } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.lines.joined(separator: "\n").contains(place)
    }
  }

  @Test("groups that can never be met, names and terms that stand twice, are refused at the door")
  func contradictions() {
    let body = Wire.Oversight(
      groups: [
        Wire.CosignerGroup(least: 3, witnesses: ["a", "b"]),
        Wire.CosignerGroup(least: 1, witnesses: ["a", "a"]),
      ],
      terms: [
        Wire.SurveillanceTerm(term: "wash-hours", value: 1),
        Wire.SurveillanceTerm(term: "wash-hours", value: 2),
      ])
    #expect(
      body.contradictions().map(\.pointer)
        == ["/groups/0/least", "/groups/1/witnesses", "/terms/1/term"])
  }
}
