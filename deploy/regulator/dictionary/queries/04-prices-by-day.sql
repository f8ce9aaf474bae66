-- en: What a GPU-hour cost: lowest, mean and highest price of each pool and day of rounds.
-- zh-Hant: 每 GPU 小時價格：各資源池每日輪次的最低、平均及最高價。
-- zh-Hans: 每 GPU 小时价格：各资源池每日轮次的最低、平均及最高价。
SELECT date(r.closed / 1000, 'unixepoch', '+8 hours') AS day, p.pool, p.currency,
  min(p.price) / 100.0 AS lowest, avg(p.price) / 100.0 AS mean, max(p.price) / 100.0 AS highest
FROM prices p JOIN rounds r ON r.round = p.round
GROUP BY day, p.pool, p.currency ORDER BY day, p.pool
