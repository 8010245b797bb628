import path from 'node:path'
import { splitCommandLine, expand, type SimpleCommand } from './command-line.js'
import { shortened } from './interpret.js'
import type { Place } from './wiring.js'

/** What the last stage of a Dockerfile runs. */
export interface DockerImage {
  readonly file: string
  readonly workdir: string
  /** Variables of the last stage, with the place that sets NODE_OPTIONS. */
  readonly env: Readonly<Record<string, string>>
  readonly optionsPlace: Place | null
  /** ENTRYPOINT followed by CMD, or the shell form's line; `null` when the file has neither (the base image's stay). */
  readonly command: SimpleCommand | { readonly line: string } | null
  readonly place: Place
  /** Source paths of COPY and ADD, by the path in the image that they land at. */
  readonly copies: readonly { readonly from: string; readonly to: string }[]
}

interface Instruction {
  readonly name: string
  readonly rest: string
  readonly line: number
}

/**
 * Reads a Dockerfile. Stages inherit from the stage they are built `FROM`; only what the last stage runs counts. An image
 * whose base is a distroless Node has `node` as its entrypoint (`gcr.io/distroless/nodejs22`).
 */
export function readDockerfile(file: string, text: string): DockerImage {
  const known = images.get(file)
  if (known?.text === text) return known.image
  const image = parseDockerfile(file, text)
  images.set(file, { text, image })
  return image
}

/** In a workspace every package asks for the same Dockerfiles. */
const images = new Map<string, { text: string; image: DockerImage }>()

function parseDockerfile(file: string, text: string): DockerImage {
  interface Stage { workdir: string; env: Record<string, string>; optionsPlace: Place | null; entrypoint: Instruction | null; cmd: Instruction | null; distroless: boolean; copies: { from: string; to: string }[] }
  const stages = new Map<string, Stage>()
  let stage: Stage = { workdir: '/', env: {}, optionsPlace: null, entrypoint: null, cmd: null, distroless: false, copies: [] }
  const args: Record<string, string> = {}
  for (const instruction of instructionsOf(text)) {
    const place = (): Place => ({ file, line: instruction.line, text: shortened(`${instruction.name} ${instruction.rest}`) })
    const variables = { ...args, ...stage.env }
    switch (instruction.name) {
      case 'FROM': {
        const [base = '', , name] = instruction.rest.replace(/--\S+\s+/gu, '').split(/\s+/u)
        const parent = stages.get(base)
        stage = parent
          ? { ...parent, env: { ...parent.env }, copies: [...parent.copies] }
          : { workdir: '/', env: {}, optionsPlace: null, entrypoint: null, cmd: null, distroless: /distroless\/nodejs/u.test(base), copies: [] }
        if (name !== undefined) stages.set(name, stage)
        break
      }
      case 'ARG': {
        const [, name = '', value = ''] = /^(\w+)(?:=(.*))?$/su.exec(instruction.rest) ?? []
        if (value !== '') args[name] = value.replace(/^["']|["']$/gu, '')
        break
      }
      case 'WORKDIR':
        stage.workdir = path.posix.resolve(stage.workdir, expand(instruction.rest, variables))
        break
      case 'ENV':
        for (const [name, value] of environmentOf(instruction.rest, variables)) {
          stage.env[name] = value
          if (name === 'NODE_OPTIONS') stage.optionsPlace = place()
        }
        break
      case 'COPY':
      case 'ADD': {
        const words = instruction.rest.split(/\s+/u).filter(word => !word.startsWith('--'))
        const to = words.pop()
        if (to === undefined) break
        for (const from of words) stage.copies.push({ from: expand(from, variables), to: path.posix.resolve(stage.workdir, expand(to, variables)) + (to.endsWith('/') || to === '.' ? '/' : '') })
        break
      }
      case 'ENTRYPOINT':
        stage.entrypoint = instruction
        stage.cmd = null
        break
      case 'CMD':
        stage.cmd = instruction
        break
      default:
    }
  }
  const shown = stage.cmd ?? stage.entrypoint
  return {
    file,
    workdir: stage.workdir,
    env: stage.env,
    optionsPlace: stage.optionsPlace,
    command: commandOf(stage.entrypoint, stage.cmd, stage.distroless),
    place: { file, line: shown?.line ?? 1, text: shown ? shortened(`${shown.name} ${shown.rest}`) : path.basename(file) },
    copies: stage.copies,
  }
}

/** ENTRYPOINT and CMD joined as Docker does: an exec entrypoint takes an exec CMD as its arguments. */
export function commandOf(
  entrypoint: { readonly rest: string } | null, cmd: { readonly rest: string } | null, distroless: boolean,
): DockerImage['command'] {
  if (!entrypoint && !cmd) return null
  const first = entrypoint ? execForm(entrypoint.rest) : distroless ? ['node'] : []
  const second = cmd ? execForm(cmd.rest) : []
  if (first === null) return { line: entrypoint?.rest ?? '' }
  if (second === null) {
    return first.length === 0 ? { line: cmd?.rest ?? '' } : { env: {}, words: [...first, 'sh', '-c', cmd?.rest ?? ''] }
  }
  return { env: {}, words: [...first, ...second] }
}

function execForm(rest: string): string[] | null {
  if (!rest.startsWith('[')) return null
  try {
    const words: unknown = JSON.parse(rest)
    return Array.isArray(words) ? words.map(String) : null
  } catch {
    return null
  }
}

function environmentOf(rest: string, variables: Record<string, string>): [string, string][] {
  if (/^\w+\s+[^=\s]/u.test(rest)) {
    const [, name = '', value = ''] = /^(\w+)\s+(.*)$/su.exec(rest) ?? []
    return [[name, expand(value.replace(/^"(.*)"$/su, '$1'), variables)]]
  }
  return splitCommandLine(rest, variables).flatMap(command => Object.entries(command.env))
}

/** Joins continued lines; comments in between are left out. */
function instructionsOf(text: string): Instruction[] {
  const instructions: Instruction[] = []
  const lines = text.split(/\r?\n/u)
  for (let i = 0; i < lines.length; i += 1) {
    const line = i + 1
    let whole = lines[i] ?? ''
    if (/^\s*(?:#|$)/u.test(whole)) continue
    while (/\\\s*$/u.test(whole) && i + 1 < lines.length) {
      i += 1
      const next = lines[i] ?? ''
      if (!/^\s*#/u.test(next)) whole = `${whole.replace(/\\\s*$/u, ' ')}${next.trim()}`
    }
    const [, name = '', rest = ''] = /^\s*(\w+)\s+(.*)$/su.exec(whole) ?? []
    instructions.push({ name: name.toUpperCase(), rest: rest.trim(), line })
  }
  return instructions
}
