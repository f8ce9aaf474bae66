package import BrokerAPI

/// The subsidy scheme.
extension BrokerClient {
  /// Proposes a version of list prices.
  package func setListPrices(
    _ body: Wire.SetListPrices, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.setListPrices, body, key: key)
  }

  /// Proposes the fact that two belong together.
  package func stateRelation(
    _ body: Wire.StateRelation, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.stateRelation, body, key: key)
  }

  /// Proposes the fact that another scheme pays for a contract.
  package func registerContract(
    _ body: Wire.RegisterContract, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.registerContract, body, key: key)
  }

  /// Proposes a call of the fund.
  package func openCall(
    _ body: Wire.OpenCall, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.openCall, body, key: key)
  }

  /// Closes a call.
  package func closeCall(
    _ call: String, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.closeCall, path: [call], Wire.Nothing(), key: key)
  }

  /// Applies for an award.
  package func applyForAward(
    _ call: String, _ body: Wire.ApplyForAward, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.applyForAward, path: [call], body, key: key)
  }

  /// Scores an application.
  package func scoreApplication(
    _ application: String, _ body: Wire.ScoreApplication, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.scoreApplication, path: [application], body, key: key)
  }

  /// Proposes what an application gets.
  package func decideApplication(
    _ application: String, _ body: Wire.DecideApplication, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.decideApplication, path: [application], body, key: key)
  }

  /// Hands in a progress report.
  package func reportProgress(
    _ award: String, _ body: Wire.ReportProgress, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.reportProgress, path: [award], body, key: key)
  }

  /// Proposes to release the locked half.
  package func releaseAward(
    _ award: String, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.releaseAward, path: [award], Wire.Nothing(), key: key)
  }

  /// Proposes to end an award and take money back.
  package func clawBackAward(
    _ award: String, _ body: Wire.ClawBack, key: CommandID? = nil
  ) async throws -> Wire.Accepted {
    try await post(.clawBackAward, path: [award], body, key: key)
  }

  /// List prices, latest version first.
  package func listListPrices(atLeast minimum: Position? = nil) -> Pages<Wire.ListPrices> {
    Pages(client: self, operation: .listListPrices, minimum: minimum)
  }

  /// Facts about who belongs to whom.
  package func listRelations(atLeast minimum: Position? = nil) -> Pages<Wire.Relation> {
    Pages(client: self, operation: .listRelations, minimum: minimum)
  }

  /// Calls of funds.
  package func listCalls(atLeast minimum: Position? = nil) -> Pages<Wire.Call> {
    Pages(client: self, operation: .listCalls, minimum: minimum)
  }

  /// Applications.
  package func listApplications(atLeast minimum: Position? = nil) -> Pages<Wire.Application> {
    Pages(client: self, operation: .listApplications, minimum: minimum)
  }

  /// Awards.
  package func listAwards(atLeast minimum: Position? = nil) -> Pages<Wire.Award> {
    Pages(client: self, operation: .listAwards, minimum: minimum)
  }

  /// What an award paid of which lease.
  package func listAwardShares(
    _ award: String, atLeast minimum: Position? = nil
  ) -> Pages<Wire.AwardShare> {
    Pages(client: self, operation: .listAwardShares, path: [award], minimum: minimum)
  }

  /// One application.
  package func showApplication(
    _ application: String, atLeast minimum: Position? = nil
  ) async throws -> Wire.Application {
    try await read(.showApplication, [application], atLeast: minimum)
  }

  /// One award.
  package func showAward(
    _ award: String, atLeast minimum: Position? = nil
  ) async throws -> Wire.Award {
    try await read(.showAward, [award], atLeast: minimum)
  }
}
