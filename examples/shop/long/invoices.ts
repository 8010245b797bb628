/** Where paid orders wait for their invoices; null in a shop without Redis, which sends none. */
export const invoices = queueAt(process.env['REDIS_URL'])

/** Shops that share a Redis have prefixes of their own. */
function queueAt(url: string | undefined) {
  if (url === undefined) return null
  return { name: 'invoices', options: { connection: { url, maxRetriesPerRequest: null }, prefix: process.env['QUEUE_PREFIX'] ?? 'shop' } }
}
