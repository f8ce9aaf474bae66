extension BidTerms.Whereabouts {
  /// Why a bid may not go to this site, or nil.
  package func fault(of site: Site) -> Inadmissible? {
    if notSites.contains(site.id) { return .site }
    if !sites.isEmpty, !sites.contains(site.id) { return .site }
    if !jurisdictions.isEmpty, !jurisdictions.contains(site.jurisdiction) { return .jurisdiction }
    return nil
  }
}
