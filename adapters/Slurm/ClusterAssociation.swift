/// One line of slurmdbd's tree of accounts and users.
package struct ClusterAssociation: Sendable, Hashable {
  package var id: Int64
  package var cluster: String
  package var account: String
  /// Nil for the account itself.
  package var user: String?
  package var partition: String?
  /// The account above; nil for users and for root.
  package var parent: String?
  /// What of the tree slurmdbd itself keeps: `left` and `right` enclose those of everything below.
  /// Nil where the way of reading does not tell.
  package var left: Int64?
  package var right: Int64?
  package var grpTRES: TRES
  package var grpTRESMinutes: TRES
  package var grpSubmitJobs: Int64?
  package var maxSubmitJobs: Int64?
  package var qos: [String]
  package var defaultQOS: String?
  package var fairshare: String?

  package init(id: Int64, cluster: String, account: String, user: String? = nil) {
    self.id = id
    self.cluster = cluster
    self.account = account
    self.user = user
    grpTRES = TRES()
    grpTRESMinutes = TRES()
    qos = []
  }
}

/// A QOS with the limits that a lease may set.
package struct ClusterQOS: Sendable, Hashable {
  package var name: String
  package var flags: Set<String>
  package var grpTRES: TRES
  package var grpTRESMinutes: TRES
  package var maxSubmitJobsPerAccount: Int64?
  package var grpSubmitJobs: Int64?

  package init(name: String) {
    self.name = name
    flags = []
    grpTRES = TRES()
    grpTRESMinutes = TRES()
  }
}

/// A user as slurmdbd knows him.
package struct ClusterUser: Sendable, Hashable {
  package var name: String
  /// `None`, `Operator` or `Administrator`.
  package var adminLevel: String
  package var defaultAccount: String
  package var defaultWCKey: String

  package init(
    name: String, adminLevel: String = "None", defaultAccount: String = "",
    defaultWCKey: String = ""
  ) {
    self.name = name
    self.adminLevel = adminLevel
    self.defaultAccount = defaultAccount
    self.defaultWCKey = defaultWCKey
  }
}

/// The controller's settings as they hold, by the names of slurm.conf.
package struct ClusterSettings: Sendable, Hashable {
  package var values: [String: String]
  /// The controller's clock when it answered, seconds since 1970 UTC; nil if it did not say.
  package var controllerTime: Int64?

  package init(values: [String: String], controllerTime: Int64? = nil) {
    self.values = values
    self.controllerTime = controllerTime
  }

  /// A value, nil where Slurm has none.
  package subscript(_ key: String) -> String? {
    guard let value = values[key], value != "(null)", !value.isEmpty else { return nil }
    return value
  }

  /// A value that is a list.
  package func list(_ key: String) -> [String] {
    (self[key] ?? "").split(separator: ",").map { String($0) }
  }
}
