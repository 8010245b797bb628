import path from 'node:path'
import type { Config, Policy } from '@spanguard/policy'
import { withDeclared } from '../frameworks/index.js'
import { findWorkspace } from '../project/workspace.js'
import { isOutOfScope } from '../project/file-scope.js'
import { getPackage, readPackage } from '../project/package-json.js'
import { loadConfigs } from '../settings/load-config.js'
import { judgeHandlers, processTracing, type CoverageInput, type HandlerVerdict } from './coverage.js'
import { createEvaluator } from './evaluate.js'
import { bootOrderFindings, duplicateSetupFindings, shutdownFindings } from './findings/boot-order.js'
import { coverageFindings } from './findings/coverage.js'
import type { Draft } from './findings/draft.js'
import { createFactReader } from './facts/extract.js'
import { dataAndNameFindings } from './findings/data-and-names.js'
import { finishFindings } from './findings/finish.js'
import { untracedFindings } from './findings/untraced.js'
import { collectRegistrations } from './handlers/collect.js'
import { joinObjects } from './handlers/join.js'
import { createObjectMatcher } from './handlers/objects.js'
import { createModuleGraph } from './modules.js'
import { originOf } from './places.js'
import type { Problem } from './problem.js'
import { createProgram } from './program.js'
import { findProjectFiles, withWorkspaceDependencies } from './project/files.js'
import { createResolver } from './project/resolve-module.js'
import { createReferences } from './references.js'
import type { CheckResult, ServiceResult } from './result.js'
import { findServices, type Service } from './services.js'
import { findSetups } from './setup/find.js'

export { UsageError, type Problem } from './problem.js'
export type { CheckFinding, CheckResult, HandlerResult, ServiceResult } from './result.js'
export type { Step } from './places.js'

export interface CheckOptions {
  /** Folders, source files or tsconfigs; the working folder by default. */
  readonly paths?: readonly string[]
  /** What relative paths are relative to. */
  readonly cwd: string
  /** Report also what ESLint reports in single files. */
  readonly allRules?: boolean
  /** The least share of handlers that must be traced in each service, in percent. */
  readonly minCoverage?: number
  /** Told what is being done, one line at a time. */
  readonly onProgress?: (text: string) => void
}

/**
 * Checks a program as a whole: its handlers against what traces them, and the order in which it starts.
 * Touches neither process nor console.
 *
 * @throws UsageError when a path does not exist
 * @throws ConfigError when a spanguard.config file is not valid or cannot be loaded
 */
