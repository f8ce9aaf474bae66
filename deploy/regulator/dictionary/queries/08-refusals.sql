-- en: What was refused: by kind of command and number of the refusal.
-- zh-Hant: 被拒指令：按指令種類及拒絕編號統計。
-- zh-Hans: 被拒指令：按指令种类及拒绝编号统计。
SELECT kind, refusal, count(*) AS times, min(position) AS first, max(position) AS last
FROM entries WHERE refusal IS NOT NULL GROUP BY kind, refusal ORDER BY times DESC, kind, refusal
