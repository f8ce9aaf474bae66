/// The routes of the subsidy scheme.
extension Route {
  private static let reviewer = Who.roles([.reviewer])
  private static let trader = Who.roles([.trader])

  static let scheme: [Route] = [
    list(
      .listListPrices, "/v1/list-prices", "List prices, latest version first.", .signedIn,
      of: Wire.ListPrices.self),
    command(
      .setListPrices, "/v1/list-prices", "Sets a new version of list prices.", platform,
      Wire.SetListPrices.self, secondPerson: true),
    list(
      .listRelations, "/v1/relations", "Facts about who belongs to whom, latest first.",
      .roles([.platform, .regulator, .reviewer]), of: Wire.Relation.self),
    command(
      .stateRelation, "/v1/relations", "States that two belong together.", platform,
      Wire.StateRelation.self, secondPerson: true),
    command(
      .registerContract, "/v1/contracts", "States that another scheme pays for a contract.",
      platform, Wire.RegisterContract.self, secondPerson: true),
    list(.listCalls, "/v1/calls", "Calls of funds, latest first.", .signedIn, of: Wire.Call.self),
    command(
      .openCall, "/v1/calls", "Opens a call of the fund.", reviewer, Wire.OpenCall.self,
      secondPerson: true),
    command(.closeCall, "/v1/calls/{call}/close", "Closes a call of the fund.", reviewer),
    command(
      .applyForAward, "/v1/calls/{call}/applications", "Applies for an award.", trader,
      Wire.ApplyForAward.self),
    list(
      .listApplications, "/v1/applications", "The party's applications, latest first.", .signedIn,
      of: Wire.Application.self),
    get(
      .showApplication, "/v1/applications/{application}", "One application.", .signedIn,
      json(Wire.Application.self)),
    command(
      .scoreApplication, "/v1/applications/{application}/scores", "Scores an application.",
      reviewer, Wire.ScoreApplication.self),
    command(
      .decideApplication, "/v1/applications/{application}/decision", "Decides an application.",
      reviewer, Wire.DecideApplication.self, secondPerson: true),
    list(
      .listAwards, "/v1/awards", "The party's awards, latest first.", .signedIn,
      of: Wire.Award.self),
    get(.showAward, "/v1/awards/{award}", "One award.", .signedIn, json(Wire.Award.self)),
    list(
      .listAwardShares, "/v1/awards/{award}/shares", "What it paid of which lease.", .signedIn,
      of: Wire.AwardShare.self),
    command(
      .reportProgress, "/v1/awards/{award}/progress", "Hands in a progress report.", trader,
      Wire.ReportProgress.self),
    command(
      .releaseAward, "/v1/awards/{award}/release", "Releases the locked half.", reviewer,
      secondPerson: true),
    command(
      .clawBackAward, "/v1/awards/{award}/clawback",
      "Ends an award and takes money back.", reviewer, Wire.ClawBack.self, secondPerson: true),
    get(
      .schemeReport, "/v1/reports/scheme", "What funds did in a year.",
      .roles([.platform, .regulator, .reviewer]), json(Wire.SchemeReport.self),
      [
        Parameter("year", .integer(1_971...2_198), "The year, cut at +08:00."),
        Parameter("fund", .text(.id), "Only this fund; a reviewer has its own."),
      ]),
  ]
}
