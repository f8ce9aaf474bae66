-- en: Do the books balance: in each currency all balances together are zero.
-- zh-Hant: 帳目是否平衡：每種貨幣所有結餘之和為零。
-- zh-Hans: 账目是否平衡：每种货币所有余额之和为零。
SELECT currency, sum(balance) AS sum_of_balances, count(*) AS accounts
FROM accounts GROUP BY currency ORDER BY currency