export async function check(options: CheckOptions): Promise<CheckResult> {
  const progress = options.onProgress ?? (() => undefined)
  progress('finding files')
  const found = withWorkspaceDependencies(findProjectFiles(options.paths ?? [], options.cwd, []))
  const { root, own } = found
  const whole = path.join(root, 'package.json')
  const packages = found.files.flatMap(file => getPackage(file)?.path ?? [])
  const settingsOf = await loadConfigs([whole, ...found.files, ...packages])
  const { config, policy } = settingsOf(whole)
  const problems: Problem[] = [...found.problems, ...packageProblems(root)]

  progress(`reading ${String(found.files.length)} files`)
  const workspace = findWorkspace(root)
  const program = createProgram(found.files, createResolver(new Set(found.files), found.tsconfigs, workspace.packages))
  const inScope = program.files.filter(file => !isOutOfScope(file.path, file.root.text, policy, root))
  const scoped = new Set(inScope.map(file => file.path))
  for (const broken of program.broken) {
    if (scoped.has(broken.path) && own(path.dirname(broken.path))) problems.push({ level: 'unchecked', file: broken.path, line: broken.line, message: `${path.relative(options.cwd, broken.path)}:${String(broken.line)} does not parse (${broken.message.replace(/\.$/u, '')}): mend it there, what it holds was not checked.` })
  }
  if (inScope.length === 0) problems.push({ level: 'config', file: root, message: `There is no source file to check in ${root}: give the folder that holds the service, or look at files.ignore of the config.` })

  progress('reading handlers')
  const evaluator = createEvaluator(program)
  const frameworks = withDeclared(config.frameworks ?? [])
  const matcher = createObjectMatcher(frameworks, evaluator)
  const registrations = collectRegistrations(program, inScope, frameworks, evaluator, matcher)
  const graph = createModuleGraph(program)
  const references = createReferences(program, graph, evaluator)
  const join = joinObjects(program, registrations, evaluator, matcher, references)

  for (const { node, files } of join.autoloads) graph.addLate(node, files)

  progress('following start commands')
  const setups = findSetups(inScope, program, graph, evaluator)
  // `check src`: the service's folder stands above what was asked for, and it is the one that is meant.
  const services = findServices(program, graph, references, registrations, root, scoped, declaredEntries(config, root)).filter(service => own(service.dir) || root.startsWith(service.dir + path.sep))
  const drafts: Draft[] = []
  const verdicts: HandlerVerdict[] = []
  const setupNames = new Map<Service, readonly string[]>()
  for (const service of services) {
    const settings = settingsOf(path.join(service.dir, 'package.json')).config
    const input: CoverageInput = { services: [service], handlers: registrations.handlers, objects: registrations.objects, join, setups, program, graph, references, evaluator, config: settings, approved: approvedModules(settings, service.dir, root) }
    const judged = judgeHandlers(input)
    verdicts.push(...judged)
    setupNames.set(service, [...new Set(service.entries.flatMap(entry => processTracing(entry, input).map(tracing => tracing.by)))])
    drafts.push(...untracedFindings(judged, references), ...bootOrderFindings([service], judged, input))
    if (judged.length > 0) drafts.push(...duplicateSetupFindings([service], input), ...shutdownFindings([service], input))
  }
  const configOf = (file: string): Config => settingsOf(file).config
  progress('reading spans and what is written to them')
  drafts.push(...dataAndNameFindings(program, inScope, createFactReader(program, config), file => settingsOf(file).policy))
  const { findings, leftToLint } = finishFindings(drafts, program, root, configOf, options.allRules === true)
  const results = services.map(service => serviceResult(service, verdicts.filter(verdict => verdict.service === service), setupNames.get(service) ?? [])).filter(service => service.handlers.length > 0)
  return {
    root,
    files: inScope.filter(file => own(path.dirname(file.path))).length,
    services: results,
    findings: [...findings, ...(options.minCoverage === undefined ? [] : coverageFindings(results, options.minCoverage, root, configOf))],
    leftToLint,
    problems: [...problems, ...otherApmNotices(results)],
  }
}

/** A service under another vendor's tracing is no finding: whether that is wanted is for the config to say. */
function otherApmNotices(services: readonly ServiceResult[]): Problem[] {
  return services.flatMap(service => (service.otherApm === null ? [] : [{
    level: 'notice' as const,
    file: service.dir,
    message: `Service "${service.name}" runs under ${service.otherApm}, not OpenTelemetry: name it in "setup.accept" of spanguard.config.json when that is wanted.`,
  }]))
}

function serviceResult(service: Service, verdicts: readonly HandlerVerdict[], setup: readonly string[]): ServiceResult {
  const counted = verdicts.filter(verdict => verdict.status !== 'ignored')
  const traced = counted.filter(verdict => verdict.status === 'traced')
  return {
    name: service.name,
    dir: service.dir,
    entries: service.entries.map(entry => ({ file: entry.file, starts: entry.starts.map(start => ({ text: start.place.text, file: start.place.file, line: start.place.line })) })),
    handlers: verdicts.map(verdict => ({
      framework: verdict.site.descriptor.name,
      method: verdict.site.method,
      route: verdict.site.route,
      file: verdict.site.file,
      origin: originOf(verdict.site.node),
      status: verdict.status,
      by: verdict.by,
      conditional: verdict.conditional,
      steps: verdict.steps,
    })),
    total: counted.length,
    traced: traced.length,
    tracedBy: [...new Set(traced.map(verdict => verdict.by))],
    setup,
    otherApm: counted.find(verdict => verdict.status === 'other-apm')?.by ?? null,
  }
}

function packageProblems(root: string): Problem[] {
  const file = path.join(root, 'package.json')
  const read = readPackage(file)
  return read && !read.ok ? [{ level: 'config', file, message: `${read.problem}: mend it, start commands and dependencies are read from it.` }] : []
}

function declaredEntries(config: Config, root: string): string[] {
  return (config.setup?.entries ?? []).map(entry => path.resolve(root, entry))
}

/** Approved modules by the name under which the program knows them: packages as written, files as absolute paths. */
function approvedModules(config: Config, dir: string, root: string): ReadonlySet<string> {
  const names = (config.setup?.approved ?? []).flatMap(name => (name.startsWith('.') ? [path.resolve(dir, name), path.resolve(root, name)] : [name]))
  return new Set(names)
}

export type { Config, Policy }
