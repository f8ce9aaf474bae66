-- en: Disputes and what was corrected for them.
-- zh-Hant: 爭議及相應的更正。
-- zh-Hans: 争议及相应的更正。
SELECT d.number, d.lease, date(d.day * 86400, 'unixepoch') AS day, d.party, d.centre, d.state,
  d.claimed / 3600000.0 AS claimed_gpu_hours, d.delivered / 3600000.0 AS decided_gpu_hours,
  c.currency, c.tenant / 100.0 AS tenant_gets_back, c.site_currency, c.site / 100.0 AS site_gives_back
FROM disputes d LEFT JOIN corrections c ON c.dispute = d.number ORDER BY d.number
