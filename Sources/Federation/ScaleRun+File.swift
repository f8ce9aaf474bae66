import Foundation
import Ledger
import Units

extension ScaleRun {
  /// Why a run cannot go on from a file.
  package enum FileFault: Error, CustomStringConvertible {
    case otherMarket(String)
    case damaged(String)

    package var description: String {
      switch self {
      case .otherMarket(let path):
        "\(path) is of a market of another size or seed; give the options that it began with, or another file"
      case .damaged(let path): "\(path) is no run of this release; give another file"
      }
    }
  }

  /// Writes where the run is: a line of JSON, then the state. A file that is there is replaced at once.
  package func write(to path: String) throws {
    var data = try JSONEncoder().encode(saved)
    data.append(UInt8(ascii: "\n"))
    data.append(contentsOf: FieldCodec.encode(state))
    try data.write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  /// The run that a file holds; nil when there is no such file.
  package static func read(from path: String, size: Size) throws -> ScaleRun? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    guard let end = data.firstIndex(of: UInt8(ascii: "\n")),
      let saved = try? JSONDecoder().decode(Saved.self, from: data[..<end]),
      let state = try? FieldCodec.decode(LedgerState.self, from: Array(data[(end + 1)...]))
    else { throw FileFault.damaged(path) }
    guard saved.size == size else { throw FileFault.otherMarket(path) }
    return ScaleRun(saved, state)
  }
}
