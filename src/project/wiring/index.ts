import path from 'node:path'
import { isFile } from '../cache.js'
import { getPackage, type Package } from '../package-json.js'
import { existing, sourceOf } from '../source-path.js'
import { findWorkspace, foldersUp } from '../workspace.js'
import { assignment, splitCommandLine } from './command-line.js'
import { readCompose, type ComposeService } from './compose.js'
import { deploymentFilesIn, shellScriptAt, textOf } from './deployment-files.js'
import { readDockerfile, type DockerImage } from './dockerfile.js'
import { choicesIn, interpretCommand, interpretLine, interpretScript, optionPreloads, runScript, shortened, type RawStart, type Surroundings } from './interpret.js'
import { readKubernetes, type KubernetesContainer } from './kubernetes.js'
import { readPm2 } from './pm2.js'
import { readServerless } from './serverless.js'
import type { Preload, StartCommand } from './wiring.js'

export { shortened } from './interpret.js'
export { disabledInstrumentations, enabledInstrumentations, type Place, type Preload, type StartCommand } from './wiring.js'

/** Words in a script's or file's name that say it is no way to run the service in production. */
const developmentWords = /(?:^|[:._-])(?:debug|dev|develop|development|hot|inspect|local|localhost|watch)(?:[:._-]|$)/u
/** Scripts that start no service. */
const otherWords = /(?:^|[:._-])(?:bench|build|check|ci|clean|codegen|copy|cov|coverage|db|docs?|e2e|eval|format|gen|generate|guard|install|lint|migrate|migrations?|mock|postinstall|prebuild|prepare|release|seed|spec|storybook|tests?|typecheck|upload|jest|vitest)(?:[:._-]|$)/u

/**
 * Every way in which the repository starts a package's program, read from package.json scripts, Dockerfiles, compose files,
 * Procfiles, PM2 and serverless files and shell scripts. What a command says of another package is that package's.
 */
export function startCommands(pkg: Package): StartCommand[] {
  const reader = readerFor(pkg)
  const starts = [
    ...scriptStarts(pkg, reader),
    ...dockerStarts(pkg, reader),
    ...composeStarts(pkg, reader),
    ...procfileStarts(pkg, reader),
    ...pm2Starts(pkg, reader),
    ...shellStarts(pkg, reader),
    ...readServerless(pkg, deploymentFilesIn(pkg.dir).serverless),
  ]
  const seen = new Set<string>()
  return inWorkloads(starts, pkg, reader).filter(start => {
    const key = `${start.place.file}:${String(start.place.line)}:${start.runner}:${start.entry ?? ''}:${start.preloads.map(preload => preload.module).join()}`
    return !seen.has(key) && Boolean(seen.add(key))
  })
}

/**
 * The modules that are loaded before a file's program, whatever starts it: for a rule that sees one file.
 * Development scripts prove nothing about the running service and are left out.
 */
export function preloadsOf(file: string): Preload[] {
  const pkg = getPackage(file)
  if (!pkg) return []
  return startCommands(pkg).filter(start => start.stage === 'production').flatMap(start => start.preloads)
}

/** Turns raw starts into the package's own, their paths looked up. */
type Reader = (raw: readonly RawStart[], look: Lookup) => StartCommand[]

/** Finds the repository's file for a path that a command names. */
interface Lookup {
  readonly source: (file: string) => string | null
  /** Where the path may stand in the repository, whether or not a file is there. */
  readonly candidates: (file: string) => readonly string[]
  readonly script: (file: string) => { file: string; text: string } | null
}

function readerFor(pkg: Package): Reader {
  return (raw, look) => raw.flatMap(start => {
    const entry = start.entry === null ? frameworkEntry(start.runner, pkg) : look.source(start.entry)
    const standalone = start.entry !== null && entry === null && isNextStandalone(start.entry, pkg, look)
    if (start.entry !== null && entry === null && !standalone) return []
    if (entry !== null && getPackage(entry)?.dir !== pkg.dir) return []
    const preloads = start.preloads.map(({ from, ...preload }): Preload => ({ ...preload, file: preloadFile(preload.module, from, look) }))
    return [{ entry, runner: standalone ? 'next' : start.runner, preloads, place: start.place, variables: start.variables, stage: start.stage }]
  })
}

