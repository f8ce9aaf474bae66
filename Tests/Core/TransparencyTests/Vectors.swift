import Foundation
import Testing
import Transparency

/// The files in Vectors/ (its README says where they come from).
enum Vectors {
  struct Numbers: Decodable {
    struct Witness: Decodable {
      var name: String
      var pub: String
      var vkey: String
    }

    var leaves: [String]
    var leafHashes: [String]
    var roots: [String: String]
    var inclusion: [String: [String]]
    var consistency: [String: [String]]
    var logPub: String
    var logKeyid: String
    var logVkey: String
    var witness: [Witness]
  }

  static let origin = "ledger.example.hk/gpu-fed/v1"

  static func bytes(_ path: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Vectors")
    return try Array(Data(contentsOf: folder.appendingPathComponent(path)))
  }

  static func numbers() throws -> Numbers {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Numbers.self, from: Data(bytes("vector.json")))
  }

  static func negativeNames() throws -> [String] {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Vectors/neg")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// Two numbers from a key such as `2@7` or `4->7`.
  static func pair(_ key: String) throws -> (UInt64, UInt64) {
    let numbers = key.split { !$0.isNumber }.compactMap { UInt64($0) }
    try #require(numbers.count == 2)
    return (numbers[0], numbers[1])
  }
}
