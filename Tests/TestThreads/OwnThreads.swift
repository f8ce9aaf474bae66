package import Testing

/// Runs what a test awaits on threads beside Swift's own pool.
///
/// That pool has a thread a core, and a test that waits for a program, or computes for long, keeps
/// one of them: beside a few such tests an `await` elsewhere returns minutes late. So suites that
/// block, and those that count seconds, have this trait. What a test gives to Swift's pool itself (a
/// `Task`) stays there: a suite whose tests wait for such with a limit had better not have it.
package struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
  package var isRecursive: Bool { true }

  package func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(ThreadCrew.shared) { try await function() }
  }
}

extension Trait where Self == OwnThreads {
  /// See `OwnThreads`.
  package static var ownThreads: Self { OwnThreads() }
}
