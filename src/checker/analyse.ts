import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Config, Policy } from '@spanguard/policy'
import { findWorkspace } from '../project/workspace.js'
import { lookingOnce } from '../project/cache.js'
import { isOutOfScope, whyOutOfScope } from '../project/file-scope.js'
import { applicationOf } from '../project/nx.js'
import { getPackage, readPackage } from '../project/package-json.js'
import { loadConfigs, type SettingsOf } from '../settings/load-config.js'
import { judgeHandlers, processTracing, type CoverageInput, type HandlerVerdict } from './coverage.js'
import { createEvaluator, type Evaluator } from './evaluate.js'
import { bootOrderFindings, duplicateSetupFindings, shutdownFindings } from './findings/boot-order.js'
import type { Draft } from './findings/draft.js'
import { createFactReader, type FactReader } from './facts/extract.js'
import { dataAndNameFindings, readSpanFacts, type SpanFacts } from './findings/data-and-names.js'
import { lostContextFindings } from './findings/lost-context.js'
import { silentHandlerFindings } from './findings/silent-handlers.js'
import { handOverFindings } from './findings/span-hand-over.js'
import { untracedFindings } from './findings/untraced.js'
import { vocabularyFindings } from './findings/vocabulary.js'
import { collectRegistrations } from './handlers/collect.js'
import { declaredExports } from './handlers/declared.js'
import { frameworkTable } from './handlers/frameworks.js'
import { joinObjects } from './handlers/join.js'
import { createObjectMatcher } from './handlers/objects.js'
import { expandRegistrars } from './handlers/registrars.js'
import { createModuleGraph } from './modules.js'
import type { Problem } from './problem.js'
import { createProgram, type Program, type ProgramFile } from './program.js'
import { findDeepFiles } from './project/deep-files.js'
import { findProjectFiles, withWorkspaceDependencies, type ProgramFiles } from './project/files.js'
import { createResolver } from './project/resolve-module.js'
import { outwardProblem, unfitProblem } from './project/unfit.js'
import { createReferences } from './references.js'
import { findServices, type Service } from './services.js'
import { keepsImportsInPlace } from './setup/esm.js'
import { findSetups } from './setup/find.js'

export interface AnalyseOptions {
  /** Folders, source files or tsconfigs; the working folder by default. */
  readonly paths?: readonly string[]
  /** What relative paths are relative to. */
  readonly cwd: string
  /** Told what is being done, one line at a time. */
  readonly onProgress?: (text: string) => void
}

/** A program read as a whole: what every command of the checker stands on. */
export interface Analysis {
  /** Absolute; reports write paths relative to it. */
  readonly root: string
  /** Is a folder one of those that were asked for? */
  readonly own: (dir: string) => boolean
  readonly program: Program
  /** The files that services run: tests, browser code and what the config ignores are not among them. */
  readonly inScope: readonly ProgramFile[]
  readonly services: readonly Service[]
  /** Of every handler of every service. */
  readonly verdicts: readonly HandlerVerdict[]
  /** What sets up tracing in a service's processes. */
  readonly setupNames: ReadonlyMap<Service, readonly string[]>
  readonly evaluator: Evaluator
  readonly reader: FactReader
  readonly facts: SpanFacts
  readonly drafts: readonly Draft[]
  readonly problems: readonly Problem[]
  readonly configOf: (file: string) => Config
  readonly policyOf: (file: string) => Policy
}

/**
 * Reads a program and judges it: handlers against what traces them, the order in which it starts, what is written to spans.
 *
 * @throws UsageError when a path does not exist
 * @throws ConfigError when a spanguard.config file is not valid or cannot be loaded
 */
