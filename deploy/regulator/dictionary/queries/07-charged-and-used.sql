-- en: How much of what was charged was used: the hundred leases that used least of it.
-- zh-Hant: 收費用量中實際使用多少：使用比例最低的一百份租約。
-- zh-Hans: 收费用量中实际使用多少：使用比例最低的一百份租约。
SELECT id, party, site, delivered / 3600000.0 AS delivered_gpu_hours,
  used / 3600000.0 AS used_gpu_hours, round(100.0 * used / delivered, 1) AS percent, award
FROM leases WHERE delivered > 0 ORDER BY 1.0 * used / delivered, delivered DESC, id LIMIT 100
