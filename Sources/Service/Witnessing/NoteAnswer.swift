import Dispatch
import HTTPTypes
import Hummingbird
import NIOCore
import Transparency

/// What a signer or a witness answers over HTTP.
package struct NoteAnswer: Hashable, Sendable {
  package let status: Int
  package let contentType: String
  package let body: [UInt8]
  /// Whether something was asked for that must never be: its operator has to hear it.
  package let isAlarm: Bool

  /// The type of all answers that are not a size.
  package static let text = "text/plain; charset=utf-8"

  package init(
    _ status: Int, _ body: [UInt8], type: String = NoteAnswer.text, isAlarm: Bool = false
  ) {
    self.status = status
    contentType = type
    self.body = body
    self.isAlarm = isAlarm
  }

  init(_ status: Int, _ text: String, isAlarm: Bool = false) {
    self.init(status, Array((text + "\n").utf8), isAlarm: isAlarm)
  }

  init(_ refusal: WitnessRefusal, isAlarm: Bool = false) {
    self.init(
      refusal.status, Array(refusal.body.utf8), type: refusal.contentType, isAlarm: isAlarm)
  }

  var response: Response {
    Response(
      status: HTTPTypes.HTTPResponse.Status(code: status),
      headers: [.contentType: contentType, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}

extension Request {
  /// The body as it was sent; nil for one that is longer than a request may be, or does not end.
  func noteBody() async -> [UInt8]? {
    guard var buffer = try? await body.collect(upTo: WitnessRequest.byteLimit) else { return nil }
    return buffer.readBytes(length: buffer.readableBytes) ?? []
  }
}

/// A thread of its own for what waits for the disk, one piece of work after another.
struct DiskLane: Sendable {
  private let queue: DispatchQueue

  init(_ name: String) { queue = DispatchQueue(label: name) }

  func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body() }) }
    }
  }
}
