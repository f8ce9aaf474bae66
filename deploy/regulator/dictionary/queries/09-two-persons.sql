-- en: Which commands of two persons were decided, by whom and how fast.
-- zh-Hant: 雙人批准的指令：由誰決定、用時多久。
-- zh-Hans: 双人批准的指令：由谁决定、用时多久。
SELECT kind, state, by, decided_by, count(*) AS times, avg(decided - time) / 1000.0 AS mean_seconds
FROM proposals GROUP BY kind, state, by, decided_by ORDER BY kind, state, by, decided_by
