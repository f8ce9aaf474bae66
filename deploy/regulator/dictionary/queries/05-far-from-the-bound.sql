-- en: How near rounds came to what is possible: the worst ten.
-- zh-Hant: 各輪結果與理論上限的距離：最差的十輪。
-- zh-Hans: 各轮结果与理论上限的距离：最差的十轮。
SELECT round, bids, winners, welfare / 4000.0 AS welfare_hkd, bound / 4000.0 AS bound_hkd,
  CASE WHEN bound > 0 THEN round(100.0 * (bound - welfare) / bound, 3) END AS gap_percent
FROM rounds WHERE state = 'ended' ORDER BY gap_percent DESC, round LIMIT 10
