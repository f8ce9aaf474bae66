/// Every operation of the API, by the name that the document gives it. The broker binds one handler
/// to each; a `switch` over them does not compile when one is forgotten.
package enum OperationID: String, Sendable, CaseIterable {
  case health, ready, metrics, openapi
  case whoami, clock
  case listParties, addParty, addMember, makeToken
  case listApprovals, approve, decline
  case listChips, addChip
  case listSites, showSite, registerSite, inviteSite, enrol, certifySite, reportLatencies
  case listOffers, publishOffer, withdrawOffer, reclaimCapacity, declareLoss
  case wanted, reportLease, reportReadings
  case requestQuote, placeBid, listBids, showBid, explainBid, cancelBid
  case marketPrices, marketBook, listRounds, showRound
  case marketStatus, freezeMarket, thawMarket, activateVersion
  case listLeases, showLease, leaseAccess, endLease, abandonLease
  case showBudgets, setBudget, addProject
  case listDisputes, showDispute, openDispute, addEvidence, decideDispute, correctCharge
  case listAccounts, showAccount, accountStatement, recordDeposit
  case recordPayout, setCreditLimit, closeAccount
  case sendTransfer, listTransfers
  case listBankLines, listSettlements
  case listBilledLines, listInvoices, annotateInvoice, setTax, platformReport
  case schemeReport
  case listRates, setRate, showRules, setRules, showOversight, setOversight
  case listListPrices, setListPrices, listRelations, stateRelation, registerContract
  case listCalls, openCall, closeCall
  case applyForAward, listApplications, showApplication, scoreApplication, decideApplication
  case listAwards, showAward, listAwardShares, reportProgress, releaseAward, clawBackAward
  case logCheckpoint, logWitnessed, logTile, logEntryTile, logStanding, logEntryStanding,
    leaseReceipt, leaseEvidence
  case ledgerHead, ledgerEntries, ledgerLog, ledgerVerify, marketEvents, ledgerEvents
  case listReads, showReadHead
}
