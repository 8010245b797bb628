import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Files and lines of the generated tree, as FACTS.md measured on. */
export const FILES = 1_001
const LINES = 143

/** A tree of services in which six files of ten concern tracing or handlers; the same on every machine. */
export function writeTree(folder: string, files = FILES): string[] {
  const written: string[] = []
  for (let index = 0; index < files; index++) {
    const file = path.join(folder, 'src', `domain-${index % 40}`, `module-${index}.ts`)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, index % 10 < 3 ? tracedModule() : index % 10 < 6 ? handlerModule(index) : plainModule(index))
    written.push(file)
  }
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ name: 'bench', type: 'module', dependencies: { '@opentelemetry/api': '*', '@spanguard/runtime': '*', express: '*' } }),
  )
  const compilerOptions = { target: 'ES2022', module: 'ESNext', moduleResolution: 'Bundler', strict: true, noEmit: true, skipLibCheck: true, types: [] }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
  return written
}

function tracedModule(): string {
  const head = `import { trace, SpanStatusCode } from '@opentelemetry/api'\n\nconst tracer = trace.getTracer('domain')\n`
  const body = (part: number): string => `
export async function settle${part}(order: { id: string; total: number; items: string[] }): Promise<number> {
  return tracer.startActiveSpan('order.settle', { attributes: { 'order.id': order.id } }, async (span) => {
    try {
      span.setAttribute('order.total', order.total)
      span.setAttributes({ 'order.item_count': order.items.length, 'order.kind': order.total > 10 ? 'large' : 'small' })
      const result = await compute${part}(order.total)
      if (result < 0) span.addEvent('order.refunded')
      return result
    } catch (error) {
      span.recordException(error as Error)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}
${plainFunction(part)}`
  return fill(head, body)
}

function handlerModule(index: number): string {
  const head = `import express from 'express'\nimport { expressTracing } from '@spanguard/runtime/express'\n\nexport const app${index} = express()\napp${index}.use(expressTracing())\n`
  const body = (part: number): string => `
app${index}.get('/orders/${part}/:id', async (request, response) => {
  const total = await compute${part}(Number(request.params.id))
  if (total < 0) {
    response.status(404).json({ message: 'no such order' })
    return
  }
  response.json({ total, at: new Date().getTime() })
})
${plainFunction(part)}`
  return fill(head, body)
}

function plainModule(index: number): string {
  return fill(`export const name = 'module-${index}'\n`, plainFunction)
}

function plainFunction(part: number): string {
  return `
async function compute${part}(total: number): Promise<number> {
  const rates = new Map<string, number>([['eu', 0.19], ['us', 0.07]])
  let result = total
  for (const [region, rate] of rates) {
    if (region === 'eu' && total > 100) {
      result += total * rate
    } else if (region !== 'eu') {
      result -= total * rate * 0.5
    }
  }
  return Math.round(result * 100) / 100
}
`
}

function fill(head: string, body: (part: number) => string): string {
  let text = head
  for (let part = 0; text.split('\n').length < LINES; part++) text += body(part)
  return text
}
