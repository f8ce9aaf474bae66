import Units

/// A command of the subsidy scheme. In the log it is a command like any other.
package enum SchemeCommand: Sendable, Equatable {
  /// Two persons of the platform.
  case setListPrices(PriceList)
  /// Two persons of the platform.
  case stateRelation(Relation)
  /// Two persons of the platform.
  case registerContract(SubsidisedContract)
  /// Two reviewers; the call is named by the entry that asked for it.
  case openCall(CallTerms)
  /// Number: position of the call.
  case closeCall(Numbered)
  /// By a tenant; the application is named by its entry.
  case apply(ApplicationTerms)
  /// By a reviewer without an interest of its own.
  case score(ScoreTerms)
  /// Two such reviewers; an award is named by the entry that asked for it.
  case decide(DecisionTerms)
  /// By the tenant.
  case reportProgress(ProgressTerms)
  /// Two reviewers as above: the locked half is free. Number: position of the award.
  case release(Numbered)
  /// Two reviewers as above.
  case clawBack(ClawbackTerms)

  package var kind: Command.Kind {
    switch self {
    case .setListPrices: .setListPrices
    case .stateRelation: .stateRelation
    case .registerContract: .registerContract
    case .openCall: .openCall
    case .closeCall: .closeCall
    case .apply: .applyForAward
    case .score: .scoreApplication
    case .decide: .decideApplication
    case .reportProgress: .reportProgress
    case .release: .releaseAward
    case .clawBack: .clawBackAward
    }
  }

  /// One of the kind that says nothing yet; nil for a kind outside the scheme.
  init?(_ kind: Command.Kind) {
    switch kind {
    case .setListPrices: self = .setListPrices(PriceList())
    case .stateRelation: self = .stateRelation(Relation())
    case .registerContract: self = .registerContract(SubsidisedContract())
    case .openCall: self = .openCall(CallTerms())
    case .closeCall: self = .closeCall(Numbered())
    case .applyForAward: self = .apply(ApplicationTerms())
    case .scoreApplication: self = .score(ScoreTerms())
    case .decideApplication: self = .decide(DecisionTerms())
    case .reportProgress: self = .reportProgress(ProgressTerms())
    case .releaseAward: self = .release(Numbered())
    case .clawBackAward: self = .clawBack(ClawbackTerms())
    default: return nil
    }
  }

  /// The field `what` of the command.
  mutating func what(_ codec: inout FieldCodec) throws(CodecError) {
    switch self {
    case .setListPrices(var value):
      try codec.record("what", &value)
      self = .setListPrices(value)
    case .stateRelation(var value):
      try codec.record("what", &value)
      self = .stateRelation(value)
    case .registerContract(var value):
      try codec.record("what", &value)
      self = .registerContract(value)
    case .openCall(var value):
      try codec.record("what", &value)
      self = .openCall(value)
    case .closeCall(var value):
      try codec.record("what", &value)
      self = .closeCall(value)
    case .apply(var value):
      try codec.record("what", &value)
      self = .apply(value)
    case .score(var value):
      try codec.record("what", &value)
      self = .score(value)
    case .decide(var value):
      try codec.record("what", &value)
      self = .decide(value)
    case .reportProgress(var value):
      try codec.record("what", &value)
      self = .reportProgress(value)
    case .release(var value):
      try codec.record("what", &value)
      self = .release(value)
    case .clawBack(var value):
      try codec.record("what", &value)
      self = .clawBack(value)
    }
  }
}

extension Command.Kind {
  /// It belongs to the subsidy scheme.
  package var isOfScheme: Bool { SchemeCommand(self) != nil }
}

/// What a command of the subsidy scheme caused.
package enum SchemeEvent: Sendable, Equatable {
  case listPricesSet(PriceList)
  case relationStated(Relation)
  case contractRegistered(SubsidisedContract)
  case callOpened(Call)
  case callClosed(Numbered)
  case applied(Application)
  case scored(Score)
  case decided(Decision)
  case awarded(Award)
  /// As it is now: a report came, its half was released, it ended.
  case awardChanged(Award)

  package var name: String {
    switch self {
    case .listPricesSet: "list-prices-set"
    case .relationStated: "relation-stated"
    case .contractRegistered: "contract-registered"
    case .callOpened: "call-opened"
    case .callClosed: "call-closed"
    case .applied: "applied"
    case .scored: "scored"
    case .decided: "decided"
    case .awarded: "awarded"
    case .awardChanged: "award-changed"
    }
  }

  func encoded(position: Int64, index: Int) -> [UInt8] {
    switch self {
    case .listPricesSet(let what): Event.encode(EventFrame(name, index, position, what))
    case .relationStated(let what): Event.encode(EventFrame(name, index, position, what))
    case .contractRegistered(let what): Event.encode(EventFrame(name, index, position, what))
    case .callOpened(let what): Event.encode(EventFrame(name, index, position, what))
    case .callClosed(let what): Event.encode(EventFrame(name, index, position, what))
    case .applied(let what): Event.encode(EventFrame(name, index, position, what))
    case .scored(let what): Event.encode(EventFrame(name, index, position, what))
    case .decided(let what): Event.encode(EventFrame(name, index, position, what))
    case .awarded(let what): Event.encode(EventFrame(name, index, position, what))
    case .awardChanged(let what): Event.encode(EventFrame(name, index, position, what))
    }
  }
}