function preloadFile(module: string, from: string, look: Lookup): string | null {
  const plain = module.replace(/^file:\/\//u, '')
  return look.source(path.resolve(from, plain))
}

/** `nest start` runs the file that nest-cli.json names, `src/main` by default. */
function frameworkEntry(runner: string, pkg: Package): string | null {
  if (runner !== 'nest') return null
  const cli = textOf(path.join(pkg.dir, 'nest-cli.json'))
  const setting = (name: string): string | undefined => new RegExp(`"${name}"\\s*:\\s*"([^"]+)"`, 'u').exec(cli)?.[1]
  return existing(path.join(pkg.dir, setting('sourceRoot') ?? 'src', setting('entryFile') ?? 'main'))
}

/** `next build` with `output: 'standalone'` writes a `server.js` that is in no source folder. */
function isNextStandalone(entry: string, pkg: Package, look: Lookup): boolean {
  return pkg.dependencies.has('next') && path.basename(entry) === 'server.js'
    && look.candidates(entry).some(file => [pkg.dir, path.join(pkg.dir, '.next', 'standalone')].includes(path.dirname(file)))
}

function onDisk(pkg: Package): Lookup {
  return {
    candidates: file => [file],
    source: file => sourceOf(file, pkg.dir), script: shellScriptAt }
}

/**
 * Paths of an image. A COPY that names the file decides; else the path's end is looked for in the folder that the image is
 * built from, or behind the package's own path in the repository.
 */
function inImage(pkg: Package, image: DockerImage | null, contexts: readonly string[], owned: boolean): Lookup {
  const candidates = (file: string): string[] => {
    const found: string[] = []
    for (const copy of image?.copies ?? []) {
      const rest = copy.to === file ? '' : file.startsWith(copy.to.replace(/\/?$/u, '/')) ? file.slice(copy.to.replace(/\/?$/u, '/').length) : null
      if (rest === null) continue
      for (const context of contexts) {
        const from = path.join(context, copy.from)
        found.push(path.join(from, rest))
        if (copy.to.endsWith('/') && path.basename(from) === rest) found.push(from)
      }
    }
    const segments = file.split('/').filter(Boolean)
    for (const context of contexts) {
      const own = path.relative(context, pkg.dir).split(path.sep).join('/')
      const inside = `/${segments.join('/')}/`.indexOf(`/${own}/`)
      if (own !== '' && inside !== -1) found.push(path.join(pkg.dir, segments.join('/').slice(inside + own.length)))
      else if (own === '' || owned) for (let i = 0; i < segments.length; i += 1) found.push(path.join(owned ? pkg.dir : context, ...segments.slice(i)))
    }
    return found
  }
  return {
    candidates,
    source: file => first(candidates(file), candidate => sourceOf(candidate, pkg.dir)),
    script: file => {
      const segments = file.split('/').filter(Boolean)
      const plain = contexts.flatMap(context => segments.map((_, i) => path.join(context, ...segments.slice(i))))
      return first([...candidates(file), ...plain], shellScriptAt)
    },
  }
}

function first<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item)
    if (found !== null) return found
  }
  return null
}

