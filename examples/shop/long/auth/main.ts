import '../tracing.js'
import { status } from '@grpc/grpc-js'
import { serve } from '../contract.js'

serve('auth', '/shop.auth.v1.Auth/Check', async ({ token }) => {
  await new Promise((resolve) => setTimeout(resolve, 2))
  if (!token.startsWith('customer-')) throw Object.assign(new Error('no such customer'), { code: status.UNAUTHENTICATED })
  return { customer: token.slice('customer-'.length) }
})
