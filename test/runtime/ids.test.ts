import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isValidSpanId, isValidTraceId } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { createIdGenerator } from '../../runtime/src/spans/ids.js'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

describe('ids of traces and spans', () => {
  test('ten thousand of each are valid, and no two are equal', () => {
    const ids = createIdGenerator()
    const traces = Array.from({ length: 10_000 }, () => ids.generateTraceId())
    const spans = Array.from({ length: 10_000 }, () => ids.generateSpanId())
    expect(traces.every(isValidTraceId)).toBe(true)
    expect(spans.every(isValidSpanId)).toBe(true)
    expect(new Set(traces).size).toBe(10_000)
    expect(new Set(spans).size).toBe(10_000)
  })

  test('the last 56 bits, by which is sampled, are even: a quarter begins with each of four digits', () => {
    const ids = createIdGenerator()
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 40_000; i++) {
      const quarter = Number.parseInt(ids.generateTraceId().charAt(18), 16) >> 2
      counts[quarter] = (counts[quarter] ?? 0) + 1
    }
    // Six times the standard deviation.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(520)
  })

  test('two generators, as those of two workers, give other ids', () => {
    const [one, other] = [createIdGenerator(), createIdGenerator()]
    expect(one.generateTraceId()).not.toBe(other.generateTraceId())
  })

  test('an id that is kept keeps little else: ten thousand of as many traces take less than 6 MB', () => {
    const ids = createIdGenerator()
    const kept: string[] = []
    const heap = (): number => {
      gc()
      return process.memoryUsage().heapUsed
    }
    const before = heap()
    for (let i = 0; i < 10_000; i++) {
      kept.push(ids.generateTraceId())
      // As many as there would be in one text, so that no two are cut out of the same.
      for (let other = 0; other < 16; other++) ids.generateSpanId()
    }
    expect(heap() - before).toBeLessThan(6 * 2 ** 20)
    expect(kept).toHaveLength(10_000)
  })

  test('an id of zeros alone is never given, one that begins with zeros is', () => {
    let drawn = 0
    const ids = createIdGenerator(bytes => {
      bytes.fill(0)
      // All zeros at first; then the last digit of each eight bytes is one.
      if (drawn++ > 0) for (let i = 7; i < bytes.length; i += 8) bytes[i] = 1
    })
    expect(ids.generateSpanId()).toBe('0000000000000001')
    expect(ids.generateTraceId()).toBe('00000000000000010000000000000001')
  })
})