function surroundings(pkg: Package, look: Lookup, own: Pick<Surroundings, 'cwd' | 'place' | 'stage'> & Partial<Surroundings>): Surroundings {
  return {
    env: {},
    pkg,
    packageNamed: name => findWorkspace(pkg.dir).packages.find(other => other.name === name || path.basename(other.dir) === name.replace(/^\.\//u, '') || path.relative(findWorkspace(pkg.dir).root, other.dir) === name.replace(/^\.\//u, '')) ?? null,
    readScript: look.script,
    depth: 0,
    ...own,
  }
}

function stageOf(name: string): StartCommand['stage'] {
  return developmentWords.test(name) ? 'development' : 'production'
}

/**
 * Starts by scripts whose names say that they start no service (`start:mock`, `db:server`). They say how a program is started
 * that nothing else starts; the caller asks for its file.
 */
export function otherScriptStarts(pkg: Package): StartCommand[] {
  return scriptStarts(pkg, readerFor(pkg), name => otherWords.test(name))
}

function scriptStarts(pkg: Package, reader: Reader, isMeant = (name: string): boolean => !otherWords.test(name)): StartCommand[] {
  const look = onDisk(pkg)
  const lines = textOf(pkg.path).split('\n')
  return Object.entries(pkg.scripts).flatMap(([name, line]) => {
    if (!isMeant(name)) return []
    const at = lines.findIndex(text => text.includes(`"${name}"`) && text.includes(':'))
    const place = { file: pkg.path, line: at + 1 || 1, text: shortened(`${name}: ${line}`) }
    return reader(runScript(pkg, name, surroundings(pkg, look, { cwd: pkg.dir, place, stage: stageOf(name) })), look)
  })
}

function dockerStarts(pkg: Package, reader: Reader): StartCommand[] {
  return foldersUp(pkg.dir).flatMap(folder => deploymentFilesIn(folder).dockerfiles.flatMap(file => {
    const image = readDockerfile(file, textOf(file))
    return imageStarts(pkg, reader, image, null, foldersUp(path.dirname(file)))
  }))
}

function composeStarts(pkg: Package, reader: Reader): StartCommand[] {
  return foldersUp(pkg.dir).flatMap(folder => deploymentFilesIn(folder).compose.flatMap(file => readCompose(file).flatMap(service => {
    const image = service.dockerfile !== null && isFile(service.dockerfile) ? readDockerfile(service.dockerfile, textOf(service.dockerfile)) : null
    const contexts = service.context === null ? [] : [service.context, ...(service.dockerfile === null ? [] : foldersUp(path.dirname(service.dockerfile)))]
    return imageStarts(pkg, reader, image, service, contexts)
  })))
}

/** What an image starts, alone or as a compose service that overrides its variables and its command. */
function imageStarts(
  pkg: Package, reader: Reader, image: DockerImage | null, service: ComposeService | null, contexts: readonly string[],
): StartCommand[] {
  const command = serviceCommand(service) ?? image?.command ?? null
  const place = service && (service.command !== null || !image) ? service.place : image?.place
  if (!command || !place) return []
  const folder = image ? path.dirname(image.file) : service?.context ?? ''
  const owned = folder === pkg.dir || service?.context === pkg.dir
    || (getPackage(path.join(folder, 'x'))?.dir === pkg.dir && folder.startsWith(pkg.dir))
  const look = inImage(pkg, image, contexts, owned)
  const optionsPlace = service?.optionsPlace ?? image?.optionsPlace
  const around = surroundings(pkg, look, {
    cwd: service?.workdir ?? image?.workdir ?? '/',
    env: { ...image?.env, ...service?.env },
    ...(optionsPlace ? { optionsPlace } : {}),
    pkg: owned ? pkg : null,
    place,
    stage: stageOf(path.basename(service?.file ?? place.file)),
  })
  const raw = 'line' in command ? interpretLine(command.line, around) : interpretCommand(command, around)
  // A framework's own command names no file: it is this package's only when the image is.
  return reader(owned ? raw : raw.filter(start => start.entry !== null), look)
}

function serviceCommand(service: ComposeService | null): DockerImage['command'] {
  if (!service || (service.command === null && service.entrypoint === null)) return null
  const words = (value: readonly string[] | string | null): string[] =>
    value === null ? [] : typeof value === 'string' ? splitCommandLine(value).flatMap(command => [...Object.entries(command.env).map(([k, v]) => `${k}=${v}`), ...command.words]) : [...value]
  const all = [...words(service.entrypoint), ...words(service.command)]
  return all.some(word => assignment(word) !== null) || all.length > 0 ? { env: {}, words: all } : null
}

/**
 * What Kubernetes manifests add: a command of a container's own is a start, and what its NODE_OPTIONS or the OpenTelemetry Operator
 * loads first stands before every other start in production.
 */
function inWorkloads(starts: readonly StartCommand[], pkg: Package, reader: Reader): StartCommand[] {
  const image = deploymentFilesIn(pkg.dir).dockerfiles.map(file => readDockerfile(file, textOf(file)))[0] ?? null
  const look = inImage(pkg, image, foldersUp(pkg.dir), true)
  const containers = containersFor(pkg)
  const commands = containers.flatMap(({ command, env, optionsPlace, place, workdir }) => (command === null ? [] : reader(
    interpretCommand({ env: {}, words: command }, surroundings(pkg, look, { cwd: workdir ?? image?.workdir ?? '/', env: { ...image?.env, ...env }, ...(optionsPlace ? { optionsPlace } : {}), pkg, place, stage: 'production' })), look,
  )))
  const preloads = containers.flatMap(({ env, injected, optionsPlace, place, workdir }): Preload[] => [
    ...(injected ? [{ module: 'the OpenTelemetry Operator', how: 'platform' as const, place: injected, file: null }] : []),
    ...optionPreloads(env['NODE_OPTIONS'] ?? '', optionsPlace ?? place, workdir ?? image?.workdir ?? '/').map(({ from, ...preload }) => ({ ...preload, file: preloadFile(preload.module, from, look) })),
  ])
  const variables = Object.assign({}, ...containers.map(({ env }) => choicesIn(env))) as Record<string, string>
  if (preloads.length === 0 && Object.keys(variables).length === 0) return [...starts, ...commands]
  return [...starts, ...commands].map(start => (start.stage === 'production' ? { ...start, preloads: [...start.preloads, ...preloads], variables: { ...start.variables, ...variables } } : start))
}

/** The containers that run a package: called like its folder or like itself; the only one of a repository of one package. */
function containersFor(pkg: Package): KubernetesContainer[] {
  const folders = foldersUp(pkg.dir)
  const all = folders.flatMap(folder => deploymentFilesIn(folder).kubernetes.flatMap(readKubernetes))
  const names = [path.basename(pkg.dir), pkg.name.replace(/^@[^/]+\//u, '')]
  const own = all.filter(container => names.some(name => container.names.has(name)))
  const isAlone = folders.at(-1) === pkg.dir && new Set(all.map(container => container.place.file)).size === 1 && all.length === 1
  return own.length > 0 || !isAlone ? own : all
}

function procfileStarts(pkg: Package, reader: Reader): StartCommand[] {
  const look = onDisk(pkg)
  return deploymentFilesIn(pkg.dir).procfiles.flatMap(file => textOf(file).split('\n').flatMap((text, i) => {
    const line = /^[\w-]+:\s*(.+)$/u.exec(text)?.[1]
    if (line === undefined) return []
    const place = { file, line: i + 1, text: shortened(text) }
    return reader(interpretLine(line, surroundings(pkg, look, { cwd: pkg.dir, place, stage: stageOf(path.basename(file)) })), look)
  }))
}

function pm2Starts(pkg: Package, reader: Reader): StartCommand[] {
  const look = onDisk(pkg)
  return foldersUp(pkg.dir).flatMap(folder => deploymentFilesIn(folder).pm2.flatMap(file => readPm2(file).flatMap(app => {
    const around = surroundings(pkg, look, { cwd: app.cwd, place: app.place, stage: stageOf(path.basename(file)), env: { ...app.env, NODE_OPTIONS: app.options } })
    const runner = app.interpreter === 'none' ? '' : `${app.interpreter} ${app.nodeArguments} `
    return reader(interpretLine(`${runner}${app.script}`, around), look)
  })))
}

/** Scripts in `bin/`, `scripts/`, `docker/`: the package's own, and those of the repository that start this package. */
function shellStarts(pkg: Package, reader: Reader): StartCommand[] {
  return foldersUp(pkg.dir).flatMap(folder => deploymentFilesIn(folder).shell.flatMap(file => {
    const script = shellScriptAt(file)
    if (!script || otherWords.test(path.basename(file))) return []
    const disk = onDisk(pkg)
    const image = inImage(pkg, null, foldersUp(folder), false)
    const ours = (name: string): Lookup => (name.startsWith(folder) ? disk : image)
    const look: Lookup = { source: name => ours(name).source(name), candidates: name => ours(name).candidates(name), script: disk.script }
    const around = surroundings(pkg, look, { cwd: folder, place: { file, line: 1, text: path.basename(file) }, stage: stageOf(path.basename(file)), pkg: folder === pkg.dir ? pkg : null })
    return reader(interpretScript(script, [], around).filter(start => start.entry !== null), look)
  }))
}
