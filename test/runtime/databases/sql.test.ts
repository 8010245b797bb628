import { describe, expect, test } from 'vitest'
import { summarizeSql } from '../../../runtime/src/databases/sql.js'

const secret = '4111111111111111'

test.each<[string, string]>([
  ['SELECT * FROM orders WHERE id = $1', 'SELECT orders'],
  ['select o.id from "orders" o left join public.customers c on c.id = o.customer_id', 'SELECT orders public.customers'],
  ['SELECT a FROM `shop`.`orders` AS o, items i, tags WHERE x = 1', 'SELECT shop.orders items tags'],
  [`INSERT INTO payments (pan) VALUES ('${secret}')`, 'INSERT payments'],
  [`INSERT INTO audits(a) SELECT b FROM orders`, 'INSERT audits orders'],
  ['insert into orders values (1) on conflict (id) do update set a = excluded.a returning id', 'INSERT orders'],
  ['UPDATE orders SET status = $1 FROM customers WHERE true', 'UPDATE orders customers'],
  ['UPDATE ONLY "Orders" SET a = 1', 'UPDATE Orders'],
  ['DELETE FROM orders USING customers WHERE a = b', 'DELETE orders customers'],
  ['WITH recent AS (SELECT * FROM orders), old AS (SELECT 1) SELECT * FROM recent JOIN customers ON true', 'SELECT orders customers'],
  ['WITH x AS (SELECT 1) UPDATE orders SET a = 1', 'UPDATE orders'],
  ['SELECT extract(year FROM created_at), trim(both from name) FROM orders', 'SELECT orders'],
  ['SELECT * FROM orders WHERE a IS DISTINCT FROM b', 'SELECT orders'],
  ['SELECT * FROM generate_series(1, 10)', 'SELECT'],
  ['SELECT * FROM (SELECT * FROM orders) o', 'SELECT orders'],
  ['SELECT * FROM orders FOR UPDATE', 'SELECT orders'],
  ['/* route: /a */ SELECT 1 -- FROM secrets\n FROM orders', 'SELECT orders'],
  [`SELECT 'FROM secrets', $tag$ FROM secrets $tag$ FROM orders WHERE pan = '${secret}'`, 'SELECT orders'],
  ["SELECT 'it''s FROM a', 'b\\' FROM c' FROM orders", 'SELECT orders'],
  ['CREATE TABLE IF NOT EXISTS orders (id int)', 'CREATE orders'],
  ['TRUNCATE TABLE orders', 'TRUNCATE orders'],
  ['CALL charge(1)', 'CALL charge'],
  ['SELECT charge($1)', 'SELECT'],
  ['EXPLAIN SELECT * FROM orders', 'EXPLAIN orders'],
  ['SHOW TABLES', 'SHOW'],
  ['(SELECT a FROM orders) UNION (SELECT a FROM refunds)', 'SELECT orders refunds'],
  ['hunter2 is no verb FROM orders', 'OTHER'],
  ['SELECT * FROM a; DROP TABLE b', 'SELECT a'],
])('%s', (text, summary) => {
  expect(summarizeSql(text)?.summary).toBe(summary)
})

test.each(['SELECT 1', 'select 1 as "ok";', 'SELECT 1 + 1 AS result', 'BEGIN', 'START TRANSACTION', 'COMMIT', 'rollback to savepoint a', 'SET search_path TO x', '', '-- nothing', 'SELECT version()', 'select now()'])(
  'nothing is told by: %s',
  text => {
    expect(summarizeSql(text)).toBeNull()
  },
)

describe('the table', () => {
  test.each<[string, string | null]>([
    ['SELECT * FROM orders', 'orders'],
    ['SELECT * FROM orders JOIN customers ON true', null],
    ['SELECT charge($1)', null],
    ['CALL charge(1)', null],
  ])('%s', (text, collection) => {
    expect(summarizeSql(text)?.collection).toBe(collection)
  })
})

test('no literal of whatever text is in its summary, and no text takes long', () => {
  const texts = [
    `SELECT * FROM "${secret} x" WHERE a = 1`,
    `SELECT '${secret}`,
    `select * from '${secret}'`,
    secret,
    `SELECT * FROM orders WHERE pan = ${secret}`,
    `INSERT INTO a VALUES ${`('${secret}'),`.repeat(50_000)}`,
    `SELECT ${'('.repeat(5000)}'${secret}'`,
    `${"'".repeat(9001)}${secret}`,
  ]
  for (const text of texts) expect(JSON.stringify(summarizeSql(text))).not.toContain('41111111')
})
