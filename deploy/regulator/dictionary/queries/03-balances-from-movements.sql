-- en: Is each balance the sum of its movements: rows are those that are not.
-- zh-Hant: 每個結餘是否等於其變動之和：列出不相等者。
-- zh-Hans: 每个余额是否等于其变动之和：列出不相等者。
-- empty
SELECT a.id, a.balance, ifnull(s.sum, 0) AS movements
FROM accounts a LEFT JOIN (
  SELECT account, sum(amount) AS sum FROM (
    SELECT credit AS account, amount FROM movements WHERE step IN ('posted', 'settled')
    UNION ALL
    SELECT debit, -amount FROM movements WHERE step IN ('posted', 'settled'))
  GROUP BY account) s ON s.account = a.id
WHERE a.balance <> ifnull(s.sum, 0) ORDER BY a.id
