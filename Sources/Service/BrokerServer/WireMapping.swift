import Accounts
import BrokerAPI
import Leases
import Ledger
import LedgerStore
import Market
import Units

// Between the values of the ledger and those of the wire. Closed lists map by name; a name that only
// one side has would be a fault of the program, which tests of the whole list find.

extension Currency {
  var wire: Wire.CurrencyCode {
    switch self {
    case .cny: .cny
    case .hkd: .hkd
    case .mop: .mop
    }
  }
}

extension Wire.CurrencyCode {
  var core: Currency {
    switch self {
    case .cny: .cny
    case .hkd: .hkd
    case .mop: .mop
    }
  }
}

extension Jurisdiction {
  var wire: Wire.Jurisdiction {
    switch self {
    case .cn: .cn
    case .hk: .hk
    case .mo: .mo
    }
  }
}

extension Wire.Jurisdiction {
  var core: Jurisdiction {
    switch self {
    case .cn: .cn
    case .hk: .hk
    case .mo: .mo
    }
  }
}

extension Role {
  var wire: Wire.Role {
    switch self {
    case .agent: .agent
    case .centre: .centre
    case .leader: .leader
    case .manager: .manager
    case .platform: .platform
    case .regulator: .regulator
    case .reviewer: .reviewer
    case .trader: .trader
    }
  }
}

extension Wire.Role {
  var core: Role {
    switch self {
    case .agent: .agent
    case .centre: .centre
    case .leader: .leader
    case .manager: .manager
    case .platform: .platform
    case .regulator: .regulator
    case .reviewer: .reviewer
    case .trader: .trader
    }
  }
}

extension Party.Kind {
  var wire: Wire.PartyKind {
    switch self {
    case .centre: .centre
    case .fund: .fund
    case .platform: .platform
    case .regulator: .regulator
    case .tenant: .tenant
    }
  }
}

extension Wire.PartyKind {
  var core: Party.Kind {
    switch self {
    case .centre: .centre
    case .fund: .fund
    case .platform: .platform
    case .regulator: .regulator
    case .tenant: .tenant
    }
  }
}

extension Lease.Phase {
  var wire: Wire.LeaseState {
    switch self {
    case .ordered: .ordered
    case .prepared: .prepared
    case .open: .open
    case .closed: .closed
    case .failed: .failed
    }
  }
}

extension Wire.LeaseState {
  var core: Lease.Phase {
    switch self {
    case .ordered: .ordered
    case .prepared: .prepared
    case .open: .open
    case .closed: .closed
    case .failed: .failed
    }
  }
}

extension Wire.ReportedState {
  var core: Lease.Phase {
    switch self {
    case .prepared: .prepared
    case .open: .open
    case .closed: .closed
    case .failed: .failed
    }
  }
}

extension ReclaimTerm {
  /// - Parameter notice: ms; nil: never.
  init(notice: Int64?) {
    self = notice.map { .notice(minutes: $0 / Span.minute) } ?? .never
  }

  /// ms; nil: never.
  var notice: Int64? {
    switch self {
    case .never: nil
    case .notice(let minutes): minutes * Span.minute
    }
  }
}

/// An amount of minor units on the wire.
func money(_ minor: Int64, _ currency: Currency) -> WireMoney {
  WireMoney(currency.wire, minor: minor)
}

/// A time of the ledger on the wire.
func instant(_ milliseconds: Int64) -> WireTime { WireTime(clamping: milliseconds) }

/// A small count on the wire.
func small(_ value: Int64) -> Int { Int(clamping: value) }

/// `sp-hk-1:h100` is `h100` within its site.
func poolName(_ id: String, in site: String) -> String {
  id.hasPrefix(site + ":") ? String(id.dropFirst(site.count + 1)) : id
}
