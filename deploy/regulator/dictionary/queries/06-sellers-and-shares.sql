-- en: Who sells how much: each centre's share of GPU-hours delivered, by kind of GPU.
-- zh-Hant: 賣方份額：各算力中心按型號交付的 GPU 小時佔比。
-- zh-Hans: 卖方份额：各算力中心按型号交付的 GPU 小时占比。
SELECT chip, centre, sum(delivered) / 3600000.0 AS gpu_hours,
  round(100.0 * sum(delivered) / sum(sum(delivered)) OVER (PARTITION BY chip), 1) AS percent
FROM leases GROUP BY chip, centre ORDER BY chip, gpu_hours DESC, centre