export async function analyse(options: AnalyseOptions): Promise<Analysis> {
  const progress = options.onProgress ?? (() => undefined)
  progress('finding files')
  const found = withWorkspaceDependencies(findProjectFiles(options.paths ?? [], options.cwd, []))
  const { root, own } = found
  const whole = path.join(root, 'package.json')
  const settingsOf = await loadConfigs(lookingOnce(() => [whole, ...found.files, ...packagesOf(found)]))
  const { policy } = settingsOf(whole)
  const problems: Problem[] = [...found.problems, ...packageProblems(root), ...found.unfit.flatMap(one => unfitProblem(one, policy, root, options.cwd) ?? []), ...found.outward.flatMap(one => outwardProblem(one, policy, root, options.cwd) ?? [])]
  try {
    return lookingOnce(() => analyseFiles(found, settingsOf, problems, options))
  } catch (error) {
    // The stack has run out. A repository is not to go unchecked for one generated file: without those, once more.
    const deep = error instanceof RangeError ? new Set(findDeepFiles(found.files)) : new Set<string>()
    if (deep.size === 0) throw error
    for (const file of deep) {
      if (own(path.dirname(file)) && !isOutOfScope(file, readFileSync(file, 'utf8'), policy, root)) problems.push({ level: 'unchecked', file, message: `${path.relative(options.cwd, file)} nests its code too deep for a compiler, so that it was not checked: split its longest expression, or name the file in "files.ignore" of the config when it is generated.` })
    }
    return lookingOnce(() => analyseFiles({ ...found, files: found.files.filter(file => !deep.has(file)) }, settingsOf, problems, options))
  }
}

/** The package.json of every package and of every application of an Nx workspace; the latter need not exist. */
function packagesOf({ root, files }: ProgramFiles): string[] {
  const folders = new Map(files.map(file => [path.dirname(file), file]))
  const found = new Set<string>()
  for (const file of folders.values()) {
    const pkg = getPackage(file)
    if (pkg) found.add(pkg.path)
    const application = applicationOf(file, pkg?.dir ?? root)
    if (application !== null) found.add(path.join(application, 'package.json'))
  }
  return [...found]
}

function analyseFiles(found: ProgramFiles, settingsOf: SettingsOf, known: readonly Problem[], options: AnalyseOptions): Analysis {
  const { root, own } = found
  const progress = options.onProgress ?? (() => undefined)
  const { policy } = settingsOf(path.join(root, 'package.json'))
  const entries = declaredEntries(found, settingsOf, policy)
  const problems = [...known, ...entries.problems]

  progress(`reading ${String(found.files.length)} files`)
  const workspace = findWorkspace(root)
  const program = createProgram(found.files, createResolver(new Set(found.files), found.tsconfigs, workspace.packages))
  const inScope = program.files.filter(file => !isOutOfScope(file.path, file.root.text, policy, root))
  const scoped = new Set(inScope.map(file => file.path))
  for (const file of found.files) {
    if (!program.file(file) && own(path.dirname(file)) && !isOutOfScope(file, '', policy, root)) problems.push({ level: 'unchecked', file, message: `${path.relative(options.cwd, file)} could not be read as TypeScript or JavaScript, so that it was not checked: look at its name and at who may read it.` })
  }
  for (const broken of program.broken) {
    if (!scoped.has(broken.path) || !own(path.dirname(broken.path))) continue
    const shown = path.relative(options.cwd, broken.path)
    const isFlow = /^\s*(?:\/\/|\/\*)[\s*]*@flow\b/u.test(program.file(broken.path)?.root.text ?? '')
    problems.push({ level: 'unchecked', file: broken.path, line: broken.line, message: isFlow ? `${shown} is written in Flow, which is not read, so that it was not checked: name it in "files.ignore" of the config when that is known.` : `${shown}:${String(broken.line)} does not parse (${broken.message.replace(/\.$/u, '')}): mend it there, what it holds was not checked.` })
  }
  // One sentence is enough where a tsconfig has said already why.
  if (inScope.length === 0 && !problems.some(problem => problem.level !== 'notice')) problems.push({ level: 'config', file: root, message: `There is no source file to check in ${root}: give the folder that holds the service, or look at files.ignore of the config.` })

  progress('reading handlers')
  const evaluator = createEvaluator(program, declaredExports([...new Set([path.join(root, 'package.json'), ...scoped].map(settingsOf))], program, root))
  const configOf = (file: string): Config => settingsOf(file).config
  const frameworks = frameworkTable([...scoped], configOf)
  const matcher = createObjectMatcher(frameworks, evaluator)
  // Of a file that does not parse it is said that it was not checked: half of it is not judged beside that.
  const brokenFiles = new Set(program.broken.map(broken => broken.path))
  const readable = inScope.filter(file => !brokenFiles.has(file.path))
  const collected = collectRegistrations(program, readable, frameworks, evaluator, matcher)
  const graph = createModuleGraph(program, keepsImportsInPlace)
  const references = createReferences(program, graph, evaluator)
  const registrations = { ...collected, handlers: expandRegistrars(collected.handlers, new Set(readable.map(file => file.path)), references, evaluator, matcher) }
  const join = joinObjects(program, registrations, evaluator, matcher, references)

  for (const { node, files } of join.autoloads) graph.addLate(node, files)

  progress('following start commands')
  const setups = findSetups(inScope, program, graph, evaluator)
  // `check src`: the service's folder stands above what was asked for, and it is the one that is meant.
  const services = findServices(program, graph, references, registrations, root, scoped, entries.files).filter(service => own(service.dir) || root.startsWith(service.dir + path.sep))
  const drafts: Draft[] = []
  const verdicts: HandlerVerdict[] = []
  const setupNames = new Map<Service, readonly string[]>()
  const inputs: { service: Service; judged: readonly HandlerVerdict[]; input: CoverageInput }[] = []
  for (const service of services) {
    const { config: settings, folder } = settingsOf(path.join(service.dir, 'package.json'))
    const input: CoverageInput = { services: [service], handlers: registrations.handlers, objects: registrations.objects, join, setups, program, graph, references, evaluator, config: settings, approved: approvedModules(settings, [folder, service.dir, root]) }
    const judged = judgeHandlers(input)
    verdicts.push(...judged)
    setupNames.set(service, [...new Set(service.entries.flatMap(entry => processTracing(entry, input).map(tracing => tracing.by)))])
    inputs.push({ service, judged, input })
    drafts.push(...untracedFindings(judged, references), ...bootOrderFindings([service], judged, input))
    if (judged.length > 0) drafts.push(...duplicateSetupFindings([service], input), ...shutdownFindings([service], input))
  }
  const policyOf = (file: string): Policy => settingsOf(file).policy
  progress('reading spans and what is written to them')
  const reader = createFactReader(program, configOf)
  const facts = readSpanFacts(program, readable, reader, evaluator)
  drafts.push(...dataAndNameFindings(program, facts, policyOf), ...vocabularyFindings(program, facts, services), ...handOverFindings(program, facts))
  for (const { service, judged, input } of inputs) {
    if (judged.length > 0) drafts.push(...lostContextFindings(service, input), ...silentHandlerFindings(service, judged, program, facts, evaluator))
  }
  return { root, own, program, inScope, services, verdicts, setupNames, evaluator, reader, facts, drafts, problems, configOf, policyOf }
}

