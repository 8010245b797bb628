import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { kinds, type ModuleKind, type Words } from './modules.js'

/** Files and lines of the generated tree, as FACTS.md measured on. */
export const FILES = 1_001
const LINES = 143

const nouns = ['order', 'payment', 'invoice', 'shipment', 'customer', 'basket', 'voucher', 'refund', 'product', 'ledger', 'quote', 'address']
const verbs = ['settle', 'create', 'check', 'renew', 'charge', 'cancel', 'confirm']

/** A file of the tree. */
export interface TreeFile {
  readonly path: string
  readonly lines: number
  /** It concerns tracing or handlers. */
  readonly traced: boolean
}

/**
 * Writes a tree of services in which six files of ten concern tracing or handlers; the same on every machine.
 *
 * @param folder where it is written: sources below `src`, a package.json and a tsconfig.json beside it
 * @returns the files in the order of `kinds`, which repeats every ten files
 */
export function writeTree(folder: string, files = FILES): TreeFile[] {
  const written: TreeFile[] = []
  // What one file has too many lines the next one has too few.
  let owed = 0
  for (let index = 0; index < files; index++) {
    const kind = kinds[index % kinds.length]
    if (kind === undefined) continue
    const words = wordsOf(index)
    const file = path.join(folder, 'src', `${words.noun}-${index % 40}`, `module-${index}.ts`)
    const text = writeModule(kind, words, LINES + owed)
    const lines = text.split('\n').length - 1
    owed += LINES - lines
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    written.push({ path: file, lines, traced: kind.traced })
  }
  const dependencies = { '@opentelemetry/api': '*', '@spanguard/runtime': '*', bullmq: '*', express: '*', fastify: '*', pg: '*', zod: '*' }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'bench', type: 'module', dependencies }))
  const compilerOptions = { target: 'ES2022', module: 'ESNext', moduleResolution: 'Bundler', strict: true, noEmit: true, skipLibCheck: true, types: [] }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
  return written
}

function wordsOf(index: number): Words {
  const noun = nouns[(index * 7) % nouns.length] ?? 'order'
  return { noun, Noun: noun.charAt(0).toUpperCase() + noun.slice(1), verb: verbs[(index * 3) % verbs.length] ?? 'settle', index }
}

/** A module of about `lines` lines: its head, parts until there is no room for half of another one, its tail. */
function writeModule(kind: ModuleKind, words: Words, lines: number): string {
  let text = kind.head(words)
  for (let part = 0; ; part++) {
    const next = kind.parts[(words.index + part) % kind.parts.length]?.(words, part) ?? ''
    if (part >= kind.parts.length && linesOf(text + kind.tail) + linesOf(next) / 2 > lines) return text + kind.tail
    text += next
  }
}

function linesOf(text: string): number {
  return text.split('\n').length - 1
}
