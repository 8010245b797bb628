import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { folderOf } from '../../src/project/moment.js'

describe('the folder of a file', () => {
  it.each([
    ['a first one', '/shop/src/order.ts'],
    ['its neighbour', '/shop/src/cart.ts'],
    ['a folder below', '/shop/src/cart/line.ts'],
    ['a folder of the same length', '/shop/lib/order.ts'],
    ['a folder that begins alike', '/shop/src2/order.ts'],
    ['a folder above', '/shop/index.ts'],
    ['a file of the root', '/index.ts'],
    ['another one of the root', '/main.ts'],
    ['a name without a folder', 'order.ts'],
  ])('%s', (_, file) => {
    expect(folderOf(file)).toBe(path.dirname(file))
    expect(folderOf(file)).toBe(path.dirname(file))
  })
})
