import Synchronization

/// What lies between the loop that receives a stream and the task that reads it: a bounded store
/// of bytes, at most one waiting reader, and how the stream ended.
final class StreamBuffer: Sendable {
  private struct State {
    var hasBegun = false
    var bytes: [UInt8] = []
    /// The loop was told to wait; the next take lets it go on.
    var isFull = false
    var reader: CheckedContinuation<[UInt8]?, any Error>?
    var end: Result<Void, any Error>?
  }

  /// What the reader's side has to do after taking.
  enum Afterwards { case nothing, resume }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// True for the first caller only.
  func begin() -> Bool {
    state.withLock { state in
      defer { state.hasBegun = true }
      return !state.hasBegun
    }
  }

  /// Takes bytes from the server. False: no room, offer the same bytes again after a resume. A
  /// piece larger than the limit is taken when nothing else is held.
  func offer(_ bytes: UnsafeRawBufferPointer) -> Bool {
    state.withLock { state in
      if let reader = state.reader {
        state.reader = nil
        reader.resume(returning: [UInt8](bytes))
        return true
      }
      if !state.bytes.isEmpty && state.bytes.count + bytes.count > limit {
        state.isFull = true
        return false
      }
      state.bytes.append(contentsOf: bytes)
      return true
    }
  }

  /// The last word of the server's side; what is held may still be taken. Later words are ignored.
  func finish(_ end: Result<Void, any Error>) {
    state.withLock { state in
      guard state.end == nil else { return }
      state.end = end
      guard let reader = state.reader else { return }
      state.reader = nil
      reader.resume(with: end.map { nil })
    }
  }

  /// Hands the reader all that is held, or the end, or lets it wait for either.
  func take(_ reader: CheckedContinuation<[UInt8]?, any Error>) -> Afterwards {
    state.withLock { state in
      if !state.bytes.isEmpty {
        let bytes = state.bytes
        state.bytes = []
        let wasFull = state.isFull
        state.isFull = false
        reader.resume(returning: bytes)
        return wasFull ? .resume : .nothing
      }
      if let end = state.end {
        reader.resume(with: end.map { nil })
        return .nothing
      }
      precondition(state.reader == nil, "two readers wait on one stream")
      state.reader = reader
      return .nothing
    }
  }
}
