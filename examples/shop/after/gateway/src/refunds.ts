import { Router } from 'express'

export const refunds: Router = Router()

refunds.post('/:order', (request, response) => {
  response.status(202).json({ order: request.params.order, status: 'requested' })
})
