-- en: Where did money go: all that was paid, by reason and currency.
-- zh-Hant: 資金去向：按原因及貨幣統計已支付的金額。
-- zh-Hans: 资金去向：按原因及货币统计已支付的金额。
SELECT m.reason, a.currency, count(*) AS movements, sum(m.amount) / 100.0 AS paid
FROM movements m JOIN accounts a ON a.id = m.debit
WHERE m.step IN ('posted', 'settled')
GROUP BY m.reason, a.currency ORDER BY m.reason, a.currency
