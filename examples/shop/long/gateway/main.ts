import '../tracing.js'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
import { connect } from '../contract.js'
import { addressOf } from '../environment.js'

const check = connect(addressOf('AUTH_ADDRESS'), '/shop.auth.v1.Auth/Check')
const orders = addressOf('ORDERS_URL')

const app = express()
app.use(expressTracing())
app.use(express.json())
app.post('/orders', async (request, response) => {
  try {
    await check({ token: String(request.headers.authorization).replace('Bearer ', '') })
  } catch {
    response.status(401).json({ status: 'unauthenticated' })
    return
  }
  const answer = await fetch(`${orders}/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request.body) })
  response.status(answer.status).json(await answer.json())
})

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`gateway listening on ${String((server.address() as AddressInfo).port)}`)
})
