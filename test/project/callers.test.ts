import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'

import { isCalledByNobody } from '../../src/project/callers.js'

const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'spanguard-callers-')))
afterAll(() => {
  rmSync(root, { recursive: true })
})

let count = 0

/** What else a repository is made of. */
const others = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`src/others/file-${index}.ts`, 'export const x = 1\n']))

/** A repository of these files and many others; `src/workers.ts` declares `startWorkers`. */
function ask(files: Readonly<Record<string, string>>, declared = 'export function startWorkers() {\n  return new Worker()\n}\n', name = 'startWorkers'): boolean {
  count += 1
  const dir = path.join(root, String(count))
  const all: Record<string, string> = { 'package.json': '{ "name": "shop", "private": true }', 'src/workers.ts': declared, ...others, ...files }
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true })
    writeFileSync(path.join(dir, file), text)
  }
  return isCalledByNobody(name, path.join(dir, 'src/workers.ts'))
}

describe('a function is called by nobody', () => {
  it.each([
    ['that no other file names', {}],
    ['that is only exported on', { 'src/index.ts': "export { startWorkers } from './workers.js'\nexport {\n  startWorkers as start,\n} from './workers.js'\n" }],
    ['that is imported and not used', { 'src/main.ts': "import {\n  startWorkers,\n} from './workers.js'\n\nlisten()\n" }],
    ['that comments speak of', { 'src/main.ts': '/**\n * startWorkers() comes later.\n */\n// startWorkers()\nlisten()\n' }],
    ['that a function calls which nobody calls', { 'src/all.ts': "import { startWorkers } from './workers.js'\nexport const startAll = async (port: number) => {\n  startWorkers()\n}\n" }],
    ['whose name is a part of another', { 'src/main.ts': 'restartWorkers()\nstartWorkersLater()\n' }],
  ])('%s', (_, files) => {
    expect(ask(files)).toBe(true)
  })

  it('as CommonJS writes it', () => {
    expect(ask({ 'src/index.js': "const { startWorkers } = require('./workers')\nmodule.exports = { startWorkers }\n" }, 'function startWorkers() {\n}\nmodule.exports = { startWorkers }\n')).toBe(true)
  })
})

describe('a class', () => {
  const declared = 'export class OrderServer {\n  copy() {\n    return new OrderServer()\n  }\n}\n'
  const askFor = (files: Readonly<Record<string, string>>): boolean => ask(files, declared, 'OrderServer')

  it('is made by nobody', () => {
    expect(askFor({ 'src/index.ts': "export { OrderServer } from './workers.js'\n" })).toBe(true)
  })
  it.each([
    ['made by a function that runs', { 'src/main.ts': "import { OrderServer } from './workers.js'\nconst server = new OrderServer()\n" }],
    ['asked for by another class', { 'src/module.ts': "import { OrderServer } from './workers.js'\nexport class OrderModule {\n  constructor(private readonly server: OrderServer) {}\n}\n" }],
    ['extended', { 'src/other.ts': "import { OrderServer } from './workers.js'\nexport class OtherServer extends OrderServer {}\n" }],
    ['provided', { 'src/module.ts': "import { OrderServer } from './workers.js'\n@Module({ providers: [OrderServer] })\nexport class OrderModule {}\n" }],
  ])('is %s', (_, files) => {
    expect(askFor(files)).toBe(false)
  })
})

describe('a function is taken to be called', () => {
  it.each([
    ['at the top of a file', { 'src/main.ts': "import { startWorkers } from './workers.js'\n\nstartWorkers()\n" }],
    ['in a condition there', { 'src/main.ts': "import { startWorkers } from './workers.js'\n\nif (enabled) {\n  startWorkers()\n}\n" }],
    ['in a function there that runs at once', { 'src/main.ts': "import { startWorkers } from './workers.js'\n\n;(async () => {\n  await startWorkers()\n})()\n" }],
    ['in a function of one word, which a convention may call', { 'src/main.ts': "import { startWorkers } from './workers.js'\nexport function main() {\n  startWorkers()\n}\n" }],
    ['through a function that is called', { 'src/all.ts': "import { startWorkers } from './workers.js'\nexport function startAll() {\n  startWorkers()\n}\n", 'src/main.ts': "import { startAll } from './all.js'\nstartAll()\n" }],
    ['in a method of a class', { 'src/app.ts': "import { startWorkers } from './workers.js'\nexport class OrderApp {\n  start() {\n    startWorkers()\n  }\n}\n" }],
    ['out of a table', { 'src/app.ts': "import { startWorkers } from './workers.js'\nexport const jobs = {\n  all: startWorkers,\n}\n" }],
    ['by a module that is imported where it is needed', { 'src/main.ts': "import('./workers.js').then(({ startWorkers }) => startWorkers())\n" }],
    ['by a test', { 'test/workers.test.ts': "import { startWorkers } from '../src/workers.js'\nit('works', () => {\n  startWorkers()\n})\n" }],
    ['by a program without an extension', { 'bin/www': "require('../src/workers').startWorkers()\n" }],
    ['by a script of a package', { 'package.json': '{ "name": "shop", "scripts": { "start": "tsx -e \'startWorkers()\'" } }' }],
    ['in an object that goes out', { 'src/index.js': "module.exports = {\n  start: () => startWorkers(),\n}\n" }],
  ])('%s', (_, files) => {
    expect(ask(files)).toBe(false)
  })

  it('by its own file', () => {
    expect(ask({}, 'export function startWorkers() {\n}\n\nstartWorkers()\n')).toBe(false)
  })

  it('in a repository of a few files, which may be a piece of one', () => {
    const dir = path.join(root, 'few')
    mkdirSync(dir)
    writeFileSync(path.join(dir, 'package.json'), '{}')
    writeFileSync(path.join(dir, 'workers.ts'), 'export function startWorkers() {}\n')
    expect(isCalledByNobody('startWorkers', path.join(dir, 'workers.ts'))).toBe(false)
  })

  it('in an example', () => {
    ask({ 'examples/queue/workers.ts': 'export function startWorkers() {}\n' })
    expect(isCalledByNobody('startWorkers', path.join(root, String(count), 'examples/queue/workers.ts'))).toBe(false)
  })

  it('where the file is not on the disk', () => {
    expect(isCalledByNobody('startWorkers', path.join(root, 'none.ts'))).toBe(false)
  })
})
