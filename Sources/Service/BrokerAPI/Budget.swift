extension Wire {
  /// What a tenant or one of its projects may use in a month, and how far it is.
  package struct BudgetMonth: WireValue {
    package var tenant: String
    package var project: String?
    package var month: Int
    package var carryPermille: Int
    package var gracePermille: Int
    package var money: MoneyBudget
    package var gpuTime: TimeBudget

    package init(
      tenant: String, project: String? = nil, month: Int, carryPermille: Int,
      gracePermille: Int, money: MoneyBudget, gpuTime: TimeBudget
    ) {
      self.tenant = tenant
      self.project = project
      self.month = month
      self.carryPermille = carryPermille
      self.gracePermille = gracePermille
      self.money = money
      self.gpuTime = gpuTime
    }

    package static let schema = Schema.object(
      "BudgetMonth", "What a tenant or one of its projects may use in a month, and how far it is.",
      [
        .required("tenant", .text(.id)),
        .optional("project", .text(.id), "Left out: all that the tenant does."),
        .required("month", .integer(Settlement.months), "The month, at +08:00: 202611."),
        .required("carryPermille", .integer(0...12_000)),
        .required("gracePermille", .integer(0...1_000)),
        .required("money", MoneyBudget.schema),
        .required("gpuTime", TimeBudget.schema),
      ])
  }

  /// Money of a month, fees included.
  package struct MoneyBudget: WireValue {
    package var limit: WireMoney?
    package var allowed: WireMoney?
    package var spent: WireMoney
    package var planned: WireMoney
    package var open: WireMoney
    package var left: WireMoney?

    package init(
      limit: WireMoney? = nil, allowed: WireMoney? = nil, spent: WireMoney, planned: WireMoney,
      open: WireMoney, left: WireMoney? = nil
    ) {
      self.limit = limit
      self.allowed = allowed
      self.spent = spent
      self.planned = planned
      self.open = open
      self.left = left
    }

    package static let schema = Schema.object(
      "MoneyBudget", "Money of a month, fees included.",
      [
        .optional("limit", .text(.money(.any)), "Left out: there is none."),
        .optional(
          "allowed", .text(.money(.any)), "The limit with what the months before left or took."),
        .required("spent", .text(.money(.any)), "Charged."),
        .required("planned", .text(.money(.any)), "What leases may still be charged."),
        .required("open", .text(.money(.any)), "What open bids may cost."),
        .optional("left", .text(.money(.any)), "What a bid may still take, grace included."),
      ])
  }

  /// GPU time of a month.
  package struct TimeBudget: WireValue {
    package var limit: GPUSeconds?
    package var allowed: GPUSeconds?
    package var spent: GPUSeconds
    package var planned: GPUSeconds
    package var open: GPUSeconds
    package var left: GPUSeconds?

    package init(
      limit: GPUSeconds? = nil, allowed: GPUSeconds? = nil, spent: GPUSeconds, planned: GPUSeconds,
      open: GPUSeconds, left: GPUSeconds? = nil
    ) {
      self.limit = limit
      self.allowed = allowed
      self.spent = spent
      self.planned = planned
      self.open = open
      self.left = left
    }

    package static let schema = Schema.object(
      "TimeBudget", "GPU time of a month.",
      [
        .optional("limit", .text(.gpuTime), "Left out: there is none."),
        .optional(
          "allowed", .text(.gpuTime), "The limit with what the months before left or took."),
        .required("spent", .text(.gpuTime), "Charged."),
        .required("planned", .text(.gpuTime), "What leases may still be charged."),
        .required("open", .text(.gpuTime), "What open bids may take."),
        .optional("left", .text(.gpuTime), "What a bid may still take, grace included."),
      ])
  }

  /// All budgets of a tenant.
  package struct Budgets: WireValue {
    package var tenant: String
    package var months: [BudgetMonth]

    package init(tenant: String, months: [BudgetMonth]) {
      self.tenant = tenant
      self.months = months
    }

    package static let schema = Schema.object(
      "Budgets", "All budgets of a tenant.",
      [
        .required("tenant", .text(.id)),
        .required(
          "months", .array(BudgetMonth.schema, 0...100_000),
          "The present month and those to come for which something stands; first the whole tenant, "
            + "then its projects."),
      ])
  }

  /// What a tenant or one of its projects may use each month. Without limits the budget ends.
  package struct SetBudget: RequestBody {
    package var project: String?
    package var money: WireMoney?
    package var gpuTime: GPUSeconds?
    package var carryPermille: Int?
    package var gracePermille: Int?

    package init(
      project: String? = nil, money: WireMoney? = nil, gpuTime: GPUSeconds? = nil,
      carryPermille: Int? = nil, gracePermille: Int? = nil
    ) {
      self.project = project
      self.money = money
      self.gpuTime = gpuTime
      self.carryPermille = carryPermille
      self.gracePermille = gracePermille
    }

    package static let schema = Schema.object(
      "SetBudget",
      "What a tenant or one of its projects may use each month. Without limits the budget ends.",
      [
        .optional("project", .text(.id), "Left out: all that the tenant does."),
        .optional("money", .text(.money(.amountOrNothing)), "A month, fees included."),
        .optional("gpuTime", .text(.gpuTime), "A month."),
        .optional(
          "carryPermille", .integer(0...12_000),
          "How much of the limit may be carried into the next month; 0 when left out."),
        .optional(
          "gracePermille", .integer(0...1_000),
          "By how much of the limit a month may pass it, at the cost of the next; 0 when left out."),
      ])
  }

  /// A part of a tenant that has a budget of its own.
  package struct AddProject: RequestBody {
    package var project: String

    package init(project: String) { self.project = project }

    package static let schema = Schema.object(
      "AddProject", "A part of a tenant that has a budget of its own.",
      [.required("project", .text(.id))])
  }
}
