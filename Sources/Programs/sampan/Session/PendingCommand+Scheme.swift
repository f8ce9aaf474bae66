import BrokerAPI
import BrokerClient

extension PendingCommand {
  /// Sends a command of the subsidy scheme.
  func sendScheme(
    _ client: BrokerClient, _ id: OperationID, _ first: String, _ key: CommandID
  ) async throws -> Wire.Accepted {
    func read<Body: RequestBody>(_ type: Body.Type) throws -> Body {
      try Body(json: Array(body.utf8))
    }
    switch id {
    case .setListPrices:
      return try await client.setListPrices(read(Wire.SetListPrices.self), key: key)
    case .stateRelation:
      return try await client.stateRelation(read(Wire.StateRelation.self), key: key)
    case .registerContract:
      return try await client.registerContract(read(Wire.RegisterContract.self), key: key)
    case .openCall:
      return try await client.openCall(read(Wire.OpenCall.self), key: key)
    case .closeCall:
      return try await client.closeCall(first, key: key)
    case .applyForAward:
      return try await client.applyForAward(first, read(Wire.ApplyForAward.self), key: key)
    case .scoreApplication:
      return try await client.scoreApplication(first, read(Wire.ScoreApplication.self), key: key)
    case .decideApplication:
      return try await client.decideApplication(first, read(Wire.DecideApplication.self), key: key)
    case .reportProgress:
      return try await client.reportProgress(first, read(Wire.ReportProgress.self), key: key)
    case .releaseAward:
      return try await client.releaseAward(first, key: key)
    case .clawBackAward:
      return try await client.clawBackAward(first, read(Wire.ClawBack.self), key: key)
    default: throw Self.unreadable(self.key)
    }
  }
}
