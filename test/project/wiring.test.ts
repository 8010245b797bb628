import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageIn } from '../../src/project/package-json.js'
import { expand, splitCommandLine } from '../../src/project/wiring/command-line.js'
import { readDockerfile } from '../../src/project/wiring/dockerfile.js'
import { preloadsOf, startCommands } from '../../src/project/wiring/index.js'

const services = path.resolve(import.meta.dirname, '../fixtures/services')

describe('splitCommandLine', () => {
  it.each([
    ['node a.js && node b.js', [['node', 'a.js'], ['node', 'b.js']]],
    ['node a.js; node b.js | tee log', [['node', 'a.js'], ['node', 'b.js'], ['tee', 'log']]],
    [`node -e 'a && b' "c d"`, [['node', '-e', 'a && b', 'c d']]],
    ['node a.js 2>&1', [['node', 'a.js', '2>&1']]],
    ['if true; then exec node a.js; fi', [['true'], ['node', 'a.js'], ['fi']]],
    ['node a.js # not b.js', [['node', 'a.js']]],
  ])('%s', (line, words) => {
    expect(splitCommandLine(line).map(command => command.words)).toEqual(words)
  })

  it('splits an unquoted variable into words and keeps a quoted one whole', () => {
    const variables = { FLAGS: '-r ./a.js' }
    expect(splitCommandLine('node $FLAGS b.js', variables)[0]?.words).toEqual(['node', '-r', './a.js', 'b.js'])
    expect(splitCommandLine('node "$FLAGS" b.js', variables)[0]?.words).toEqual(['node', '-r ./a.js', 'b.js'])
  })

  it('takes assignments before a command as its own variables', () => {
    expect(splitCommandLine('A=1 B="x y" node a.js')).toEqual([{ env: { A: '1', B: 'x y' }, words: ['node', 'a.js'] }])
  })

  it('leaves a variable that is not known as it is written, but for its default', () => {
    expect(expand('${A:-x} ${B} $C', { C: 'c' })).toBe('x ${B} c')
  })
})

describe('readDockerfile', () => {
  it('runs what the last stage runs, with the variables of the stage it is built from', () => {
    const image = readDockerfile('/x/Dockerfile', [
      'FROM node:22 AS base', 'ENV NODE_OPTIONS="--require ./t.js"', 'CMD ["node", "base.js"]',
      'FROM base', 'WORKDIR /srv', 'CMD ["node", \\', '  "main.js"]',
    ].join('\n'))
    expect(image.command).toEqual({ env: {}, words: ['node', 'main.js'] })
    expect(image.env['NODE_OPTIONS']).toBe('--require ./t.js')
    expect([image.workdir, image.place.line, image.optionsPlace?.line]).toEqual(['/srv', 6, 2])
  })

  it('gives an exec entrypoint its command as arguments, and a new entrypoint drops the inherited command', () => {
    expect(readDockerfile('/x', 'FROM a\nENTRYPOINT ["dumb-init", "--"]\nCMD ["node", "a.js"]').command).toEqual({ env: {}, words: ['dumb-init', '--', 'node', 'a.js'] })
    expect(readDockerfile('/x', 'FROM a AS b\nCMD ["node", "a.js"]\nFROM b\nENTRYPOINT ["node", "b.js"]').command).toEqual({ env: {}, words: ['node', 'b.js'] })
  })

  it('knows that a distroless Node image runs node', () => {
    expect(readDockerfile('/x', 'FROM gcr.io/distroless/nodejs22\nCMD ["a.js"]').command).toEqual({ env: {}, words: ['node', 'a.js'] })
  })
})

describe('startCommands', () => {
  const starts = (name: string) => {
    const pkg = packageIn(path.join(services, name))
    return pkg ? startCommands(pkg) : []
  }
  const inside = (name: string, file: string | null) => (file === null ? null : path.relative(path.join(services, name), file))

  it.each([
    ['wiring-npm-script', 'package.json', 5],
    ['wiring-dockerfile', 'Dockerfile', 8],
    ['wiring-distroless', 'Dockerfile', 4],
    ['wiring-compose', 'compose.yaml', 5],
    ['wiring-procfile', 'Procfile', 1],
    ['wiring-pm2', 'ecosystem.config.js', 2],
    ['wiring-shell', 'bin/serve', 6],
  ])('%s: the preload and the place that asks for it', (name, file, line) => {
    const preload = starts(name).flatMap(start => start.preloads)[0]
    expect(inside(name, preload?.file ?? null)).toBe('tracing.js')
    expect([inside(name, preload?.place.file ?? null), preload?.place.line]).toEqual([file, line])
  })

  it('leads from the built file to its source', () => {
    expect(starts('first-import').map(start => inside('first-import', start.entry))).toEqual(['src/main.ts'])
  })

  it('finds the entry of nest start', () => {
    expect(starts('nest-untraced').map(start => [start.runner, inside('nest-untraced', start.entry)])).toEqual([['nest', 'src/main.ts']])
  })

  it('marks a start that only developers use, and leaves it out of what a rule is told', () => {
    expect(starts('wiring-dev-only').map(start => [start.stage, start.preloads.length])).toEqual([['production', 0], ['development', 1]])
    expect(preloadsOf(path.join(services, 'wiring-dev-only/src/app.js'))).toEqual([])
    expect(preloadsOf(path.join(services, 'wiring-npm-script/src/app.js')).map(preload => preload.module)).toEqual(['./tracing.js'])
  })
})