function packageProblems(root: string): Problem[] {
  const file = path.join(root, 'package.json')
  const read = readPackage(file)
  return read && !read.ok ? [{ level: 'config', file, message: `${read.problem}: mend it, start commands and dependencies are read from it.` }] : []
}

/** What `setup.entries` of the configs name, relative to the folder that each stands in. One that is not there is an error. */
function declaredEntries({ root, files }: ProgramFiles, settingsOf: SettingsOf, policy: Policy): { files: string[]; problems: Problem[] } {
  const packages = files.flatMap(file => getPackage(file)?.path ?? [])
  const entries: string[] = []
  const problems: Problem[] = []
  for (const settings of new Set([path.join(root, 'package.json'), ...packages].map(settingsOf))) {
    for (const entry of settings.config.setup?.entries ?? []) {
      const file = path.resolve(settings.folder, entry)
      if (existsSync(file)) entries.push(file)
      if (existsSync(file) && whyOutOfScope(file, '', policy, root) === 'files') problems.push({ level: 'config', file: settings.file ?? root, message: `${settings.file ?? 'The config'}: setup.entries names ${entry}, which files.tests or files.ignore leaves out: take it out of one of them.` })
      if (!existsSync(file)) problems.push({ level: 'config', file: settings.file ?? root, message: `${settings.file ?? 'The config'}: setup.entries names ${entry}, which does not exist: mend the path, or take it out.` })
    }
  }
  return { files: entries, problems }
}

/** Approved modules by the name under which the program knows them: packages as written, files as absolute paths. */
function approvedModules(config: Config, folders: readonly string[]): ReadonlySet<string> {
  const names = (config.setup?.approved ?? []).flatMap(name => (name.startsWith('.') ? folders.map(folder => path.resolve(folder, name)) : [name]))
  return new Set(names)
}
