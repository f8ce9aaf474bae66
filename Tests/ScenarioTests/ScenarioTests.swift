import Foundation
import Testing

/// Stories told as scripts. What happens is kept beside each script in a `.expected` file, which is
/// written again with `SAMPAN_RECORD=1` and reviewed as a difference; what matters stands in the
/// script itself as `expect` lines, so that recording anew cannot hide a break.
@Suite struct ScenarioTests {
  /// In the source tree, so that recording writes there.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Scripts")

  static var scripts: [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (names ?? []).filter { $0.hasSuffix(".script") }.sorted()
  }

  @Test("the stories are there")
  func complete() {
    #expect(Self.scripts.count >= 9)
  }

  @Test("the story goes as it is told and as it was recorded", arguments: scripts)
  func story(_ name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    let text = try String(contentsOf: file, encoding: .utf8)
    var script = try Script()
    var expectations = 0
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
      if words.isEmpty { continue }
      if words[0] == "expect" { expectations += 1 }
      do {
        try script.run(words)
      } catch {
        Issue.record("\(name):\(index + 1): \(line): \(error)")
        return
      }
    }
    #expect(expectations >= 2, "a story says what matters in it")
    let behaviour = script.recording
    let expected = file.deletingPathExtension().appendingPathExtension("expected")
    if ProcessInfo.processInfo.environment["SAMPAN_RECORD"] == "1" {
      try behaviour.write(to: expected, atomically: true, encoding: .utf8)
      return
    }
    let recorded = (try? String(contentsOf: expected, encoding: .utf8)) ?? ""
    let different = zip(
      recorded.split(separator: "\n", omittingEmptySubsequences: false),
      behaviour.split(separator: "\n", omittingEmptySubsequences: false)
    ).first { $0 != $1 }
    #expect(
      recorded == behaviour,
      "recorded \(different?.0 ?? "end"), now \(different?.1 ?? "end"); SAMPAN_RECORD=1 records anew"
    )
  }
}
